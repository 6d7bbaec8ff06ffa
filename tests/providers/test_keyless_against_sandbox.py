"""The providers that ask without a key beside our own pages, against the local imitation: figures equal its truth."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, PostProvider, Visit
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.linkedin.web import LinkedInWeb
from app.providers.twitter.syndication import TwitterSyndication
from app.providers.ytdlp.facebook import YtDlpFacebook
from app.providers.ytdlp.tiktok import YtDlpTikTok
from app.providers.ytdlp.twitter import YtDlpTwitter
from app.providers.ytdlp.youtube import YtDlpYouTube
from app.sandbox.server import create_app
from app.settings import Settings

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PROVIDERS: Mapping[str, tuple[Platform, PostProvider, str]] = {
    "ytdlp_tiktok": (Platform.TIKTOK, YtDlpTikTok(), "lunacooks"),
    "ytdlp_youtube": (Platform.YOUTUBE, YtDlpYouTube(), "lunacooks"),
    "ytdlp_twitter": (Platform.TWITTER, YtDlpTwitter(), "elonmusk"),
    "twitter_syndication": (Platform.TWITTER, TwitterSyndication(), "elonmusk"),
    "ytdlp_facebook": (Platform.FACEBOOK, YtDlpFacebook(), "creatorpage"),
    "linkedin_web": (Platform.LINKEDIN, LinkedInWeb(), "creator-name"),
}
COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves", "reposts")
SAID: Mapping[str, frozenset[str]] = {
    "twitter_syndication": frozenset({"likes", "comments"}),
    "linkedin_web": frozenset({"likes", "comments"}),
}
"""The counters a provider tells of, where those are not all that the platform has."""
VIDEOS = frozenset({VideoKind.VIDEO, VideoKind.REEL})


class Sandbox:
    """A sandbox of one's own in this process, asked as of NOW."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        settings = Settings(upstream_base_template="http://sandbox.test/{host}", request_timeout_seconds=5)
        self._upstream = Upstream.of(client, settings).at(NOW)

    def visit(self, seconds: float = 30) -> Visit:
        return Visit("tested", self._upstream, Pacing(None, is_on=False), asyncio.get_running_loop().time() + seconds)

    async def post(self, name: str, external_id: str, seconds: float = 30) -> PostOutcome:
        platform, provider, handle = PROVIDERS[name]
        return await provider.fetch_post(self.visit(seconds), PostIdentity(platform, external_id, handle), NOW)

    async def account(
        self, provider: YtDlpTikTok | YtDlpYouTube, handle: str, max_posts: int = 20, **identity: str
    ) -> Outcome:
        platform = Platform.TIKTOK if isinstance(provider, YtDlpTikTok) else Platform.YOUTUBE
        asked = AccountIdentity(platform, handle, **identity)
        return await provider.fetch_account(self.visit(), asked, PostBounds(max_posts), NOW)

    async def truth(self, platform: Platform, kind: str, name: str) -> dict[str, Any]:
        url = f"http://sandbox.test/_world/truth/{platform}/{kind}/{name}"
        answer = await self.client.get(url, params={"at": NOW.isoformat()})
        assert answer.status_code == 200, answer.text
        truth: dict[str, Any] = answer.json()
        return truth

    async def outline(self, name: str) -> list[dict[str, Any]]:
        """The posts a provider is asked for here, newest first."""
        platform, _, handle = PROVIDERS[name]
        posts: list[dict[str, Any]] = (await self.truth(platform, "account", handle))["posts"]
        there = [post for post in posts if not post["is_deleted"]]
        return [post for post in there if platform is not Platform.FACEBOOK or post["kind"] in VIDEOS]

    async def fault(self, match: str, mode: str) -> None:
        answer = await self.client.post("http://sandbox.test/_ctl/faults", json={"match": match, "mode": mode})
        assert answer.is_success, answer.text

    async def asked(self) -> list[str]:
        """The hosts that were asked."""
        log = (await self.client.get("http://sandbox.test/_ctl/log")).json()
        return [entry["host"] for entry in (log["entries"] if isinstance(log, dict) else log)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app())) as client:
        yield Sandbox(client)


def assert_counts(counts: Mapping[str, Count], truth: Mapping[str, Any], said: frozenset[str]) -> None:
    """Each counter the truth knows is told of, exact or off by less than its step."""
    assert counts.keys() & COUNTERS == {name for name in said if truth[name] is not None}
    for name, count in counts.items():
        assert abs(truth[name] - count.value) < count.step, (name, count, truth[name])


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_post_equals_the_truth(sandbox: Sandbox, name: str) -> None:
    said = SAID.get(name, frozenset(COUNTERS))
    kinds = {post["kind"]: post["external_id"] for post in (await sandbox.outline(name))[:60]}
    assert len(kinds) >= (1 if name == "ytdlp_youtube" else 2)
    for external_id in kinds.values():
        truth = await sandbox.truth(PROVIDERS[name][0], "video", external_id)
        outcome = await sandbox.post(name, external_id)
        is_part = name == "twitter_syndication"
        assert outcome.answer_class is (AnswerClass.PARTIAL if is_part else AnswerClass.OK), outcome.reason
        post = outcome.facts
        assert isinstance(post, PostFacts)
        assert_counts(post.counts, truth, said)
        assert (post.external_id, post.caption) == (external_id, truth["caption"])
        assert post.published_at == datetime.fromisoformat(truth["published_at"])
        assert post.author_handle in (truth["handle"], None if name == "ytdlp_facebook" else truth["handle"])
        assert post.views_kind == (truth["views_kind"] if "views" in post.counts else None)


FAULTS: Mapping[str, Mapping[str, AnswerClass | None]] = {
    # None: any class that asks the next provider, for what the fault does is not for this platform.
    "soft_block_401": dict.fromkeys(PROVIDERS, AnswerClass.LOGIN_REQUIRED),
    "too_many_429": {**dict.fromkeys(PROVIDERS, AnswerClass.RATE_LIMITED), "ytdlp_twitter": AnswerClass.PARTIAL},
    "captcha": dict.fromkeys(PROVIDERS, AnswerClass.BLOCKED),
    "empty_body": dict.fromkeys(PROVIDERS, AnswerClass.BLOCKED),
    "http_403": dict.fromkeys(PROVIDERS, AnswerClass.BLOCKED),
    "http_999": dict.fromkeys(PROVIDERS, AnswerClass.BLOCKED),
    "http_500": dict.fromkeys(PROVIDERS, AnswerClass.UPSTREAM_ERROR),
    "http_404": dict.fromkeys(PROVIDERS, AnswerClass.UNAVAILABLE),
    "wrong_entity": dict.fromkeys(PROVIDERS, AnswerClass.SCHEMA_CHANGED),
    "truncated_json": {**dict.fromkeys(PROVIDERS, AnswerClass.UPSTREAM_ERROR), "ytdlp_youtube": AnswerClass.PARTIAL},
    "login_redirect": {
        **dict.fromkeys(PROVIDERS, AnswerClass.BLOCKED),
        "ytdlp_tiktok": AnswerClass.LOGIN_REQUIRED,
        "ytdlp_facebook": AnswerClass.LOGIN_REQUIRED,
    },
    "pow_challenge": {
        "ytdlp_tiktok": AnswerClass.OK,
        "ytdlp_youtube": AnswerClass.CHALLENGE,
        "ytdlp_facebook": AnswerClass.CHALLENGE,
        "ytdlp_twitter": AnswerClass.BLOCKED,
        "twitter_syndication": AnswerClass.BLOCKED,
        "linkedin_web": AnswerClass.SCHEMA_CHANGED,
    },
    "hang": dict.fromkeys(PROVIDERS, AnswerClass.NETWORK_TIMEOUT),
}
MATCHES = {
    Platform.TIKTOK: "www.tiktok.com",
    Platform.YOUTUBE: "www.youtube.com",
    Platform.FACEBOOK: "www.facebook.com",
    Platform.LINKEDIN: "www.linkedin.com",
}


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("mode", FAULTS)
async def test_a_fault_is_what_it_is(sandbox: Sandbox, name: str, mode: str) -> None:
    external_id = (await sandbox.outline(name))[0]["external_id"]
    await sandbox.fault(
        MATCHES.get(PROVIDERS[name][0], "x.com" if name == "ytdlp_twitter" else "cdn.syndication.twimg.com"), mode
    )
    outcome = await sandbox.post(name, external_id, 0.3 if mode == "hang" else 30)
    answer_class = FAULTS[mode][name]
    assert outcome.answer_class is answer_class, outcome.reason
    has_facts = answer_class in (AnswerClass.OK, AnswerClass.PARTIAL)
    assert (outcome.facts is not None, outcome.reason is None) == (has_facts, answer_class is AnswerClass.OK)
    for call in outcome.calls:
        assert call.requests <= 2


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("mode", ["minus_one", "renamed_keys"])
async def test_a_figure_that_is_lost_is_unknown(sandbox: Sandbox, name: str, mode: str) -> None:
    external_id = (await sandbox.outline(name))[0]["external_id"]
    truth = await sandbox.truth(PROVIDERS[name][0], "video", external_id)
    for match in ("www.", "x.com", "cdn."):
        await sandbox.fault(match, mode)
    outcome = await sandbox.post(name, external_id)
    counts = {} if outcome.facts is None else outcome.facts.counts
    for counter, count in counts.items():
        assert abs(truth[counter] - count.value) < count.step


@pytest.mark.parametrize(
    ("name", "platform", "handle", "answer_class"),
    [
        ("ytdlp_tiktok", Platform.TIKTOK, "sandbox_private", "private"),
        ("ytdlp_tiktok", Platform.TIKTOK, "sandbox_gone", "unavailable"),
        ("ytdlp_youtube", Platform.YOUTUBE, "sandbox_private", "private"),
        ("ytdlp_youtube", Platform.YOUTUBE, "sandbox_gone", "not_found"),
        ("ytdlp_youtube", Platform.YOUTUBE, "sandbox_suspended", "not_found"),
        ("ytdlp_youtube", Platform.YOUTUBE, "sandbox_adult", "login_required"),
        ("ytdlp_twitter", Platform.TWITTER, "sandbox_private", "private"),
        ("ytdlp_twitter", Platform.TWITTER, "sandbox_gone", "not_found"),
        ("ytdlp_twitter", Platform.TWITTER, "sandbox_adult", "login_required"),
        ("twitter_syndication", Platform.TWITTER, "sandbox_private", "private"),
        ("twitter_syndication", Platform.TWITTER, "sandbox_gone", "not_found"),
        ("linkedin_web", Platform.LINKEDIN, "sandbox-private", "blocked"),
        ("linkedin_web", Platform.LINKEDIN, "sandbox-gone", "unavailable"),
        ("ytdlp_facebook", Platform.FACEBOOK, "sandbox.private", "login_required"),
    ],
)
async def test_a_post_that_is_not_shown(
    sandbox: Sandbox, name: str, platform: Platform, handle: str, answer_class: str
) -> None:
    external_id = (await sandbox.truth(platform, "account", handle))["posts"][0]["external_id"]
    provider = PROVIDERS[name][1]
    outcome = await provider.fetch_post(sandbox.visit(), PostIdentity(platform, external_id), NOW)
    assert (outcome.answer_class, outcome.facts) == (answer_class, None), outcome.reason


async def test_a_post_nobody_ever_made(sandbox: Sandbox) -> None:
    for name, external_id in (
        ("ytdlp_youtube", "AAAAAAAAAAA"),
        ("ytdlp_twitter", "1000000000000000001"),
        ("twitter_syndication", "1000000000000000001"),
    ):
        outcome = await sandbox.post(name, external_id)
        assert (outcome.answer_class, outcome.facts) == (AnswerClass.NOT_FOUND, None), name


async def test_a_channel_of_youtube(sandbox: Sandbox) -> None:
    provider = YtDlpYouTube()
    truth = await sandbox.truth(Platform.YOUTUBE, "account", "lunacooks")
    outcome = await sandbox.account(provider, "lunacooks")
    assert outcome.answer_class is AnswerClass.OK
    assert outcome.facts is not None
    profile = outcome.facts.profile
    assert (profile.external_id, profile.handle) == (truth["external_id"], "lunacooks")
    assert abs(truth["followers"] - profile.counts["followers"].value) < profile.counts["followers"].step
    there = {post["external_id"] for post in truth["posts"] if not post["is_deleted"]}
    assert len(outcome.facts.posts) == 20
    for post in outcome.facts.posts:
        assert post.external_id in there
        views = (await sandbox.truth(Platform.YOUTUBE, "video", post.external_id))["views"]
        assert abs(views - post.counts["views"].value) < post.counts["views"].step
    assert set(await sandbox.asked()) == {"www.youtube.com"}
    outcome = await sandbox.account(provider, "lunacooks", max_posts=0)
    assert (outcome.answer_class, [call.requests for call in outcome.calls]) == (AnswerClass.OK, [1])


async def test_a_channel_of_youtube_that_was_renamed_or_is_not_there(sandbox: Sandbox) -> None:
    provider = YtDlpYouTube()
    truth = await sandbox.truth(Platform.YOUTUBE, "account", "sandbox_renamed_new")
    outcome = await sandbox.account(provider, "sandbox_renamed_old", external_id=truth["external_id"])
    assert outcome.facts is not None
    assert (outcome.answer_class, outcome.facts.profile.handle) == (AnswerClass.OK, "sandbox_renamed_new")
    outcome = await sandbox.account(provider, "nobody_here")
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.NOT_FOUND, None)
    await sandbox.fault("www.youtube.com", "http_404")
    outcome = await sandbox.account(provider, "lunacooks")
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.UNAVAILABLE, None)


async def test_a_channel_of_tiktok(sandbox: Sandbox) -> None:
    provider = YtDlpTikTok()
    for handle, answer_class in (("somebody", "ok"), ("sandbox_private", "private"), ("sandbox_gone", "not_found")):
        outcome = await sandbox.account(provider, handle)
        assert outcome.answer_class == answer_class, outcome.reason
        if outcome.facts is None:
            continue
        truth = await sandbox.truth(Platform.TIKTOK, "account", handle)
        assert outcome.facts.profile.counts["followers"] == Count(truth["followers"])
        for post in outcome.facts.posts:
            assert_counts(
                post.counts, await sandbox.truth(Platform.TIKTOK, "video", post.external_id), frozenset(COUNTERS)
            )
    assert set(await sandbox.asked()) == {"www.tiktok.com"}
