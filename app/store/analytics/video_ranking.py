"""Levels of many videos at instants, from day slices and the observations after midnight; and what they rank by."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.domain.filters import VideoFilter
from app.domain.metrics import (
    DAYS,
    ENGAGEMENT_COUNTERS,
    POST_COUNTERS,
    POSTS_PUBLISHED,
    PUBLISHED_EVER,
    counters_of,
)
from app.domain.rollups import utc_day
from app.store.analytics.ranking import Entrants, days_in, ranked_terms, ranked_windows
from app.store.analytics.series import Bounds
from app.store.db import fetch
from app.store.lists.conditions import video_conditions
from app.store.parameters import Parameters

Levels = Sequence[Mapping[str, int]]
"""The levels of one video just before each instant; a counter that is unknown is absent."""


def video_levels(
    parameters: Parameters,
    organization_id: UUID,
    scope: VideoFilter,
    instants: Sequence[datetime],
    counters: Sequence[str],
    folded: Mapping[UUID, Levels],
) -> str:
    """The query of the levels of a scope's videos just before each of these instants.

    A row for each video: `id`, `account_id`, `published_at`, for each counter `<counter>_start` and, numbering the
    instants from 0, `<counter>_0`, `<counter>_1` and so on. `folded` are the levels of videos that
    `select_rounded_videos` names.
    """
    organization = parameters.add(organization_id, "uuid")
    where = video_conditions(parameters, organization, scope)
    columns = ["video.id", "video.account_id", "video.published_at", *(f"video.{name}_start" for name in counters)]
    joins = []
    for number, instant in enumerate(instants if counters else ()):
        midnight = _midnight(instant)
        day = parameters.add(utc_day(instant) - timedelta(days=1), "date")
        joins.append(f"""
            LEFT JOIN (
                SELECT video_id, {", ".join(f"{name}_level" for name in counters)} FROM video_day
                WHERE organization_id = {organization} AND day = {_slice(organization, day)}
            ) AS day_{number} ON day_{number}.video_id = video.id""")
        levels = {
            name: f"CASE WHEN video.last_observed_day <= {day} THEN video.{name} ELSE day_{number}.{name}_level END"
            for name in counters
        }
        if midnight < instant:
            joins.append(_seen_since(parameters, organization, where, midnight, instant, counters, f"seen_{number}"))
            levels = {name: f"coalesce(seen_{number}.{name}, {level})" for name, level in levels.items()}
        if folded and midnight < instant:
            joins.append(_folded(parameters, folded, number, counters))
            levels = {
                name: f"CASE WHEN folded_{number}.id IS NULL THEN {level} ELSE folded_{number}.{name} END"
                for name, level in levels.items()
            }
        columns += [f"{level} AS {name}_{number}" for name, level in levels.items()]
    return f"SELECT {', '.join(columns)} FROM video {' '.join(joins)} WHERE {where}"


async def select_rounded_videos(organization_id: UUID, scope: VideoFilter, instants: Sequence[datetime]) -> list[UUID]:
    """The videos that have a rounded value among what was observed between a UTC midnight and the instant after it.

    Whether such a value changes a level depends on the one before: their levels are to be folded.
    """
    spans = [(midnight, instant) for instant in instants if (midnight := _midnight(instant)) < instant]
    if not spans:
        return []
    parameters = Parameters()
    organization = parameters.add(organization_id, "uuid")
    where = video_conditions(parameters, organization, scope)
    rows = await fetch(
        f"""
        SELECT video.id FROM video WHERE {where} AND EXISTS (
            SELECT FROM unnest({parameters.add([start for start, _ in spans], "timestamptz[]")},
                               {parameters.add([until for _, until in spans], "timestamptz[]")}) AS span (start, until)
            JOIN video_observation o
              ON o.organization_id = {organization} AND o.video_id = video.id AND o.steps IS NOT NULL
             AND o.captured_at >= span.start AND o.captured_at < span.until
            WHERE video.last_observed_day >= (span.start AT TIME ZONE 'UTC')::date
        )
        """,
        *parameters.values,
    )
    return [row["id"] for row in rows]


def rank_of_videos(
    parameters: Parameters,
    organization_id: UUID,
    scope: VideoFilter,
    bounds: Bounds,
    metric: str,
    folded: Mapping[UUID, Levels],
) -> Entrants:
    """The videos of a scope with the terms of a metric over the bounds' last stretch, and the one before if any."""
    counters = [name for name in counters_of([metric]) if name in POST_COUNTERS]
    levels = video_levels(parameters, organization_id, scope, bounds.instants, counters, folded)
    terms = [
        f"{_term(parameters, term, bounds, place)} AS {term}_{window}"
        for place, window in ranked_windows(bounds)
        for term in ranked_terms(metric)
    ]
    return Entrants(
        f"SELECT id, account_id, {', '.join(terms)} FROM ({levels}) AS levels",
        "video",
        "caption",
        "subject.first_refreshed_at",
    )


def _term(parameters: Parameters, term: str, bounds: Bounds, place: int) -> str:
    start, end = bounds.instants[place], bounds.instants[place + 1]
    if term == DAYS:
        return parameters.add(days_in(bounds, place), "bigint")
    if term == PUBLISHED_EVER:
        return f"CASE WHEN published_at < {parameters.add(end, 'timestamptz')} THEN 1 ELSE 0 END"
    if term == POSTS_PUBLISHED:
        begun, ended = parameters.add(start, "timestamptz"), parameters.add(end, "timestamptz")
        return f"CASE WHEN published_at >= {begun} AND published_at < {ended} THEN 1 ELSE 0 END"
    counter = term.removeprefix("viewed_").removesuffix("_gain")
    if counter not in POST_COUNTERS:
        return "NULL::bigint"  # of a profile, which a video is not
    gain = f"{counter}_{place + 1} - coalesce({counter}_{place}, {counter}_start)"
    if counter in ENGAGEMENT_COUNTERS and term.startswith("viewed_"):
        return f"CASE WHEN views_{place + 1} IS NOT NULL THEN {gain} END"
    return gain


def _slice(organization: str, day: str) -> str:
    """The day, or NULL when nothing was observed after it: the latest levels of all videos are those of that day then.

    So the slice of a window's last day is not read while that day is today.
    """
    return f"""(
        SELECT CASE WHEN max(later.day) > {day} THEN {day} END FROM video_day later
        WHERE later.organization_id = {organization}
    )"""


def _seen_since(
    parameters: Parameters,
    organization: str,
    where: str,
    midnight: datetime,
    instant: datetime,
    counters: Sequence[str],
    name: str,
) -> str:
    """What was last known between a midnight and an instant, where no value is rounded."""
    last = []
    for counter in counters:
        counted = f"o.{counter} IS NOT NULL"
        if counter == "views":
            counted += " AND o.views_kind IS NOT DISTINCT FROM video.views_kind"
        last.append(f"(array_agg(o.{counter} ORDER BY o.captured_at DESC) FILTER (WHERE {counted}))[1] AS {counter}")
    return f"""
        LEFT JOIN (
            SELECT video.id, {", ".join(last)}
            FROM video JOIN video_observation o
              ON o.organization_id = {organization} AND o.video_id = video.id
             AND o.captured_at >= {parameters.add(midnight, "timestamptz")}
             AND o.captured_at < {parameters.add(instant, "timestamptz")}
            WHERE {where} AND video.last_observed_day >= {parameters.add(utc_day(midnight), "date")}
            GROUP BY video.id
        ) AS {name} ON {name}.id = video.id"""


def _folded(parameters: Parameters, folded: Mapping[UUID, Levels], number: int, counters: Sequence[str]) -> str:
    levels = [at_instants[number] for at_instants in folded.values()]
    arrays = [parameters.add(list(folded), "uuid[]")]
    arrays += [parameters.add([known.get(counter) for known in levels], "bigint[]") for counter in counters]
    return f"""
        LEFT JOIN unnest({", ".join(arrays)}) AS folded_{number} (id, {", ".join(counters)})
               ON folded_{number}.id = video.id"""


def _midnight(instant: datetime) -> datetime:
    """The UTC midnight before an instant, or at it."""
    return datetime.combine(utc_day(instant), time(), UTC)
