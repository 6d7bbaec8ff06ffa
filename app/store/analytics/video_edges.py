"""Where videos stand at the ends of UTC days, probed one row an edge whatever lies between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.levels import Standing
from app.domain.platforms import ViewsKind
from app.store.db import fetch


@dataclass(frozen=True, slots=True)
class VideoEdges:
    """What is known of a video, and where it stands at the end of each UTC day asked for."""

    published_at: datetime | None
    first_refreshed_at: datetime | None
    last_observed_day: date | None
    grows_from_zero: bool
    views_kind: ViewsKind | None
    starts: Mapping[str, int]
    standings: Sequence[Standing]


async def read_video_edges(
    organization_id: UUID, ids: Sequence[UUID], days: Sequence[date], counters: Sequence[str]
) -> dict[UUID, VideoEdges]:
    """The organization's videos among `ids` with the levels of these counters, in one statement.

    From its last observed day on a video stands where it stands now, so that only earlier edges are probed.
    """
    places = range(len(days) if counters else 0)
    levels = "".join(
        f", CASE WHEN v.last_observed_day <= ${3 + place} THEN v.{name} ELSE e{place}.{name}_level END"
        for place in places
        for name in counters
    )
    probes = "".join(
        f"""
        LEFT JOIN video_day e{place}
          ON e{place}.organization_id = $1 AND e{place}.video_id = v.id
         AND e{place}.day = CASE WHEN v.last_observed_day > ${3 + place} THEN ${3 + place}::date END"""
        for place in places
    )
    rows = await fetch(
        f"""
        SELECT v.id, v.published_at, v.first_refreshed_at, v.last_observed_day, v.grows_from_zero, v.views_kind
               {"".join(f", v.{name}_start" for name in counters)}{levels}
        FROM video v{probes}
        WHERE v.organization_id = $1 AND v.id = ANY($2) AND v.removed_at IS NULL
        """,
        organization_id,
        list(ids),
        *(days[place] for place in places),
    )
    width = len(counters)
    found = {}
    for row in rows:
        identity, published_at, first_refreshed_at, last_observed_day, grows_from_zero, kind, *values = row
        starts, *levels_by_day = (
            {name: value for name, value in zip(counters, values[width * at :], strict=False) if value is not None}
            for at in range(1 + len(days))
        )
        found[identity] = VideoEdges(
            published_at,
            first_refreshed_at,
            last_observed_day,
            grows_from_zero,
            ViewsKind(kind) if kind else None,
            starts,
            [Standing(levels, starts) for levels in levels_by_day],
        )
    return found
