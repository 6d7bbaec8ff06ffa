"""The chains' own decisions: switches, simulated time, and lanes that have no turn left."""

from datetime import UTC, datetime

import httpx
import pytest

from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, PostBounds, PostIdentity
from app.providers.chain import Chains
from app.providers.failures import AnswerClass
from app.providers.http import Upstream
from app.providers.limits import INSTAGRAM, Pacing
from app.settings import Settings
from tests.providers.answers import AMPLE, OVERRIDDEN, SECOND_OPINIONS, scripted

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("platform", Platform)
async def test_a_platform_that_is_switched_off_is_not_asked(platform: Platform) -> None:
    settings = Settings(upstream_base_template=OVERRIDDEN, **{f"{platform.value}_enabled": False})  # type: ignore[arg-type]
    chains, sent = scripted(lambda request: httpx.Response(500), settings)
    outcome = await chains.fetch_account(AccountIdentity(platform, "a"), PostBounds(), NOW, within=AMPLE)
    assert (outcome.answer_class, sent, outcome.calls) == (AnswerClass.UNSUPPORTED, [], ())
    assert outcome.reason == f"{platform.value} is switched off by CREATORGRAPH_{platform.value.upper()}_ENABLED"
    post = await chains.fetch_post(PostIdentity(platform, "7"), NOW, within=AMPLE)
    assert (post.answer_class, post.reason, sent) == (AnswerClass.UNSUPPORTED, outcome.reason, [])
    other = next(member for member in Platform if member is not platform)
    outcome = await chains.fetch_account(AccountIdentity(other, "a"), PostBounds(), NOW, within=AMPLE)
    assert outcome.answer_class is AnswerClass.UPSTREAM_ERROR


@pytest.mark.parametrize(
    ("platform", "path"),
    [(Platform.TIKTOK, "/@_/video/42"), (Platform.INSTAGRAM, "/p/q/")],
    ids=str,
)
async def test_every_platform_shows_single_posts(platform: Platform, path: str) -> None:
    chains, sent = scripted(lambda request: httpx.Response(500))
    outcome = await chains.fetch_post(PostIdentity(platform, "42"), NOW, within=AMPLE)
    assert (outcome.answer_class, [call.provider for call in outcome.calls]) == (
        AnswerClass.UPSTREAM_ERROR,
        [f"{platform.value}_web"],
    )
    assert [request.url.path.endswith(path) for request in sent] == [True]


async def test_another_time_is_told_to_a_local_imitation_only() -> None:
    for template, told in ((OVERRIDDEN, [NOW.isoformat()]), ("https://{host}", [None])):
        settings = Settings(upstream_base_template=template, providers_off=SECOND_OPINIONS)
        chains, sent = scripted(lambda request: httpx.Response(500), settings)
        await chains.at(NOW).fetch_account(AccountIdentity(Platform.TIKTOK, "a"), PostBounds(), NOW, within=AMPLE)
        assert [request.headers.get("x-sandbox-time") for request in sent] == told
        await chains.fetch_account(AccountIdentity(Platform.TIKTOK, "a"), PostBounds(), NOW, within=AMPLE)
        assert "x-sandbox-time" not in sent[-1].headers


async def test_one_soft_block_rests_the_whole_lane() -> None:
    sent: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(401, json={"require_login": True})

    settings = Settings()
    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    chains = Chains(settings, Upstream.of(client, settings), Pacing(None))
    first = await chains.fetch_account(AccountIdentity(Platform.INSTAGRAM, "a"), PostBounds(), NOW, within=AMPLE)
    second = await chains.fetch_account(AccountIdentity(Platform.INSTAGRAM, "b"), PostBounds(), NOW, within=AMPLE)
    assert [outcome.answer_class for outcome in (first, second)] == [AnswerClass.RATE_LIMITED] * 2
    assert len(sent) == 1
    assert [outcome.calls[0].requests for outcome in (first, second)] == [1, 0]
    assert second.retry_after_seconds is not None
    assert INSTAGRAM.rest_seconds - 2 < second.retry_after_seconds <= INSTAGRAM.rest_seconds
    assert second.reason == f"instagram is left alone for {second.retry_after_seconds} s: rate_limited"
