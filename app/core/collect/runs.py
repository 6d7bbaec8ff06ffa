"""Runs: the record of one refresh, begun before anything is asked and closed with what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from app.core.collect.sweep import Lease
from app.core.events.messages import RunMoved
from app.core.events.publishing import Events
from app.domain.records import RunState
from app.providers.base import Fetched
from app.providers.failures import AnswerClass
from app.store.collect.runs import cancel_queued_run, finish_run, start_run

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
    is_manual: bool
    """Whether somebody asked for it: then what was fetched for others a moment ago will not do."""
    started: float
    events: Events | None = None

    async def tell(self, state: RunState, videos: Sequence[UUID] = ()) -> None:
        """Tells whoever listens that it came to that state and observed those videos. Call it after the commit."""
        if self.events is not None:
            lease = self.lease
            moved = RunMoved(lease.organization_id, self.id, state, lease.kind, lease.target_id, tuple(videos))
            await self.events.publish(moved)

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


async def open_run(lease: Lease, now: datetime, events: Events | None = None) -> Run:
    """Begins the run of what a lease is for: the one that somebody asked for, or a new one. It tells `events`.

    Raises NotFound when that was removed.
    """
    started = monotonic()
    begun = await start_run(lease.kind, lease.organization_id, lease.target_id, now)
    if events is not None and begun.lost:
        lost = (RunMoved(lease.organization_id, id, RunState.LOST, lease.kind, lease.target_id) for id in begun.lost)
        await events.publish(*lost)
    return Run(begun.id, lease, now, begun.is_manual, started, events)


async def cancel_run(organization_id: UUID, target_id: UUID, now: datetime) -> None:
    """Ends the run of a thing that was asked for and has not begun, because the thing is given up.

    The caller has locked the thing.
    """
    await cancel_queued_run(organization_id, target_id, now)
