"""Creators of REST v2, and the accounts linked to them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.listed import check_cursors_are_bound, walked
from tests.factories import account_facts, at, new_account, record


async def account_of(rest: RestCaller, name: str, platform: str = "tiktok") -> str:
    return str((await rest.create("/accounts", platform=platform, username=name))["id"])


async def active(rest: RestCaller, *ids: str) -> list[bool]:
    return [(await rest.get(f"/accounts/{id}"))["data"]["is_active"] for id in ids]


async def test_a_creator_is_made_read_changed_and_deleted(rest: RestCaller) -> None:
    made = await rest.create("/creators", name="  Rival One ", metadata={"set": "x"})
    assert made == {
        "id": made["id"],
        "name": "Rival One",
        "type": "creator",
        "is_active": True,
        "platform": None,
        "metadata": {"set": "x"},
        "accounts_summary": {"total": 0, "platforms": {}, "total_followers": 0},
    }
    path = f"/creators/{made['id']}"
    assert await rest.get(path) == {"data": made}
    change = {"name": "Renamed", "is_active": False, "metadata": {"other": "y"}}
    assert (await rest.send("PATCH", path, json=change)).json() == {"data": {**made, **change}}
    unchanged = {"name": None, "is_active": None, "metadata": None}
    assert (await rest.send("PATCH", path, json=unchanged)).json() == {"data": {**made, **change}}
    assert (await rest.send("PATCH", path, json={"metadata": {}})).json()["data"]["metadata"] == {}
    removed = await rest.send("DELETE", path)
    assert (removed.status_code, removed.content) == (204, b"")
    for method in ("GET", "DELETE"):
        problem_of(await rest.send(method, path), 404, "NOT_FOUND")
    problem_of(await rest.send("PATCH", path, json=change), 404, "NOT_FOUND")


async def test_names_need_not_differ_and_one_can_begin_paused(rest: RestCaller) -> None:
    one = await rest.create("/creators", name="Twin", is_active=False)
    two = await rest.create("/creators", name="Twin", metadata=None)
    assert (one["id"] != two["id"], one["is_active"], two["metadata"]) == (True, False, {})


async def test_a_summary_counts_what_is_linked(rest: RestCaller) -> None:
    creator = await rest.create("/creators", name="Summed")
    for number, followers in enumerate((100, 23, None)):
        account = await new_account(rest.viewer, at("2026-03-01 08:00"))
        if followers is not None:
            facts = account_facts(account, at("2026-03-01 09:00"), [], {"followers": followers})
            await record(account, facts)
        linked = await rest.send("PUT", f"/creators/{creator['id']}/accounts/{account.id}")
        assert linked.status_code == 201
        shown = (await rest.get(f"/creators/{creator['id']}"))["data"]
        assert (shown["platform"], shown["accounts_summary"]["platforms"]) == ("tiktok", {"tiktok": number + 1})
    await rest.send("PUT", f"/creators/{creator['id']}/accounts/{await account_of(rest, 'one', 'instagram')}")
    shown = (await rest.get("/creators"))["data"][0]
    summary = {"total": 4, "platforms": {"instagram": 1, "tiktok": 3}, "total_followers": 123}
    assert (shown["platform"], shown["accounts_summary"]) == (None, summary)


async def test_links_are_made_once_and_undone(rest: RestCaller) -> None:
    creator, rival = [(await rest.create("/creators", name=name))["id"] for name in ("One", "Two")]
    account = await account_of(rest, "linked")
    path = f"/creators/{creator}/accounts/{account}"
    first = await rest.send("PUT", path)
    link = first.json()["data"]
    assert (first.status_code, first.headers["location"]) == (201, f"/v2{path}")
    assert link == {
        "type": "creator_account",
        "creator_id": creator,
        "account_id": account,
        "linked_at": link["linked_at"],
    }
    assert link["linked_at"].endswith("Z")
    again = await rest.send("PUT", path, content=b"is not read", headers={"Content-Type": "text/plain"})
    assert (again.status_code, again.json()) == (200, {"data": link})
    assert "location" not in again.headers
    problem = problem_of(await rest.send("PUT", f"/creators/{rival}/accounts/{account}"), 409, "CONFLICT")
    assert problem["detail"] == "@linked on tiktok is linked to the creator 'One'. Unlink it there first."
    problem_of(await rest.send("DELETE", f"/creators/{rival}/accounts/{account}"), 404, "NOT_FOUND")
    shown = (await rest.get(f"/accounts/{account}"))["data"]
    assert (shown["creator_id"], shown["creator_name"]) == (creator, "One")

    undone = await rest.send("DELETE", path)
    assert (undone.status_code, undone.content) == (204, b"")
    problem_of(await rest.send("DELETE", path), 404, "NOT_FOUND")
    shown = (await rest.get(f"/accounts/{account}"))["data"]
    assert (shown["creator_id"], shown["creator_name"], shown["is_active"]) == (None, None, True)
    assert (await rest.send("PUT", f"/creators/{rival}/accounts/{account}")).status_code == 201


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_links_need_both_ends(rest: RestCaller, other: RestCaller, method: str) -> None:
    creator, account = (await rest.create("/creators", name="One"))["id"], await account_of(rest, "linked")
    theirs = (await other.create("/creators", name="Theirs"))["id"], await account_of(other, "theirs")
    for one, two in (
        (creator, str(uuid4())),
        (str(uuid4()), account),
        (creator, theirs[1]),
        (theirs[0], account),
        theirs,
    ):
        problem_of(await rest.send(method, f"/creators/{one}/accounts/{two}"), 404, "NOT_FOUND")
    assert (await rest.get(f"/accounts/{account}"))["data"]["creator_id"] is None
    assert (await other.get(f"/accounts/{theirs[1]}"))["data"]["creator_id"] is None


async def test_a_pause_ends_for_those_that_it_paused(rest: RestCaller) -> None:
    creator = (await rest.create("/creators", name="One"))["id"]
    runs, paused, resumed = [await account_of(rest, name) for name in ("runs", "paused", "resumed")]
    for account in (runs, paused, resumed):
        await rest.send("PUT", f"/creators/{creator}/accounts/{account}")
    await rest.send("PATCH", f"/accounts/{paused}", json={"is_active": False})

    async def set_active(is_active: bool) -> None:
        answer = await rest.send("PATCH", f"/creators/{creator}", json={"is_active": is_active})
        assert answer.json()["data"]["is_active"] is is_active

    await set_active(False)
    assert await active(rest, runs, paused, resumed) == [False, False, False]
    await rest.send("PATCH", f"/accounts/{resumed}", json={"is_active": True})
    await set_active(False)
    assert await active(rest, runs, paused, resumed) == [False, False, True]
    late = await account_of(rest, "late")
    await rest.send("PUT", f"/creators/{creator}/accounts/{late}")
    assert await active(rest, late) == [False]
    await set_active(True)
    assert await active(rest, runs, paused, resumed, late) == [True, False, True, True]

    await set_active(False)
    await rest.send("DELETE", f"/creators/{creator}/accounts/{late}")
    assert await active(rest, runs, late) == [False, True]
    assert (await rest.send("DELETE", f"/creators/{creator}")).status_code == 204
    assert await active(rest, runs, paused, resumed) == [True, False, True]
    for account in (runs, paused, resumed):
        assert (await rest.get(f"/accounts/{account}"))["data"]["creator_id"] is None


async def test_lists_go_by_name_whatever_its_case(rest: RestCaller, other: RestCaller) -> None:
    names = ["Beta", "alpha", "gamma", "Alpha", "delta"]
    made = {name: (await rest.create("/creators", name=name))["id"] for name in names}
    await rest.send("PATCH", f"/creators/{made['gamma']}", json={"is_active": False})
    await other.create("/creators", name="theirs")
    alphas = sorted([made["alpha"], made["Alpha"]])
    up = [*alphas, made["Beta"], made["delta"], made["gamma"]]
    for parameters in ({}, {"sort": "name"}, {"order_by": "name"}, {"order_by": "name", "sort": "-name"}):
        assert await walked(rest, "/creators", **parameters) == up
        assert await walked(rest, "/creators", **parameters, limit=2) == up
    for parameters in ({"sort": "-name"}, {"order_direction": "desc"}, {"order_by": "name", "order_direction": "desc"}):
        assert await walked(rest, "/creators", **parameters) == up[::-1]
        assert await walked(rest, "/creators", **parameters, limit=2) == up[::-1]

    async def listed(**parameters: Any) -> list[str]:
        page = await rest.get("/creators", include_total="true", **parameters)
        assert page["filters"] == {**parameters, "order_by": "name", "order_direction": "asc"}
        assert page["pagination"] == {
            "has_next": False,
            "limit": 50,
            "next_cursor": None,
            "total_count": len(page["data"]),
        }
        return [row["id"] for row in page["data"]]

    assert await listed() == up
    assert await listed(is_active=False) == [made["gamma"]]
    assert await listed(is_active=True) == up[:-1]


async def test_a_cursor_belongs_to_its_filter_and_order(rest: RestCaller) -> None:
    for name in "abc":
        await rest.create("/creators", name=name)
    await check_cursors_are_bound(rest, "/creators", [{"is_active": "true"}, {"sort": "-name"}])
