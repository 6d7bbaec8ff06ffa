"""The registry: every chain in its order, who is ready, and who is not and why."""

from pathlib import Path

import msgspec
import pytest

from app.domain.platforms import TRAITS, LookUp, Platform
from app.providers.base import Operation
from app.providers.limits import LANES
from app.providers.registry import Registry, build_registry
from app.settings import Settings, SettingsError

KEYS = Settings(
    youtube_api_key="k",
    scrapecreators_key="k",
    instagram_business_user_id="1",
    instagram_business_token="t",
)


def names(registry: Registry, platform: Platform, operation: Operation, *, ready: bool = True) -> list[str]:
    return [
        entry.provider.name
        for entry in registry.entries
        if (entry.platform, entry.operation) == (platform, operation) and (not ready or entry.why_not_ready is None)
    ]


@pytest.mark.parametrize(
    ("platform", "operation", "keyless", "all_of_them"),
    [
        ("tiktok", "post_stats", "tiktok_web ytdlp_tiktok", "tiktok_web ytdlp_tiktok scrapecreators"),
        ("tiktok", "profile", "tiktok_web", "tiktok_web scrapecreators"),
        ("tiktok", "recent_videos", "tiktok_web ytdlp_tiktok", "tiktok_web scrapecreators ytdlp_tiktok"),
        ("instagram", "post_stats", "instagram_web", "scrapecreators instagram_web"),
        ("instagram", "profile", "instagram_web", "instagram_web instagram_discovery scrapecreators"),
        ("instagram", "recent_videos", "instagram_web", "instagram_web scrapecreators instagram_discovery"),
        ("youtube", "post_stats", "ytdlp_youtube", "youtube_api ytdlp_youtube scrapecreators"),
        ("youtube", "profile", "ytdlp_youtube", "youtube_api ytdlp_youtube scrapecreators"),
        ("youtube", "recent_videos", "ytdlp_youtube", "youtube_api ytdlp_youtube scrapecreators"),
        (
            *("twitter", "post_stats", "ytdlp_twitter twitter_syndication"),
            "ytdlp_twitter twitter_syndication scrapecreators",
        ),
        ("facebook", "post_stats", "ytdlp_facebook", "ytdlp_facebook scrapecreators"),
        ("linkedin", "post_stats", "linkedin_web", "linkedin_web scrapecreators"),
    ],
)
def test_the_chains(platform: str, operation: str, keyless: str, all_of_them: str) -> None:
    place = Platform(platform), Operation(operation)
    assert names(build_registry(Settings()), *place) == keyless.split()
    assert names(build_registry(KEYS), *place) == all_of_them.split()
    assert names(build_registry(Settings()), *place, ready=False) == all_of_them.split()


def test_every_look_up_of_a_platform_has_a_chain() -> None:
    for platform, traits in TRAITS.items():
        for look_up, operation in (
            (LookUp.POST_STATS, Operation.POST_STATS),
            (LookUp.PROFILE, Operation.PROFILE),
            (LookUp.RECENT_VIDEOS, Operation.RECENT_VIDEOS),
        ):
            assert bool(names(build_registry(KEYS), platform, operation)) == (look_up in traits.look_ups)


def why_not(settings: Settings) -> dict[tuple[str, str], str]:
    return {
        (entry.platform.value, entry.provider.name): entry.why_not_ready
        for entry in build_registry(settings).entries
        if entry.why_not_ready is not None
    }


def test_what_is_not_ready_says_why() -> None:
    assert why_not(KEYS) == {}
    reasons = why_not(Settings(instagram_business_token="t"))
    assert reasons["instagram", "instagram_discovery"] == "CREATORGRAPH_INSTAGRAM_BUSINESS_USER_ID unset"
    assert reasons["youtube", "youtube_api"] == "CREATORGRAPH_YOUTUBE_API_KEY unset"
    assert {reasons[platform.value, "scrapecreators"] for platform in Platform} == {
        "CREATORGRAPH_SCRAPECREATORS_KEY unset"
    }
    assert len(reasons) == 2 + len(Platform)


def test_every_provider_has_a_switch() -> None:
    every = {entry.provider.name for entry in build_registry(KEYS).entries}
    for name in every:
        off = why_not(msgspec.structs.replace(KEYS, providers_off=f" {name} ,"))
        assert {provider for _, provider in off} == {name}
        assert set(off.values()) == {"switched off by CREATORGRAPH_PROVIDERS_OFF"}
    assert names(build_registry(msgspec.structs.replace(KEYS, providers_off=",".join(every))), *ANY) == []


ANY = Platform.TIKTOK, Operation.POST_STATS


def test_a_switch_of_nobody_is_refused() -> None:
    with pytest.raises(SettingsError, match="CREATORGRAPH_PROVIDERS_OFF names 'tiktok', which is none of"):
        build_registry(Settings(providers_off="tiktok_web,tiktok"))


def test_a_platform_that_is_switched_off_has_nobody() -> None:
    reasons = why_not(msgspec.structs.replace(KEYS, facebook_enabled=False))
    line = "facebook is switched off by CREATORGRAPH_FACEBOOK_ENABLED"
    assert reasons == {("facebook", "ytdlp_facebook"): line, ("facebook", "scrapecreators"): line}


def test_the_page_says_how_politely_upstreams_are_asked() -> None:
    page = (Path(__file__).parents[2] / "docs" / "providers.md").read_text()
    for lane in LANES:
        unit = "units" if lane.daily.in_units else "requests"
        apart = f"{lane.spacing_seconds:g} s" if lane.spacing_seconds else "-"
        figures = f"{lane.concurrency} | {apart} | {lane.rest_seconds:g} s | {lane.daily.most} {unit}"
        assert f"| `{lane.name}` | {figures} |" in page
