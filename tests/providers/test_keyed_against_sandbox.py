"""The providers that ask with a key, against the local imitation: every figure equals the truth it was made from."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import AccountIdentity, AccountProvider, PostBounds, PostIdentity, PostProvider, Visit
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.instagram.discovery import InstagramDiscovery
from app.providers.limits import Pacing
from app.providers.scrapecreators.posts import as_abbreviated
from app.providers.scrapecreators.provider import ScrapeCreators
from app.providers.youtube.api import YouTubeApi
from app.sandbox.credentials import BUSINESS_TOKEN, BUSINESS_USER_ID, SCRAPECREATORS_KEY, YOUTUBE_KEY
from app.sandbox.server import create_app
from app.settings import Settings

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
YOUTUBE = YouTubeApi(YOUTUBE_KEY)
PAID = ScrapeCreators(SCRAPECREATORS_KEY)
DISCOVERY = InstagramDiscovery(BUSINESS_USER_ID, BUSINESS_TOKEN)
HANDLES = {
    Platform.TIKTOK: "lunacooks",
    Platform.INSTAGRAM: "lunacooks",
    Platform.YOUTUBE: "lunacooks",
    Platform.TWITTER: "elonmusk",
    Platform.FACEBOOK: "creatorpage",
    Platform.LINKEDIN: "creator-name",
}
COUNTERS = ("views", "plays", "likes", "comments", "shares", "saves", "reposts")


class Sandbox:
    """A sandbox of one's own in this process, asked as of NOW."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        settings = Settings(upstream_base_template="http://sandbox.test/{host}", request_timeout_seconds=5)
        self._upstream = Upstream.of(client, settings).at(NOW)

    def visit(self) -> Visit:
        deadline = asyncio.get_running_loop().time() + 30
        return Visit("tested", self._upstream, Pacing(None, is_on=False), deadline)

    async def account(
        self,
        provider: AccountProvider,
        platform: Platform,
        handle: str,
        bounds: PostBounds | None = None,
        external_id: str | None = None,
    ) -> tuple[AnswerClass, AccountFacts | None]:
        identity = AccountIdentity(platform, handle, external_id)
        outcome = await provider.fetch_account(self.visit(), identity, bounds or PostBounds(15), NOW)
        return outcome.answer_class, outcome.facts

    async def post(
        self, provider: PostProvider, platform: Platform, external_id: str, handle: str | None = None
    ) -> tuple[AnswerClass, PostFacts | None]:
        outcome = await provider.fetch_post(self.visit(), PostIdentity(platform, external_id, handle), NOW)
        return outcome.answer_class, outcome.facts

    async def truth(self, platform: Platform, kind: str, name: str) -> dict[str, Any]:
        url = f"http://sandbox.test/_world/truth/{platform}/{kind}/{name}"
        answer = await self.client.get(url, params={"at": NOW.isoformat()})
        assert answer.status_code == 200, answer.text
        truth: dict[str, Any] = answer.json()
        return truth

    async def tell(self, control: str, **order: object) -> None:
        answer = await self.client.post(f"http://sandbox.test/_ctl/{control}", json=order)
        assert answer.is_success, answer.text


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app())) as client:
        yield Sandbox(client)


def shown(truth: dict[str, Any]) -> dict[str, int]:
    """The counters of a post as an upstream shows them that sees plays; Instagram's older views give way to them."""
    told = truth | {name: value for name, value in truth["paid"].items() if value is not None}
    if truth["paid"]:
        told["views"] = told["plays"]
    return {name: told[name] for name in COUNTERS if told[name] is not None}


@pytest.mark.parametrize("platform", HANDLES)
async def test_posts_through_the_paid_upstream(sandbox: Sandbox, platform: Platform) -> None:
    outline = (await sandbox.truth(platform, "account", HANDLES[platform]))["posts"]
    for number in (0, 1, 5):
        post_id = outline[number]["external_id"]
        answer_class, post = await sandbox.post(PAID, platform, post_id, HANDLES[platform])
        truth = await sandbox.truth(platform, "video", post_id)
        assert answer_class is AnswerClass.OK
        assert post is not None
        told = shown(truth)
        if platform is Platform.FACEBOOK:
            for name in {"views", "shares"} & told.keys():
                count = post.counts[name]
                assert count == as_abbreviated(count)
                assert abs(told.pop(name) - count.value) <= count.step
        counts = {name: count.value for name, count in post.counts.items() if name in told}
        assert counts == told
        assert post.published_at == datetime.fromisoformat(truth["published_at"])
        assert post.caption == truth["caption"]
        if platform is not Platform.LINKEDIN:
            assert (post.kind, post.author_external_id) in [
                (truth["kind"], truth["author_external_id"]),
                (VideoKind.REEL, truth["author_external_id"]),
            ]


@pytest.mark.parametrize("platform", [Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE])
async def test_accounts_through_the_paid_upstream(sandbox: Sandbox, platform: Platform) -> None:
    truth = await sandbox.truth(platform, "account", HANDLES[platform])
    answer_class, facts = await sandbox.account(PAID, platform, HANDLES[platform])
    assert answer_class is AnswerClass.OK
    assert facts is not None
    profile = facts.profile
    assert (profile.external_id, profile.handle, facts.posts_complete) == (truth["external_id"], truth["handle"], True)
    assert {name: count.value // count.step for name, count in profile.counts.items()} == {
        name: truth[name] // count.step for name, count in profile.counts.items()
    }
    alive = [post["external_id"] for post in truth["posts"] if not post["is_deleted"]]
    assert len(facts.posts) == 15
    assert {post.external_id for post in facts.posts} <= set(alive[:40])
    for post in facts.posts:
        told = shown(await sandbox.truth(platform, "video", post.external_id))
        assert {name: count.value for name, count in post.counts.items() if name in told}.items() <= told.items()
        assert "views" in post.counts or post.kind in (VideoKind.IMAGE, VideoKind.CAROUSEL)


@pytest.mark.parametrize("platform", [Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE])
async def test_renames_through_stable_ids(sandbox: Sandbox, platform: Platform) -> None:
    truth = await sandbox.truth(platform, "account", "sandbox_renamed_new")
    for provider in (PAID, YOUTUBE) if platform is Platform.YOUTUBE else (PAID,):
        answer_class, facts = await sandbox.account(
            provider, platform, "sandbox_renamed_old", PostBounds(2), external_id=truth["external_id"]
        )
        assert answer_class is AnswerClass.OK
        assert facts is not None
        assert (facts.profile.handle, facts.profile.external_id) == (truth["handle"], truth["external_id"])
        answer_class, facts = await sandbox.account(provider, platform, "sandbox_renamed_old", PostBounds(2))
        assert (answer_class, facts) in [(AnswerClass.NOT_FOUND, None), (AnswerClass.UNAVAILABLE, None)]


@pytest.mark.parametrize("handle", ["lunacooks", "rickastleyyt", "sandbox_hidden_likes", "sandbox_no_comments"])
async def test_a_channel_through_the_data_api(sandbox: Sandbox, handle: str) -> None:
    truth = await sandbox.truth(Platform.YOUTUBE, "account", handle)
    answer_class, facts = await sandbox.account(YOUTUBE, Platform.YOUTUBE, handle, PostBounds(60))
    assert answer_class is AnswerClass.OK
    assert facts is not None
    followers = facts.profile.counts["followers"]
    assert followers.value == truth["followers"] // followers.step * followers.step
    assert facts.profile.counts["profile_posts"].value == truth["profile_posts"]
    assert facts.profile.biography == truth["biography"]
    alive = [post["external_id"] for post in truth["posts"] if not post["is_deleted"]]
    assert [post.external_id for post in facts.posts] == alive[:60]
    for post in facts.posts[:10]:
        told = await sandbox.truth(Platform.YOUTUBE, "video", post.external_id)
        assert {name: count.value for name, count in post.counts.items()} == shown(told)
        assert (post.views_kind, post.caption) == (ViewsKind.PLAYS, told["caption"])
        assert (post.published_at, post.duration_seconds) == (
            datetime.fromisoformat(told["published_at"]),
            told["duration_seconds"],
        )
        switched_off = {name for name in ("likes", "comments") if told[name] is None}
        assert post.hidden == switched_off


async def test_hidden_followers_are_unknown(sandbox: Sandbox) -> None:
    answer_class, facts = await sandbox.account(YOUTUBE, Platform.YOUTUBE, "sandbox_hidden_followers", PostBounds(0))
    assert answer_class is AnswerClass.OK
    assert facts is not None
    assert set(facts.profile.counts) == {"profile_posts"}


async def test_a_used_up_bucket_leaves_the_other(sandbox: Sandbox) -> None:
    await sandbox.tell("allowances", youtube_batch=0)
    answer_class, post = await sandbox.post(YOUTUBE, Platform.YOUTUBE, "dQw4w9WgXcQ")
    assert (answer_class, post is not None) == (AnswerClass.OK, True)
    await sandbox.tell("allowances", youtube_units=0)
    answer_class, post = await sandbox.post(YOUTUBE, Platform.YOUTUBE, "dQw4w9WgXcQ")
    assert (answer_class, post) == (AnswerClass.QUOTA_EXHAUSTED, None)


async def test_professional_accounts_are_discovered(sandbox: Sandbox) -> None:
    truth = await sandbox.truth(Platform.INSTAGRAM, "account", "lunacooks")
    answer_class, facts = await sandbox.account(DISCOVERY, Platform.INSTAGRAM, "lunacooks", PostBounds(40))
    assert answer_class is AnswerClass.OK
    assert facts is not None
    assert {name: count.value for name, count in facts.profile.counts.items()} == {
        name: truth[name] for name in ("followers", "following", "profile_posts")
    }
    assert (facts.profile.external_id, facts.posts_complete) == (None, True)
    alive = [post["external_id"] for post in truth["posts"] if not post["is_deleted"]]
    assert [post.external_id for post in facts.posts] == alive[:40]
    for post in facts.posts[:6]:
        told = shown(await sandbox.truth(Platform.INSTAGRAM, "video", post.external_id))
        assert {name: count.value for name, count in post.counts.items()}.items() <= told.items()
    for handle in ("sandbox_private", "sandbox_hidden_likes"):
        answer_class, facts = await sandbox.account(DISCOVERY, Platform.INSTAGRAM, handle, PostBounds(3))
        assert answer_class is (AnswerClass.UNAVAILABLE if handle == "sandbox_private" else AnswerClass.OK)
    assert facts is not None
    assert all(post.hidden == {"likes"} and "likes" not in post.counts for post in facts.posts)
    await sandbox.tell("allowances", business_usage=100)
    assert await sandbox.account(DISCOVERY, Platform.INSTAGRAM, "lunacooks") == (AnswerClass.RATE_LIMITED, None)


@pytest.mark.parametrize(
    ("provider", "platform", "host"),
    [
        (YOUTUBE, Platform.YOUTUBE, "www.googleapis.com"),
        (DISCOVERY, Platform.INSTAGRAM, "graph.facebook.com"),
        *((PAID, platform, "api.scrapecreators.com") for platform in (Platform.TIKTOK, Platform.INSTAGRAM)),
        (PAID, Platform.YOUTUBE, "api.scrapecreators.com"),
    ],
)
@pytest.mark.parametrize(
    ("mode", "classes"),
    [
        ("too_many_429", {"rate_limited"}),
        ("http_500", {"upstream_error"}),
        ("truncated_json", {"upstream_error"}),
        ("empty_body", {"upstream_error", "blocked"}),
        ("http_403", {"blocked", "auth_invalid"}),
        ("http_404", {"unavailable"}),
        ("http_999", {"blocked"}),
        ("login_redirect", {"blocked"}),
        ("captcha", {"schema_changed", "blocked"}),
        ("wrong_entity", {"schema_changed"}),
    ],
)
async def test_faults_are_never_facts_and_never_gone(
    sandbox: Sandbox, provider: AccountProvider, platform: Platform, host: str, mode: str, classes: set[str]
) -> None:
    await sandbox.tell("faults", match=host, mode=mode)
    answer_class, facts = await sandbox.account(provider, platform, "lunacooks", PostBounds(3))
    assert (answer_class.value in classes, facts) == (True, None), answer_class


@pytest.mark.parametrize("platform", HANDLES)
async def test_counters_that_cannot_be_read_are_unknown(sandbox: Sandbox, platform: Platform) -> None:
    post_id = (await sandbox.truth(platform, "account", HANDLES[platform]))["posts"][0]["external_id"]
    host = "api.scrapecreators.com"
    await sandbox.tell("faults", match=host, mode="minus_one")
    answer_class, post = await sandbox.post(PAID, platform, post_id, HANDLES[platform])
    assert answer_class is AnswerClass.PARTIAL
    assert post is not None
    assert not {"likes", "comments", "shares"} & (post.counts.keys() | post.hidden)


@pytest.mark.parametrize("platform", HANDLES)
async def test_counters_by_other_names_are_another_shape(sandbox: Sandbox, platform: Platform) -> None:
    post_id = (await sandbox.truth(platform, "account", HANDLES[platform]))["posts"][0]["external_id"]
    await sandbox.tell("faults", match="api.scrapecreators.com", mode="renamed_keys")
    answer = await sandbox.post(PAID, platform, post_id, HANDLES[platform])
    assert answer == (AnswerClass.SCHEMA_CHANGED, None)


async def test_credits_and_keys(sandbox: Sandbox) -> None:
    wrong = ScrapeCreators("wrong"), YouTubeApi("wrong"), InstagramDiscovery(BUSINESS_USER_ID, "wrong")
    for provider in wrong:
        platform = Platform.INSTAGRAM if provider.name == "instagram_discovery" else Platform.YOUTUBE
        assert await sandbox.account(provider, platform, "lunacooks") == (AnswerClass.AUTH_INVALID, None)
    await sandbox.tell("allowances", credits=1)
    visit = sandbox.visit()
    identity = AccountIdentity(Platform.TIKTOK, "lunacooks")
    outcome = await PAID.fetch_account(visit, identity, PostBounds(5, NOW - timedelta(days=365)), NOW)
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.PARTIAL, "Our ScrapeCreators credits are used up")
    assert next((call.route, call.answer_class, call.cost) for call in outcome.calls) == (
        "tiktok/profile",
        AnswerClass.OK,
        1,
    )


async def test_chains_ask_them_where_their_keys_are_set(sandbox: Sandbox) -> None:
    settings = Settings(
        upstream_base_template="http://sandbox.test/{host}",
        request_timeout_seconds=5,
        youtube_api_key=YOUTUBE_KEY,
        scrapecreators_key=SCRAPECREATORS_KEY,
        instagram_business_user_id=BUSINESS_USER_ID,
        instagram_business_token=BUSINESS_TOKEN,
    )
    upstream = Upstream.of(sandbox.client, settings).at(NOW)
    chains = Chains(settings, upstream, Pacing(None, is_on=False))
    identity, within = AccountIdentity(Platform.INSTAGRAM, "lunacooks"), timedelta(seconds=20)
    channel = await chains.fetch_account(
        AccountIdentity(Platform.YOUTUBE, "lunacooks"), PostBounds(5), NOW, within=within
    )
    assert channel.facts is not None
    assert (channel.answer_class, channel.facts.provider, len(channel.facts.posts)) == (
        AnswerClass.OK,
        "youtube_api",
        5,
    )
    reel = next(
        post
        for post in (await sandbox.truth(Platform.INSTAGRAM, "account", "lunacooks"))["posts"]
        if post["kind"] == "reel"
    )
    post = await chains.fetch_post(PostIdentity(Platform.INSTAGRAM, reel["external_id"]), NOW, within=within)
    assert post.facts is not None
    assert (post.provider, "plays" in post.facts.counts) == ("scrapecreators", True)
    await sandbox.tell("faults", match="www.instagram.com", mode="http_403")
    profile = await chains.fetch_account(identity, PostBounds(0), NOW, within=within)
    assert (profile.answer_class, profile.facts is not None) == (AnswerClass.OK, True)
    assert profile.facts is not None
    assert (profile.facts.provider, profile.facts.profile.external_id) == ("instagram_discovery", None)
