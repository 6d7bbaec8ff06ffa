"""Looking up accounts: profile, newest posts, what those are usually viewed, the mail address in the biography."""

from dataclasses import dataclass
from datetime import datetime

from app.core.collect.recent import KeptAccount
from app.core.lookups.posts import read_name
from app.core.lookups.showing import show_profile, show_recent_videos
from app.core.lookups.sources import NEWEST_POSTS, PROFILE_ALONE, Obtained, Sources
from app.domain.emails import first_email
from app.domain.links import ProfileName, canonical_handle, platform_of_link
from app.domain.metrics import median_views
from app.domain.platforms import TRAITS, LookUp, Platform
from app.domain.problems import InvalidInput, NotFound
from app.domain.records import ContactEmail, MedianViews, Profile, RecentVideos
from app.domain.viewer import Scope, Viewer
from app.providers.base import AccountIdentity, PostBounds

BIO = "bio"


@dataclass(frozen=True, slots=True)
class AccountAsked:
    """An account by the link of its profile, or by its username and platform; the link wins."""

    url: str | None = None
    username: str | None = None
    platform: Platform | None = None


async def look_up_profile(viewer: Viewer, sources: Sources, asked: AccountAsked, *, now: datetime) -> Profile:
    """A public profile. Nothing is tracked or written; answers are given again, as those of posts are.

    Raises Forbidden, InvalidInput naming `url`, `username` or `platform`, or LookUpFailed.
    """
    return show_profile(await _obtain(viewer, sources, asked, LookUp.PROFILE, PROFILE_ALONE, now))


async def look_up_recent_videos(
    viewer: Viewer, sources: Sources, asked: AccountAsked, *, now: datetime
) -> RecentVideos:
    """The newest posts of an account, up to 20, the newest first. As `look_up_profile`."""
    return show_recent_videos(await _obtain(viewer, sources, asked, LookUp.RECENT_VIDEOS, NEWEST_POSTS, now))


async def look_up_median_views(viewer: Viewer, sources: Sources, asked: AccountAsked, *, now: datetime) -> MedianViews:
    """The median of the views of those posts whose views are known; None without any. As `look_up_recent_videos`."""
    recent = await look_up_recent_videos(viewer, sources, asked, now=now)
    viewed = [video for video in recent.videos if video.views is not None]
    counts = sorted(video.views for video in viewed if video.views is not None)
    return MedianViews(
        platform=recent.platform,
        provider=recent.provider,
        fetched_at=recent.fetched_at,
        is_cached=recent.is_cached,
        good_until=recent.good_until,
        username=recent.username,
        median_views=median_views(counts),
        view_counts=counts,
        is_approximate=any("views" in video.approximate for video in viewed),
    )


async def look_up_contact_email(
    viewer: Viewer, sources: Sources, asked: AccountAsked, *, now: datetime
) -> ContactEmail:
    """The first mail address in the public biography; None without one. As `look_up_profile`.

    Raises NotFound too, where the operator has switched addresses off.
    """
    viewer.require(Scope.READ)
    if not any(LookUp.CONTACT_EMAIL in look_ups for look_ups in sources.look_ups.values()):
        raise NotFound("Mail addresses are switched off here.")
    profile = await look_up_profile(viewer, sources, asked, now=now)
    email = first_email(profile.biography)
    return ContactEmail(
        platform=profile.platform,
        provider=profile.provider,
        fetched_at=profile.fetched_at,
        is_cached=profile.is_cached,
        good_until=profile.good_until,
        username=profile.username,
        email=email,
        source=None if email is None else BIO,
    )


async def _obtain(
    viewer: Viewer, sources: Sources, asked: AccountAsked, look_up: LookUp, bounds: PostBounds, now: datetime
) -> Obtained[KeptAccount]:
    viewer.require(Scope.READ)
    identity = await _identify(sources, asked, look_up)
    return await sources.obtain_account(identity, bounds, now)


async def _identify(sources: Sources, asked: AccountAsked, look_up: LookUp) -> AccountIdentity:
    if asked.url is not None:
        platform = asked.platform or platform_of_link(asked.url)
        if platform is not None:
            _require(platform, look_up, "url" if asked.platform is None else "platform")
        name = await read_name(sources, asked.url, asked.platform)
        if not isinstance(name, ProfileName):
            raise InvalidInput(f"This is the link of a post of {name.platform.value}, not of a profile.", "url")
        return AccountIdentity(name.platform, name.handle)
    if asked.username is None:
        raise InvalidInput("Give the url of a profile, or its username and platform.", "url")
    if asked.platform is None:
        raise InvalidInput("A username needs the platform that it is of.", "platform")
    _require(asked.platform, look_up, "platform")
    return AccountIdentity(asked.platform, canonical_handle(asked.platform, asked.username, "username"))


def _require(platform: Platform, look_up: LookUp, argument: str) -> None:
    if look_up not in TRAITS[platform].look_ups:
        raise InvalidInput(f"Accounts of {TRAITS[platform].name} cannot be looked up.", argument)
