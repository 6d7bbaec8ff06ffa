"""Accounts through ScrapeCreators: the calls for a profile and its recent posts on each platform that has them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.links import profile_url
from app.domain.platforms import Platform, VideoKind
from app.providers.base import AccountIdentity, PostBounds, within_bounds
from app.providers.failures import AnswerClass, Refusal
from app.providers.instagram.members import parse_user, parse_user_posts, parse_user_reels
from app.providers.instagram.parse import ProfilePage, parse_web_profile
from app.providers.scrapecreators.calls import Calls, route_of
from app.providers.scrapecreators.youtube import parse_channel, parse_list
from app.providers.tiktok.aweme import parse_aweme_list
from app.providers.tiktok.parse import parse_user_detail
from app.providers.walks import Gathered, ListPage, walk
from app.providers.youtube.parse import read_channel_id

TIKTOK_PROFILE = "/v1/tiktok/profile"
TIKTOK_POSTS = "/v3/tiktok/profile/videos"
INSTAGRAM_PROFILE = "/v1/instagram/profile"
INSTAGRAM_USER = "/v1/instagram/basic-profile"
INSTAGRAM_POSTS = "/v2/instagram/user/posts"
INSTAGRAM_REELS = "/v1/instagram/user/reels"
YOUTUBE_CHANNEL = "/v1/youtube/channel"
YOUTUBE_VIDEOS = "/v1/youtube/channel-videos"
YOUTUBE_SHORTS = "/v1/youtube/channel/shorts"

MOST_PAGES = 10
"""Of one list in one fetch: each costs a credit."""
LOST = frozenset({AnswerClass.NOT_FOUND, AnswerClass.UNAVAILABLE, AnswerClass.SCHEMA_CHANGED})
"""Answers to a handle that may mean it was given up, or is somebody else's by now."""


@dataclass(frozen=True, slots=True)
class Found:
    """An account, and what was gathered of its posts."""

    route: str
    profile: ProfileFacts
    posts: tuple[PostFacts, ...]
    is_complete: bool
    shortfall: str | None
    expected: frozenset[str]


async def tiktok_account(calls: Calls, identity: AccountIdentity, bounds: PostBounds) -> Found | Refusal:
    """The profile by its handle, then its posts. A lost handle is learnt anew from posts listed by the id."""
    profile = _told_before(identity, bounds) or await _tiktok_profile(calls, identity)
    if isinstance(profile, Refusal):
        return profile
    owner_id = profile.external_id or ""

    async def page_after(cursor: str | None) -> ListPage | Refusal:
        params = {"user_id": owner_id} if cursor is None else {"user_id": owner_id, "max_cursor": cursor}
        return await calls.ask(TIKTOK_POSTS, params, lambda data: parse_aweme_list(data, owner_id))

    gathered = await _gather(profile, bounds, page_after)
    path = TIKTOK_PROFILE if profile.counts else TIKTOK_POSTS
    return _found(path, profile, gathered, bounds, {"followers", "following", "profile_posts", "total_likes"})


async def instagram_account(calls: Calls, identity: AccountIdentity, bounds: PostBounds) -> Found | Refusal:
    """The profile by its handle, and by its id behind a lost one; then its posts, which are told with their plays.

    The list of Reels is asked only where the list of posts leaves out the plays of one.
    """
    profile = _told_before(identity, bounds) or await _instagram_profile(calls, identity)
    if isinstance(profile, Refusal):
        return profile
    known = profile

    async def posts_after(cursor: str | None) -> ListPage | Refusal:
        params = {"handle": known.handle} if cursor is None else {"handle": known.handle, "next_max_id": cursor}
        return await calls.ask(INSTAGRAM_POSTS, params, lambda data: parse_user_posts(data, known.external_id))

    async def reels_after(cursor: str | None) -> ListPage | Refusal:
        asked = {"user_id": known.external_id or ""}
        params = asked if cursor is None else {**asked, "max_id": cursor}
        return await calls.ask(INSTAGRAM_REELS, params, lambda data: parse_user_reels(data, known.external_id))

    gathered = await _gather(profile, bounds, posts_after)
    if any(_lacks_plays(post) for post in within_bounds(gathered.posts.values(), bounds)):
        reels = await walk(reels_after, bounds, MOST_PAGES)
        gathered.shortfall = gathered.shortfall or reels.shortfall
        for post_id, reel in reels.posts.items():
            listed = gathered.posts.get(post_id)
            if listed is None or _lacks_plays(listed):
                gathered.posts[post_id] = reel if listed is None else replace(reel, is_pinned=listed.is_pinned)
    path = INSTAGRAM_PROFILE if profile.counts else INSTAGRAM_POSTS
    return _found(path, profile, gathered, bounds, {"followers", "following", "profile_posts"})


async def youtube_account(calls: Calls, identity: AccountIdentity, bounds: PostBounds) -> Found | Refusal:
    """The channel, then its videos and its Shorts, which are two lists."""
    profile = _told_before(identity, bounds) or await _youtube_channel(calls, identity)
    if isinstance(profile, Refusal):
        return profile
    owner_id = profile.external_id or ""

    async def list_after(path: str, name: str, order: str, cursor: str | None) -> ListPage | Refusal:
        params = {"channelId": owner_id, "sort": order}
        if name == "videos":
            params["includeExtras"] = "true"
        if cursor is not None:
            params["continuationToken"] = cursor
        page = await calls.ask(path, params, lambda data: parse_list(data, name, owner_id))
        if isinstance(page, Refusal) and page.answer_class is AnswerClass.UNAVAILABLE and name == "shorts":
            # A channel that never published one has no such list.
            return ListPage((), 0, goes_on=False, cursor=None)
        return page

    gathered = await _gather(profile, bounds, lambda cursor: list_after(YOUTUBE_VIDEOS, "videos", "latest", cursor))
    shorts = await _gather(profile, bounds, lambda cursor: list_after(YOUTUBE_SHORTS, "shorts", "newest", cursor))
    gathered.posts |= shorts.posts
    gathered.is_complete = gathered.is_complete and shorts.is_complete
    gathered.shortfall = gathered.shortfall or shorts.shortfall
    path = YOUTUBE_CHANNEL if profile.counts else YOUTUBE_VIDEOS
    found = _found(path, profile, gathered, bounds, {"followers", "profile_posts"})
    # Their ages served to find and order them; they are estimates, and none may become a date of publication.
    return replace(found, posts=tuple(replace(post, published_at=None) for post in found.posts))


ACCOUNTS: Mapping[Platform, Callable[[Calls, AccountIdentity, PostBounds], Awaitable[Found | Refusal]]] = {
    Platform.TIKTOK: tiktok_account,
    Platform.INSTAGRAM: instagram_account,
    Platform.YOUTUBE: youtube_account,
}
"""The platforms whose accounts are told of, and how each is asked."""


def _told_before(identity: AccountIdentity, bounds: PostBounds) -> ProfileFacts | None:
    """Whose posts alone are wanted, where it is known who that is."""
    return identity.profile if bounds.posts_alone and identity.external_id is not None else None


async def _tiktok_profile(calls: Calls, identity: AccountIdentity) -> ProfileFacts | Refusal:
    async def called(handle: str) -> ProfileFacts | Refusal:
        return await calls.ask(
            TIKTOK_PROFILE,
            {"handle": handle},
            lambda data: parse_user_detail({**data, "userInfo": data}, handle, identity.external_id),
        )

    profile = await called(identity.handle)
    owner_id = identity.external_id
    if isinstance(profile, ProfileFacts) or profile.answer_class not in LOST or owner_id is None:
        return profile
    listed = await calls.ask(TIKTOK_POSTS, {"user_id": owner_id}, lambda data: parse_aweme_list(data, owner_id))
    posts = () if isinstance(listed, Refusal) else listed.posts
    handle = next((post.author_handle for post in posts if post.author_handle is not None), None)
    renamed = await called(handle) if handle is not None and handle != identity.handle else profile
    return renamed if isinstance(renamed, ProfileFacts) else profile


async def _instagram_profile(calls: Calls, identity: AccountIdentity) -> ProfileFacts | Refusal:
    page = await calls.ask(
        INSTAGRAM_PROFILE,
        {"handle": identity.handle},
        lambda data: parse_web_profile(data, identity.handle, identity.external_id),
    )
    owner_id = identity.external_id
    if isinstance(page, ProfilePage):
        return page.profile
    if page.answer_class not in LOST or owner_id is None:
        return page
    renamed = await calls.ask(INSTAGRAM_USER, {"userId": owner_id}, lambda data: parse_user(data, owner_id))
    return renamed if isinstance(renamed, ProfileFacts) else page


async def _youtube_channel(calls: Calls, identity: AccountIdentity) -> ProfileFacts | Refusal:
    channel_id = identity.external_id or read_channel_id(identity.handle)
    is_handle = "/" not in identity.handle and read_channel_id(identity.handle) is None
    handle = identity.handle if is_handle else None
    if channel_id is not None:
        asked = {"channelId": channel_id}
    elif handle is not None:
        asked = {"handle": handle}
    else:
        asked = {"url": profile_url(Platform.YOUTUBE, identity.handle)}
    return await calls.ask(YOUTUBE_CHANNEL, asked, lambda data: parse_channel(data, handle, channel_id))


async def _gather(
    profile: ProfileFacts, bounds: PostBounds, page_after: Callable[[str | None], Awaitable[ListPage | Refusal]]
) -> Gathered:
    """A walk through a list of an account, left out where it can hold nothing."""
    posts = profile.counts.get("profile_posts")
    if profile.is_private:
        return Gathered()
    if posts is not None and posts.value == 0:
        return Gathered(is_complete=True)
    return await walk(page_after, bounds, MOST_PAGES)


def _found(path: str, profile: ProfileFacts, gathered: Gathered, bounds: PostBounds, expected: set[str]) -> Found:
    posts = tuple(within_bounds(gathered.posts.values(), bounds))
    return Found(route_of(path), profile, posts, gathered.is_complete, gathered.shortfall, expected=frozenset(expected))


def _lacks_plays(post: PostFacts) -> bool:
    return post.kind is VideoKind.REEL and "plays" not in post.counts and "plays" not in post.hidden
