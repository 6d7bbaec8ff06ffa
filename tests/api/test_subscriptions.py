"""Subscriptions: what they show, to whom, from which process, and when they are over."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.api.graphql.serving.live import feeds, followed, hub
from app.api.graphql.values.ids import encode_id
from app.domain.records import Account, RunState
from app.settings import Settings
from tests.api.conftest import Caller
from tests.api.live import ACCOUNTS, PROGRESS, Api, Client, begin_refresh, events, refreshed, served, tell
from tests.factories import account_facts as facts_of
from tests.factories import at, new_account, post, record
from tests.valkeys import own_valkey

START = at("2026-03-01 08:00")


@pytest.fixture
async def api(caller: Caller, settings: Settings) -> AsyncIterator[Api]:
    async with served(settings) as api:
        yield api


def shown(message: Any) -> Any:
    """What a `next` shows, without its root field."""
    assert message["type"] == "next", message
    assert "errors" not in message["payload"], message
    return next(iter(message["payload"]["data"].values()))


async def follow_accounts(client: Client, id: str = "a", accounts: list[Account] | None = None) -> None:
    ids = None if accounts is None else [encode_id("Account", account.id) for account in accounts]
    await client.subscribe(id, ACCOUNTS, ids=ids)
    await client.settle()


async def test_an_account_is_shown_as_it_is_after_its_refresh(api: Api, caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    async with api.follower(caller.key) as client:
        await follow_accounts(client)
        await record(account, facts_of(account, START, [], {"followers": 12}))
        await tell(settings, refreshed(account))
        message = await client.hear()
        assert message == {
            "id": "a",
            "type": "next",
            "payload": {"data": {"accountRefreshed": {"account": {"handle": account.handle, "followerCount": 12}}}},
        }


async def test_only_the_accounts_asked_for(api: Api, caller: Caller, settings: Settings) -> None:
    one, other = [await new_account(caller.viewer, START) for _ in range(2)]
    async with api.follower(caller.key) as client:
        await follow_accounts(client, "one", [one])
        await tell(settings, refreshed(other), refreshed(one))
        assert shown(await client.hear())["account"]["handle"] == one.handle


async def test_every_process_tells_its_own_subscribers(api: Api, caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    async with served(settings) as another, api.follower(caller.key) as here, another.follower(caller.key) as there:
        for client in (here, there):
            await follow_accounts(client)
        await tell(settings, refreshed(account))
        for client in (here, there):
            assert shown(await client.hear())["account"]["handle"] == account.handle


async def test_nobody_is_shown_what_is_anothers(api: Api, caller: Caller, stranger: Caller, settings: Settings) -> None:
    ours, theirs = await new_account(caller.viewer, START), await new_account(stranger.viewer, START)
    run = await begin_refresh(stranger.viewer, theirs)
    async with api.follower(caller.key) as client:
        await follow_accounts(client, "all")
        await follow_accounts(client, "theirs", [theirs])
        await tell(settings, refreshed(theirs), refreshed(ours))
        message = await client.hear()
        assert (message["id"], shown(message)["account"]["handle"]) == ("all", ours.handle)
        await client.settle()

        await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id)])
        (error,) = (await client.hear())["payload"]
        assert error["extensions"] == {"code": "NOT_FOUND", "argument": "runIds"}
        # A message that says it is of their account on our channel shows nothing either.
        forged = refreshed(theirs)
        await tell(settings, type(forged)(**{**_members(forged), "organization_id": ours.organization_id}))
        await client.settle()


def _members(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


async def test_videos_of_a_feed_are_shown_one_by_one(api: Api, caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    posts = [post(f"{account.handle}-{number}", START, {"views": number}) for number in range(3)]
    recorded = await record(account, facts_of(account, START, posts))
    assert len(recorded.observed) == 3
    query = """
    subscription($videos: [ID!], $account: ID) {
      videoRefreshed(videoIds: $videos, accountId: $account) { video { id viewCount account { handle } } run { id } }
    }
    """
    ids = [encode_id("Video", id) for id in recorded.observed]
    async with api.follower(caller.key) as client:
        await client.subscribe("all", query)
        await client.subscribe("one", query, videos=ids[1:2])
        await client.subscribe("feed", query, account=encode_id("Account", account.id))
        await client.settle()
        await tell(settings, refreshed(account, *recorded.observed))
        messages = [await client.hear() for _ in range(7)]
    told = sorted((message["id"], shown(message)["video"]["viewCount"]) for message in messages)
    assert told == [*[("all", n) for n in range(3)], *[("feed", n) for n in range(3)], ("one", 1)]
    assert {shown(message)["video"]["account"]["handle"] for message in messages} == {account.handle}


async def test_a_refresh_is_followed_to_its_end(api: Api, caller: Caller, settings: Settings) -> None:
    run = await begin_refresh(caller.viewer, await new_account(caller.viewer, START))
    async with api.follower(caller.key) as client:
        await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id)])
        assert shown(await client.hear()) == {"run": {"state": "RUNNING"}, "endedCount": 0, "runCount": 1}
        await run.finish(RunState.FAILED)
        await tell(settings, run.moved(RunState.RUNNING), run.moved(RunState.FAILED))
        assert shown(await client.hear()) == {"run": {"state": "FAILED"}, "endedCount": 1, "runCount": 1}
        assert await client.hear() == {"id": "run", "type": "complete"}


async def test_who_comes_late_is_shown_the_end_at_once(api: Api, caller: Caller) -> None:
    runs = [await begin_refresh(caller.viewer, await new_account(caller.viewer, START)) for _ in range(2)]
    for run in runs:
        await run.finish(RunState.SUCCEEDED)
    async with api.follower(caller.key) as client:
        await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id) for run in runs])
        assert [shown(await client.hear())["endedCount"] for _ in runs] == [1, 2]
        assert (await client.hear())["type"] == "complete"


async def test_a_state_whose_message_was_lost_is_found_out(
    monkeypatch: pytest.MonkeyPatch, caller: Caller, settings: Settings
) -> None:
    monkeypatch.setattr(hub, "LOOKED_EVERY_SECONDS", 0.05)
    run = await begin_refresh(caller.viewer, await new_account(caller.viewer, START))
    async with served(settings) as api, api.follower(caller.key) as client:
        await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id)])
        assert shown(await client.hear())["run"] == {"state": "RUNNING"}
        await run.finish(RunState.LOST)
        assert shown(await client.hear())["run"] == {"state": "LOST"}
        assert (await client.hear())["type"] == "complete"


async def test_who_is_told_too_much_at_once_is_shown_how_things_stand(
    monkeypatch: pytest.MonkeyPatch, api: Api, caller: Caller, settings: Settings
) -> None:
    monkeypatch.setattr(followed, "MOST_WAITING", 2)
    account = await new_account(caller.viewer, START)
    run = await begin_refresh(caller.viewer, account)
    async with api.follower(caller.key) as client:
        await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id)])
        assert shown(await client.hear())["run"] == {"state": "RUNNING"}
        await run.finish(RunState.CANCELLED)
        await tell(settings, *[refreshed(account) for _ in range(50)])
        assert shown(await client.hear())["run"] == {"state": "CANCELLED"}


async def test_the_same_asked_often_is_executed_once(
    monkeypatch: pytest.MonkeyPatch, api: Api, caller: Caller, settings: Settings
) -> None:
    executed: list[object] = []
    execute = feeds.execute
    monkeypatch.setattr(feeds, "execute", lambda *args, **named: (executed.append(None), execute(*args, **named))[1])
    account = await new_account(caller.viewer, START)
    async with api.follower(caller.key) as one, api.follower(caller.key) as other:
        for client in (one, other):
            for id in ("a", "b"):
                await client.subscribe(id, ACCOUNTS)
            await client.settle()
        await client.subscribe("c", ACCOUNTS, ids=[encode_id("Account", account.id)])
        await client.settle()
        await tell(settings, refreshed(account))
        heard = [(await client.hear())["payload"] for client in (one, one, other, other, other)]
    assert all(payload == heard[0] for payload in heard)
    assert len(executed) == 2


async def test_beginning_and_each_event_cost_points_once_for_the_same(
    api: Api, caller: Caller, settings: Settings
) -> None:
    account = await new_account(caller.viewer, START)

    async def left() -> int:
        body = (await caller.post('{"query":"{__typename}"}')).json()
        return int(body["extensions"]["cost"]["remaining"])

    async with api.follower(caller.key) as client:
        before = await left()
        for id in "abc":
            await client.subscribe(id, ACCOUNTS)
        await client.settle()
        begun = await left()
        assert before - begun == 1 + 1 + 1  # beginning, settling, asking
        await tell(settings, refreshed(account), refreshed(account))
        for _ in range(6):
            assert shown(await client.hear())
        assert begun - await left() == 2 * 2 + 1  # an event costs its reading and four values


async def test_an_event_costs_what_the_guide_says(caller: Caller) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()
    ((query, points),) = re.findall(r"```graphql\n([^`]*)```\n\nEach event costs \*\*(\d+)\*\*", guide)
    body = (await caller.post(json.dumps({"query": query}))).json()
    assert body["extensions"]["cost"]["requested"] == int(points)


async def test_who_has_spent_the_points_is_told_and_left_out(caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    few = msgspec.structs.replace(settings, graphql_points_per_minute=4)
    async with served(few) as api, api.follower(caller.key) as client:
        await client.subscribe("a", ACCOUNTS)
        await client.settle()
        await tell(few, refreshed(account))
        assert shown(await client.hear())
        await tell(few, refreshed(account))
        message = await client.hear()
        assert (message["id"], message["type"]) == ("a", "error")
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert message["payload"][0]["extensions"]["retryAfter"] > 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { accountRefreshed { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { accountRefreshed { run { id } } videoRefreshed { run { id } } }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { accountRefreshed(accountIds: ["x"]) { account { id } } }', "BAD_USER_INPUT"),
        ("subscription { refreshProgress(runIds: []) { endedCount } }", "BAD_USER_INPUT"),
        ("subscription($a: [ID!]!) { accountRefreshed(accountIds: $a) { account { id } } }", "BAD_USER_INPUT"),
        (f"subscription {{ accountRefreshed {{ account {{ id }} }} }} # {'x' * 10_000}", "QUERY_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_followed_is_an_error_of_its_own(api: Api, caller: Caller, query: str, code: str) -> None:
    async with api.follower(caller.key) as client:
        await client.subscribe("a", query)
        message = await client.hear()
        assert (message["id"], message["type"]) == ("a", "error")
        assert {error["extensions"]["code"] for error in message["payload"]} == {code}
        await client.settle()
    async with api.stream(caller.key, query) as response:
        assert response.status_code == HTTPStatus.BAD_REQUEST
        body = json.loads(await response.aread())
    assert {error["extensions"]["code"] for error in body["errors"]} == {code}


async def test_a_subscription_over_plain_http_is_refused_in_words(caller: Caller) -> None:
    body = await caller.ask(ACCOUNTS)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_REQUEST"]
    assert "text/event-stream" in body["errors"][0]["message"]


async def test_a_removed_account_is_not_shown(api: Api, caller: Caller, settings: Settings) -> None:
    gone, there = [await new_account(caller.viewer, START) for _ in range(2)]
    mutation = "mutation($id: ID!) { removeAccount(input: { accountId: $id }) { removedAccountId } }"
    async with api.follower(caller.key) as client:
        await follow_accounts(client)
        await caller.data(mutation, id=encode_id("Account", gone.id))
        await tell(settings, refreshed(gone), refreshed(there))
        assert shown(await client.hear())["account"]["handle"] == there.handle


async def test_a_failing_event_is_masked_and_the_subscription_goes_on(
    monkeypatch: pytest.MonkeyPatch, api: Api, caller: Caller, settings: Settings
) -> None:
    account = await new_account(caller.viewer, START)
    query = "subscription { accountRefreshed { account { metrics { views { current } } } } }"

    async def fail(*_: object) -> None:
        raise RuntimeError("secret of ours")

    async with api.follower(caller.key) as client:
        await client.subscribe("a", query)
        await client.settle()
        with monkeypatch.context() as patch:
            patch.setattr("app.api.graphql.loaders.subject_metrics", fail)
            await tell(settings, refreshed(account))
            message = await client.hear()
        (error,) = message["payload"]["errors"]
        assert (message["payload"]["data"], error["extensions"]["code"]) == (None, "INTERNAL_SERVER_ERROR")
        assert "secret" not in json.dumps(message)
        await tell(settings, refreshed(account))
        assert shown(await client.hear()) == {"account": {"metrics": {"views": {"current": None}}}}


async def test_it_can_be_stopped_and_begun_again(api: Api, caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    async with api.follower(caller.key) as client:
        await follow_accounts(client)
        await client.say("complete", id="a")
        await client.settle()
        await tell(settings, refreshed(account))
        await follow_accounts(client)
        await tell(settings, refreshed(account))
        assert (await client.hear())["id"] == "a"
        await client.settle()


async def test_a_stream_shows_events_and_completes(api: Api, caller: Caller, settings: Settings) -> None:
    run = await begin_refresh(caller.viewer, await new_account(caller.viewer, START))
    async with api.stream(caller.key, PROGRESS, ids=[encode_id("RefreshRun", run.run_id)]) as response:
        assert response.status_code == HTTPStatus.OK
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert (response.headers["cache-control"], response.headers["x-accel-buffering"]) == ("no-store", "no")
        stream = events(response.aiter_lines())
        kind, data = await anext(stream)
        assert (kind, json.loads(data)["data"]["refreshProgress"]["run"]) == ("next", {"state": "RUNNING"})
        await run.finish(RunState.SUCCEEDED)
        await tell(settings, run.moved(RunState.SUCCEEDED))
        kind, data = await anext(stream)
        assert (kind, json.loads(data)["data"]["refreshProgress"]["run"]) == ("next", {"state": "SUCCEEDED"})
        assert [event async for event in stream] == [("complete", "")]


async def test_a_query_can_be_streamed_too(api: Api, caller: Caller) -> None:
    async with api.stream(caller.key, "{ viewer { keyName } }") as response:
        content = await response.aread()
    assert b"\r" not in content
    (kind, data), last = [event async for event in events(_lines(content))]
    assert (kind, json.loads(data)["data"]) == ("next", {"viewer": {"keyName": "test key"}})
    assert last == ("complete", "")


async def _lines(content: bytes) -> AsyncIterator[str]:
    for line in content.decode().split("\n"):
        yield line


async def test_nothing_is_kept_of_who_has_gone(api: Api, caller: Caller) -> None:
    live = api.app.state.hub
    async with api.follower(caller.key) as client, api.stream(caller.key, ACCOUNTS):
        await follow_accounts(client)
        assert (len(live.connections), len(live._followed)) == (2, 1)
    async with asyncio.timeout(5):
        while live.connections or live._followed:
            await asyncio.sleep(0.01)
    assert live.connections._of_key == {}


async def test_subscriptions_go_on_when_valkey_is_back(caller: Caller, settings: Settings) -> None:
    account = await new_account(caller.viewer, START)
    run = await begin_refresh(caller.viewer, account)
    with own_valkey() as server:
        own = msgspec.structs.replace(settings, redis_url=server.url)
        async with served(own) as api, api.follower(caller.key) as client:
            await client.subscribe("run", PROGRESS, ids=[encode_id("RefreshRun", run.run_id)])
            assert shown(await client.hear())["run"] == {"state": "RUNNING"}
            await follow_accounts(client)
            server.kill()
            await run.finish(RunState.SUCCEEDED)  # which nobody is told
            await client.subscribe("meanwhile", ACCOUNTS)
            await server.start_again()
            assert shown(await client.hear())["run"] == {"state": "SUCCEEDED"}
            assert await client.hear() == {"id": "run", "type": "complete"}
            await server.until_listened(account.organization_id)
            await client.settle()
            await tell(own, refreshed(account))
            assert sorted([(await client.hear())["id"] for _ in range(2)]) == ["a", "meanwhile"]
