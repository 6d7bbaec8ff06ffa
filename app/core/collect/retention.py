"""Retention: what is older than it is to be kept is dropped: observations by whole partitions, runs by batches."""

from datetime import UTC, datetime, timedelta

from app.store.collect.runs import delete_runs_before
from app.store.partitions import drop_observations_before

RUN_BATCH = 5000
"""Runs deleted in one go, well under a second."""


async def apply_retention(keep_days: int, now: datetime) -> list[str]:
    """Drops the monthly partitions of observations that lie entirely before `now` less `keep_days`; their names.

    Rollups stay, and the series read from them. What is gone is gone: older days cannot be rebuilt, and observations of
    them are refused from then on. Idempotent; raises ObservationsInUse when others do not make way within seconds.
    """
    return await drop_observations_before((now - timedelta(days=keep_days)).astimezone(UTC).date())


async def forget_old_runs(keep: timedelta, now: datetime) -> int:
    """Deletes runs made longer ago than `keep`, whatever became of them; how many. Call again while it is not 0.

    Figures do not need them.
    """
    return await delete_runs_before(now - keep, RUN_BATCH)
