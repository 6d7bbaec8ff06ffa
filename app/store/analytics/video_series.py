"""What figures of single videos are read from: where they stand, and their day rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.levels import Standing
from app.domain.metrics import POST_COUNTERS
from app.domain.platforms import ViewsKind
from app.domain.rollups import VideoDay
from app.store.db import fetch
from app.store.partitions import KEPT_SINCE


@dataclass(frozen=True, slots=True)
class VideoHistory:
    """What is known of a video's history without reading it."""

    id: UUID
    published_at: datetime | None
    first_refreshed_at: datetime | None
    last_observed_day: date | None
    grows_from_zero: bool
    views_kind: ViewsKind | None
    standing: Standing
    """Where it stands after all observations."""
    kept_since: date | None
    """The first day whose observations are kept; None while none were ever dropped."""


async def select_video_histories(organization_id: UUID, ids: Sequence[UUID]) -> dict[UUID, VideoHistory]:
    """The organization's videos among `ids`."""
    rows = await fetch(
        f"""
        SELECT id, published_at, first_refreshed_at, last_observed_day, grows_from_zero, views_kind,
               {", ".join(f"{name}, {name}_start" for name in POST_COUNTERS)}, ({KEPT_SINCE}) AS kept_since
        FROM video WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL
        """,
        organization_id,
        list(ids),
    )
    return {
        row["id"]: VideoHistory(
            id=row["id"],
            published_at=row["published_at"],
            first_refreshed_at=row["first_refreshed_at"],
            last_observed_day=row["last_observed_day"],
            grows_from_zero=row["grows_from_zero"],
            views_kind=ViewsKind(row["views_kind"]) if row["views_kind"] else None,
            standing=Standing(
                {name: row[name] for name in POST_COUNTERS if row[name] is not None},
                {name: row[f"{name}_start"] for name in POST_COUNTERS if row[f"{name}_start"] is not None},
            ),
            kept_since=row["kept_since"],
        )
        for row in rows
    }


async def read_video_days(
    organization_id: UUID, ids: Sequence[UUID], first: date, last: date
) -> Mapping[UUID, Sequence[VideoDay]]:
    """The day rows of each video between two dates, both included, oldest first."""
    rows = await fetch(
        """
        SELECT * FROM video_day
        WHERE organization_id = $1 AND video_id = ANY($2) AND day BETWEEN $3 AND $4
        ORDER BY video_id, day
        """,
        organization_id,
        list(ids),
        first,
        last,
    )
    found: dict[UUID, list[VideoDay]] = {}
    for row in rows:
        levels, gains = (
            {name: row[f"{name}_{part}"] for name in POST_COUNTERS if row[f"{name}_{part}"] is not None}
            for part in ("level", "gain")
        )
        day = VideoDay(row["day"], row["is_observed"], row["is_baseline"], levels, gains)
        found.setdefault(row["video_id"], []).append(day)
    return found
