"""The overview: an organization's window beside the one before, on a handful of cards."""

from collections.abc import Collection
from datetime import timedelta

from app.core.analytics.amounts import bounds_of, is_complete, read_amounts
from app.core.analytics.window_metrics import change_of
from app.domain.metrics import Value, change_percent
from app.domain.platforms import Platform
from app.domain.records import MetricChange, Overview
from app.domain.series import SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window
from app.store.analytics.overview import count_tracked

METRICS = ("views", "engagement_rate", "followers")


async def organization_overview(
    viewer: Viewer, window: Window, *, platforms: Collection[Platform] | None = None
) -> Overview:
    """Views gained, engagement, followers, and how much is tracked, each beside the window before.

    Followers are levels and counts are of what is tracked now: of that, what had been added or discovered by the end of
    each window. A post both discovered and tracked by itself is in both counts of posts. Only what is on `platforms`
    counts, where some are given; creators all do.
    """
    viewer.require(Scope.READ)
    organization_id, previous = viewer.organization_id, window.previous
    bounds = bounds_of([previous.start, window.start, window.end + timedelta(days=1)], window.zone)
    kind, ids = SubjectKind.ORGANIZATION, [organization_id]
    found = (await read_amounts(organization_id, kind, ids, bounds, METRICS, platforms=platforms))[organization_id]
    amounts = [stretch.amounts for stretch in found.stretches]
    _, start, end = bounds.instants
    before, now = await count_tracked(organization_id, start, end, platforms)
    return Overview(
        start=window.start,
        end=window.end,
        previous_start=previous.start,
        previous_end=previous.end,
        timezone=window.zone.key,
        is_complete=is_complete(found.first_observed_at, start),
        views=change_of("views", *amounts),
        engagement_rate=change_of("engagement_rate", *amounts),
        followers=_beside(*(stretch["followers_level"] for stretch in amounts)),
        active_accounts=_beside(before.active_accounts, now.active_accounts),
        account_videos=_beside(before.account_videos, now.account_videos),
        individual_videos=_beside(before.individual_videos, now.individual_videos),
        creators=_beside(before.creators, now.creators),
    )


def _beside(previous: Value, current: Value) -> MetricChange:
    return MetricChange(current, previous, change_percent(current, previous), None)
