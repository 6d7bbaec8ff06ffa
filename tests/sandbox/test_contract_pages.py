"""Pages without a recorded answer: those who read them in earnest read the truth there, also behind the challenge."""

import asyncio
from datetime import datetime

import httpx
import pytest

from app.domain.facts import PostFacts
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.linkedin.web import LinkedInWeb
from app.providers.twitter.syndication import TwitterSyndication
from app.providers.ytdlp.facebook import YtDlpFacebook
from app.providers.ytdlp.tiktok import YtDlpTikTok
from app.providers.ytdlp.twitter import YtDlpTwitter
from app.providers.ytdlp.youtube import YtDlpYouTube
from app.settings import Settings
from tests.sandbox.reading import NOW, Sandbox

SHOWN = {
    Platform.TIKTOK: {"views", "plays", "likes", "comments", "shares", "saves", "reposts"},
    Platform.YOUTUBE: {"views", "likes", "comments"},
    Platform.TWITTER: {"views", "likes", "comments", "shares", "saves", "reposts"},
    Platform.FACEBOOK: {"views", "likes", "comments", "shares"},
    Platform.LINKEDIN: {"likes", "comments"},
}
READERS = {
    Platform.TIKTOK: YtDlpTikTok(),
    Platform.YOUTUBE: YtDlpYouTube(),
    Platform.TWITTER: YtDlpTwitter(),
    Platform.FACEBOOK: YtDlpFacebook(),
    Platform.LINKEDIN: LinkedInWeb(),
}


class Reading:
    """What the readers find in one sandbox."""

    def __init__(self, sandbox: Sandbox, client: httpx.AsyncClient) -> None:
        self.sandbox = sandbox
        settings = Settings(upstream_base_template="http://sandbox/{host}", request_timeout_seconds=5.0)
        self._upstream = Upstream.of(client, settings).at(NOW)

    def _visit(self) -> Visit:
        deadline = asyncio.get_running_loop().time() + 60
        return Visit("reader", self._upstream, Pacing(None, is_on=False), deadline)

    async def post(self, platform: Platform, external_id: str) -> PostOutcome:
        identity = PostIdentity(platform, external_id, None)
        return await READERS[platform].fetch_post(self._visit(), identity, NOW)

    async def syndicated(self, external_id: str) -> PostOutcome:
        identity = PostIdentity(Platform.TWITTER, external_id, None)
        return await TwitterSyndication().fetch_post(self._visit(), identity, NOW)

    async def channel(self, handle: str) -> Outcome:
        identity = AccountIdentity(Platform.YOUTUBE, handle)
        return await YtDlpYouTube().fetch_account(self._visit(), identity, PostBounds(30), NOW)


@pytest.fixture
def reading(sandbox: Sandbox) -> Reading:
    return Reading(sandbox, sandbox.http)


async def assert_truth(reading: Reading, outcome: PostOutcome, shown: set[str]) -> None:
    facts = outcome.facts
    assert isinstance(facts, PostFacts), outcome
    truth = await reading.sandbox.truth(facts.platform, "video", facts.external_id)
    assert facts.counts.keys() == {name for name in shown if truth[name] is not None}
    for name, count in facts.counts.items():
        assert abs(truth[name] - count.value) < count.step, name
    assert facts.published_at == datetime.fromisoformat(truth["published_at"])


@pytest.mark.parametrize(
    ("platform", "handle", "kind"),
    [
        (Platform.TIKTOK, "luna.cooks", "video"),
        (Platform.YOUTUBE, "lunacooks", "video"),
        (Platform.YOUTUBE, "sandbox_hidden_likes", "video"),
        (Platform.YOUTUBE, "sandbox_no_comments", "video"),
        (Platform.TWITTER, "elonmusk", "video"),
        (Platform.TWITTER, "elonmusk", "image"),
        (Platform.TWITTER, "elonmusk", "text"),
        (Platform.FACEBOOK, "creatorpage", "video"),
        (Platform.FACEBOOK, "creatorpage", "reel"),
        (Platform.LINKEDIN, "creator-name", "video"),
        (Platform.LINKEDIN, "creator-name", "image"),
        (Platform.LINKEDIN, "creator-name", "text"),
    ],
)
async def test_posts_are_read_as_the_truth(reading: Reading, platform: Platform, handle: str, kind: str) -> None:
    for post in (await reading.sandbox.posts(platform, handle, kind=kind))[:3]:
        await assert_truth(reading, await reading.post(platform, post["external_id"]), SHOWN[platform])


async def test_embeds_are_read_as_the_truth(reading: Reading) -> None:
    for post in (await reading.sandbox.posts("twitter", "elonmusk"))[:3]:
        await assert_truth(reading, await reading.syndicated(post["external_id"]), {"likes", "comments"})


async def test_a_channels_tabs_are_read_as_the_truth(reading: Reading) -> None:
    outcome = await reading.channel("lunacooks")
    assert outcome.facts is not None, outcome
    truth = await reading.sandbox.truth("youtube", "account", "lunacooks")
    assert outcome.facts.profile.external_id == truth["external_id"]
    followers = outcome.facts.profile.counts["followers"]
    assert 0 <= truth["followers"] - followers.value < followers.step
    assert len(outcome.facts.posts) == 30
    assert {post.external_id for post in outcome.facts.posts} <= {post["external_id"] for post in truth["posts"]}
    for post in outcome.facts.posts[:8]:
        views = (await reading.sandbox.truth("youtube", "video", post.external_id))["views"]
        assert 0 <= views - post.counts["views"].value < post.counts["views"].step


@pytest.mark.parametrize(
    ("platform", "handle", "expected"),
    [
        (Platform.YOUTUBE, "sandbox_private", AnswerClass.PRIVATE),
        (Platform.YOUTUBE, "sandbox_adult", AnswerClass.LOGIN_REQUIRED),
        (Platform.YOUTUBE, "sandbox_suspended", AnswerClass.NOT_FOUND),
        (Platform.TWITTER, "sandbox_private", AnswerClass.PRIVATE),
        (Platform.TWITTER, "sandbox_adult", AnswerClass.LOGIN_REQUIRED),
        (Platform.TWITTER, "sandbox_banned", AnswerClass.NOT_FOUND),
        (Platform.FACEBOOK, "sandbox.private", AnswerClass.LOGIN_REQUIRED),
        (Platform.FACEBOOK, "sandbox.gone", AnswerClass.UNAVAILABLE),
        (Platform.LINKEDIN, "sandbox-private", AnswerClass.BLOCKED),
        (Platform.LINKEDIN, "sandbox-gone", AnswerClass.UNAVAILABLE),
    ],
)
async def test_what_is_not_shown_is_read_as_what_it_is(
    reading: Reading, platform: Platform, handle: str, expected: AnswerClass
) -> None:
    post = (await reading.sandbox.truth(platform, "account", handle))["posts"][0]
    outcome = await reading.post(platform, post["external_id"])
    assert (outcome.answer_class, outcome.facts) == (expected, None)


async def test_the_challenge_is_one_that_readers_can_solve(reading: Reading) -> None:
    await reading.sandbox.order("faults", match="www.tiktok.com", mode="pow_challenge")
    post = (await reading.sandbox.posts("tiktok", "luna.cooks"))[0]["external_id"]
    await assert_truth(reading, await reading.post(Platform.TIKTOK, post), SHOWN[Platform.TIKTOK])
    entries = (await reading.sandbox.http.get("/_ctl/log")).json()["entries"]
    assert [entry["fault"] for entry in entries] == ["pow_challenge", None]


EXAMPLES = {
    Platform.TIKTOK: "7123456789",
    Platform.YOUTUBE: "dQw4w9WgXcQ",
    Platform.TWITTER: "1234567890",
    Platform.FACEBOOK: "1234567890123456",
    Platform.LINKEDIN: "activity:7123456789012345676",
}


@pytest.mark.parametrize("platform", EXAMPLES)
async def test_somebody_elses_post_is_noticed(reading: Reading, platform: Platform) -> None:
    await reading.sandbox.order("faults", match="/", mode="wrong_entity")
    outcome = await reading.post(platform, EXAMPLES[platform])
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)


@pytest.mark.parametrize("platform", EXAMPLES)
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("login_redirect", {AnswerClass.BLOCKED, AnswerClass.LOGIN_REQUIRED}),
        ("soft_block_401", {AnswerClass.LOGIN_REQUIRED, AnswerClass.RATE_LIMITED}),
        ("too_many_429", {AnswerClass.RATE_LIMITED}),
        ("captcha", {AnswerClass.BLOCKED}),
        ("empty_body", {AnswerClass.BLOCKED}),
        ("http_403", {AnswerClass.BLOCKED}),
        ("http_999", {AnswerClass.BLOCKED}),
        ("http_500", {AnswerClass.UPSTREAM_ERROR}),
    ],
)
async def test_a_refusal_is_never_taken_for_a_missing_post(
    reading: Reading, platform: Platform, mode: str, expected: set[AnswerClass]
) -> None:
    await reading.sandbox.order("faults", match="/", mode=mode)
    outcome = await reading.post(platform, EXAMPLES[platform])
    assert outcome.facts is None
    assert outcome.answer_class in expected
