"""The registry: which providers answer which question on which platform, in which order, and which are not ready."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.platforms import Platform
from app.providers.base import AccountProvider, Operation, PostProvider, Provider
from app.providers.instagram.account import InstagramWeb
from app.providers.instagram.discovery import InstagramDiscovery
from app.providers.instagram.post import InstagramPosts
from app.providers.linkedin.web import LinkedInWeb
from app.providers.scrapecreators.provider import ScrapeCreators
from app.providers.tiktok.web import TikTokWeb
from app.providers.twitter.syndication import TwitterSyndication
from app.providers.youtube.api import YouTubeApi
from app.providers.ytdlp.facebook import YtDlpFacebook
from app.providers.ytdlp.tiktok import YtDlpTikTok
from app.providers.ytdlp.twitter import YtDlpTwitter
from app.providers.ytdlp.youtube import YtDlpYouTube
from app.settings import PREFIX, Settings, SettingsError

TIKTOK_WEB = "tiktok_web"
INSTAGRAM_WEB = "instagram_web"
INSTAGRAM_DISCOVERY = "instagram_discovery"
YOUTUBE_API = "youtube_api"
TWITTER_SYNDICATION = "twitter_syndication"
LINKEDIN_WEB = "linkedin_web"
YTDLP_TIKTOK = "ytdlp_tiktok"
YTDLP_YOUTUBE = "ytdlp_youtube"
YTDLP_TWITTER = "ytdlp_twitter"
YTDLP_FACEBOOK = "ytdlp_facebook"
SCRAPECREATORS = "scrapecreators"

POST_CHAINS: Mapping[Platform, tuple[str, ...]] = {
    Platform.TIKTOK: (TIKTOK_WEB, YTDLP_TIKTOK, SCRAPECREATORS),
    # Visitors who are not logged in are told no plays, so whoever tells them comes first.
    Platform.INSTAGRAM: (SCRAPECREATORS, INSTAGRAM_WEB),
    Platform.YOUTUBE: (YOUTUBE_API, YTDLP_YOUTUBE, SCRAPECREATORS),
    Platform.TWITTER: (YTDLP_TWITTER, TWITTER_SYNDICATION, SCRAPECREATORS),
    Platform.FACEBOOK: (YTDLP_FACEBOOK, SCRAPECREATORS),
    Platform.LINKEDIN: (LINKEDIN_WEB, SCRAPECREATORS),
}
ACCOUNT_CHAINS: Mapping[tuple[Platform, Operation], tuple[str, ...]] = {
    (Platform.TIKTOK, Operation.PROFILE): (TIKTOK_WEB, SCRAPECREATORS),
    (Platform.TIKTOK, Operation.RECENT_VIDEOS): (TIKTOK_WEB, SCRAPECREATORS, YTDLP_TIKTOK),
    (Platform.INSTAGRAM, Operation.PROFILE): (INSTAGRAM_WEB, INSTAGRAM_DISCOVERY, SCRAPECREATORS),
    (Platform.INSTAGRAM, Operation.RECENT_VIDEOS): (INSTAGRAM_WEB, SCRAPECREATORS, INSTAGRAM_DISCOVERY),
    (Platform.YOUTUBE, Operation.PROFILE): (YOUTUBE_API, YTDLP_YOUTUBE, SCRAPECREATORS),
    (Platform.YOUTUBE, Operation.RECENT_VIDEOS): (YOUTUBE_API, YTDLP_YOUTUBE, SCRAPECREATORS),
}

CREDENTIALS: Mapping[str, tuple[str, ...]] = {
    INSTAGRAM_DISCOVERY: ("instagram_business_user_id", "instagram_business_token"),
    YOUTUBE_API: ("youtube_api_key",),
    SCRAPECREATORS: ("scrapecreators_key",),
}
"""The settings without which a provider cannot be asked."""
FINDS_BY_ID = frozenset({TIKTOK_WEB, YOUTUBE_API, YTDLP_YOUTUBE, SCRAPECREATORS})
"""Providers that find an account by its stable id, whatever its handle is by now."""

AnyProvider = TypeVar("AnyProvider", bound=Provider, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[AnyProvider]):
    """One provider's place in the chain of an operation on a platform."""

    platform: Platform
    operation: Operation
    order: int
    """From 1 on: who is asked first."""
    provider: AnyProvider
    why_not_ready: str | None
    """One readable line; None when it is asked."""

    @property
    def finds_by_id(self) -> bool:
        """Whether it finds an account by its stable id, whatever its handle is by now."""
        return self.provider.name in FINDS_BY_ID


@dataclass(frozen=True, slots=True)
class Registry:
    """The chains of all platforms."""

    posts: Mapping[Platform, tuple[Entry[PostProvider], ...]]
    accounts: Mapping[tuple[Platform, Operation], tuple[Entry[AccountProvider], ...]]

    @property
    def entries(self) -> Iterable[Entry[Provider]]:
        """All of them, by platform, operation and order."""
        for platform in Platform:
            yield from self.posts.get(platform, ())
            for operation in (Operation.PROFILE, Operation.RECENT_VIDEOS):
                yield from self.accounts.get((platform, operation), ())


def build_registry(settings: Settings) -> Registry:
    """The chains as the settings have them. Raises SettingsError where `providers_off` names no provider."""
    tiktok_web, ytdlp_tiktok, ytdlp_youtube = TikTokWeb(), YtDlpTikTok(), YtDlpYouTube()
    youtube_api = YouTubeApi(settings.youtube_api_key or "")
    scrapecreators = ScrapeCreators(settings.scrapecreators_key or "")
    discovery = InstagramDiscovery(settings.instagram_business_user_id or "", settings.instagram_business_token or "")
    told_posts: Mapping[str, PostProvider] = {
        provider.name: provider
        for provider in (
            tiktok_web,
            InstagramPosts(),
            youtube_api,
            TwitterSyndication(),
            LinkedInWeb(),
            ytdlp_tiktok,
            ytdlp_youtube,
            YtDlpTwitter(),
            YtDlpFacebook(),
            scrapecreators,
        )
    }
    told_accounts: Mapping[str, AccountProvider] = {
        provider.name: provider
        for provider in (
            tiktok_web,
            InstagramWeb(),
            discovery,
            youtube_api,
            ytdlp_tiktok,
            ytdlp_youtube,
            scrapecreators,
        )
    }
    off = _providers_off(settings, told_posts.keys() | told_accounts.keys())
    return Registry(
        {
            platform: tuple(
                Entry(platform, Operation.POST_STATS, order, told_posts[name], _why_not(settings, off, platform, name))
                for order, name in enumerate(names, 1)
            )
            for platform, names in POST_CHAINS.items()
        },
        {
            (platform, operation): tuple(
                Entry(platform, operation, order, told_accounts[name], _why_not(settings, off, platform, name))
                for order, name in enumerate(names, 1)
            )
            for (platform, operation), names in ACCOUNT_CHAINS.items()
        },
    )


def is_switched_off(settings: Settings, platform: Platform) -> bool:
    """Whether nobody is asked on a platform."""
    return not getattr(settings, f"{platform.value}_enabled")


def switched_off(platform: Platform) -> str:
    """Why nobody is asked on a platform that the settings switch off."""
    return f"{platform.value} is switched off by {PREFIX}{platform.value.upper()}_ENABLED"


def _providers_off(settings: Settings, names: Iterable[str]) -> frozenset[str]:
    off = frozenset(name.strip() for name in (settings.providers_off or "").split(",") if name.strip())
    unknown = sorted(off.difference(names))
    if unknown:
        known = ", ".join(sorted(names))
        raise SettingsError(f"{PREFIX}PROVIDERS_OFF names {unknown[0]!r}, which is none of the providers: {known}")
    return off


def _why_not(settings: Settings, off: frozenset[str], platform: Platform, name: str) -> str | None:
    """Why a provider is not asked on a platform."""
    if is_switched_off(settings, platform):
        return switched_off(platform)
    if name in off:
        return f"switched off by {PREFIX}PROVIDERS_OFF"
    unset = [setting for setting in CREDENTIALS.get(name, ()) if not getattr(settings, setting)]
    return " and ".join(f"{PREFIX}{setting.upper()}" for setting in unset) + " unset" if unset else None
