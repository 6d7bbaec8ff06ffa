"""The providers against the local imitation of the platforms: every figure equals the truth it was made from."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.facts import AccountFacts, Count, PostFacts
from app.domain.links import pk_of, read_post
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS, POST_EXTRAS
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.providers.tiktok.parse import rounding_step
from app.sandbox.server import create_app
from app.sandbox.surfaces.tiktok.shapes import rounded
from app.settings import Settings
from tests.providers.answers import AMPLE, SECOND_OPINIONS

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
RENAMED_AT = datetime(2026, 9, 1, tzinfo=UTC)
UNSAID_IN_TIMELINES = {Platform.TIKTOK: frozenset[str](), Platform.INSTAGRAM: frozenset({"duration_seconds"})}
UNSAID_OF_ONE_POST = {Platform.TIKTOK: frozenset[str](), Platform.INSTAGRAM: frozenset({"views", "views_kind"})}
HOSTS = {Platform.TIKTOK: "www.tiktok.com", Platform.INSTAGRAM: "www.instagram.com"}


class Sandbox:
    """A sandbox of one's own in this process, and chains that ask it as of NOW."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        settings = Settings(
            upstream_base_template="http://sandbox.test/{host}",
            request_timeout_seconds=0.5,
            providers_off=SECOND_OPINIONS,
        )
        self.client = client
        self.chains = Chains(settings, Upstream.of(client, settings), Pacing(None, is_on=False))

    async def fetch(self, identity: AccountIdentity, bounds: PostBounds | None = None, at: datetime = NOW) -> Outcome:
        return await self.chains.at(at).fetch_account(identity, bounds or PostBounds(30), at, within=AMPLE)

    async def fetch_post(
        self, platform: Platform, external_id: str, author_handle: str | None = None, at: datetime = NOW
    ) -> PostOutcome:
        identity = PostIdentity(platform, external_id, author_handle)
        return await self.chains.at(at).fetch_post(identity, at, within=AMPLE)

    async def posts_of(self, platform: Platform, handle: str) -> list[dict[str, Any]]:
        posts: list[dict[str, Any]] = (await self.truth(platform, "account", handle))["posts"]
        return posts

    async def truth(self, platform: Platform, kind: str, name: str, at: datetime = NOW) -> dict[str, Any]:
        url = f"http://sandbox.test/_world/truth/{platform}/{kind}/{name}"
        answer = await self.client.get(url, params={"at": at.isoformat()})
        assert answer.status_code == 200, answer.text
        truth: dict[str, Any] = answer.json()
        return truth

    async def fault(self, match: str, mode: str, **more: object) -> None:
        await self.client.post("http://sandbox.test/_ctl/faults", json={"match": match, "mode": mode, **more})


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app())) as client:
        yield Sandbox(client)


def facts_of(outcome: Outcome) -> AccountFacts:
    assert outcome.facts is not None, outcome
    return outcome.facts


def as_shown(post: PostFacts, name: str, value: int) -> Count:
    """How a post's exact figure is shown: TikTok rounds it, and reposts have no twin to tell that by."""
    if post.platform is Platform.INSTAGRAM:
        return Count(value)
    return Count(rounded(value), 1 if name == "reposts" else rounding_step(rounded(value)))


async def assert_post(
    sandbox: Sandbox, post: PostFacts, at: datetime = NOW, unsaid: frozenset[str] = frozenset()
) -> None:
    """A post is what the truth says; what its surface leaves `unsaid` is not known."""
    truth = await sandbox.truth(post.platform, "video", post.external_id, at)
    truth |= dict.fromkeys(unsaid)
    assert post.counts == {
        name: as_shown(post, name, truth[name]) for name in POST_COUNTERS + POST_EXTRAS if truth.get(name) is not None
    }
    assert post.views_kind == truth["views_kind"]
    assert sorted(post.hidden) == sorted(truth["hidden"])
    for name in ("shortcode", "kind", "caption", "author_external_id", "duration_seconds"):
        assert getattr(post, name) == truth[name], name
    assert post.author_handle == truth["handle"]
    assert post.published_at == datetime.fromisoformat(truth["published_at"])


async def assert_equals_truth(sandbox: Sandbox, outcome: Outcome, handle: str, at: datetime = NOW) -> None:
    facts = facts_of(outcome)
    truth = await sandbox.truth(facts.profile.platform, "account", handle, at)
    counts = {name: count.value for name, count in facts.profile.counts.items()}
    assert counts == {name: truth[name] for name in ACCOUNT_COUNTERS if truth[name] is not None}
    for name in (
        *("external_id", "secondary_id", "handle", "display_name", "biography", "link_in_bio"),
        *("is_verified", "is_private"),
    ):
        assert getattr(facts.profile, name) == truth[name], name
    unsaid = UNSAID_IN_TIMELINES[facts.profile.platform]
    for post in facts.posts:
        await assert_post(sandbox, post, at, unsaid)


ORDINARY = [
    (Platform.TIKTOK, "luna.cooks"),
    (Platform.TIKTOK, "charlidamelio"),
    (Platform.TIKTOK, "anybody_at_all"),
    (Platform.TIKTOK, "sandbox_huge"),
    (Platform.TIKTOK, "sandbox_purge"),
    (Platform.TIKTOK, "sandbox_empty"),
    (Platform.INSTAGRAM, "northlight.photo"),
    (Platform.INSTAGRAM, "rival_one"),
    (Platform.INSTAGRAM, "anybody_at_all"),
    (Platform.INSTAGRAM, "sandbox_huge"),
    (Platform.INSTAGRAM, "sandbox_hidden_likes"),
    (Platform.INSTAGRAM, "sandbox_empty"),
]


@pytest.mark.parametrize(("platform", "handle"), ORDINARY)
async def test_facts_equal_the_truth(sandbox: Sandbox, platform: Platform, handle: str) -> None:
    outcome = await sandbox.fetch(AccountIdentity(platform, handle))
    assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
    await assert_equals_truth(sandbox, outcome, handle)
    facts = facts_of(outcome)
    truth = await sandbox.truth(platform, "account", handle)
    there = [post["external_id"] for post in truth["posts"] if not post["is_deleted"]]
    delivered = {post.external_id for post in facts.posts}
    if platform is Platform.TIKTOK:
        assert facts.posts_complete
        assert [post.external_id for post in facts.posts] == there[:30]
    else:
        newest = [post["external_id"] for post in truth["posts"] if not post["is_deleted"] and not post["is_pinned"]]
        assert delivered >= set(newest[:9])
        assert len(delivered) == min(12, len(there))


@pytest.mark.parametrize("platform", HOSTS)
async def test_the_past_is_asked_for_as_it_was(sandbox: Sandbox, platform: Platform) -> None:
    for days in (1, 40, 90):
        at = NOW - timedelta(days=days)
        outcome = await sandbox.fetch(AccountIdentity(platform, "sandbox_purge"), at=at)
        assert facts_of(outcome).captured_at == at
        await assert_equals_truth(sandbox, outcome, "sandbox_purge", at)


async def test_bounds(sandbox: Sandbox) -> None:
    identity = AccountIdentity(Platform.TIKTOK, "luna.cooks")
    truth = await sandbox.truth(Platform.TIKTOK, "account", "luna.cooks")
    after = NOW - timedelta(days=60)
    recent = [post["external_id"] for post in truth["posts"] if datetime.fromisoformat(post["published_at"]) >= after]
    facts = facts_of(await sandbox.fetch(identity, PostBounds(None, after)))
    assert [post.external_id for post in facts.posts] == recent
    assert facts.posts_complete
    facts = facts_of(await sandbox.fetch(identity, PostBounds(3)))
    assert [post.external_id for post in facts.posts] == recent[:3]


@pytest.mark.parametrize("platform", HOSTS)
async def test_a_private_account_shows_its_profile(sandbox: Sandbox, platform: Platform) -> None:
    outcome = await sandbox.fetch(AccountIdentity(platform, "sandbox_private"))
    assert (outcome.answer_class, facts_of(outcome).posts) == (AnswerClass.PRIVATE, ())
    await assert_equals_truth(sandbox, outcome, "sandbox_private")


@pytest.mark.parametrize("platform", HOSTS)
@pytest.mark.parametrize("handle", ["sandbox_gone", "nobody_here"])
async def test_a_missing_account_is_not_found(sandbox: Sandbox, platform: Platform, handle: str) -> None:
    outcome = await sandbox.fetch(AccountIdentity(platform, handle))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.NOT_FOUND, None)
    before = RENAMED_AT - timedelta(days=1)
    if handle == "sandbox_gone":
        known = facts_of(await sandbox.fetch(AccountIdentity(platform, handle), at=before)).profile
        identity = AccountIdentity(platform, handle, known.external_id, known.secondary_id)
        assert (await sandbox.fetch(identity)).answer_class is AnswerClass.NOT_FOUND


async def test_a_renamed_account_is_followed(sandbox: Sandbox) -> None:
    before = RENAMED_AT - timedelta(days=1)
    old = AccountIdentity(Platform.TIKTOK, "sandbox_renamed_old")
    known = facts_of(await sandbox.fetch(old, at=before)).profile
    for secondary_id in (known.secondary_id, None):
        identity = AccountIdentity(Platform.TIKTOK, known.handle, known.external_id, secondary_id)
        outcome = await sandbox.fetch(identity)
        assert (outcome.answer_class, facts_of(outcome).profile.handle) == (AnswerClass.OK, "sandbox_renamed_new")
        await assert_equals_truth(sandbox, outcome, "sandbox_renamed_new")


async def test_a_quiet_channel_costs_few_requests(sandbox: Sandbox) -> None:
    outcome = await sandbox.fetch(AccountIdentity(Platform.TIKTOK, "sandbox_quiet"))
    assert outcome.answer_class is AnswerClass.OK
    assert not facts_of(outcome).posts_complete
    assert [call.requests for call in outcome.calls] == [1, 3]


@pytest.mark.parametrize("platform", HOSTS)
@pytest.mark.parametrize(
    ("mode", "classes"),
    [
        ("too_many_429", {AnswerClass.RATE_LIMITED}),
        ("http_500", {AnswerClass.UPSTREAM_ERROR}),
        ("hang", {AnswerClass.NETWORK_TIMEOUT}),
        ("empty_body", {AnswerClass.BLOCKED}),
        ("wrong_entity", {AnswerClass.SCHEMA_CHANGED}),
    ],
)
async def test_faults_are_classed_and_store_nothing(
    sandbox: Sandbox, platform: Platform, mode: str, classes: set[AnswerClass]
) -> None:
    await sandbox.fault(HOSTS[platform], mode)
    outcome = await sandbox.fetch(AccountIdentity(platform, "somebody"))
    assert outcome.answer_class in classes
    assert (outcome.facts, outcome.retry_after_seconds) == (None, 30 if mode == "too_many_429" else None)


async def test_a_plain_404_never_proves_a_tiktok_account_gone(sandbox: Sandbox) -> None:
    await sandbox.fault("www.tiktok.com/@", "http_404")
    outcome = await sandbox.fetch(AccountIdentity(Platform.TIKTOK, "somebody"))
    assert outcome.answer_class is AnswerClass.UNAVAILABLE


async def test_a_404_of_one_instagram_route_is_checked_by_the_other(sandbox: Sandbox) -> None:
    await sandbox.fault("web_profile_info", "http_404")
    outcome = await sandbox.fetch(AccountIdentity(Platform.INSTAGRAM, "somebody"))
    assert (outcome.answer_class, facts_of(outcome).route) == (AnswerClass.PARTIAL, "profile_html")
    await assert_equals_truth(sandbox, outcome, "somebody")


@pytest.mark.parametrize("mode", ["too_many_429", "http_500", "hang", "empty_body", "wrong_entity"])
async def test_the_profile_survives_a_failing_list(sandbox: Sandbox, mode: str) -> None:
    await sandbox.fault("/api/creator/item_list/", mode)
    outcome = await sandbox.fetch(AccountIdentity(Platform.TIKTOK, "luna.cooks"))
    assert (outcome.answer_class, facts_of(outcome).posts) == (AnswerClass.PARTIAL, ())
    assert not facts_of(outcome).posts_complete
    await assert_equals_truth(sandbox, outcome, "luna.cooks")


POST_ROUTES = {Platform.TIKTOK: "video_page", Platform.INSTAGRAM: "post_page"}
SINGLE_POSTS = [(platform, handle) for platform, handle in ORDINARY if handle != "sandbox_empty"]


@pytest.mark.parametrize(("platform", "handle"), [*SINGLE_POSTS, (Platform.INSTAGRAM, "sandbox_purge")])
async def test_a_single_post_equals_the_truth(sandbox: Sandbox, platform: Platform, handle: str) -> None:
    posts = await sandbox.posts_of(platform, handle)
    kinds = {post["kind"]: post["external_id"] for post in posts if not post["is_deleted"]}
    assert len(kinds) == (2 if platform is Platform.TIKTOK else 3)
    for external_id in kinds.values():
        for author_handle in (handle, None, "somebody_else"):
            outcome = await sandbox.fetch_post(platform, external_id, author_handle)
            assert (outcome.answer_class, outcome.reason, outcome.captured_at) == (AnswerClass.OK, None, NOW)
            assert (outcome.provider, outcome.route) == (f"{platform.value}_web", POST_ROUTES[platform])
            assert outcome.facts is not None
            assert outcome.facts.external_id == external_id
            await assert_post(sandbox, outcome.facts, unsaid=UNSAID_OF_ONE_POST[platform])


@pytest.mark.parametrize("platform", HOSTS)
async def test_a_single_post_in_the_past_and_before_it_was(sandbox: Sandbox, platform: Platform) -> None:
    post = next(post for post in await sandbox.posts_of(platform, "sandbox_purge") if not post["is_deleted"])
    published_at = datetime.fromisoformat(post["published_at"])
    for at in (published_at + timedelta(hours=3), published_at + timedelta(days=2)):
        outcome = await sandbox.fetch_post(platform, post["external_id"], at=at)
        assert (outcome.answer_class, outcome.captured_at) == (AnswerClass.OK, at)
        assert outcome.facts is not None
        await assert_post(sandbox, outcome.facts, at, UNSAID_OF_ONE_POST[platform])
    early = await sandbox.fetch_post(platform, post["external_id"], at=published_at - timedelta(hours=3))
    assert (early.answer_class, early.facts) == (AnswerClass.NOT_FOUND, None)


async def test_the_reel_of_the_guides(sandbox: Sandbox) -> None:
    name = read_post(Platform.INSTAGRAM, "https://www.instagram.com/rival_one/reel/ABC123/?igsh=1")
    outcome = await sandbox.fetch_post(name.platform, name.external_id, name.author_handle)
    assert outcome.facts is not None
    assert (outcome.facts.shortcode, outcome.facts.author_handle) == ("ABC123", "rival_one")


@pytest.mark.parametrize("route", ["www.instagram.com/p/", "nothing at all"])
async def test_hidden_likes_of_a_single_post_on_either_route(sandbox: Sandbox, route: str) -> None:
    await sandbox.fault(route, "http_404")
    for post in (await sandbox.posts_of(Platform.INSTAGRAM, "sandbox_hidden_likes"))[:12]:
        outcome = await sandbox.fetch_post(Platform.INSTAGRAM, post["external_id"])
        assert (outcome.answer_class, outcome.reason) == (AnswerClass.OK, None)
        assert outcome.route == ("post_query" if "/p/" in route else "post_page")
        assert outcome.facts is not None
        assert "likes" not in outcome.facts.counts
        await assert_post(sandbox, outcome.facts, unsaid=UNSAID_OF_ONE_POST[Platform.INSTAGRAM])


async def test_a_single_post_that_is_deleted_or_never_was(sandbox: Sandbox) -> None:
    asked = {
        Platform.TIKTOK: [("video_page", "10204"), ("oembed", "10204")],
        Platform.INSTAGRAM: [("post_page", None), ("ruling", None), ("post_query", None)],
    }
    for platform, calls in asked.items():
        posts = await sandbox.posts_of(platform, "sandbox_deleted_post")
        deleted = next(post["external_id"] for post in posts if post["is_deleted"])
        gone = (await sandbox.posts_of(platform, "sandbox_gone"))[0]["external_id"]
        for external_id in (deleted, gone, "7000000000000000001"):
            outcome = await sandbox.fetch_post(platform, external_id, "sandbox_deleted_post")
            assert (outcome.answer_class, outcome.facts) == (AnswerClass.NOT_FOUND, None)
            assert [(call.route, call.upstream_code) for call in outcome.calls] == calls


@pytest.mark.parametrize(
    ("platform", "answer_class"),
    [(Platform.TIKTOK, AnswerClass.PRIVATE), (Platform.INSTAGRAM, AnswerClass.LOGIN_REQUIRED)],
)
async def test_a_single_post_of_a_private_account(
    sandbox: Sandbox, platform: Platform, answer_class: AnswerClass
) -> None:
    post = (await sandbox.posts_of(platform, "sandbox_private"))[0]
    outcome = await sandbox.fetch_post(platform, post["external_id"])
    assert (outcome.answer_class, outcome.facts, len(outcome.calls)) == (answer_class, None, 1)


@pytest.mark.parametrize(
    ("mode", "answer_class"),
    [
        ("too_many_429", AnswerClass.RATE_LIMITED),
        ("http_404", AnswerClass.UNAVAILABLE),
        ("http_500", AnswerClass.UPSTREAM_ERROR),
        ("hang", AnswerClass.NETWORK_TIMEOUT),
        ("empty_body", AnswerClass.BLOCKED),
        ("wrong_entity", AnswerClass.SCHEMA_CHANGED),
    ],
)
async def test_faults_of_the_video_page_are_classed(sandbox: Sandbox, mode: str, answer_class: AnswerClass) -> None:
    await sandbox.fault("/video/", mode)
    outcome = await sandbox.fetch_post(Platform.TIKTOK, "7123456789", "charlidamelio")
    assert (outcome.answer_class, outcome.facts, len(outcome.calls)) == (answer_class, None, 1)


@pytest.mark.parametrize(
    ("match", "mode", "answer_class", "routes"),
    [
        ("/p/", "too_many_429", "rate_limited", 1),
        ("/p/", "http_500", "upstream_error", 1),
        ("/p/", "hang", "network_timeout", 1),
        ("/p/", "empty_body", "blocked", 1),
        ("/p/", "http_404", "ok", 4),
        ("/p/", "wrong_entity", "ok", 3),
        ("www.instagram.com", "wrong_entity", "schema_changed", 3),
        ("www.instagram.com", "http_404", "unavailable", 2),
    ],
)
async def test_faults_of_an_instagram_post_are_classed(
    sandbox: Sandbox, match: str, mode: str, answer_class: str, routes: int
) -> None:
    await sandbox.fault(match, mode)
    external_id = str(pk_of("ABC123"))
    outcome = await sandbox.fetch_post(Platform.INSTAGRAM, external_id)
    assert (outcome.answer_class, len(outcome.calls)) == (answer_class, routes)
    if outcome.facts is not None:
        assert outcome.facts.external_id == external_id
        await assert_post(sandbox, outcome.facts, unsaid=UNSAID_OF_ONE_POST[Platform.INSTAGRAM])


@pytest.mark.parametrize("mode", ["too_many_429", "http_404", "http_500", "hang", "empty_body", "wrong_entity"])
@pytest.mark.parametrize("match", ["get_ruling_for_content", "/api/graphql"])
async def test_a_missing_instagram_post_wants_a_healthy_second_route(sandbox: Sandbox, match: str, mode: str) -> None:
    await sandbox.fault(match, mode)
    outcome = await sandbox.fetch_post(Platform.INSTAGRAM, "7000000000000000001")
    is_harmless = (match, mode) == ("get_ruling_for_content", "wrong_entity")
    assert outcome.answer_class == ("not_found" if is_harmless else "unavailable")
