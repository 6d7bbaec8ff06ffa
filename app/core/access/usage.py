"""Usage: counting what is asked of the faces, and telling an organization what it uses."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from app.domain.problems import InvalidInput
from app.domain.records import TrackingLimits, Usage
from app.domain.viewer import Scope, Viewer
from app.store.access.quotas import select_tracking_limits
from app.store.access.usage import add_usage, select_face_usage, select_provider_usage, select_usage_days

log = logging.getLogger(__name__)

WRITE_EVERY = timedelta(seconds=5)
LONGEST_DAYS = 93


class UsageTally:
    """What one process has answered and not written down yet; a crash loses some seconds of it."""

    def __init__(self) -> None:
        self._counted: dict[tuple[UUID, date, str], tuple[int, int]] = {}

    def note(self, organization_id: UUID, face: str, *, points: int, now: datetime) -> None:
        """Counts one request that was answered, and what it was charged."""
        key = (organization_id, now.date(), face)
        requests, before = self._counted.get(key, (0, 0))
        self._counted[key] = (requests + 1, before + points)

    async def write(self) -> None:
        """Writes down what was counted; what cannot be written is counted still. Raises what the database raises."""
        counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            await add_usage(counted)
        except BaseException:
            for key, (requests, points) in counted.items():
                more, further = self._counted.get(key, (0, 0))
                self._counted[key] = (requests + more, points + further)
            raise


@asynccontextmanager
async def kept_up(tally: UsageTally) -> AsyncIterator[None]:
    """Writes down what is counted every few seconds while the block runs, and once more at its end."""
    stopping = asyncio.Event()
    writing = asyncio.create_task(_keep_up(tally, stopping))
    try:
        yield
    finally:
        # It is not cancelled: whether what a statement was to add is counted nobody knows once it is broken off.
        stopping.set()
        await writing


async def _keep_up(tally: UsageTally, stopping: asyncio.Event) -> None:
    is_last = False
    while not is_last:
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), WRITE_EVERY.total_seconds())
        is_last = stopping.is_set()
        await _write(tally)


async def _write(tally: UsageTally) -> None:
    try:
        await tally.write()
    except Exception as error:  # whatever it is, the counting must go on
        log.warning("usage is not written down for now: %s", error or type(error).__name__)


async def organization_usage(viewer: Viewer, start: date, end: date) -> Usage:
    """What the organization used from one UTC day to another, both included, at most 93; some seconds behind.

    What refreshes asked is known as long as their runs are kept. Raises Forbidden, or InvalidInput naming `window`.
    """
    viewer.require(Scope.READ)
    if (end - start).days + 1 > LONGEST_DAYS:
        raise InvalidInput(f"Usage is told for at most {LONGEST_DAYS} days. Ask for a shorter window.", "window")
    of = (viewer.organization_id, start, end)
    return Usage(
        start, end, await select_usage_days(*of), await select_face_usage(*of), await select_provider_usage(*of)
    )


async def tracking_limits(viewer: Viewer) -> TrackingLimits:
    """How many accounts the organization tracks and may track, and its defaults for them. Raises Forbidden."""
    viewer.require(Scope.READ)
    return await select_tracking_limits(viewer.organization_id)
