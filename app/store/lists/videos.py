"""Lists of videos: an organization's, and those of accounts and creators; by what they are, or by what they gained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.cursors import Key, PageRequest
from app.domain.filters import Gain, VideoFilter, VideoOrder, VideoOrderField, write_filter, write_order
from app.domain.records import Attributes, Page, Video
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.store.db import fetch
from app.store.lists.conditions import video_conditions
from app.store.lists.pages import (
    Conditions,
    Source,
    clauses_of_all,
    count_rows,
    count_rows_of,
    pages_of,
    select_page,
    select_pages_of,
)
from app.store.paging import Listing, PageClauses, SortKey, make_page, order_of, page_clauses
from app.store.parameters import Parameters
from app.store.videos import PUBLISHED, UNKNOWN_TIME, VIDEO

SORTED_BY: Mapping[VideoOrderField, tuple[str, str]] = {
    VideoOrderField.PUBLISHED_AT: ("video.published_at", "timestamptz"),
    VideoOrderField.DURATION_SECONDS: ("video.duration_seconds", "int"),
    VideoOrderField.ADDED_AT: ("video.added_at", "timestamptz"),
    VideoOrderField.DISCOVERED_AT: (
        "CASE WHEN video.account_id IS NOT NULL THEN video.discovered_at END",
        "timestamptz",
    ),
    **{field: (f"video.{field.value}", "bigint") for field in VideoOrderField if field.name.endswith("_COUNT")},
}
NEWEST = SortKey(PUBLISHED, "timestamptz", descending=True)
"""The latest published first and unknown times last, as an expression that is never NULL and that is indexed."""

BELONGS = {
    SubjectKind.ACCOUNT: "video.account_id = parent.id",
    SubjectKind.CREATOR: """video.account_id IN (
        SELECT linked.id FROM account linked
        WHERE linked.organization_id = video.organization_id AND linked.creator_id = parent.id
          AND linked.removed_at IS NULL
    )""",
}
"""The condition that a video belongs to `parent.id`, by what that is."""

UNKNOWN = 2**63 - 1
"""The place of an unknown gain, behind all others."""
NAME = SortKey("left(lower(coalesce(video.caption, '')), 255) COLLATE \"C\"", "text", descending=False)
"""What tells equal gains apart where nothing else does, as in a ranking."""


@dataclass(frozen=True, slots=True)
class Gains:
    """A query of what a counter gained: `id`, `account_id` and the column `gain` of each video that is listed."""

    query: str
    column: str
    parameters: Parameters
    """Those of the query."""


def listing_of(filter: VideoFilter, order: VideoOrder, parent: tuple[SubjectKind, UUID] | None = None) -> Listing:
    """The videos of a filter in an order: an organization's, or those of an account or a creator."""
    whose = "" if parent is None else f" of {parent[0].value} {parent[1]}"
    return Listing(f"videos{whose} {write_filter(filter)} by {write_order(order)}", _sort_keys(order))


def sort_values_of(video: Video) -> Sequence[Key]:
    """The order values of a video where the latest published comes first."""
    return video.published_at or UNKNOWN_TIME, video.id


async def page_videos(
    viewer: Viewer,
    filter: VideoFilter,
    order: VideoOrder,
    page: PageRequest,
    *,
    gains: Gains | None,
    with_total: bool,
    attributes: Attributes | None,
) -> Page[Video]:
    """One page of the organization's videos; `gains` are those the order names. Raises InvalidCursor."""
    listing, conditions = listing_of(filter, order), _conditions(viewer, filter)
    source = Source.of("video", VIDEO.of(attributes))
    if gains is None:
        return await select_page(source, listing, viewer, page, conditions, with_total=with_total)
    clauses = page_clauses(listing, viewer, page, gains.parameters)
    rows = await fetch(_gained(source, gains, order, listing, clauses, "NULL::uuid"), *gains.parameters.values)
    total = await count_rows("video", conditions) if with_total else None
    return make_page(listing, viewer, page, rows, source.read, listing.sort_values, total)


async def page_videos_of(
    viewer: Viewer,
    kind: SubjectKind,
    ids: Sequence[UUID],
    filter: VideoFilter,
    order: VideoOrder,
    page: PageRequest,
    *,
    gains: Gains | None,
    with_total: bool,
    attributes: Attributes | None,
) -> dict[UUID, Page[Video]]:
    """One page of each account's or creator's discovered videos; one statement however many there are.

    `gains` are those the order names, of the videos of just these. Raises InvalidCursor.
    """
    listings = {id: listing_of(filter, order, (kind, id)) for id in ids}
    if not listings:
        return {}
    belongs, conditions = BELONGS[kind], _conditions(viewer, filter)
    source = Source.of("video", VIDEO.of(attributes))
    if gains is None:
        return await select_pages_of(source, listings, belongs, viewer, page, conditions, with_total=with_total)
    clauses = clauses_of_all(listings, viewer, page, gains.parameters)
    parent = "gained.account_id"
    if kind is SubjectKind.CREATOR:
        parent = "(SELECT creator_id FROM account WHERE id = gained.account_id AND removed_at IS NULL)"
    listing = next(iter(listings.values()))
    rows = await fetch(_gained(source, gains, order, listing, clauses, parent), *gains.parameters.values)
    totals = await count_rows_of("video", list(listings), belongs, conditions) if with_total else None
    return pages_of(source.read, listings, viewer, page, rows, totals)


def _gained(
    source: Source[Video], gains: Gains, order: VideoOrder, listing: Listing, clauses: PageClauses, parent: str
) -> str:
    """The statement of pages by gain.

    All gains are put in order, and nothing is read of a video but of those that a page may reach by their gain alone:
    the others' captions are never looked at. A place is a gain, with its sign turned where the greatest comes first.
    """
    sign, backward = ("-" if order[0].descending else ""), clauses.backward
    nearest, tied, further = f"place {'DESC' if backward else 'ASC'}", "false", "true"
    if clauses.at:
        tied, further = f"place = {clauses.at[0]}", f"place {'<' if backward else '>'} {clauses.at[0]}"
    return f"""
        WITH placed AS MATERIALIZED (
            SELECT gained.id, {parent} AS parent_id, coalesce({sign}gained.{gains.column}, {UNKNOWN})::bigint AS place
            FROM ({gains.query}) AS gained
        ),
        reached AS MATERIALIZED (
            SELECT id, parent_id, place FROM (
                SELECT placed.*, rank() OVER (PARTITION BY parent_id ORDER BY {nearest}) AS distance
                FROM placed WHERE {further}
            ) AS walked
            WHERE distance <= {clauses.limit}
            UNION ALL SELECT id, parent_id, place FROM placed WHERE {tied}
        )
        SELECT * FROM (
            SELECT {source.columns}, reached.parent_id, {listing.sort_columns},
                   row_number() OVER (PARTITION BY reached.parent_id ORDER BY {clauses.order}) AS number
            FROM reached JOIN video ON video.id = reached.id AND video.removed_at IS NULL
            WHERE {clauses.condition}
        ) AS listed
        WHERE number <= {clauses.limit} ORDER BY parent_id, number
    """


def _conditions(viewer: Viewer, filter: VideoFilter) -> Conditions:
    def conditions(parameters: Parameters) -> str:
        return video_conditions(parameters, parameters.add(viewer.organization_id, "uuid"), filter)

    return conditions


def _sort_keys(order: VideoOrder) -> Sequence[SortKey]:
    keys = [_sort_key(key.field, descending=key.descending) for key in order]
    if len(order) == 1 and isinstance(order[0].field, Gain):
        keys.append(NAME)
    return order_of(keys, "video.id")


def _sort_key(field: VideoOrderField | Gain, *, descending: bool) -> SortKey:
    if isinstance(field, Gain):
        return SortKey("reached.place", "bigint", descending=False)
    if field is VideoOrderField.PUBLISHED_AT and descending:
        return NEWEST
    return SortKey(*SORTED_BY[field], descending, is_nullable=True)
