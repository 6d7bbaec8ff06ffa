"""Idempotency keys: once is once, also for twins under way, other bodies, refusals and crashes; quotas beside."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest

from app.core.access.replays import forget_old_replays, once
from app.core.tracking.accounts import NewAccount, list_accounts, track_account
from app.core.tracking.removal import remove_account, restore_account
from app.domain.cursors import page_request
from app.domain.filters import AccountFilter
from app.domain.platforms import Platform
from app.domain.problems import HandleTaken, IdempotencyConflict, InvalidInput, QuotaReached, StillRunning
from app.domain.viewer import Attempt, Reply, Viewer
from app.settings import Settings
from app.store.db import execute, fetch, transaction
from tests.factories import at, new_account, new_viewer

NOW = at("2026-03-01 08:00")


def attempt(key: str = "first", body: str = "body", route: str = "/accounts", face: str = "graphql") -> Attempt:
    return Attempt(face, key, route, sha256(body.encode()).digest())


async def create(viewer: Viewer, handle: str, asked: Attempt) -> tuple[Reply, bool]:
    async def act() -> Reply:
        account = await track_account(viewer, NewAccount(Platform.TIKTOK, handle), now=NOW)
        return Reply(201, {"Location": f"/accounts/{account.id}"}, account.id.bytes)

    return await once(viewer, asked, act, now=NOW)


async def handles(viewer: Viewer) -> list[str]:
    page = await list_accounts(viewer, AccountFilter(), page_request(), with_total=False)
    return sorted(account.handle for account in page.nodes)


async def test_the_same_again_is_answered_the_same(database: None) -> None:
    viewer = await new_viewer()
    reply, was_kept = await create(viewer, "one", attempt())
    assert not was_kept
    again, was_kept = await create(viewer, "one", attempt())
    assert (again, was_kept) == (reply, True)
    assert (again.status, again.headers["Location"].startswith("/accounts/"), len(again.body)) == (201, True, 16)
    assert await handles(viewer) == ["one"]


async def test_another_body_or_route_under_the_same_key_is_refused(database: None) -> None:
    viewer = await new_viewer()
    await create(viewer, "one", attempt())
    for asked in (attempt(body="other"), attempt(route="/videos")):
        with pytest.raises(IdempotencyConflict):
            await create(viewer, "two", asked)
    assert await handles(viewer) == ["one"]


async def test_keys_belong_to_one_api_key_and_one_face(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    await create(viewer, "one", attempt())
    await create(viewer, "two", attempt(face="v2"))
    await create(other, "one", attempt())
    assert (await handles(viewer), await handles(other)) == (["one", "two"], ["one"])


async def test_a_refused_one_can_be_tried_again(database: None) -> None:
    viewer = await new_viewer()
    taken = await track_account(viewer, NewAccount(Platform.TIKTOK, "one"), now=NOW)
    with pytest.raises(HandleTaken):
        await create(viewer, "one", attempt())
    await remove_account(viewer, taken.id, now=NOW)
    _, was_kept = await create(viewer, "one", attempt())
    assert not was_kept


async def test_racing_twins_create_one(database: None) -> None:
    viewer = await new_viewer()
    answers = await asyncio.gather(*(create(viewer, "one", attempt()) for _ in range(4)))
    assert sorted(was_kept for _, was_kept in answers) == [False, True, True, True]
    assert len({reply.body for reply, _ in answers}) == 1
    assert await handles(viewer) == ["one"]


async def test_a_twin_that_waits_in_vain_is_told_when_to_ask_again(database: None) -> None:
    viewer = await new_viewer()
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> Reply:
        under_way.set()
        await go_on.wait()
        return Reply(201, {}, b"slow")

    first = asyncio.create_task(once(viewer, attempt(), slow, now=NOW))
    await under_way.wait()
    with pytest.raises(StillRunning) as refused:
        await create(viewer, "one", attempt())
    assert refused.value.retry_after_seconds == 1
    go_on.set()
    assert (await first)[0].body == b"slow"
    assert (await create(viewer, "one", attempt()))[0].body == b"slow"
    assert await handles(viewer) == []


async def test_what_is_kept_is_forgotten_after_a_day(own_engines: Settings) -> None:
    viewer = await new_viewer()
    await create(viewer, "one", attempt())
    await forget_old_replays(NOW + timedelta(hours=24))
    assert len(await fetch("SELECT FROM replay")) == 1
    await forget_old_replays(NOW + timedelta(hours=24, seconds=1))
    assert await fetch("SELECT FROM replay") == []


@pytest.mark.parametrize("key", ["", "k" * 256, "caf\u00e9", "a\nb"])
async def test_keys_that_cannot_be_are_named(database: None, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create(await new_viewer(), "one", attempt(key=key))
    assert refused.value.path == ("idempotency_key",)


async def test_the_account_quota_holds_also_for_creates_at_once(database: None) -> None:
    viewer = await new_viewer()
    await execute("UPDATE organization SET account_quota = 3 WHERE id = $1", viewer.organization_id)
    tracked = await asyncio.gather(*(new_account(viewer, NOW) for _ in range(5)), return_exceptions=True)
    refused = [answer for answer in tracked if isinstance(answer, QuotaReached)]
    assert ([answer.limit for answer in refused], len(await handles(viewer))) == ([3, 3], 3)
    removed = next(answer for answer in tracked if not isinstance(answer, BaseException))
    await remove_account(viewer, removed.id, now=NOW)
    await new_account(viewer, NOW)
    with pytest.raises(QuotaReached):
        await restore_account(viewer, removed.id, now=NOW)
    async with transaction():
        await execute("UPDATE organization SET account_quota = NULL WHERE id = $1", viewer.organization_id)
    await restore_account(viewer, removed.id, now=NOW)
    assert len(await handles(viewer)) == 4
