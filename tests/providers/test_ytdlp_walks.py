"""What holds for whatever yt-dlp is asked: where its requests go, how long it may take, and what it leaves behind."""

import asyncio
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.platforms import Platform
from app.providers.base import OUT_OF_TIME, AccountIdentity, PostBounds, PostIdentity, Visit
from app.providers.failures import AnswerClass
from app.providers.http import HOSTS, Upstream
from app.providers.limits import TIKTOK_PAGES, X_GUEST, Held, Lane, Pacing
from app.providers.ytdlp import engine, facebook, tiktok, twitter, youtube
from app.providers.ytdlp.door import Door, DoorClosed, Surface
from app.providers.ytdlp.plans import Findings, Plan
from app.providers.ytdlp.walks import MOST_REQUESTS, Walk
from tests.providers.answers import OVERRIDDEN, recorded, silence, tiktok_profile_page
from tests.providers.visits import visiting

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLANS = (tiktok.POST_PLAN, tiktok.CHANNEL_PLAN, youtube.POST_PLAN, youtube.CHANNEL_PLAN, twitter.PLAN, facebook.PLAN)
VIDEO = "https://www.tiktok.com/@_/video/7513039993741397256"
PROFILE = httpx.Response(
    200,
    content=tiktok_profile_page(recorded("tiktok/user_detail_api.json")),
    headers={"Set-Cookie": "ttwid=abc; Path=/"},
)


def test_every_surface_is_on_a_known_host() -> None:
    assert {surface.host for plan in PLANS for surface in plan.surfaces} <= HOSTS


def silent_visit(seconds: float) -> Visit:
    """A visit to an upstream that never answers."""

    async def handle(request: httpx.Request) -> httpx.Response:
        return await silence()

    upstream = Upstream(httpx.AsyncClient(transport=httpx.MockTransport(handle)), OVERRIDDEN, 5.0)
    return Visit("tested", upstream, Pacing(None, is_on=False), asyncio.get_running_loop().time() + seconds)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/@x",
        "https://www.tiktok.com.evil.test/@x",
        "https://www.tiktok.com:8443/@x",
        "https://user:word@www.tiktok.com/@x",
        "https://127.0.0.1/@x",
        "file:///etc/passwd",
        "ftp://www.tiktok.com/@x",
        "https://www.tiktok.com/api/other/",
        "https://m.tiktok.com/@x",
    ],
)
async def test_nothing_is_sent_beside_the_surfaces(url: str) -> None:
    visit, sent = visiting(lambda request: httpx.Response(200))
    door = Door(visit, (Surface("page", TIKTOK_PAGES, "www.tiktok.com", "/@"),), 9)
    with pytest.raises(DoorClosed, match="which is not asked"):
        await asyncio.to_thread(door.send, "GET", url, {}, None)
    with pytest.raises(DoorClosed, match="which is not asked"):
        await asyncio.to_thread(door.send, "POST", "https://www.tiktok.com/@x", {}, b"")
    assert sent == []
    assert (await asyncio.to_thread(door.send, "GET", "https://www.tiktok.com/@x?a=%7B", {}, None)).reply.status == 200
    assert [str(request.url) for request in sent] == ["http://upstream.test/www.tiktok.com/@x?a=%7B"]


async def test_cookies_stay_with_their_platform_for_one_walk() -> None:
    visit, sent = visiting(lambda request: PROFILE)
    walk = Walk(visit, tiktok.CHANNEL_PLAN)
    await walk.run("https://www.tiktok.com/@zg.520", tiktok.Wanted(1))
    assert [request.headers.get("Cookie") for request in sent] == [None, "ttwid=abc"]
    await Walk(visit, tiktok.CHANNEL_PLAN).run("https://www.tiktok.com/@zg.520", tiktok.Wanted(1))
    assert [request.headers.get("Cookie") for request in sent[2:]] == [None, "ttwid=abc"]


async def test_requests_look_like_ours() -> None:
    visit, sent = visiting(lambda request: PROFILE)
    await Walk(visit, tiktok.CHANNEL_PLAN).run("https://www.tiktok.com/@zg.520")
    assert sent[0].headers["Accept-Language"] == "en-US,en;q=0.9"
    assert "Mozilla/5.0" in sent[0].headers["User-Agent"]
    assert "X-Forwarded-For" not in sent[0].headers


async def test_a_body_too_large_is_not_read() -> None:
    visit, sent = visiting(lambda request: httpx.Response(200, content=b"<" * (5 * 2**20 + 1)))
    outcome = await tiktok.YtDlpTikTok().fetch_post(visit, PostIdentity(Platform.TIKTOK, "7513039993741397256"), NOW)
    assert (outcome.answer_class, outcome.reason) == (
        AnswerClass.UPSTREAM_ERROR,
        "www.tiktok.com sent more than 5 MiB",
    )
    assert len(sent) == 1


async def test_an_endless_list_ends() -> None:
    item: dict[str, Any] = recorded("tiktok/item_list.json")["itemList"][0]
    number = iter(range(1000))

    def answer(request: httpx.Request) -> httpx.Response:
        if "item_list" not in request.url.path:
            return PROFILE
        n = next(number)
        entry = {
            **item,
            "id": str(7_513_039_993_741_397_000 + n),
            "createTime": 1_750_000_000 - n,
            "isPinnedItem": False,
        }
        return httpx.Response(200, json={"statusCode": 0, "itemList": [entry], "hasMorePrevious": True})

    visit, sent = visiting(answer)
    outcome = await tiktok.YtDlpTikTok().fetch_account(
        visit, AccountIdentity(Platform.TIKTOK, "zg.520"), PostBounds(), NOW
    )
    assert len(sent) == MOST_REQUESTS
    assert outcome.answer_class is AnswerClass.PARTIAL
    assert outcome.reason is not None
    assert outcome.reason.endswith("It took too many requests")
    assert outcome.facts is not None
    assert len(outcome.facts.posts) == MOST_REQUESTS - 1


async def test_a_silent_platform_costs_no_more_than_the_time_of_the_visit() -> None:
    visit = silent_visit(0.1)
    started = time.monotonic()
    outcome = await tiktok.YtDlpTikTok().fetch_post(visit, PostIdentity(Platform.TIKTOK, "7513039993741397256"), NOW)
    assert time.monotonic() - started < 3
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)
    assert [(call.route, call.answer_class, call.requests) for call in outcome.calls] == [
        ("video_page", AnswerClass.NETWORK_TIMEOUT, 1)
    ]


async def test_a_thread_that_does_not_come_back_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, said = threading.Event(), []

    def stuck(plan: Plan, url: str, wanted: object, door: Door) -> Findings:
        assert go_on.wait(30)
        try:
            door.send("GET", VIDEO, {}, None)
        except DoorClosed as error:
            said.append(str(error))
        go_on.clear()
        return Findings({}, (), None)

    monkeypatch.setattr(engine, "extract", stuck)
    visit, sent = visiting(lambda request: httpx.Response(200), seconds=0.1)
    walk = Walk(visit, tiktok.POST_PLAN)
    await walk.run(VIDEO)
    assert (walk.refusal.answer_class, walk.refusal.reason) == (AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)
    go_on.set()
    while go_on.is_set():
        await asyncio.sleep(0.01)
    assert (said, sent) == (["Nobody waits for it any more"], [])


async def test_whoever_stops_waiting_ends_the_request() -> None:
    visit = silent_visit(60)
    door_left = threading.Event()

    async def look() -> None:
        try:
            await Walk(visit, tiktok.POST_PLAN).run(VIDEO)
        finally:
            door_left.set()

    task = asyncio.create_task(look())
    while not any(thread.name.startswith("yt-dlp") for thread in threading.enumerate()):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert door_left.is_set()


class Counted(Pacing):
    """A pacing that holds nobody back, and knows who came."""

    def __init__(self) -> None:
        super().__init__(None, is_on=False)
        self.entered: list[str] = []

    async def enter(self, lane: Lane, *args: Any, **others: Any) -> str | Held:
        self.entered.append(lane.name)
        return await super().enter(lane, *args, **others)


async def test_every_request_waits_for_its_turn() -> None:
    pacing = Counted()
    answers = {"/api.x.com/1.1/guest/activate.json": httpx.Response(200, json={"guest_token": "1"})}
    visit, sent = visiting(lambda request: answers.get(request.url.path, httpx.Response(404)), pacing=pacing)
    await twitter.YtDlpTwitter().fetch_post(visit, PostIdentity(Platform.TWITTER, "20"), NOW)
    assert len(sent) == 2
    assert pacing.entered == [X_GUEST.name, X_GUEST.name]


async def test_a_lane_that_rests_is_not_asked() -> None:
    class Resting(Pacing):
        async def enter(self, lane: Lane, *args: Any, **others: Any) -> str | Held:
            return Held(AnswerClass.RATE_LIMITED, "It rests", 600)

    visit, sent = visiting(lambda request: httpx.Response(200), pacing=Resting(None, is_on=False))
    outcome = await twitter.YtDlpTwitter().fetch_post(visit, PostIdentity(Platform.TWITTER, "20"), NOW)
    assert (outcome.answer_class, outcome.reason, sent) == (AnswerClass.RATE_LIMITED, "It rests", [])
    assert outcome.retry_after_seconds == 600


async def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    visit, _ = visiting(lambda request: httpx.Response(403))
    for provider, platform in ((tiktok.YtDlpTikTok(), Platform.TIKTOK), (youtube.YtDlpYouTube(), Platform.YOUTUBE)):
        await provider.fetch_post(visit, PostIdentity(platform, "dQw4w9WgXcQ"), NOW)
    assert capfd.readouterr() == ("", "")


CHILD = """
import sys
import app.providers.ytdlp.facebook, app.providers.ytdlp.tiktok
import app.providers.ytdlp.twitter, app.providers.ytdlp.youtube
assert not [name for name in sys.modules if name.startswith("yt_dlp")]
import app.providers.ytdlp.engine as engine
from app.providers.ytdlp.plans import Plan, Wanted
plan = Plan({"yt_dlp.extractor.twitter": ("TwitterIE",)}, ())
found = engine.extract(plan, "https://x.com/i/nothing", Wanted(0), None)
assert found.failure and "No suitable extractor" in found.failure, found
assert "yt_dlp.extractor.facebook" not in sys.modules
assert "yt_dlp_plugins" not in " ".join(sys.modules)
"""


def test_it_is_loaded_late_and_without_anybodys_plugins(tmp_path: Path) -> None:
    folder = tmp_path / "yt_dlp_plugins" / "extractor"
    folder.mkdir(parents=True)
    (folder / "stranger.py").write_text("raise SystemExit('a stranger was loaded')")
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stdout, child.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("template", "location", "address"),
    [
        ("https://{host}", "/login?a=1", "https://www.tiktok.com/login?a=1"),
        ("https://{host}", "https://www.youtube.com/watch?v=1", "https://www.youtube.com/watch?v=1"),
        ("https://{host}", "https://elsewhere.test/x", "https://elsewhere.test/x"),
        ("https://{host}", "http://[x", ""),
        ("http://local.test:1/{host}", "/www.tiktok.com/@a", "https://www.tiktok.com/@a"),
        ("http://local.test:1/{host}", "http://local.test:1/x.com/i", "https://x.com/i"),
        ("http://local.test:1/{host}", "/x.com", "https://x.com"),
        ("http://local.test:1/{host}", "/x.company/", "https://www.tiktok.com/x.company/"),
        ("http://local.test:1/{host}", "https://x.com/i", "https://x.com/i"),
    ],
)
def test_where_a_redirect_points_to(template: str, location: str, address: str) -> None:
    upstream = Upstream(httpx.AsyncClient(), template, 5.0)
    assert upstream.address_of(location, "https://www.tiktok.com/@a") == address
