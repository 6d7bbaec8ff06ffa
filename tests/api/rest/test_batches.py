"""Batches and deltas of REST v2."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.access.keys import create_key
from app.core.tracking.videos import find_discovered_videos
from app.domain.platforms import Platform
from app.domain.viewer import Scope
from app.store.db import fetch
from tests.api.conftest import Statements
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.measured import NOW, custom, lone_video, on, today, worked_example
from tests.factories import account_facts, new_account, post, record

__all__ = ["today"]

PERIOD = custom("02", "04")
SAID = {"period": "custom", "start_date": "2026-03-02", "end_date": "2026-03-04"}


async def read(rest: RestCaller, path: str, **members: Any) -> Any:
    """The body of a batch that was answered."""
    answer = await rest.send("POST", path, json=members)
    assert answer.status_code == 200, answer.text
    return answer.json()


def errors_of(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["field"], error["message"]) for error in problem_of(answer, 422, "VALIDATION_ERROR")["errors"]]


async def posts_of(account_id: UUID) -> list[tuple[UUID, int]]:
    """The ids and the internal numbers of its posts: A, which is older, and B."""
    rows = await fetch("SELECT id, internal_id FROM video WHERE account_id = $1 ORDER BY external_id", account_id)
    return [(row["id"], row["internal_id"]) for row in rows]


async def test_accounts_are_keyed_by_id(rest: RestCaller, other: RestCaller) -> None:
    on_tiktok, on_instagram = [await worked_example(rest.viewer, one) for one in (Platform.TIKTOK, Platform.INSTAGRAM)]
    new = await new_account(rest.viewer, on("01"))
    foreign, unknown = await worked_example(other.viewer), uuid4()
    ids = [str(id) for id in (unknown, on_tiktok.id, foreign.id, on_instagram.id, new.id)]
    found = await read(rest, "/accounts/metrics", account_ids=[*ids, ids[1], ids[0], ids[3].upper()], **PERIOD)
    figures = {
        "views": 1160,
        "plays": None,
        "likes": 40,
        "comments": None,
        "shares": None,
        "saves": None,
        "engagement_rate": 3.4483,
        "followers": 99,
        "follower_change": -1,
    }
    assert found["data"] == {
        ids[1]: figures,
        ids[3]: {**figures, "saves": 8},
        ids[4]: {**dict.fromkeys(figures), "engagement_rate": 0},
    }
    assert found["meta"] == {**SAID, "count": 3, "not_found": [ids[0], ids[2]]}


async def test_nothing_but_what_is_not_found(rest: RestCaller) -> None:
    unknown = str(uuid4())
    for path, name in (("/accounts/metrics", "account_ids"), ("/videos/metrics", "video_ids")):
        found = await read(rest, path, **{name: [unknown]})
        assert found["data"] == {}
        assert found["meta"] == {
            "period": "30d",
            "start_date": "2026-02-05",
            "end_date": "2026-03-06",
            "count": 0,
            "not_found": [unknown],
        }


async def test_videos_of_both_kinds_are_keyed_by_id(rest: RestCaller, other: RestCaller) -> None:
    (a, _), (b, _) = await posts_of((await worked_example(rest.viewer)).id)
    ((shown, _), _) = await posts_of((await worked_example(rest.viewer, Platform.INSTAGRAM)).id)
    ((foreign, _), _) = await posts_of((await worked_example(other.viewer)).id)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"02": 50, "04": 80})
    ids = [str(id) for id in (lone.id, b, foreign, a, shown)]
    found = await read(rest, "/videos/metrics", video_ids=[*ids, ids[0]], **PERIOD)
    nothing = dict.fromkeys(("views", "plays", "likes", "comments", "shares", "saves"))
    assert found["data"] == {
        ids[0]: {**nothing, "views": 30, "engagement_rate": 0},
        ids[1]: {**nothing, "views": 260, "likes": 10, "engagement_rate": 3.8462},
        ids[3]: {**nothing, "views": 900, "likes": 30, "engagement_rate": 3.3333},
        ids[4]: {**nothing, "views": 900, "likes": 30, "saves": 8, "engagement_rate": 3.3333},
    }
    assert found["meta"] == {**SAID, "count": 4, "not_found": [ids[2]]}


async def test_discovered_videos_are_keyed_by_platform_and_number(rest: RestCaller, other: RestCaller) -> None:
    (_, a), (_, b) = await posts_of((await worked_example(rest.viewer)).id)
    ((_, shown), _) = await posts_of((await worked_example(rest.viewer, Platform.INSTAGRAM)).id)
    foreign = await posts_of((await worked_example(other.viewer)).id)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"02": 50})
    known = {a, b, shown, lone.internal_id}
    elsewhere = next((number for _, number in foreign if number not in known), 10**12)
    found = await read(
        rest,
        "/account-videos/metrics",
        instagram_post_ids=[shown, 10**15, shown],
        tiktok_video_ids=[b, elsewhere, a, b, lone.internal_id],
        **PERIOD,
    )
    nothing = dict.fromkeys(("views", "plays", "likes", "comments", "shares", "saves"))
    assert found["data"] == {
        "instagram": {str(shown): {**nothing, "views": 900, "likes": 30, "saves": 8, "engagement_rate": 3.3333}},
        "tiktok": {
            str(b): {**nothing, "views": 260, "likes": 10, "engagement_rate": 3.8462},
            str(a): {**nothing, "views": 900, "likes": 30, "engagement_rate": 3.3333},
        },
    }
    assert found["meta"] == {**SAID, "count": 3, "not_found": [10**15, elsewhere, lone.internal_id]}
    # The numbers are those that the list shows, and no platform answers for the other.
    listed = await rest.get("/account-videos", platform="tiktok")
    assert {row["internal_id"] for row in listed["data"]} == {a, b}
    crossed = await read(rest, "/account-videos/metrics", instagram_post_ids=[a], tiktok_video_ids=[shown])
    assert (crossed["data"], crossed["meta"]["not_found"]) == ({"instagram": {}, "tiktok": {}}, [a, shown])
    assert set(await find_discovered_videos(other.viewer, {Platform.TIKTOK: [a, b]})) <= {
        (Platform.TIKTOK, number) for _, number in foreign
    }


@pytest.mark.parametrize(("instagram", "tiktok"), [([], []), (list(range(1, 102)), list(range(1, 101)))])
async def test_the_numbers_of_both_platforms_are_1_to_200_together(
    rest: RestCaller, instagram: list[int], tiktok: list[int]
) -> None:
    body = {"instagram_post_ids": instagram, "tiktok_video_ids": tiktok}
    message = f"There are {len(instagram) + len(tiktok)} ids in both lists; they take 1 to 200 together."
    answer = await rest.send("POST", "/account-videos/metrics", json=body)
    assert errors_of(answer) == [("instagram_post_ids", message), ("tiktok_video_ids", message)]


async def test_two_hundred_numbers_are_not_too_many(rest: RestCaller) -> None:
    found = await read(
        rest, "/account-videos/metrics", instagram_post_ids=[*range(1, 101), 1], tiktok_video_ids=list(range(1, 101))
    )
    assert found["meta"]["not_found"] == [*range(1, 101), *range(1, 101)]


A_UUID = str(UUID(int=1))
NO_LIST = "It takes a list of 1 to 200 entries, each a UUID."


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("/accounts/metrics", {}, [("account_ids", NO_LIST.replace("It takes", "It is needed, and takes"))]),
        ("/accounts/metrics", {"account_ids": []}, [("account_ids", NO_LIST)]),
        ("/accounts/metrics", {"account_ids": [A_UUID] * 201}, [("account_ids", NO_LIST)]),
        ("/accounts/metrics", {"account_ids": A_UUID}, [("account_ids", NO_LIST)]),
        ("/videos/metrics", {"video_ids": [A_UUID, "1", 2]}, [("video_ids/1", "It takes a UUID."),
                                                               ("video_ids/2", "It takes a UUID.")]),
        ("/videos/metrics", {"video_ids": [A_UUID], "period": "1d"},
         [("period", "It takes one of 7d, 30d, 90d, custom.")]),
        ("/videos/deltas", {"video_ids": [A_UUID], "windows": []},
         [("windows", "It takes a list of 1 to 10 entries, each a whole number 1 to 365.")]),
        ("/videos/deltas", {"video_ids": [A_UUID], "windows": list(range(1, 12))},
         [("windows", "It takes a list of 1 to 10 entries, each a whole number 1 to 365.")]),
        ("/videos/deltas", {"video_ids": [A_UUID], "windows": [1, 0, 366, True, "7"]},
         [(f"windows/{place}", "It takes a whole number 1 to 365.") for place in (1, 2, 3, 4)]),
        ("/account-videos/metrics", {"tiktok_video_ids": [0, "1", 2**63]},
         [(f"tiktok_video_ids/{place}", "It takes a whole number 1 to 9223372036854775807.") for place in (0, 1, 2)]),
    ],
)  # fmt: skip
async def test_bodies_that_do_not_fit(
    rest: RestCaller, path: str, body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    assert errors_of(await rest.send("POST", path, json=body)) == errors


async def test_deltas_are_views_gained_until_today(rest: RestCaller, other: RestCaller) -> None:
    (a, _), (b, _) = await posts_of((await worked_example(rest.viewer)).id)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"04": 50, "06": 81})
    silent = await lone_video(rest.viewer, "7301234567890123457", {})
    foreign, unknown = await lone_video(other.viewer, "7301234567890123458", {"04": 1}), uuid4()
    ids = [str(id) for id in (a, unknown, b, lone.id, foreign.id, silent.id)]
    found = await read(rest, "/videos/deltas", video_ids=[*ids, ids[0]], windows=[3, 1, 365, 3, 2])
    assert found == {
        "data": {
            ids[0]: {"1d": 0, "2d": -50, "3d": 550, "365d": 850},
            ids[2]: {"1d": 0, "2d": 40, "3d": 100, "365d": 300},
            ids[3]: {"1d": 31, "2d": 31, "3d": 31, "365d": 31},
            ids[5]: {"1d": None, "2d": None, "3d": None, "365d": None},
        },
        "meta": {"windows": [1, 2, 3, 365], "video_count": 4, "not_found": [ids[1], ids[4]]},
    }
    usual = await read(rest, "/videos/deltas", video_ids=[ids[3]])
    assert usual["data"] == {ids[3]: {"1d": 31, "7d": 31, "14d": 31, "30d": 31}}
    nothing = await read(rest, "/videos/deltas", video_ids=[ids[1]], windows=[7])
    assert nothing == {"data": {}, "meta": {"windows": [7], "video_count": 0, "not_found": [ids[1]]}}


async def test_reading_a_batch_needs_no_scope_to_write(rest: RestCaller) -> None:
    key = await create_key(rest.viewer.organization_name, "reader", frozenset({Scope.READ}), now=NOW)
    reader = RestCaller(rest.client, key, rest.viewer)
    for path, body in (
        ("/accounts/metrics", {"account_ids": [A_UUID]}),
        ("/videos/metrics", {"video_ids": [A_UUID]}),
        ("/videos/deltas", {"video_ids": [A_UUID]}),
        ("/account-videos/metrics", {"tiktok_video_ids": [1]}),
    ):
        answer = await reader.send("POST", path, json=body)
        assert answer.status_code == 200
        assert "etag" not in answer.headers
    refused = await reader.send("POST", "/creators", json={"name": "x"})
    problem_of(refused, 403, "INSUFFICIENT_SCOPE")


async def test_a_batch_takes_as_many_statements_whatever_its_size(rest: RestCaller, statements: Statements) -> None:
    accounts = [await new_account(rest.viewer, on("01")) for _ in range(6)]
    for account in accounts:
        facts = [post(f"{account.id.int}{n}", None, {"views": n}) for n in range(4)]
        await record(account, account_facts(account, on("02"), facts, {"followers": 1}))
    rows = await fetch("SELECT id, internal_id FROM video WHERE organization_id = $1", rest.viewer.organization_id)
    await rest.get("/whoami")
    asked: dict[str, set[int]] = {}
    for size in (1, 6):
        videos = [str(row["id"]) for row in rows[: 4 * size]]
        for path, body in (
            ("/accounts/metrics", {"account_ids": [str(account.id) for account in accounts[:size]]}),
            ("/videos/metrics", {"video_ids": videos}),
            ("/videos/deltas", {"video_ids": videos}),
            ("/account-videos/metrics", {"tiktok_video_ids": [row["internal_id"] for row in rows[: 4 * size]]}),
        ):
            statements.clear()
            await read(rest, path, **body)
            asked.setdefault(path, set()).add(len(statements))
    assert set(asked) == {"/accounts/metrics", "/videos/metrics", "/videos/deltas", "/account-videos/metrics"}
    assert {count for counts in asked.values() for count in counts} == {3}
