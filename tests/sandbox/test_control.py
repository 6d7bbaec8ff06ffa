"""Faults, clock, log and truth's refusals."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.sandbox.ledger import LONGEST_LOG, Entry, Ledger
from app.sandbox.server import create_app
from app.sandbox.times import ClockOrder, SandboxClock
from tests.sandbox.reading import APP_ID, INSTAGRAM, NOW, TIKTOK, Sandbox, rehydrated

PROFILE = f"{TIKTOK}/@rival_two"


class Watch:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def order(sandbox: Sandbox, **fault: object) -> None:
    response = await sandbox.http.post("/_ctl/faults", json=fault)
    assert response.status_code == 200, response.text


async def test_too_many_requests_says_when_to_come_back(sandbox: Sandbox) -> None:
    await order(sandbox, match="@rival_two", mode="too_many_429", times=2, retry_after=7)
    for _ in range(2):
        response = await sandbox.get(PROFILE)
        assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert (await sandbox.get(PROFILE)).status_code == 200
    assert (await sandbox.http.get("/_ctl/faults")).json() == {"faults": []}


async def test_faults_strike_what_they_match(sandbox: Sandbox) -> None:
    await order(sandbox, match="www.tiktok.com/", mode="http_404")
    assert (await sandbox.get(PROFILE)).status_code == 404
    assert (await sandbox.get(f"{INSTAGRAM}/rival_one/")).status_code == 200
    assert (await sandbox.http.get("/_world/truth/tiktok/account/rival_two")).status_code == 200


@pytest.mark.parametrize(("mode", "status"), [("http_404", 404), ("http_500", 500), ("empty_body", 200)])
async def test_simple_modes(sandbox: Sandbox, mode: str, status: int) -> None:
    await order(sandbox, match="username=rival_one", mode=mode, times=1)
    path = f"{INSTAGRAM}/api/v1/users/web_profile_info/"
    response = await sandbox.get(path, username="rival_one")
    assert response.status_code == status
    assert mode != "empty_body" or response.content == b""
    assert (await sandbox.get(path, username="rival_one")).json()["status"] == "ok"


async def test_wrong_entity_answers_with_somebody_else(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("tiktok", "account", "rival_two")
    await order(sandbox, match="/", mode="wrong_entity")
    user = (await sandbox.user_detail("rival_two"))["userInfo"]["user"]
    assert user["id"] != truth["external_id"]
    items = (await sandbox.items(truth["secondary_id"], type=0))["itemList"]
    assert truth["external_id"] not in {item["author"]["id"] for item in items}
    video = (await sandbox.video_detail("@_/video/7123456789"))["itemInfo"]["itemStruct"]
    assert video["id"] != "7123456789"
    assert (await sandbox.instagram_user("rival_one"))["username"] != "rival_one"
    assert (await sandbox.user_detail(user["uniqueId"]))["userInfo"]["user"]["id"] != user["id"]


async def test_hanging_request_gets_no_answer_and_is_in_the_log(sandbox: Sandbox) -> None:
    await order(sandbox, match="@rival_two", mode="hang", times=1)
    hanging = asyncio.create_task(sandbox.get(PROFILE))
    done, _ = await asyncio.wait([hanging], timeout=0.2)
    assert not done
    entry = (await sandbox.http.get("/_ctl/log")).json()["entries"][-1]
    assert (entry["path"], entry["fault"], entry["status"]) == ("/@rival_two", "hang", None)
    assert (await sandbox.get(PROFILE)).status_code == 200
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_slow_answer_is_late_and_right(sandbox: Sandbox) -> None:
    await order(sandbox, match="@rival_two", mode="slow", delay_ms=50)
    loop = asyncio.get_running_loop()
    started = loop.time()
    response = await sandbox.get(PROFILE)
    assert loop.time() - started >= 0.05
    assert rehydrated(response.text)["webapp.user-detail"]["statusCode"] == 0


async def test_fault_ends_when_it_is_said_to(sandbox: Sandbox) -> None:
    await order(sandbox, match="@rival_two", mode="http_404", until=NOW.isoformat())
    assert (await sandbox.get(PROFILE, NOW - timedelta(seconds=1))).status_code == 404
    assert (await sandbox.get(PROFILE, NOW)).status_code == 200


async def test_probable_fault_strikes_its_share_and_always_the_same_ones() -> None:
    runs = []
    for _ in range(2):
        sandbox = Sandbox(create_app())
        await order(sandbox, match="@rival_two", mode="http_500", probability=0.25)
        runs.append([(await sandbox.get(PROFILE)).status_code for _ in range(200)])
    assert runs[0] == runs[1]
    assert 30 <= runs[0].count(500) <= 70


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "hang"}, "match"),
        ({"match": "x"}, "mode"),
        ({"match": "", "mode": "hang"}, "match"),
        ({"match": "x", "mode": "explode"}, "mode"),
        ({"match": "x", "mode": "hang", "times": 0}, "times"),
        ({"match": "x", "mode": "hang", "until": "2026-01-01T00:00:00"}, "until"),
        ({"match": "x", "mode": "hang", "probability": 2}, "probability"),
        ({"match": "x", "mode": "hang", "tims": 1}, "tims"),
    ],
)
async def test_bad_fault_is_refused_by_name_and_not_ordered(sandbox: Sandbox, body: dict, field: str) -> None:
    response = await sandbox.http.post("/_ctl/faults", json=body)
    assert response.status_code == 400
    assert field in response.json()["error"]
    assert (await sandbox.http.get("/_ctl/faults")).json() == {"faults": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"freeze_at": "yesterday"}', "freeze_at"),
        (b'{"freeze_at": "2026-01-01T00:00:00"}', "freeze_at"),
        (b'{"freeze_at": "9999-12-31T00:00:00Z", "shift_seconds": 1e9}', "freeze_at"),
        (b'{"shift_seconds": "1h"}', "shift_seconds"),
        (b'{"shift_seconds": 1e300}', "shift_seconds"),
        (b'{"shift_seconds": -2e9}', "shift_seconds"),
        (b'{"speed": -1}', "speed"),
        (b'{"pace": 2}', "pace"),
        (b"{", "body"),
        (b"", "body"),
    ],
)
async def test_bad_clock_order_is_refused_by_name(sandbox: Sandbox, body: bytes, field: str) -> None:
    response = await sandbox.http.post("/_ctl/clock", content=body)
    assert response.status_code == 400
    assert field in response.json()["error"]
    assert (await sandbox.http.get("/_ctl/clock")).json()["speed"] == 1.0


def test_clock_freezes_shifts_and_speeds_up() -> None:
    watch = Watch(NOW)
    clock = SandboxClock(watch)
    watch.now += timedelta(minutes=5)
    assert clock.now() == NOW + timedelta(minutes=5)
    clock.obey(ClockOrder(freeze_at=datetime(2026, 3, 1, tzinfo=UTC)))
    watch.now += timedelta(hours=1)
    assert clock.now() == datetime(2026, 3, 1, tzinfo=UTC)
    clock.obey(ClockOrder(shift_seconds=-86_400, speed=60))
    watch.now += timedelta(minutes=1)
    assert clock.now() == datetime(2026, 2, 28, 1, tzinfo=UTC)
    clock.obey(ClockOrder(speed=1_000_000))
    watch.now += timedelta(days=4000)
    assert clock.now() == datetime(2100, 1, 1, tzinfo=UTC)
    clock.reset()
    assert clock.now() == watch.now


async def test_answers_follow_the_clock_unless_the_request_says_when() -> None:
    sandbox = Sandbox(create_app(clock=Watch(NOW)))
    march = datetime(2026, 3, 1, 12, tzinfo=UTC)
    present, past = (
        await sandbox.truth("tiktok", "account", "abc"),
        await sandbox.truth("tiktok", "account", "abc", march),
    )

    async def followers(**headers: str) -> str:
        response = await sandbox.http.get(f"{TIKTOK}/@abc", headers=headers)
        return rehydrated(response.text)["webapp.user-detail"]["userInfo"]["statsV2"]["followerCount"]

    assert await followers() == str(present["followers"])
    assert await followers(**{"X-Sandbox-Time": "2026-03-01T13:05:00+01:00"}) == str(past["followers"])
    await sandbox.http.post("/_ctl/clock", json={"freeze_at": march.isoformat()})
    assert await followers() == str(past["followers"])
    shown = (await sandbox.http.get("/_world/truth/tiktok/account/abc")).json()
    assert shown == past != present


@pytest.mark.parametrize("text", ["yesterday", "2026-03-01T12:00:00", "2019-12-31T23:59:59Z", "2100-01-01T00:00:00Z"])
async def test_bad_time_is_refused(sandbox: Sandbox, text: str) -> None:
    asked = await sandbox.http.get(PROFILE, headers={"x-sandbox-time": text})
    assert (asked.status_code, asked.json()["error"].startswith("X-Sandbox-Time: ")) == (400, True)
    truth = await sandbox.http.get("/_world/truth/tiktok/account/abc", params={"at": text})
    assert (truth.status_code, truth.json()["error"].startswith("at: ")) == (400, True)


async def test_log_and_counts_tell_what_was_asked(sandbox: Sandbox) -> None:
    await sandbox.get(f"{TIKTOK}/@abc?lang=en")
    await sandbox.http.get(
        f"{INSTAGRAM}/api/v1/users/web_profile_info/", params={"username": "nobody_x"}, headers=APP_ID
    )
    await sandbox.http.get("/www.example.com/x")
    entries = (await sandbox.http.get("/_ctl/log")).json()["entries"]
    assert [(entry["method"], entry["host"], entry["path"], entry["query"], entry["status"]) for entry in entries] == [
        ("GET", "www.tiktok.com", "/@abc", "lang=en", 200),
        ("GET", "www.instagram.com", "/api/v1/users/web_profile_info/", "username=nobody_x", 404),
        ("GET", "www.example.com", "/x", "", 421),
    ]
    assert datetime.fromisoformat(entries[0]["answered_for"]) == NOW
    assert entries[0]["headers"]["x-sandbox-time"] == NOW.isoformat()
    assert entries[1]["headers"]["x-ig-app-id"] == APP_ID["x-ig-app-id"]
    assert (await sandbox.http.get("/_ctl/counts")).json() == {
        "total": 3,
        "unknown_hosts": 1,
        "by_host": {"www.tiktok.com": 1, "www.instagram.com": 1},
        "by_status": {"200": 1, "404": 1, "421": 1},
        "by_fault": {},
    }


async def test_reset_forgets_everything_but_the_world(sandbox: Sandbox) -> None:
    await order(sandbox, match="@abc", mode="http_500")
    before = await sandbox.truth("tiktok", "account", "abc")
    assert (await sandbox.get(f"{TIKTOK}/@abc")).status_code == 500
    await sandbox.http.post("/_ctl/clock", json={"speed": 0})
    assert (await sandbox.http.post("/_ctl/reset")).status_code == 204
    assert (await sandbox.http.get("/_ctl/log")).json() == {"entries": []}
    assert (await sandbox.http.get("/_ctl/counts")).json()["by_fault"] == {}
    assert (await sandbox.http.get("/_ctl/clock")).json()["speed"] == 1.0
    assert (await sandbox.get(f"{TIKTOK}/@abc")).status_code == 200
    assert await sandbox.truth("tiktok", "account", "abc") == before


def test_log_is_bounded_and_counts_are_not() -> None:
    ledger = Ledger()
    for number in range(LONGEST_LOG + 10):
        entry = Entry(NOW, "GET", "www.tiktok.com", f"/{number}", "", {}, status=200)
        ledger.open(entry, is_known_host=True)
        ledger.close(entry)
    assert len(ledger.entries) == LONGEST_LOG
    assert ledger.entries[0].path == "/10"
    assert ledger.counts().total == ledger.counts().by_status["200"] == LONGEST_LOG + 10


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("myspace/account/tom", 400, "platform"),
        ("tiktok/song/tom", 400, "kind"),
        ("tiktok/account/nobody_x", 404, "account"),
        ("tiktok/video/123", 404, "video"),
        ("instagram/video/a*b", 404, "video"),
    ],
)
async def test_truth_refuses_what_has_never_been(sandbox: Sandbox, path: str, status: int, word: str) -> None:
    response: httpx.Response = await sandbox.http.get(f"/_world/truth/{path}")
    assert response.status_code == status
    assert word in response.json()["error"]
