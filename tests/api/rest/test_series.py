"""Series and breakdowns of REST v2."""

from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from app.api.rest.v2.shapes.analytics import show_change
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.metrics import change_percent
from app.domain.platforms import Platform
from app.store.db import fetch
from tests.api.conftest import Statements
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.measured import NOW, custom, lone_video, on, today, worked_example
from tests.factories import account_facts, at, new_account, post, record

__all__ = ["today"]

FIGURES = ("views", "plays", "likes", "comments", "shares", "saves", "followers", "engagement_rate")
FLAGS = ("is_observed", "is_baseline", "is_partial")


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ("date", *names)) for row in rows]


async def test_the_worked_example(rest: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    found = await rest.get(f"/accounts/{account.id}/analytics", start_date="2026-02-27", end_date="2026-03-06")
    assert [list(row) for row in found["data"]] == [["date", *FIGURES, *FLAGS]] * 8
    assert columns(found["data"], "views", "likes", "comments", "followers", "engagement_rate", *FLAGS) == [
        ("2026-02-27", None, None, None, None, None, False, False, False),
        ("2026-02-28", None, None, None, None, None, False, False, False),
        ("2026-03-01", 0, 0, None, 100, None, True, True, False),
        ("2026-03-02", 500, 20, None, 104, 4.0, True, False, False),
        ("2026-03-03", 0, 0, None, 104, None, False, False, False),
        ("2026-03-04", 660, 20, None, 99, 3.0303, True, False, False),
        ("2026-03-05", -10, 0, 2, 99, None, True, False, False),
        ("2026-03-06", 0, 0, 0, 99, None, False, False, True),
    ]
    assert {row[name] for row in found["data"] for name in ("plays", "shares", "saves")} == {None}


async def test_a_window_is_told_beside_the_one_before(rest: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    path = f"/accounts/{account.id}/analytics/timeseries"
    meta = (await rest.get(path, **custom("03", "04")))["meta"]
    nothing = dict.fromkeys(FIGURES)
    assert meta == {
        "period": "custom",
        "start_date": "2026-03-03",
        "end_date": "2026-03-04",
        "previous_start_date": "2026-03-01",
        "previous_end_date": "2026-03-02",
        "mode": "gain",
        "is_complete": True,
        "totals": {**nothing, "views": 660, "likes": 20, "followers": 99, "engagement_rate": 3.0303},
        "previous": {**nothing, "views": 500, "likes": 20, "followers": 104, "engagement_rate": 4.0},
        "changes": {
            **{f"{name}_pct": 0 for name in FIGURES},
            "views_pct": 32,
            "followers_pct": -4.8077,
            "engagement_rate_pct": -24.2424,
        },
        "changes_available": {
            **dict.fromkeys(FIGURES, False),
            **dict.fromkeys(("views", "likes", "followers", "engagement_rate"), True),
        },
    }
    # Before anything was measured nothing is known, also not of followers.
    meta = (await rest.get(path, **custom("01", "02"), mode="cumulative"))["meta"]
    assert (meta["mode"], meta["is_complete"], meta["previous"]) == ("cumulative", False, nothing)
    assert (meta["totals"]["views"], meta["totals"]["followers"]) == (500, 104)
    assert (meta["changes"]["views_pct"], meta["changes_available"]["views"]) == (0, False)
    # A window that gained nothing is followed by one that fell.
    meta = (await rest.get(path, **custom("04", "04")))["meta"]
    assert (meta["previous"]["views"], meta["changes"]["views_pct"], meta["changes_available"]["views"]) == (
        0,
        100,
        False,
    )


@pytest.mark.parametrize(
    ("current", "previous", "change"),
    [
        (30, 20, 50.0),
        (0, 20, -100.0),
        (-5, 20, -125.0),
        (0, 0, 0.0),
        (7, 0, 100),
        (-7, 0, 0),
        (7, -2, 0),
        (7, None, 0),
        (None, 7, 0),
        (None, 0, 0),
        (Fraction(1, 3), Fraction(1, 7), 133.3333),
    ],
)
def test_a_change_is_never_null(current: Any, previous: Any, change: float) -> None:
    assert show_change(change_percent(current, previous), current, previous) == change


async def test_cumulative_values_are_where_counters_stood(rest: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    found = await rest.get(f"/accounts/{account.id}/analytics/timeseries", **custom("02", "05"), mode="cumulative")
    assert columns(found["data"], "views", "likes", "followers", "engagement_rate") == [
        ("2026-03-02", 1500, 30, 104, 4.0),
        ("2026-03-03", 1500, 30, 104, None),
        ("2026-03-04", 2160, 50, 99, 3.0303),
        ("2026-03-05", 2150, 50, 99, None),
    ]


async def test_breakdowns_are_the_columns_of_series(rest: RestCaller) -> None:
    account = await worked_example(rest.viewer, Platform.INSTAGRAM)
    path = f"/accounts/{account.id}/analytics"
    for mode in ("gain", "cumulative"):
        whole = await rest.get(f"{path}/timeseries", **custom("02", "06"), mode=mode)
        for metric in FIGURES:
            one = await rest.get(f"{path}/breakdown", **custom("02", "06"), mode=mode, metric=metric)
            assert [list(row) for row in one["data"]] == [["date", "value", *FLAGS]] * 5
            assert columns(one["data"], "value", *FLAGS) == columns(whole["data"], metric, *FLAGS), metric
            kept = ("period", "start_date", "end_date", "previous_start_date", "previous_end_date", "mode")
            assert one["meta"] == {
                "metric": metric,
                **{name: whole["meta"][name] for name in (*kept, "is_complete")},
                "total": whole["meta"]["totals"][metric],
                "previous": whole["meta"]["previous"][metric],
                "change_pct": whole["meta"]["changes"][f"{metric}_pct"],
                "change_available": whole["meta"]["changes_available"][metric],
            }
    assert (await rest.get(f"{path}/breakdown"))["meta"]["metric"] == "views"


async def test_saves_are_shown_but_for_what_is_on_tiktok(rest: RestCaller) -> None:
    on_tiktok, on_instagram = [await worked_example(rest.viewer, one) for one in (Platform.TIKTOK, Platform.INSTAGRAM)]
    alone, mixed = [await create_creator(rest.viewer, NewCreator(name), now=NOW) for name in ("Alone", "Mixed")]
    await link_account(rest.viewer, alone.id, on_tiktok.id, now=NOW)

    async def saves(path: str) -> list[int | None]:
        found = await rest.get(f"{path}/analytics/timeseries", **custom("02", "04"))
        one = await rest.get(f"{path}/analytics/breakdown", **custom("02", "04"), metric="saves")
        assert one["meta"]["total"] == found["meta"]["totals"]["saves"]
        assert [row["value"] for row in one["data"]] == [row["saves"] for row in found["data"]]
        assert columns(one["data"], *FLAGS) == columns(found["data"], *FLAGS)
        return [row["saves"] for row in found["data"]]

    assert await saves(f"/accounts/{on_instagram.id}") == [3, 0, 5]
    assert await saves(f"/accounts/{on_tiktok.id}") == await saves(f"/creators/{alone.id}") == [None, None, None]
    assert await saves(f"/creators/{mixed.id}") == [None, None, None]
    await link_account(rest.viewer, mixed.id, on_instagram.id, now=NOW)
    assert await saves(f"/creators/{mixed.id}") == [3, 0, 5]


async def test_videos_have_series_wherever_they_come_from(rest: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"02": 50, "04": 80})
    rows = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY external_id", account.id)
    old, new = [row["id"] for row in rows]
    for path, views in (
        (f"/videos/{lone.id}", [0, 0, 30]),
        (f"/account-videos/{old}", [300, 0, 600]),
        (f"/account-videos/{new}", [200, 0, 60]),
    ):
        found = await rest.get(f"{path}/analytics/timeseries", **custom("02", "04"))
        assert [row["views"] for row in found["data"]] == views
        assert {row["followers"] for row in found["data"]} == {None}
        daily = await rest.get(f"{path}/analytics", start_date="2026-03-02", end_date="2026-03-04")
        assert daily == found
        one = await rest.get(f"{path}/analytics/breakdown", **custom("02", "04"))
        assert [row["value"] for row in one["data"]] == views
        nobody = await rest.get(f"{path}/analytics/breakdown", **custom("02", "04"), metric="followers")
        assert {row["value"] for row in nobody["data"]} == {None}
    for path in (f"/videos/{old}/analytics", f"/account-videos/{lone.id}/analytics"):
        problem_of(await rest.send("GET", path), 404, "NOT_FOUND")


async def test_creators_and_the_organization_add_up(rest: RestCaller) -> None:
    first, second = [await worked_example(rest.viewer) for _ in range(2)]
    await lone_video(rest.viewer, "7301234567890123456", {"02": 50, "04": 80})
    creator = await create_creator(rest.viewer, NewCreator("Somebody"), now=NOW)
    await link_account(rest.viewer, creator.id, first.id, now=NOW)
    await link_account(rest.viewer, creator.id, second.id, now=NOW)
    of_creator = await rest.get(f"/creators/{creator.id}/analytics", start_date="2026-03-02", end_date="2026-03-05")
    assert columns(of_creator["data"], "views", "followers", "engagement_rate") == [
        ("2026-03-02", 1000, 208, 4.0),
        ("2026-03-03", 0, 208, None),
        ("2026-03-04", 1320, 198, 3.0303),
        ("2026-03-05", -20, 198, None),
    ]
    whole = await rest.get("/analytics", start_date="2026-03-02", end_date="2026-03-05")
    assert [row["views"] for row in whole["data"]] == [1000, 0, 1350, -20]
    assert (whole["meta"]["totals"]["views"], whole["meta"]["totals"]["followers"]) == (2330, 198)
    removed = await rest.send("DELETE", f"/accounts/{second.id}")
    assert removed.status_code == 204
    assert (await rest.get("/analytics", start_date="2026-03-02", end_date="2026-03-05"))["data"][0]["views"] == 500


@pytest.mark.parametrize(("period", "start"), [("7d", "2026-02-28"), ("30d", "2026-02-05"), ("90d", "2025-12-07")])
async def test_periods_end_today(rest: RestCaller, period: str, start: str) -> None:
    for parameters in ({"period": period}, {"period": period, "start_date": "1999-01-01", "end_date": "2999-01-01"}):
        found = await rest.get("/analytics/timeseries", **parameters)
        meta = found["meta"]
        assert (meta["period"], meta["start_date"], meta["end_date"]) == (period, start, "2026-03-06")
        assert len(found["data"]) == int(period.removesuffix("d"))
        assert (found["data"][0]["date"], found["data"][-1]["is_partial"]) == (start, True)


async def test_thirty_days_unless_asked_otherwise(rest: RestCaller) -> None:
    for path in ("/analytics", "/analytics/timeseries"):
        meta = (await rest.get(path))["meta"]
        assert (meta["period"], meta["start_date"], meta["end_date"]) == ("30d", "2026-02-05", "2026-03-06")


@pytest.mark.parametrize(
    ("parameters", "fields", "message"),
    [
        ({}, ["start_date", "end_date"], "It is needed with period=custom."),
        ({"start_date": "2026-03-01"}, ["end_date"], "It is needed with period=custom."),
        ({"end_date": "2026-03-01"}, ["start_date"], "It is needed with period=custom."),
        (custom("05", "04"), ["start_date"], "start (2026-03-05) is after end (2026-03-04)."),
        (custom("05", "07"), ["end_date"], "end (2026-03-07) is after today (2026-03-06 in UTC)."),
        (
            {"start_date": "2024-03-05", "end_date": "2026-03-06"},
            ["start_date"],
            "2024-03-05 to 2026-03-06 is 732 days; a window holds at most 731.",
        ),
        ({"start_date": "2026-02-30", "end_date": "2026-03-01"}, ["start_date"], "It takes a date such as 2026-03-08."),
    ],
)
async def test_windows_that_are_none(
    rest: RestCaller, parameters: dict[str, str], fields: list[str], message: str
) -> None:
    asked = {**parameters, "period": "custom"}
    answer = await rest.send("GET", "/analytics/timeseries", params=asked)
    errors = [(error["field"], error["message"]) for error in problem_of(answer, 422, "VALIDATION_ERROR")["errors"]]
    assert errors == [(field, message) for field in fields]
    for path, name in (("/accounts/metrics", "account_ids"), ("/videos/metrics", "video_ids")):
        answer = await rest.send("POST", path, json={**asked, name: [str(uuid4())]})
        assert [error["field"] for error in problem_of(answer, 422, "VALIDATION_ERROR")["errors"]] == fields


async def test_the_longest_window(rest: RestCaller) -> None:
    found = await rest.get("/analytics", start_date="2024-03-06", end_date="2026-03-06")
    assert len(found["data"]) == 731


async def test_two_dates_go_together(rest: RestCaller) -> None:
    answer = await rest.send("GET", "/analytics", params={"end_date": "2026-03-01"})
    assert problem_of(answer, 422, "VALIDATION_ERROR")["errors"] == [
        {"field": "start_date", "message": "It goes with the other date."}
    ]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"period": "14d"}, "It takes one of 7d, 30d, 90d, custom."),
        ({"mode": "levels"}, "It takes one of gain, cumulative."),
        (
            {"metric": "reach"},
            "It takes one of views, plays, likes, comments, shares, saves, followers, engagement_rate.",
        ),
    ],
)
async def test_words_that_are_not_known(rest: RestCaller, parameters: dict[str, str], message: str) -> None:
    account = await new_account(rest.viewer, NOW)
    answer = await rest.send("GET", f"/accounts/{account.id}/analytics/breakdown", params=parameters)
    assert problem_of(answer, 422, "VALIDATION_ERROR")["errors"] == [
        {"field": next(iter(parameters)), "message": message}
    ]


async def test_nothing_is_found_elsewhere(rest: RestCaller, other: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    lone = await lone_video(rest.viewer, "7301234567890123456", {"02": 50})
    (row, _) = await fetch("SELECT id FROM video WHERE account_id = $1", account.id)
    creator = await create_creator(rest.viewer, NewCreator("Somebody"), now=NOW)
    for path in (
        f"/accounts/{account.id}",
        f"/creators/{creator.id}",
        f"/videos/{lone.id}",
        f"/account-videos/{row['id']}",
        *(f"/{kind}/{uuid4()}" for kind in ("accounts", "creators", "videos", "account-videos")),
    ):
        for ending in ("analytics", "analytics/timeseries", "analytics/breakdown"):
            problem_of(await other.send("GET", f"{path}/{ending}"), 404, "NOT_FOUND")
    whole = await other.get("/analytics/timeseries")
    assert {row[name] for row in whole["data"] for name in FIGURES} == {None}


async def test_a_series_takes_as_many_statements_whatever_its_length(rest: RestCaller, statements: Statements) -> None:
    creator = await create_creator(rest.viewer, NewCreator("Somebody"), now=on("01"))
    asked: dict[str, set[int]] = {}
    for size in (1, 4):
        for number in range(size):
            account = await new_account(rest.viewer, at("2026-03-01 08:00"))
            posts = [post(f"{account.id.int}{n}", None, {"views": n, "likes": n}) for n in range(5 * size)]
            await record(account, account_facts(account, on("02"), posts, {"followers": number}))
            await link_account(rest.viewer, creator.id, account.id, now=on("03"))
        (row, *_) = await fetch("SELECT id FROM video WHERE account_id = $1", account.id)
        lone = await lone_video(rest.viewer, f"730123456789012345{size}", {"02": 50})
        paths = {
            "organization": "",
            "account": f"/accounts/{account.id}",
            "creator": f"/creators/{creator.id}",
            "video": f"/videos/{lone.id}",
            "account video": f"/account-videos/{row['id']}",
        }
        await rest.get("/whoami")  # the minute's first request notes when the key was used
        for period in ("7d", "90d"):
            for subject, path in paths.items():
                for ending in ("timeseries", "breakdown") if path else ("timeseries",):
                    statements.clear()
                    await rest.get(f"{path}/analytics/{ending}", period=period)
                    asked.setdefault(f"{subject} {ending}", set()).add(len(statements))
    assert asked == {
        "organization timeseries": {2},
        **{f"{kind} {ending}": {3} for kind in ("account", "creator") for ending in ("timeseries", "breakdown")},
        **{f"{kind} {ending}": {5} for kind in ("video", "account video") for ending in ("timeseries", "breakdown")},
    }
