"""Series: the buckets of a window, for many subjects at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.records import Series
from app.domain.series import Granularity, SeriesMode, cut_window, read_buckets
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window, window_instants
from app.store.series import read_account_sums


async def account_series(
    viewer: Viewer,
    account_ids: Sequence[UUID],
    window: Window,
    granularity: Granularity | int,
    mode: SeriesMode,
    counters: Sequence[str],
    *,
    now: datetime,
) -> dict[UUID, Series]:
    """A series per account of the viewer's organization; an id that is not the organization's is absent.

    A post counter is summed over the account's discovered posts, a profile counter is the account's own. Every bucket
    of the window is there. Values are gains in the bucket or levels at its end, None while unknown.
    """
    viewer.require(Scope.READ)
    spans = cut_window(window, granularity, now.astimezone(window.zone).date())
    start, _ = window_instants(window)
    sums = await read_account_sums(viewer.organization_id, account_ids, window, counters)
    return {
        account_id: Series(
            start=window.start,
            end=window.end,
            timezone=window.zone.key,
            is_complete=found.first_observed_at is not None and found.first_observed_at <= start,
            buckets=read_buckets(spans, found.rows, found.totals, counters, mode),
        )
        for account_id, found in sums.items()
    }
