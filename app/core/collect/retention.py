"""Retention: observations older than a tenant wants to keep are dropped, whole partitions at a time."""

from datetime import UTC, datetime, timedelta

from app.store.partitions import drop_observations_before


async def apply_retention(keep_days: int, now: datetime) -> list[str]:
    """Drops the monthly partitions of observations that lie entirely before `now` less `keep_days`; their names.

    Rollups stay, and the series read from them. What is gone is gone: older days cannot be rebuilt, and observations of
    them are refused from then on. Idempotent; raises ObservationsInUse when others do not make way within seconds.
    """
    return await drop_observations_before((now - timedelta(days=keep_days)).astimezone(UTC).date())
