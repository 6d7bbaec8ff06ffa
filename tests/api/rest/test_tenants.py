"""Two organizations: by no route, parameter or body does one reach what is the other's."""

from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec
import pytest

from app.api.rest.operations import Operation
from app.api.rest.v2.server import OPERATIONS
from app.store.db import fetch
from tests.api.rest.conftest import RestCaller
from tests.api.rest.test_transport import name_of
from tests.factories import account_facts, at, new_account, new_video, post, record, record_video

SECRET = "zanzibar"
"""In every text of the one organization."""
TABLES = ("account", "video", "creator", "account_day", "video_observation")
IDS_IN = {"account_ids", "video_ids", "creator_id", "account_id", "instagram_post_ids", "tiktok_video_ids", "cursor"}


@dataclass(frozen=True)
class Possessions:
    """What an organization has, one of each, and cursors of its lists."""

    account_id: str
    creator_id: str
    video_id: str
    account_video_id: str
    internal_id: int
    cursors: tuple[str, ...]

    @property
    def ids(self) -> dict[str, str]:
        return {
            "account_id": self.account_id,
            "creator_id": self.creator_id,
            "video_id": self.video_id,
            "account_video_id": self.account_video_id,
        }

    @property
    def traces(self) -> tuple[str, ...]:
        """What no answer to a stranger holds."""
        return (SECRET, *self.ids.values())


async def possessions(rest: RestCaller, name: str) -> Possessions:
    """One of each, with figures, named so."""
    creator = await rest.create("/creators", name=f"{name} creator", metadata={"k": name})
    account = await new_account(rest.viewer, at("2026-03-01 08:00"))
    renamed = account_facts(account, at("2026-03-01 09:00"), [], {"followers": 7})
    feed = [replace(post(f"7{account.id.int % 10**17}", at("2026-03-01 08:30"), {"views": 31}), caption=f"{name} one")]
    await record(account, replace(renamed, profile=replace(renamed.profile, display_name=name), posts=tuple(feed)))
    await rest.send("PUT", f"/creators/{creator['id']}/accounts/{account.id}")
    await rest.send("PATCH", f"/accounts/{account.id}", json={"category": name})
    video = await new_video(rest.viewer, f"8{account.id.int % 10**17}", at("2026-03-01 08:00"))
    lone = replace(post(video.external_id, at("2026-02-01 08:00"), {"views": 41}), caption=f"{name} two")
    await record_video(video, lone, at("2026-03-01 09:00"))
    await rest.create("/creators", name=f"{name} second")
    await new_account(rest.viewer, at("2026-03-01 08:00"))
    await new_video(rest.viewer, f"9{account.id.int % 10**17}", at("2026-03-01 08:00"))
    (discovered,) = (await rest.get("/account-videos"))["data"]
    pages = [await rest.get(path, limit=1) for path in ("/accounts", "/videos", "/creators")]
    cursors = tuple(page["pagination"]["next_cursor"] for page in pages)
    assert None not in cursors
    return Possessions(
        str(account.id), creator["id"], str(video.id), discovered["id"], discovered["internal_id"], cursors
    )


async def rows_of(organization_id: UUID) -> list[str]:
    """All that an organization has, as it is stored."""
    found = []
    for table in TABLES:
        rows = await fetch(f"SELECT t.*::text AS row FROM {table} AS t WHERE organization_id = $1", organization_id)
        found += [f"{table} {row['row']}" for row in rows]
    return sorted(found)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "{" in one.path], ids=name_of)
async def test_ids_of_others_are_not_there(rest: RestCaller, other: RestCaller, operation: Operation) -> None:
    theirs, mine = await possessions(other, SECRET), await possessions(rest, "own")
    before = [await rows_of(caller.viewer.organization_id) for caller in (rest, other)]
    names = [segment[1:-1] for segment in operation.path.split("/") if segment.startswith("{")]
    arguments: dict[str, Any] = {"json": operation.example} if operation.body else {}
    if operation.path.endswith("breakdown"):
        arguments["params"] = {"metric": "views"}
    for foreign in range(1, 2 ** len(names)):
        ids = {name: (theirs if foreign >> n & 1 else mine).ids[name] for n, name in enumerate(names)}
        answer = await rest.send(operation.method, operation.path.format(**ids), **arguments)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert SECRET not in answer.text
        there = {name: id if id in mine.ids.values() else SOME_ID for name, id in ids.items()}
        unknown = await rest.send(operation.method, operation.path.format(**there), **arguments)
        assert unknown.json()["detail"] == answer.json()["detail"]  # whether it exists is not told
    assert [await rows_of(caller.viewer.organization_id) for caller in (rest, other)] == before


SOME_ID = "01900000-0000-7000-8000-000000000000"


def guesses(name: str, theirs: Possessions) -> list[str]:
    """Values for a parameter with which a stranger would reach for what is not his."""
    if name == "cursor":
        return list(theirs.cursors)
    if name in theirs.ids:
        return [theirs.ids[name]]
    if name in ("q", "category"):
        return [SECRET, SECRET[:3]]
    return []


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.query and "{" not in one.path], ids=name_of)
async def test_parameters_reach_nothing_of_others(rest: RestCaller, other: RestCaller, operation: Operation) -> None:
    theirs = await possessions(other, SECRET)
    assert operation.query is not None
    for field in msgspec.structs.fields(operation.query):
        for guess in guesses(field.encode_name, theirs):
            answer = await rest.send(operation.method, operation.path, params={field.encode_name: guess})
            assert answer.status_code == (422 if field.encode_name == "cursor" else 200)
            body = answer.json()
            if answer.status_code == 200 and "filters" in body:
                assert body["data"] == []
            told = msgspec.json.encode({name: value for name, value in body.items() if name not in ("filters", "meta")})
            assert not [trace for trace in theirs.traces if trace in told.decode()]
    plain = await rest.send(operation.method, operation.path)
    assert not [trace for trace in theirs.traces if trace in plain.text]
    own = await other.send(operation.method, operation.path, params={"q": SECRET} if "search" in operation.path else {})
    assert plain.content != own.content


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.method == "POST" and "{" not in one.path], ids=name_of
)
async def test_bodies_reach_nothing_of_others(rest: RestCaller, other: RestCaller, operation: Operation) -> None:
    theirs = await possessions(other, SECRET)
    before = await rows_of(other.viewer.organization_id)
    assert operation.body is not None
    values = {
        "account_ids": [theirs.account_id],
        "video_ids": [theirs.video_id, theirs.account_video_id],
        "creator_id": theirs.creator_id,
        "tiktok_video_ids": [theirs.internal_id],
        "instagram_post_ids": [theirs.internal_id],
    }
    for name in {field.encode_name for field in msgspec.structs.fields(operation.body)} & set(values):
        members = {**operation.example, name: values[name]} if operation.is_create else {name: values[name]}
        answer = await rest.send("POST", operation.path, json=members)
        if operation.is_create:
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        else:
            body = answer.json()
            assert answer.status_code == 200
            assert not [value for value in (body["data"].values()) if value]
            assert body["meta"]["not_found"]
    assert await rows_of(other.viewer.organization_id) == before


def test_every_id_that_can_be_given_is_guessed() -> None:
    taken = {
        field.encode_name
        for operation in OPERATIONS
        for kind in (operation.query, operation.body)
        if kind is not None and operation.method != "PATCH"
        for field in msgspec.structs.fields(kind)
        if field.encode_name.endswith(("_id", "_ids", "cursor"))
    }
    assert taken == IDS_IN


async def test_a_change_reaches_nothing_of_others(rest: RestCaller, other: RestCaller) -> None:
    theirs, mine = await possessions(other, SECRET), await possessions(rest, "own")
    before = [await rows_of(caller.viewer.organization_id) for caller in (rest, other)]
    for operation in OPERATIONS:
        if operation.method != "PATCH" or operation.body is None:
            continue
        hints = get_type_hints(operation.body)
        for name in [name for name, hint in hints.items() if UUID in get_args(hint)]:
            path = operation.path.format(**mine.ids)
            answer = await rest.send("PATCH", path, json={name: theirs.ids[name], "metadata": {"lost": "x"}})
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert [await rows_of(caller.viewer.organization_id) for caller in (rest, other)] == before


async def test_both_may_have_the_same(rest: RestCaller, other: RestCaller) -> None:
    for path, members in (
        ("/accounts", {"platform": "tiktok", "username": "same"}),
        ("/videos", {"platform": "tiktok", "identifier": "7301234567890123456"}),
        ("/creators", {"name": "Same"}),
    ):
        ids = {(await caller.create(path, **members))["id"] for caller in (rest, other)}
        assert len(ids) == 2
