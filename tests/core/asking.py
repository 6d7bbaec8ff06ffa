"""How tests of what figures mean let posts be seen, and ask about an organization, creator, account or video."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.core.analytics.export import Subject, kind_of
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.tracking.videos import load_videos
from app.domain.metrics import Value
from app.domain.records import Account, MetricChange, Series, Video
from app.domain.series import Granularity, SeriesMode
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from tests.factories import Value as Seen
from tests.factories import account_facts, at, post, record


def window(start: str, end: str, zone: str = "UTC") -> Window:
    """Two days of 2026, such as "03-01" and "03-05"."""
    return Window(date.fromisoformat(f"2026-{start}"), date.fromisoformat(f"2026-{end}"), read_zone(zone))


async def see(
    account: Account,
    instant: str | datetime,
    posts: Mapping[str, Mapping[str, Seen]],
    profile: Mapping[str, Seen] | None = None,
    **published: str,
) -> None:
    """A refresh at an instant of UTC that shows these posts, published when `published` says if at all."""
    captured_at = at(f"2026-{instant}") if isinstance(instant, str) else instant
    facts = [
        post(name_of(account, name), at(f"2026-{published[name]}") if name in published else None, values)
        for name, values in posts.items()
    ]
    await record(account, account_facts(account, captured_at, facts, profile))


def name_of(account: Account, name: str) -> str:
    """The external id, 19 digits as TikTok gives them, of a post of an account that a test calls by a capital."""
    return f"7{account.id.int % 10**16:016}{ord(name):02}"


async def video_of(viewer: Viewer, external_id: str) -> Video:
    """The post of that external id, which is there once."""
    query = "SELECT id FROM video WHERE organization_id = $1 AND external_id = $2 AND removed_at IS NULL"
    (row,) = await fetch(query, viewer.organization_id, external_id)
    return (await load_videos(viewer, [row["id"]]))[row["id"]]


def id_of(subject: Subject) -> UUID:
    """A viewer stands for its organization."""
    return subject.organization_id if isinstance(subject, Viewer) else subject.id


async def series(
    viewer: Viewer,
    subject: Subject,
    asked: Window,
    *metrics: str,
    granularity: Granularity | int = Granularity.DAY,
    mode: SeriesMode = SeriesMode.GAIN,
    growth: Sequence[str] = (),
) -> Series:
    """A series, asked for when its window is over."""
    now = datetime.combine(asked.end + timedelta(days=2), time(), asked.zone)
    found = await subject_series(
        viewer,
        kind_of(subject),
        [id_of(subject)],
        asked,
        granularity,
        mode,
        metrics,
        now=now,
        growth_of_counters=growth,
    )
    return found[id_of(subject)]


async def gains(
    viewer: Viewer, subject: Subject, asked: Window, metric: str = "views", *, granularity: Any = Granularity.DAY
) -> list[Value]:
    """What a metric comes to in each bucket."""
    found = await series(viewer, subject, asked, metric, granularity=granularity)
    return [bucket.values[metric] for bucket in found.buckets]


async def levels(viewer: Viewer, subject: Subject, asked: Window, counter: str = "views") -> list[Value]:
    """Where a counter stands at the end of each day."""
    found = await series(viewer, subject, asked, counter, mode=SeriesMode.LEVEL)
    return [bucket.values[counter] for bucket in found.buckets]


async def flags(viewer: Viewer, subject: Subject, asked: Window) -> list[str]:
    """Of each day "o" where it is observed and "b" where it holds a baseline; "" where neither."""
    found = await series(viewer, subject, asked)
    return [f"{'o' * bucket.is_observed}{'b' * bucket.is_baseline}" for bucket in found.buckets]


async def over(viewer: Viewer, subject: Subject, asked: Window, metric: str = "views") -> MetricChange:
    """A metric over the whole window, beside the window before."""
    found = await subject_metrics(viewer, kind_of(subject), [id_of(subject)], asked, [metric])
    return found[id_of(subject)].values[metric]
