"""Refreshes, as people read of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.answers import AnswerClass


class Refreshable(StrEnum):
    """What is refreshed by itself; the values are the names of the tables, too."""

    ACCOUNT = "account"
    VIDEO = "video"


class RunState(StrEnum):
    """How far a run has come."""

    QUEUED = "queued"
    """Somebody asked for it; the next worker that is free begins it."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    """Its worker died or lost the lease; another run took over and nothing of this one was stored."""
    CANCELLED = "cancelled"
    """What it was for was given up before it began."""


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """What ran on one route of a provider: its last answer, and the requests and time it took in all."""

    provider: str
    route: str
    answer_class: AnswerClass
    http_status: int | None
    """None when no answer came, or nothing was sent."""
    upstream_code: str | None
    """The platform's own number or word for a refusal, where it gave one."""
    elapsed_ms: int
    requests: int
    cost: int = 0
    """Credits or units of quota that the upstream charged; 0 where it charges nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh of an account, or of a video by itself: exactly one of their ids is there."""

    id: UUID
    organization_id: UUID
    account_id: UUID | None
    video_id: UUID | None
    state: RunState
    queued_at: datetime | None
    """When somebody asked for it; None for one that was due."""
    started_at: datetime | None
    """None until it begins."""
    finished_at: datetime | None
    answer_class: AnswerClass | None
    """What the upstream's answers amount to; None before it ends, and where it did not come to asking."""
    reason: str | None
    """One readable line; None where all went well."""
    calls: Sequence[ProviderCall]
    used_recent_facts: bool
    posts_observed: int

    @property
    def is_manual(self) -> bool:
        """Whether somebody asked for it."""
        return self.queued_at is not None

    @property
    def duration_ms(self) -> int | None:
        """From its start to its end; None before."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at) // timedelta(milliseconds=1)
