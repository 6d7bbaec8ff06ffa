"""What tests begin with: an organization of their own, accounts, facts and refreshes at given instants."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from app.core.access.keys import authenticate, create_key
from app.core.collect.recording import (
    Recorded,
    lock_for_recording,
    record_facts,
    record_organization,
    record_post,
)
from app.core.tracking.accounts import NewAccount, track_account
from app.core.tracking.videos import NewVideo, track_video
from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.domain.records import Account, Video
from app.domain.viewer import Scope, Viewer
from app.store.accounts import lock_account_refresh
from app.store.collect.leases import lease_account
from app.store.db import execute, transaction
from app.store.observations import Source
from app.store.partitions import ensure_partitions
from app.store.tracking.tracked_videos import lock_video

NUMBERS = count(1)
Value = int | tuple[int, int]
"""A counter in a test: exact, or (approximate value, rounding step)."""


def at(text: str) -> datetime:
    """An instant in UTC: "2026-03-01 08:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def new_key(scopes: frozenset[Scope] = frozenset({Scope.ADMIN})) -> str:
    """A key of an organization of its own."""
    return await create_key(f"Test organization {uuid4()}", "test key", scopes, now=at("2025-01-01 00:00"))


async def new_viewer(scopes: frozenset[Scope] = frozenset({Scope.ADMIN})) -> Viewer:
    """A viewer of an organization of its own."""
    return await authenticate(await new_key(scopes), now=at("2025-01-01 00:00"))


async def new_account(viewer: Viewer, added_at: datetime, platform: Platform = Platform.TIKTOK) -> Account:
    """A tracked account nothing has been fetched for."""
    return await track_account(viewer, NewAccount(platform, f"account{next(NUMBERS)}"), now=added_at)


def counts(values: Mapping[str, Value]) -> dict[str, Count]:
    """Counts by counter name."""
    return {
        name: Count(value) if isinstance(value, int) else Count(value[0], value[1]) for name, value in values.items()
    }


def post(
    external_id: str,
    published_at: datetime | None,
    values: Mapping[str, Value],
    views_kind: ViewsKind = ViewsKind.PLAYS,
    platform: Platform = Platform.TIKTOK,
) -> PostFacts:
    """Facts of one post."""
    return PostFacts(
        platform=platform,
        external_id=external_id,
        kind=VideoKind.VIDEO,
        published_at=published_at,
        views_kind=views_kind if "views" in values else None,
        counts=counts(values),
    )


def account_facts(
    account: Account, captured_at: datetime, posts: Sequence[PostFacts], profile: Mapping[str, Value] | None = None
) -> AccountFacts:
    """Facts of one refresh of an account."""
    return AccountFacts(
        profile=ProfileFacts(
            platform=account.platform,
            external_id=f"id-{account.handle}",
            handle=account.handle,
            counts=counts(profile or {}),
        ),
        posts=tuple(posts),
        captured_at=captured_at,
        provider="test",
        route="test",
    )


async def record(account: Account, facts: AccountFacts, now: datetime | None = None) -> Recorded:
    """Records facts as a refresh does, partitions included."""
    await ensure_partitions(facts.captured_at, facts.captured_at)
    clock = datetime.now(UTC)
    lease = await lease_account(account.organization_id, account.id, clock, clock + timedelta(minutes=5))
    assert lease is not None
    try:
        async with transaction():
            accounts = await lock_for_recording(account.organization_id, account.id, facts)
            locked = await lock_account_refresh(account.organization_id, account.id, lease)
            assert locked is not None
            recorded = await record_facts(locked, facts, run_of(account), accounts, now or facts.captured_at)
            await record_organization(account.organization_id, recorded)
    finally:
        await release(account)
    return recorded


def run_of(account: Account) -> UUID:
    """A run id for observations whose run no test looks at."""
    return account.id


async def release(account: Account) -> None:
    """Ends whatever lease an account has, leaving its due time alone."""
    await execute("UPDATE account SET lease_id = NULL, lease_until = NULL WHERE id = $1", account.id)


async def new_video(
    viewer: Viewer, external_id: str, added_at: datetime, platform: Platform = Platform.TIKTOK
) -> Video:
    """A video tracked by itself that nothing has been fetched for."""
    return await track_video(viewer, NewVideo(platform, external_id), now=added_at)


async def record_video(video: Video, facts: PostFacts, captured_at: datetime, now: datetime | None = None) -> Recorded:
    """Records facts of one video as its refresh does, partitions included."""
    await ensure_partitions(captured_at, captured_at)
    async with transaction():
        locked = await lock_video(video.organization_id, video.id)
        assert locked is not None
        source = Source(video.id, "test", "test")
        recorded = await record_post(
            video.organization_id, locked.state, facts, captured_at, source, now or captured_at
        )
        await record_organization(video.organization_id, recorded)
    return recorded
