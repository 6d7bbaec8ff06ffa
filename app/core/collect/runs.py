"""Runs: the record of one refresh, opened before anything is asked and closed with what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from app.core.collect.sweep import Lease
from app.domain.records import RunState
from app.providers.base import Fetched
from app.providers.failures import AnswerClass
from app.store.collect.runs import finish_run, start_run

FETCH_SHARE = 0.6
"""Part of the lease that fetching may take; the rest is for the last answer to come in and be recorded."""
INTERNAL_ERROR = "An internal error; the worker's log has it under this run's id."
INTERRUPTED = "It was interrupted."
LEASE_LOST = "The lease ran out before the answers were in."


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a refresh."""

    run_id: UUID
    state: RunState
    answer_class: AnswerClass | None
    posts_observed: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh under way."""

    id: UUID
    lease: Lease
    now: datetime
    """The instant everything it stores is stamped with."""
    started: float

    async def finish(
        self,
        state: RunState,
        outcome: Fetched[Any] | None,
        reason: str | None,
        posts_observed: int = 0,
        *,
        used_recent_facts: bool = False,
    ) -> Refreshed:
        """Closes it."""
        answer_class = None if outcome is None else outcome.answer_class
        await finish_run(
            self.lease.organization_id,
            self.id,
            state,
            self.now + timedelta(seconds=monotonic() - self.started),
            answer_class=None if answer_class is None else answer_class.value,
            reason=reason,
            calls=() if outcome is None else outcome.calls,
            used_recent_facts=used_recent_facts,
            posts_observed=posts_observed,
        )
        return Refreshed(self.id, state, answer_class, posts_observed)


async def open_run(lease: Lease, now: datetime) -> Run:
    """A new run of what a lease is for."""
    started = monotonic()
    return Run(await start_run(lease.kind, lease.organization_id, lease.target_id, now), lease, now, started)
