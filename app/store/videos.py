"""Videos: rows to records, and what a refresh does to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.facts import PostFacts
from app.domain.links import post_url
from app.domain.metrics import POST_COUNTERS, POST_EXTRAS
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.domain.records import Attributes, Video
from app.domain.search import folded
from app.store.db import execute, fetch
from app.store.ids import new_id
from app.store.records import Made, Shapes

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
PUBLISHED = "coalesce(video.published_at, '1970-01-01 00:00:00+00'::timestamptz)"
"""When a post was published, unknown times last; the index `video_newest` is over the same expression."""

DESCRIBED = (
    ("shortcode", "text"),
    ("author_handle", "text"),
    ("author_external_id", "text"),
    ("kind", "text"),
    ("caption", "text"),
    ("duration_seconds", "int"),
    ("thumbnail_url", "text"),
    ("video_url", "text"),
    ("is_pinned", "bool"),
    *((name, "bigint") for name in POST_EXTRAS),
)
"""What a post looks like now: taken over from the newest facts, where they know it."""


STATE_COLUMNS = ", ".join(
    (
        *("id", "account_id", "added_at", "external_id", "published_at", "caption"),
        *("first_refreshed_at", "last_refreshed_at", "last_observed_day", "grows_from_zero", "views_known_late_at"),
        "views_kind",
        *(column for name in POST_COUNTERS for column in (name, f"{name}_start")),
    )
)
"""The columns `video_state` reads."""


@dataclass(slots=True)
class VideoState:
    """Where a post stands in the database, as a refresh finds and leaves it."""

    id: UUID
    account_id: UUID | None
    """The account whose feed it was found in."""
    added_at: datetime | None
    """When tracking of the post by itself began; None while it is not."""
    external_id: str
    published_at: datetime | None
    caption: str | None
    first_refreshed_at: datetime | None
    last_refreshed_at: datetime | None
    last_observed_day: date | None
    grows_from_zero: bool
    views_known_late_at: datetime | None
    views_kind: ViewsKind | None
    levels: dict[str, int]
    starts: dict[str, int]


async def select_videos(
    organization_id: UUID, ids: Sequence[UUID], attributes: Attributes | None = None
) -> dict[UUID, Video]:
    """The organization's videos among `ids`, with those attributes or all."""
    shape = VIDEO.of(attributes)
    rows = await fetch(
        f"""
        SELECT {shape.columns_of("video")} FROM video
        WHERE organization_id = $1 AND id = ANY($2) AND removed_at IS NULL
        """,
        organization_id,
        list(ids),
    )
    return {row["id"]: shape.read(row) for row in rows}


async def select_known_levels(organization_id: UUID, account_id: UUID, most: int) -> dict[str, dict[str, int]]:
    """The latest known counters of an account's newest posts, at most so many of them, by the platform's own ids."""
    rows = await fetch(
        f"""
        SELECT external_id, {", ".join(POST_COUNTERS)} FROM video
        WHERE organization_id = $1 AND account_id = $2 AND removed_at IS NULL
        ORDER BY coalesce(published_at, 'epoch') DESC, id DESC LIMIT $3
        """,
        organization_id,
        account_id,
        most,
    )
    return {
        row["external_id"]: {counter: row[counter] for counter in POST_COUNTERS if row[counter] is not None}
        for row in rows
    }


async def select_discovered_ids(
    organization_id: UUID, numbers: Mapping[Platform, Sequence[int]]
) -> dict[tuple[Platform, int], UUID]:
    """The organization's discovered videos by platform and internal number."""
    asked = [(platform, number) for platform, of_platform in numbers.items() for number in of_platform]
    rows = await fetch(
        """
        SELECT video.id, video.platform, video.internal_id
        FROM unnest($2::text[], $3::bigint[]) AS wanted (platform, internal_id)
        JOIN video ON video.internal_id = wanted.internal_id AND video.platform = wanted.platform
                  AND video.organization_id = $1 AND video.account_id IS NOT NULL AND video.removed_at IS NULL
        """,
        organization_id,
        [platform.value for platform, _ in asked],
        [number for _, number in asked],
    )
    return {(PLATFORMS[row["platform"]], row["internal_id"]): row["id"] for row in rows}


async def lock_post_owners(
    organization_id: UUID, account_id: UUID, platform: Platform, external_ids: Sequence[str]
) -> set[UUID]:
    """Locks an account and those that brought in posts among `external_ids`, in one order for everybody; their ids."""
    rows = await fetch(
        """
        SELECT id FROM account WHERE organization_id = $1 AND id = ANY(ARRAY[$2::uuid] || ARRAY(
            SELECT account_id FROM video
            WHERE organization_id = $1 AND platform = $3 AND external_id = ANY($4) AND removed_at IS NULL
        ))
        ORDER BY id FOR UPDATE
        """,
        organization_id,
        account_id,
        platform.value,
        list(external_ids),
    )
    return {row["id"] for row in rows}


async def lock_video_states(
    organization_id: UUID, platform: Platform, external_ids: Sequence[str]
) -> dict[str, VideoState]:
    """The posts the organization has among `external_ids`, by external id, locked until the transaction ends."""
    rows = await fetch(
        f"""
        SELECT {STATE_COLUMNS}
        FROM video WHERE organization_id = $1 AND platform = $2 AND external_id = ANY($3) AND removed_at IS NULL
        ORDER BY id
        FOR UPDATE
        """,
        organization_id,
        platform.value,
        list(external_ids),
    )
    return {row["external_id"]: video_state(row) for row in rows}


async def insert_discovered_videos(
    organization_id: UUID,
    account_id: UUID,
    posts: Sequence[PostFacts],
    discovered_at: datetime,
    tracked_since: datetime,
) -> dict[str, VideoState]:
    """Adds posts found in an account's feed, by external id. One that another transaction added first is left out.

    A post published at or after `tracked_since` grows from zero: its first counters are growth, not a baseline.
    """
    # In the order of what they may collide on, so that two transactions adding the same posts wait, and never deadlock.
    new = [(new_id(), post) for post in sorted(posts, key=lambda post: post.external_id)]
    rows = await fetch(
        """
        INSERT INTO video (id, organization_id, account_id, platform, external_id, kind, published_at, discovered_at,
                           first_refreshed_at, grows_from_zero, search_text, is_pinned, is_unavailable)
        SELECT new.id, $1, $2, new.platform, new.external_id, new.kind, new.published_at, $3, $3,
               new.grows, new.search_text, false, false
        FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::bool[], $10::text[])
             AS new (id, platform, external_id, kind, published_at, grows, search_text)
        ON CONFLICT (organization_id, platform, external_id) WHERE removed_at IS NULL DO NOTHING
        RETURNING id, external_id, published_at, grows_from_zero
        """,
        organization_id,
        account_id,
        discovered_at,
        [identity for identity, _ in new],
        [post.platform.value for _, post in new],
        [post.external_id for _, post in new],
        [post.kind.value for _, post in new],
        [post.published_at for _, post in new],
        [post.published_at is not None and post.published_at >= tracked_since for _, post in new],
        [folded(post.caption) for _, post in new],
    )
    return {
        row["external_id"]: VideoState(
            id=row["id"],
            account_id=account_id,
            added_at=None,
            external_id=row["external_id"],
            published_at=row["published_at"],
            caption=None,
            first_refreshed_at=None,
            last_refreshed_at=None,
            last_observed_day=None,
            grows_from_zero=row["grows_from_zero"],
            views_known_late_at=None,
            views_kind=None,
            levels={},
            starts={},
        )
        for row in rows
    }


async def set_account(organization_id: UUID, ids: Sequence[UUID], account_id: UUID, found_at: datetime) -> None:
    """Gives lone posts to the account in whose feed they were found."""
    await execute(
        """
        UPDATE video SET account_id = $3, discovered_at = $4, left_account_id = NULL
        WHERE organization_id = $1 AND id = ANY($2)
        """,
        organization_id,
        list(ids),
        account_id,
        found_at,
    )


async def update_observed_videos(
    organization_id: UUID,
    states: Sequence[VideoState],
    described: Mapping[UUID, PostFacts],
    found_at: datetime | None,
) -> None:
    """Writes where posts stand now, and takes over what the newest facts show of those in `described`.

    `found_at` is when they were seen in their account's feed; None when they were asked for one by one.
    """
    if not states:
        return
    ordered = sorted(states, key=lambda state: state.id)
    columns: list[tuple[str, str, Sequence[object]]] = [
        ("published_at", "timestamptz", [state.published_at for state in ordered]),
        ("first_refreshed_at", "timestamptz", [state.first_refreshed_at for state in ordered]),
        ("last_refreshed_at", "timestamptz", [state.last_refreshed_at for state in ordered]),
        ("last_observed_day", "date", [state.last_observed_day for state in ordered]),
        ("grows_from_zero", "bool", [state.grows_from_zero for state in ordered]),
        ("views_known_late_at", "timestamptz", [state.views_known_late_at for state in ordered]),
        ("views_kind", "text", [state.views_kind for state in ordered]),
        *((name, "bigint", [state.levels.get(name) for state in ordered]) for name in POST_COUNTERS),
        *((f"{name}_start", "bigint", [state.starts.get(name) for state in ordered]) for name in POST_COUNTERS),
    ]
    facts = [described.get(state.id) for state in ordered]
    looks: list[tuple[str, str, Sequence[object]]] = [
        (name, kind, [_described(post, name) for post in facts]) for name, kind in DESCRIBED
    ]
    looks = [look for look in looks if any(value is not None for value in look[2])]
    keys: list[tuple[str, str, Sequence[object]]] = [
        ("id", "uuid", [state.id for state in ordered]),
        ("search_text", "text", [_search_text(state, post) for state, post in zip(ordered, facts, strict=True)]),
    ]
    everything = [*keys, *columns, *looks]
    unnested = ", ".join(f"${number}::{kind}[]" for number, (_, kind, _) in enumerate(everything, 3))
    assignments = [
        *(f"{name} = new.{name}" for name, _, _ in columns),
        *(f"{name} = coalesce(new.{name}, video.{name})" for name, _, _ in looks),
        "discovered_at = CASE WHEN discovered_at IS NOT NULL THEN least(discovered_at, $2) END",
        "search_text = coalesce(new.search_text, video.search_text)",
    ]
    await execute(
        f"""
        UPDATE video SET {", ".join(assignments)}
        FROM unnest({unnested}) AS new ({", ".join(name for name, _, _ in everything)})
        WHERE video.organization_id = $1 AND video.id = new.id
        """,
        organization_id,
        found_at,
        *(values for _, _, values in everything),
    )


def _described(post: PostFacts | None, name: str) -> object:
    if post is None:
        return None
    if name in POST_EXTRAS:
        count = post.counts.get(name)
        return None if count is None else count.value
    return getattr(post, name)


def _search_text(state: VideoState, post: PostFacts | None) -> str | None:
    """What a caption is found by, where it is another than before: folding long ones takes longer than all the rest."""
    if post is None or not post.caption or post.caption == state.caption:
        return None
    return folded(post.caption)


def video_state(row: asyncpg.Record) -> VideoState:
    """Where the post of a video row stands."""
    return VideoState(
        id=row["id"],
        account_id=row["account_id"],
        added_at=row["added_at"],
        external_id=row["external_id"],
        published_at=row["published_at"],
        caption=row["caption"],
        first_refreshed_at=row["first_refreshed_at"],
        last_refreshed_at=row["last_refreshed_at"],
        last_observed_day=row["last_observed_day"],
        grows_from_zero=row["grows_from_zero"],
        views_known_late_at=row["views_known_late_at"],
        views_kind=ViewsKind(row["views_kind"]) if row["views_kind"] else None,
        levels={name: row[name] for name in POST_COUNTERS if row[name] is not None},
        starts={name: row[f"{name}_start"] for name in POST_COUNTERS if row[f"{name}_start"] is not None},
    )


PLATFORMS = {platform.value: platform for platform in Platform}
KINDS: Mapping[str | None, VideoKind | None] = {None: None, **{kind.value: kind for kind in VideoKind}}
VIEWS_KINDS: Mapping[str | None, ViewsKind | None] = {None: None, **{kind.value: kind for kind in ViewsKind}}

VIDEO = Shapes(
    Video,
    {
        "platform": Made(("platform",), lambda row: PLATFORMS[row["platform"]]),
        "kind": Made(("kind",), lambda row: KINDS[row["kind"]]),
        "url": Made(
            ("platform", "external_id", "shortcode", "author_handle"),
            lambda row: post_url(
                PLATFORMS[row["platform"]], row["external_id"], row["shortcode"], row["author_handle"]
            ),
        ),
        "discovered_at": Made(
            ("discovered_at", "account_id"), lambda row: row["discovered_at"] if row["account_id"] is not None else None
        ),
        "metadata": Made(("metadata",), lambda row: msgspec.json.decode(row["metadata"], type=dict[str, str])),
        "next_refresh_at": Made(
            ("next_refresh_at", "is_active"), lambda row: row["next_refresh_at"] if row["is_active"] else None
        ),
        "refresh_interval_hours": Made(
            ("refresh_interval_hours", "added_at"),
            lambda row: row["refresh_interval_hours"] if row["added_at"] is not None else None,
        ),
        "views_kind": Made(("views_kind",), lambda row: VIEWS_KINDS[row["views_kind"]]),
    },
    always=frozenset({"id", "organization_id", "account_id"}),
)
"""Records of video rows."""
