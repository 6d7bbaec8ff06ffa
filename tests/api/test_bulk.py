"""Tracking and linking many at once through GraphQL: per item, once under a key, in constant statements."""

import asyncio
from typing import Any

import pytest

from app.api.graphql.values.ids import encode_id
from app.core.access.keys import authenticate
from app.core.tracking.creators import NewCreator, create_creator
from app.core.tracking.removal import remove_account
from app.domain.clock import utc_now
from app.domain.viewer import Scope
from app.store.db import execute
from tests.api.conftest import Caller, Statements
from tests.factories import at, new_account, new_key, new_video

NOW = at("2026-03-01 08:00")
ID = "73012345678901234"
ERRORS = """
fragment E on MutationError {
  __typename code path
  ... on HandleTaken { account { handle } }
  ... on VideoTaken { video { externalId } }
  ... on QuotaReached { limit }
  ... on AccountLinkedElsewhere { creator { name } }
}
"""
ACCOUNTS = (
    """
mutation($input: TrackAccountsInput!) {
  trackAccounts(input: $input) {
    results { index account { id handle creator { name } } accountEdge { cursor node { handle } } errors { ...E } }
    errors { ...E }
  }
}
"""
    + ERRORS
)
VIDEOS = (
    """
mutation($input: TrackVideosInput!) {
  trackVideos(input: $input) {
    results { index video { id externalId } videoEdge { cursor node { externalId } } errors { ...E } } errors { ...E }
  }
}
"""
    + ERRORS
)
LINKS = (
    """
mutation($input: LinkAccountsInput!) {
  linkAccounts(input: $input) {
    creator { name accountCount } results { index account { handle creator { name } } errors { ...E } }
    errors { ...E }
  }
}
"""
    + ERRORS
)


def tiktok(*handles: str, **more: Any) -> list[dict[str, Any]]:
    return [{"platform": "TIKTOK", "handle": handle, **more} for handle in handles]


def posts(*identifiers: str) -> list[dict[str, Any]]:
    return [{"platform": "TIKTOK", "identifier": identifier} for identifier in identifiers]


async def test_each_account_is_reported_by_itself(caller: Caller) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=NOW)
    id = encode_id("Creator", creator.id)
    present = await new_account(caller.viewer, NOW)
    accounts = [
        *tiktok("@First", creatorId=id),
        *tiktok("FIRST", present.handle, "no handle"),
        *tiktok("second", metadata=[]),
        *tiktok("second", creatorId=encode_id("Account", present.id)),
        *tiktok("second", creatorId=None, metadata=None, category=None, refreshIntervalHours=None),
    ]
    done = (await caller.data(ACCOUNTS, input={"accounts": accounts}))["trackAccounts"]
    results = done["results"]
    assert [result["index"] for result in results] == list(range(7))
    assert [result["account"] and result["account"]["handle"] for result in results] == [
        "first",
        *[None] * 5,
        "second",
    ]
    assert [result["account"]["creator"] for result in (results[0], results[6])] == [{"name": "Somebody"}, None]
    errors = [
        {
            "__typename": "HandleTaken",
            "code": "HANDLE_TAKEN",
            "path": ["input", "accounts", "1", "handle"],
            "account": {"handle": "first"},
        },
        {
            "__typename": "HandleTaken",
            "code": "HANDLE_TAKEN",
            "path": ["input", "accounts", "2", "handle"],
            "account": {"handle": present.handle},
        },
        *(
            {"__typename": "InvalidInput", "code": "BAD_USER_INPUT", "path": ["input", "accounts", place, field]}
            for place, field in (("3", "handle"), ("4", "metadata"), ("5", "creatorId"))
        ),
    ]
    assert [result["errors"] for result in results] == [[], *([error] for error in errors), []]
    assert done["errors"] == errors
    # An edge's cursor is that of the list.
    edge = results[6]["accountEdge"]
    assert edge["node"] == {"handle": "second"}
    query = "query($c: String) { accounts(after: $c) { nodes { handle } } }"
    rest = (await caller.data(query, c=edge["cursor"]))["accounts"]["nodes"]
    assert {node["handle"] for node in rest} in ({"first", present.handle}, {present.handle})


async def test_each_video_is_reported_by_itself_and_has_an_edge(caller: Caller) -> None:
    taken = await new_video(caller.viewer, f"{ID}01", NOW)
    input = {"videos": posts(f"{ID}02", taken.external_id, "", f"{ID}02")}
    done = (await caller.data(VIDEOS, input=input))["trackVideos"]
    assert [result["video"] and result["video"]["externalId"] for result in done["results"]] == [
        f"{ID}02",
        *[None] * 3,
    ]
    assert [(error["__typename"], error["path"], error.get("video")) for error in done["errors"]] == [
        ("VideoTaken", ["input", "videos", "1", "identifier"], {"externalId": taken.external_id}),
        ("InvalidInput", ["input", "videos", "2", "identifier"], None),
        ("VideoTaken", ["input", "videos", "3", "identifier"], {"externalId": f"{ID}02"}),
    ]
    listed = (await caller.data("{ videos { edges { cursor node { externalId } } } }"))["videos"]["edges"]
    assert done["results"][0]["videoEdge"] in listed
    one = """
    mutation($input: TrackVideoInput!) {
      trackVideo(input: $input) { videoEdge { cursor node { externalId } } errors { code } }
    }
    """
    for errors, has_edge in (([], True), ([{"code": "VIDEO_TAKEN"}], False)):
        alone = (await caller.data(one, input=posts(f"{ID}03")[0]))["trackVideo"]
        assert (alone["errors"], alone["videoEdge"] is not None) == (errors, has_edge)
        listed = (await caller.data("{ videos { edges { cursor node { externalId } } } }"))["videos"]["edges"]
        assert alone["videoEdge"] is None or alone["videoEdge"] in listed


async def test_an_account_is_linked_while_it_is_tracked(caller: Caller, stranger: Caller) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=NOW)
    query = """
    mutation($input: TrackAccountInput!) {
      trackAccount(input: $input) { account { creator { name } } errors { __typename path } }
    }
    """
    input = {"platform": "TIKTOK", "handle": "linked", "creatorId": encode_id("Creator", creator.id)}
    assert (await stranger.data(query, input=input))["trackAccount"] == {
        "account": None,
        "errors": [{"__typename": "NotFound", "path": ["input", "creatorId"]}],
    }
    assert (await caller.data(query, input=input))["trackAccount"] == {
        "account": {"creator": {"name": "Somebody"}},
        "errors": [],
    }


async def test_each_link_is_reported_by_itself(caller: Caller, stranger: Caller) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=NOW)
    other = await create_creator(caller.viewer, NewCreator("Other"), now=NOW)
    one, elsewhere = [await new_account(caller.viewer, NOW) for _ in range(2)]
    foreign = await new_account(stranger.viewer, NOW)
    ids = [encode_id("Account", account.id) for account in (one, elsewhere, foreign)]
    moved = {"creatorId": encode_id("Creator", other.id), "accountIds": ids[1:2]}
    assert (await caller.data(LINKS, input=moved))["linkAccounts"]["errors"] == []
    input = {"creatorId": encode_id("Creator", creator.id), "accountIds": [*ids, "nothing"]}
    done = (await caller.data(LINKS, input=input))["linkAccounts"]
    assert done["creator"] == {"name": "Somebody", "accountCount": 1}
    assert [result["account"] for result in done["results"]] == [
        {"handle": one.handle, "creator": {"name": "Somebody"}},
        *[None] * 3,
    ]
    assert [(error["__typename"], error["path"], error.get("creator")) for error in done["errors"]] == [
        ("AccountLinkedElsewhere", ["input", "accountIds", "1"], {"name": "Other"}),
        ("NotFound", ["input", "accountIds", "2"], None),
        ("InvalidInput", ["input", "accountIds", "3"], None),
    ]
    refused = (await stranger.data(LINKS, input=input))["linkAccounts"]
    assert (refused["creator"], refused["results"]) == (None, [])
    assert [(error["__typename"], error["path"]) for error in refused["errors"]] == [
        ("NotFound", ["input", "creatorId"])
    ]


async def test_the_same_request_under_its_key_is_answered_the_same(caller: Caller) -> None:
    present = await new_account(caller.viewer, NOW)
    await execute("UPDATE organization SET account_quota = 3 WHERE id = $1", caller.viewer.organization_id)
    accounts = tiktok("one", present.handle, "two", "no handle", "three", "one")
    accounts += tiktok("four", creatorId=encode_id("Creator", present.id))
    input = {"accounts": accounts, "idempotencyKey": "mine"}
    first = (await caller.data(ACCOUNTS, input=input))["trackAccounts"]
    assert [result["account"] and result["account"]["handle"] for result in first["results"]] == [
        "one", None, "two", *[None] * 4
    ]  # fmt: skip
    assert [error["__typename"] for error in first["errors"]] == [
        "HandleTaken", "InvalidInput", "QuotaReached", "HandleTaken", "NotFound"
    ]  # fmt: skip
    # What would be possible by now is not tried again, and nothing is created twice.
    await execute("UPDATE organization SET account_quota = NULL WHERE id = $1", caller.viewer.organization_id)
    again = await asyncio.gather(*(caller.data(ACCOUNTS, input=input) for _ in range(3)))
    assert [answer["trackAccounts"] for answer in again] == [first] * 3
    assert (await caller.data("{ accounts { totalCount } }"))["accounts"]["totalCount"] == 3
    other = {**input, "accounts": accounts[:2]}
    refused = (await caller.data(ACCOUNTS, input=other))["trackAccounts"]
    assert (refused["results"], [error["code"] for error in refused["errors"]]) == ([], ["IDEMPOTENCY_CONFLICT"])
    # What is removed since is not there any more, nor what was in its way.
    for place in (0, 1):
        account_id = (await caller.data(FIND, handle=accounts[place]["handle"]))["accountByHandle"]["id"]
        await caller.data(REMOVE, id=account_id)
    gone = (await caller.data(ACCOUNTS, input=input))["trackAccounts"]
    assert [result["account"] and result["account"]["handle"] for result in gone["results"]] == [
        None, None, "two", *[None] * 4
    ]  # fmt: skip
    assert [(error["__typename"], error["path"][2]) for error in gone["errors"]] == [
        ("NotFound", "0"), ("NotFound", "1"), ("InvalidInput", "3"), ("QuotaReached", "4"), ("NotFound", "5"),
        ("NotFound", "6"),
    ]  # fmt: skip
    messages = (await caller.data(MESSAGES, input=input))["trackAccounts"]["errors"]
    assert [error["message"] for error in messages[:2]] == [
        "What was created under this idempotency key was removed since.",
        "What was tracked already was removed since. Ask again under another key.",
    ]


MESSAGES = "mutation($input: TrackAccountsInput!) { trackAccounts(input: $input) { errors { message } } }"
FIND = "query($handle: String!) { accountByHandle(platform: TIKTOK, handle: $handle) { id } }"
REMOVE = "mutation($id: ID!) { removeAccount(input: {accountId: $id}) { errors { code } } }"


async def test_a_request_of_which_nothing_came_can_be_tried_again(caller: Caller) -> None:
    present = await new_account(caller.viewer, NOW)
    input = {"accounts": tiktok(present.handle), "idempotencyKey": "mine"}
    refused = (await caller.data(ACCOUNTS, input=input))["trackAccounts"]
    assert [error["__typename"] for error in refused["errors"]] == ["HandleTaken"]
    await remove_account(caller.viewer, present.id, now=utc_now())
    done = (await caller.data(ACCOUNTS, input=input))["trackAccounts"]
    assert (done["errors"], done["results"][0]["account"]["handle"]) == ([], present.handle)
    videos = {"videos": posts(f"{ID}09", f"{ID}09"), "idempotencyKey": "mine"}
    conflict = (await caller.data(VIDEOS, input=videos))["trackVideos"]
    assert [error["code"] for error in conflict["errors"]] == ["IDEMPOTENCY_CONFLICT"]
    answers = [(await caller.data(VIDEOS, input={**videos, "idempotencyKey": "other"})) for _ in range(2)]
    assert answers[0] == answers[1]
    assert [error["__typename"] for error in answers[0]["trackVideos"]["errors"]] == ["VideoTaken"]


@pytest.mark.parametrize("size", [0, 201])
async def test_lists_of_another_size_are_refused_as_a_whole(caller: Caller, size: int) -> None:
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=NOW)
    link = {"creatorId": encode_id("Creator", creator.id), "accountIds": ["x"] * size}
    for query, input, field in (
        (ACCOUNTS, {"accounts": tiktok(*["no handle"] * size)}, "accounts"),
        (VIDEOS, {"videos": posts(*["nothing"] * size)}, "videos"),
        (LINKS, link, "accountIds"),
    ):
        (done,) = (await caller.data(query, input=input)).values()
        assert done["results"] == []
        assert [(error["__typename"], error["path"]) for error in done["errors"]] == [
            ("InvalidInput", ["input", field])
        ]


@pytest.mark.parametrize(
    "input",
    [
        {},
        {"accounts": None},
        {"accounts": [None]},
        {"accounts": [{"platform": "TIKTOK"}]},
        {"accounts": [{"platform": "MYSPACE", "handle": "a"}]},
        {"accounts": [{"platform": "TIKTOK", "handle": 5}]},
        {"accounts": [{"platform": "TIKTOK", "handle": "a", "idempotencyKey": "of one"}]},
        {"accounts": tiktok("a"), "creatorId": "x"},
    ],
)
async def test_what_does_not_fit_is_refused_before(caller: Caller, input: Any) -> None:
    body = await caller.ask(ACCOUNTS, input=input)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_USER_INPUT"]


async def test_readers_track_nothing(caller: Caller) -> None:
    key = await new_key(frozenset({Scope.READ}))
    reader = Caller(caller.client, key, await authenticate(key, now=utc_now()))
    for query, input in ((ACCOUNTS, {"accounts": tiktok("a")}), (VIDEOS, {"videos": posts(f"{ID}01")})):
        body = await reader.ask(query, input=input)
        assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]


async def test_two_hundred_take_as_many_statements_as_two(caller: Caller, statements: Statements) -> None:
    taken = []
    for new in (range(2), range(2, 202)):
        counted = []
        for query, input in (
            (ACCOUNTS, {"accounts": tiktok(*(f"many{n}" for n in new)), "idempotencyKey": f"accounts {len(new)}"}),
            (VIDEOS, {"videos": posts(*(str(7 * 10**18 + n) for n in new)), "idempotencyKey": f"videos {len(new)}"}),
        ):
            statements.clear()
            (done,) = (await caller.data(query, input=input)).values()
            assert (done["errors"], len(done["results"])) == ([], len(new))
            counted.append(len(statements))
        taken.append(counted)
    assert taken[0] == taken[1]
