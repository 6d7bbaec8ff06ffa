"""Ranked pages: those who take part ordered by a metric, a page of them cut out, each with its ranks."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import asyncpg

from app.domain.cursors import Key, PageRequest
from app.domain.metrics import POSTS_PUBLISHED, RATIOS, Value
from app.domain.records import Page
from app.domain.viewer import Viewer
from app.store.analytics.series import Bounds
from app.store.db import fetch
from app.store.paging import Listing, SortKey, make_page, page_clauses
from app.store.parameters import Parameters

NOW, BEFORE = "now", "before"
"""What the columns of a term end in: in the window, and in the window before it."""

LONGEST_NAME = 255
"""Names tell ties apart by so many characters, so that a cursor can hold one."""

UNKNOWN = 2**63 - 1
"""The place of an unknown counter, behind all others: a place is the value with its sign turned."""

DIGITS = 40
"""Quotients are compared by that many decimals. Two that differ, of denominators under 2^63, differ by more than
2^-126, which is more than 10^-38: so the quotients are in the very order of the fractions, and equal when they are."""


@dataclass(frozen=True, slots=True)
class Entrants:
    """Those who take part: a query of their terms, and the table that holds their names.

    `terms` selects `id` and for each term of the metric `<term>_now`, and `<term>_before` where the window before is
    wanted too. `first_observed_at` is an expression over the table, which goes by the name of `subject`.
    """

    terms: str
    table: str
    name: str
    first_observed_at: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row of a ranking: its ranks, the exact values, and when the subject was first observed."""

    id: UUID
    rank: int
    previous_rank: int | None
    value: Value
    previous_value: Value
    first_observed_at: datetime | None


def ranked_terms(metric: str) -> tuple[str, ...]:
    """The terms that decide the places."""
    if metric in RATIOS:
        return (*RATIOS[metric].numerator, RATIOS[metric].denominator)
    return (metric,) if metric == POSTS_PUBLISHED else (f"{metric}_gain",)


def ranked_windows(bounds: Bounds) -> list[tuple[int, str]]:
    """Which stretch of the bounds is which: the last one the window, one before that the window before."""
    last = bounds.count - 1
    return [(last, NOW)] if last == 0 else [(last, NOW), (last - 1, BEFORE)]


def days_in(bounds: Bounds, place: int) -> int:
    """How many days a stretch of the bounds has."""
    return (bounds.days[place + 1] - bounds.days[place]).days


async def page_ranking(
    viewer: Viewer,
    binding: str,
    metric: str,
    entrants: Entrants,
    parameters: Parameters,
    page: PageRequest,
    *,
    with_previous: bool,
) -> tuple[Page[Ranked], int]:
    """One page of a ranking, and how many take part. One statement, so that all ranks are of one moment.

    The order is by value, the greatest first and unknown ones last, then by lower-cased name (collation C), then by id.
    Lower case is the database's, of at most 255 characters. Names are read only of those whose value is also somebody's
    on the page. `parameters` holds those of the terms. Raises InvalidCursor.
    """
    place_type = "text::numeric" if metric in RATIOS else "bigint"
    order = (("place_now", place_type), ('name COLLATE "C"', "text"), ("id", "uuid"))
    listing = Listing(binding, [SortKey(expression, kind, descending=False) for expression, kind in order])
    clauses = page_clauses(listing, viewer, page, parameters)
    tied, further, passed = "false", "true", "(SELECT count(*) FROM valued)" if page.backward else "0"
    if clauses.at:
        place, *tie = clauses.at
        tied, further = f"place_now = {place}", f"place_now {'<' if page.backward else '>'} {place}"
        passed = f"""
            (SELECT count(*) FROM valued WHERE place_now < {place})
            + (SELECT count(*) FROM named
               WHERE {tied} AND (name COLLATE "C", id) {"<" if page.backward else "<="} ({", ".join(tie)}))"""
    direction, reach = ("DESC", ">= (SELECT min") if page.backward else ("ASC", "<= (SELECT max")
    windows = (NOW, BEFORE) if with_previous else (NOW,)
    name = f"left(lower(coalesce(subject.{entrants.name}, '')), {LONGEST_NAME})"
    rows = await fetch(
        f"""
        WITH valued AS MATERIALIZED (
            SELECT id, {", ".join(_places(metric, window) for window in windows)}
            FROM (SELECT id, {", ".join(_fraction(metric, window) for window in windows)}
                  FROM ({entrants.terms}) AS terms) AS fractions
        ),
        named AS MATERIALIZED (
            SELECT candidate.*, (SELECT {name} FROM {entrants.table} subject WHERE subject.id = candidate.id) AS name
            FROM valued AS candidate
            WHERE {tied} OR {further} AND place_now {reach}(place_now) FROM (
                SELECT place_now FROM valued WHERE {further} ORDER BY place_now {direction} LIMIT {page.size + 1}
            ) AS nearest)
        ),
        page AS MATERIALIZED (SELECT * FROM named WHERE {clauses.condition} {clauses.order_by})
        {_previous_ranks(entrants.table, name) if with_previous else ""}
        SELECT (SELECT count(*) FROM valued) AS ranked_count, {passed} AS passed, page.*,
               (SELECT {entrants.first_observed_at} FROM {entrants.table} subject WHERE subject.id = page.id)
                   AS first_observed_at
               {", previous.rank AS previous_rank" if with_previous else ""}
        FROM (VALUES (true)) AS always LEFT JOIN page ON true
             {"LEFT JOIN previous ON previous.subject_id = page.id" if with_previous else ""}
        {clauses.order_by}
        """,
        *parameters.values,
    )
    found = [row for row in rows if row["id"] is not None]
    ranks = {row["id"]: row["passed"] + number for number, row in enumerate(found, 1)}
    if page.backward:
        ranks = {row["id"]: row["passed"] - number for number, row in enumerate(found)}

    def read(row: asyncpg.Record) -> Ranked:
        return Ranked(
            id=row["id"],
            rank=ranks[row["id"]],
            previous_rank=row["previous_rank"] if with_previous else None,
            value=_value(metric, row, NOW),
            previous_value=_value(metric, row, BEFORE) if with_previous else None,
            first_observed_at=row["first_observed_at"],
        )

    return make_page(listing, viewer, page, found, read, _keys, None), rows[0]["ranked_count"]


def _previous_ranks(table: str, name: str) -> str:
    """The ranks that those on the page had in the window before.

    Those with a smaller place there are counted, in one pass for the whole page; those with the same place are put in
    order by name.
    """
    return f""",
        wanted AS MATERIALIZED (
            SELECT array_agg(DISTINCT place_before ORDER BY place_before) AS places FROM page
        ),
        ahead AS MATERIALIZED (
            SELECT width_bucket(place_before, (SELECT places FROM wanted)) AS bucket, count(*) AS number
            FROM valued GROUP BY bucket
        ),
        tied AS (
            SELECT valued.id, place_before,
                   row_number() OVER (PARTITION BY place_before ORDER BY {name} COLLATE "C", valued.id) AS number
            FROM wanted CROSS JOIN unnest(places) AS place_before
            JOIN valued USING (place_before) JOIN {table} AS subject ON subject.id = valued.id
        ),
        previous AS (
            SELECT id AS subject_id,
                   tied.number + (
                       SELECT coalesce(sum(number), 0) FROM ahead WHERE bucket < array_position(places, place_before)
                   )::bigint AS rank
            FROM tied CROSS JOIN wanted WHERE id IN (SELECT id FROM page)
        )"""


def _fraction(metric: str, window: str) -> str:
    """A metric as what is divided (NULL while unknown) and, of a ratio, what by; its scale changes no order."""
    if metric not in RATIOS:
        return f"{ranked_terms(metric)[0]}_{window} AS numerator_{window}"
    added = [f"{term}_{window}" for term in RATIOS[metric].numerator]
    denominator = f"{RATIOS[metric].denominator}_{window}"
    return f"""
        CASE WHEN {denominator} > 0 AND num_nonnulls({", ".join(added)}) > 0
             THEN {" + ".join(f"coalesce({term}, 0)" for term in added)} END AS numerator_{window},
        {denominator} AS denominator_{window}"""


def _places(metric: str, window: str) -> str:
    """What rows are ordered by, the smaller the further ahead; of a ratio also the fraction that it comes from."""
    if metric not in RATIOS:
        return f"coalesce(-numerator_{window}, {UNKNOWN})::bigint AS place_{window}"
    quotient = f"numerator_{window}::numeric({20 + DIGITS}, {DIGITS}) / denominator_{window}"
    return f"coalesce(-({quotient}), 'Infinity') AS place_{window}, numerator_{window}, denominator_{window}"


def _value(metric: str, row: asyncpg.Record, window: str) -> Value:
    if metric not in RATIOS:
        place: int = row[f"place_{window}"]
        return None if place == UNKNOWN else -place
    if row[f"numerator_{window}"] is None:
        return None
    return Fraction(RATIOS[metric].scale * row[f"numerator_{window}"], row[f"denominator_{window}"])


def _keys(row: asyncpg.Record) -> tuple[Key, ...]:
    place = row["place_now"]
    return str(place) if isinstance(place, Decimal) else place, row["name"], row["id"]
