"""Look-ups: cached answers asked of the program over HTTP, in turn with a bare route that reads the same bytes."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import msgspec
from redis.asyncio import Redis

from app.core.collect.recent import KeptAccount, RecentFacts
from app.core.lookups.sources import NEWEST_POSTS, RECENT_VIDEOS
from app.domain.clock import utc_now
from app.domain.facts import AccountFacts, Count, PostFacts, ProfileFacts
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.settings import Settings
from bench.engines import fresh_database
from bench.goals import Finding, Goal
from bench.load import Sent, ask, requests_per_second
from bench.peers.filling import KEY, fill
from bench.peers.same_bytes import VALKEY
from bench.peers.videos import PORT
from bench.programs import part, processor_seconds, program
from bench.rows.row import Bench, Row
from tests.end_to_end.programs import free_port
from tests.engines import cache

POST = Goal("Cached post stats, processor time against bare Starlette with the same bytes from Valkey", 1.5, None)
VIDEOS = Goal("Cached recent videos, processor time against bare Starlette with the same bytes from Valkey", 1.5, None)

PROJECT = Path(__file__).parent.parent.parent
HANDLE, POST_ID = "charlidamelio", "7123456789"
TARGETS: Mapping[Goal, tuple[str, str]] = {
    POST: ("/v1/post/stats", f"https://www.tiktok.com/@{HANDLE}/video/{POST_ID}"),
    VIDEOS: ("/v1/channel/videos", f"https://www.tiktok.com/@{HANDLE}"),
}
CONNECTIONS = 12
TURNS, TURN_SECONDS = 6, 0.5
"""Of each candidate in a round. Processor time is told in hundredths of a second."""
PATIENCE_SECONDS = 60.0
UNLIMITED = 10**9
A_DAY = 86400


async def measure_lookups(bench: Bench) -> list[Finding]:
    """Rounds in which both are asked for the same answer, turn by turn, by as many connections."""
    with cache() as redis_url:
        async with fresh_database(bench.administration, "lookups") as url, Redis.from_url(redis_url) as redis:
            await fill(url)
            await _keep(redis, utc_now())
            settings = Settings(
                database_url=url,
                redis_url=redis_url,
                port=free_port(),
                rest_v1_lookup_requests_per_minute=UNLIMITED,
                lookup_post_seconds=A_DAY,
                lookup_channel_seconds=A_DAY,
                upstream_base_template="http://127.0.0.1:9/{host}",  # nobody is there: all is answered from Valkey
            )
            port = free_port()
            told = {VALKEY: redis_url, PORT: str(port), "PYTHONPATH": str(PROJECT)}
            command = [sys.executable, "-m", "bench.peers.same_bytes"]
            async with (
                part("api", folder=bench.folder, settings=settings) as pid,
                program("same_bytes", command, folder=bench.folder, variables=told) as bare_pid,
            ):
                ours, bare = _asked(settings.port), _asked(port)
                await _answering(ours[POST])
                for goal, (path, link) in TARGETS.items():
                    answer = await ask(ours[goal])
                    assert msgspec.json.decode(answer)["meta"]["cached"] is True
                    await redis.set(f"{path} {link}", answer)
                await _answering(bare[POST])
                return [
                    await _measure(bench, goal, {"ours": (ours[goal], pid), "bare": (bare[goal], bare_pid)})
                    for goal in TARGETS
                ]


async def _measure(bench: Bench, goal: Goal, candidates: Mapping[str, tuple[Sent, int]]) -> Finding:
    """Processor time of each answer, and the median over the rounds of how many times the bare route's ours is."""
    milliseconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(-1, bench.rounds):
        seconds, answers = dict.fromkeys(candidates, 0.0), dict.fromkeys(candidates, 0.0)
        for turn in range(TURNS):
            for name in candidates if turn % 2 == 0 else reversed(list(candidates)):
                sent, pid = candidates[name]
                before = processor_seconds(pid)
                answers[name] += TURN_SECONDS * await requests_per_second(sent, CONNECTIONS, TURN_SECONDS)
                seconds[name] += processor_seconds(pid) - before
        if number >= 0:  # the first round warms both up
            for name in candidates:
                milliseconds[name].append(seconds[name] / answers[name] * 1000)
        bench.progress(goal.title, number + 2, bench.rounds + 1)
    ratios = [mine / its for mine, its in zip(milliseconds["ours"], milliseconds["bare"], strict=True)]
    details = {f"{name} ms of processor": median(taken) for name, taken in milliseconds.items()}
    return Finding(goal, median(ratios), details)


def _asked(port: int) -> Mapping[Goal, Sent]:
    """Each look-up, sent to a process."""
    headers = {"Authorization": f"Bearer {KEY}"}
    return {
        goal: Sent.post(f"http://127.0.0.1:{port}{path}", msgspec.json.encode({"url": link}), headers)
        for goal, (path, link) in TARGETS.items()
    }


async def _answering(sent: Sent) -> None:
    """Until a process answers."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await ask(sent)
                return
            except OSError:
                await asyncio.sleep(0.1)


async def _keep(redis: Redis, now: datetime) -> None:
    """A post and an account, as if they had been fetched just now."""
    recent = RecentFacts(redis, timedelta(), timedelta(seconds=A_DAY))
    posts = tuple(_post(number, now - timedelta(days=number)) for number in range(RECENT_VIDEOS))
    counts = {counter: Count(1_000_000) for counter in ACCOUNT_COUNTERS}
    profile = ProfileFacts(Platform.TIKTOK, "1", HANDLE, biography="press@example.com", counts=counts)
    facts = AccountFacts(profile, posts, now, "tiktok_web", "profile_page")
    await recent.remember(KeptAccount(facts, NEWEST_POSTS, is_whole=True))
    outcome = PostOutcome(AnswerClass.OK, posts[0], captured_at=now, provider="tiktok_web", route="video_page")
    await recent.remember_post(PostIdentity(Platform.TIKTOK, POST_ID), outcome)


def _post(number: int, published_at: datetime) -> PostFacts:
    return PostFacts(
        Platform.TIKTOK,
        str(int(POST_ID) + number),
        VideoKind.VIDEO,
        author_handle=HANDLE,
        caption="Took three tries, worth it. #dance #fyp",
        published_at=published_at,
        views_kind=ViewsKind.PLAYS,
        counts={counter: Count(1_000_000 + number) for counter in POST_COUNTERS},
    )


ROW = Row("lookups", (POST, VIDEOS), measure_lookups, reads_dataset=False)
