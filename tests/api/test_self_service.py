"""Keys and idempotent creates through GraphQL."""

from typing import Any

import httpx
import pytest

from app.api.graphql.values.ids import encode_id
from app.core.access.keys import authenticate
from app.core.access.usage import UsageTally
from app.domain.clock import utc_now
from app.store.db import execute
from tests.api.conftest import Caller, Statements
from tests.factories import at, new_account, new_video

CREATE = """
mutation($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey { id name scopes lastUsedAt formerValueUntil } value errors { __typename code path }
  }
}
"""
ROTATE = """
mutation($id: ID!, $hours: Int) {
  rotateApiKey(input: {apiKeyId: $id, graceHours: $hours}) { apiKey { id } value errors { __typename code path } }
}
"""
REVOKE = """
mutation($id: ID!) { revokeApiKey(input: {apiKeyId: $id}) { revokedApiKeyId errors { __typename code path } } }
"""
KEYS = "{ viewer { apiKeys { id name scopes } } }"
TRACK = """
mutation($input: TrackAccountInput!) {
  trackAccount(input: $input) { account { id handle } errors { __typename code path ... on QuotaReached { limit } } }
}
"""


async def as_key(client: httpx.AsyncClient, value: str) -> Caller:
    return Caller(client, value, await authenticate(value, now=utc_now()))


async def test_a_key_is_made_rotated_and_revoked(caller: Caller, client: httpx.AsyncClient) -> None:
    made = (await caller.data(CREATE, input={"name": "Dashboard", "scopes": ["READ"]}))["createApiKey"]
    assert (made["errors"], made["apiKey"]["name"], made["apiKey"]["scopes"]) == ([], "Dashboard", ["READ"])
    assert (made["apiKey"]["lastUsedAt"], made["apiKey"]["formerValueUntil"]) == (None, None)
    reader = await as_key(client, made["value"])
    assert (await reader.ask(KEYS))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    listed = (await caller.data(KEYS))["viewer"]["apiKeys"]
    assert [(key["name"], key["scopes"]) for key in listed] == [("Dashboard", ["READ"]), ("test key", ["ADMIN"])]
    id = made["apiKey"]["id"]
    rotated = (await caller.data(ROTATE, id=id, hours=1))["rotateApiKey"]
    assert (rotated["errors"], rotated["apiKey"]["id"]) == ([], id)
    for value in (made["value"], rotated["value"]):
        assert (await (await as_key(client, value)).data("{ viewer { keyName } }"))["viewer"]["keyName"] == "Dashboard"
    assert (await caller.data(REVOKE, id=id))["revokeApiKey"] == {"revokedApiKeyId": id, "errors": []}
    assert (await client.post("/graphql", json={"query": KEYS}, headers=bearer(rotated["value"]))).status_code == 401
    refused = [{"__typename": "NotFound", "code": "NOT_FOUND", "path": ["input", "apiKeyId"]}]
    assert (await caller.data(REVOKE, id=id))["revokeApiKey"]["errors"] == refused


async def test_keys_are_read_again_by_their_ids(
    caller: Caller, stranger: Caller, client: httpx.AsyncClient, statements: Statements
) -> None:
    made = (await caller.data(CREATE, input={"name": "Dashboard", "scopes": ["READ"]}))["createApiKey"]
    id = made["apiKey"]["id"]
    [listed, other] = (await caller.data(KEYS))["viewer"]["apiKeys"]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on ApiKey { id name scopes } } }"
    statements.clear()
    assert (await caller.data(query, ids=[id, other["id"]]))["nodes"] == [listed, other]
    assert len(statements) == 2  # who asks, and the keys
    assert (await stranger.data(query, ids=[id]))["nodes"] == [None]
    [error] = (await (await as_key(client, made["value"])).ask(query, ids=[id]))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    await caller.data(REVOKE, id=id)
    assert (await caller.data(query, ids=[id]))["nodes"] == [None]


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


async def test_what_can_be_mended_is_named(caller: Caller, stranger: Caller) -> None:
    own = encode_id("ApiKey", caller.viewer.key_id)
    last = [{"__typename": "LastAdminKey", "code": "LAST_ADMIN_KEY", "path": ["input", "apiKeyId"]}]
    assert (await caller.data(REVOKE, id=own))["revokeApiKey"]["errors"] == last
    gone = [{"__typename": "NotFound", "code": "NOT_FOUND", "path": ["input", "apiKeyId"]}]
    assert (await stranger.data(ROTATE, id=own))["rotateApiKey"]["errors"] == gone
    wrong: Any
    for wrong, path in (({"name": "", "scopes": ["READ"]}, "name"), ({"name": "x", "scopes": []}, "scopes")):
        made = (await caller.data(CREATE, input=wrong))["createApiKey"]
        assert [(error["code"], error["path"]) for error in made["errors"]] == [("BAD_USER_INPUT", ["input", path])]
        assert (made["apiKey"], made["value"]) == (None, None)


async def test_a_create_under_a_key_happens_once(caller: Caller) -> None:
    input = {"platform": "TIKTOK", "handle": "once_only", "idempotencyKey": "mine"}
    first = (await caller.data(TRACK, input=input))["trackAccount"]
    again = (await caller.data(TRACK, input=input))["trackAccount"]
    assert first["errors"] == []
    assert again == first
    other = (await caller.data(TRACK, input=input | {"handle": "another"}))["trackAccount"]
    assert other["errors"] == [
        {"__typename": "IdempotencyConflict", "code": "IDEMPOTENCY_CONFLICT", "path": ["input", "idempotencyKey"]}
    ]
    without = (await caller.data(TRACK, input={"platform": "TIKTOK", "handle": "once_only"}))["trackAccount"]
    assert [error["code"] for error in without["errors"]] == ["HANDLE_TAKEN"]


async def test_what_is_left_out_stays_and_null_clears(caller: Caller) -> None:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    id = encode_id("Account", account.id)
    query = """
    mutation($input: UpdateAccountInput!) {
      updateAccount(input: $input) {
        account { category metadata refreshIntervalHours } errors { code path }
      }
    }
    """

    async def update(**more: Any) -> Any:
        return (await caller.data(query, input={"accountId": id, **more}))["updateAccount"]

    changed = {"category": "Food", "metadata": {"a": "b"}, "refreshIntervalHours": 12}
    assert await update(**changed) == {"account": changed, "errors": []}
    assert await update() == {"account": changed, "errors": []}
    assert (await update(category=None, metadata=None))["account"] == changed | {"category": None}
    refused = await update(maxRecentPosts=0)
    assert refused == {"account": None, "errors": [{"code": "BAD_USER_INPUT", "path": ["input", "maxRecentPosts"]}]}


async def test_defaults_are_the_admins(caller: Caller) -> None:
    query = """
    mutation { updateOrganization(input: {postLookbackDays: null}) { organization { name } errors { code } } }
    """
    done = (await caller.data(query))["updateOrganization"]
    assert done == {"organization": {"name": caller.viewer.organization_name}, "errors": []}


async def test_a_tracked_video_is_changed(caller: Caller) -> None:
    video = await new_video(caller.viewer, "71", at("2026-03-01 08:00"))
    query = """
    mutation($id: ID!) {
      updateVideo(input: {videoId: $id, metadata: {a: "b"}, refreshIntervalHours: 48}) {
        video { metadata refreshIntervalHours } errors { code }
      }
    }
    """
    done = (await caller.data(query, id=encode_id("Video", video.id)))["updateVideo"]
    assert done == {"video": {"metadata": {"a": "b"}, "refreshIntervalHours": 48}, "errors": []}


@pytest.mark.parametrize(
    ("mutation", "input", "field"),
    [
        ("createCreator", {"name": "Somebody", "metadata": {"a": "b"}}, "creator"),
        ("trackVideo", {"platform": "TIKTOK", "identifier": "7301234567890123456"}, "video"),
    ],
)
async def test_other_creates_too(caller: Caller, mutation: str, input: dict[str, Any], field: str) -> None:
    kind = mutation[0].upper() + mutation[1:]
    query = f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {field} {{ id }} errors {{ code }} }} }}"
    answers = [(await caller.data(query, input=input | {"idempotencyKey": "mine"}))[mutation] for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][field] is not None


async def test_the_quota_is_an_error_with_its_limit(caller: Caller) -> None:
    await execute("UPDATE organization SET account_quota = 1 WHERE id = $1", caller.viewer.organization_id)
    for handle, errors in (
        ("one", []),
        ("two", [{"__typename": "QuotaReached", "code": "QUOTA_REACHED", "path": ["input"], "limit": 1}]),
    ):
        done = (await caller.data(TRACK, input={"platform": "TIKTOK", "handle": handle}))["trackAccount"]
        assert done["errors"] == errors


async def test_the_viewer_sees_where_its_key_stands(caller: Caller) -> None:
    query = "{ viewer { rateLimit { limit cost remaining resetAt } } accounts(first: 100) { nodes { handle } } }"
    answer = await caller.client.post("/graphql", json={"query": query}, headers=bearer(caller.key))
    body = answer.json()
    shown, cost = body["data"]["viewer"]["rateLimit"], body["extensions"]["cost"]
    assert (shown["limit"], shown["cost"]) == (6000, 4)
    assert (shown["cost"], shown["remaining"], shown["resetAt"]) == (
        cost["requested"],
        cost["remaining"],
        cost["resetAt"],
    )


async def test_an_organization_sees_its_limits_and_its_defaults(caller: Caller) -> None:
    query = """
    { viewer { organization { trackingLimits { accountCount accountQuota maxRecentPosts postLookbackDays } } } }
    """
    await new_account(caller.viewer, at("2026-03-01 08:00"))
    assert (await caller.data(query))["viewer"]["organization"]["trackingLimits"] == {
        "accountCount": 1,
        "accountQuota": None,
        "maxRecentPosts": 100,
        "postLookbackDays": 365,
    }
    change = """
    mutation {
      updateOrganization(input: {maxRecentPosts: 20, postLookbackDays: null}) {
        organization { trackingLimits { maxRecentPosts postLookbackDays } } errors { code }
      }
    }
    """
    done = (await caller.data(change))["updateOrganization"]
    limits = {"maxRecentPosts": 20, "postLookbackDays": None}
    assert done == {"organization": {"trackingLimits": limits}, "errors": []}


async def test_an_organization_sees_what_it_used(caller: Caller, client: httpx.AsyncClient) -> None:
    await caller.data("{ viewer { keyName } }")
    await caller.data("{ accounts(first: 100) { nodes { handle } } }")
    assert (await client.get("/exports/accounts.csv", headers=bearer(caller.key))).status_code == 200
    usage: UsageTally = client._transport.app.state.runtime.usage  # type: ignore[attr-defined]
    await usage.write()
    query = """
    {
      viewer { organization { usage(window: { last: LAST_7_DAYS }) {
        start end days { day requestCount points refreshCount failedRefreshCount observedPostCount }
        faces { face requestCount points } providers { provider requestCount failureCount }
      } } }
    }
    """
    shown = (await caller.data(query))["viewer"]["organization"]["usage"]
    assert [day["day"] for day in shown["days"]][:: len(shown["days"]) - 1] == [shown["start"], shown["end"]]
    assert len(shown["days"]) == 7
    assert sum(day["requestCount"] for day in shown["days"]) == 3
    assert sum(day["points"] for day in shown["days"]) == 1 + 4
    assert shown["faces"] == [
        {"face": "exports", "requestCount": 1, "points": 0},
        {"face": "graphql", "requestCount": 2, "points": 5},
    ]
    assert shown["providers"] == []


async def test_usage_of_a_long_window_is_refused(caller: Caller) -> None:
    window = '{ between: { start: "2025-01-01", end: "2025-12-31" } }'
    answer = await caller.ask(f"{{ viewer {{ organization {{ usage(window: {window}) {{ start }} }} }} }}")
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", "window")
