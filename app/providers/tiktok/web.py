"""TikTok's public web as a provider: profile page, channel list, video page, and oEmbed as a second opinion."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.links import post_url, profile_url
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit, within_bounds
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import NAVIGATION_HEADERS, TIKTOK_HOST, Reply
from app.providers.limits import TIKTOK_LISTS, TIKTOK_PAGES
from app.providers.tiktok.parse import (
    GONE_OR_REFUSED,
    ItemPage,
    parse_item_page,
    parse_profile_page,
    parse_video_page,
)

PROFILE_PAGE = "profile_page"
ITEM_LIST = "creator_item_list"
VIDEO_PAGE = "video_page"
OEMBED = "oembed"

EXPECTED_COUNTS = frozenset({"followers", "following", "profile_posts", "total_likes"})
EXPECTED_POST_COUNTS = frozenset({"views", "likes", "comments", "shares", "saves"})
DENIALS = frozenset({AnswerClass.NOT_FOUND, AnswerClass.UNAVAILABLE})
"""Answers to a stable id that leave a missing handle missing; any other leaves it open whether it was renamed."""
PROFILE_ADDRESS = re.compile(r"/@([\w.]{1,24})(?:[?#]|$)", re.ASCII)
SIGNS = 2
"""The page and oEmbed: both must say that something is not there."""
PAGE_SIZE = 15
MOST_PAGES = 40
EMPTY_PAGE_STEP = timedelta(days=7)
"""The list looks back about a week at a time, so a quiet channel costs a request for each empty one."""
LIST_PARAMETERS: Mapping[str, str] = {
    "aid": "1988",
    "app_language": "en",
    "app_name": "tiktok_web",
    "browser_language": "en-US",
    "browser_name": "Mozilla",
    "browser_online": "true",
    "browser_platform": "Win32",
    "browser_version": "5.0 (Windows)",
    "channel": "tiktok_web",
    "cookie_enabled": "true",
    "count": str(PAGE_SIZE),
    "device_platform": "web_pc",
    "focus_state": "true",
    "from_page": "user",
    "history_len": "2",
    "is_fullscreen": "false",
    "is_page_visible": "true",
    "language": "en",
    "os": "windows",
    "priority_region": "",
    "referer": "",
    "region": "US",
    "screen_height": "1080",
    "screen_width": "1920",
    "type": "1",
    "tz_name": "UTC",
    "webcast_language": "en",
}


@dataclass
class Channel:
    """What a walk through a channel has gathered so far."""

    posts: dict[str, PostFacts] = field(default_factory=dict)
    is_complete: bool = False
    """Whether the walk reached the bounds, or the channel's first post."""
    shortfall: str | None = None
    """Why the list failed; None when it did not."""


class TikTokWeb:
    """TikTok's logged-out web pages."""

    name = "tiktok_web"

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The profile page, then the channel list as far as the bounds reach.

        A handle that is not found, or is somebody else's by now, while the stable id still answers is a rename: the
        facts then carry the new handle. A missing account is NOT_FOUND only when oEmbed does not know it either.
        """
        profile = await self._profile(visit, identity.handle, identity.handle)
        if isinstance(profile, ProfileFacts) and identity.external_id not in (None, profile.external_id):
            taken = f"@{identity.handle} is now account {profile.external_id}, not {identity.external_id}"
            renamed = await self._by_stable_id(visit, identity, now)
            profile = renamed if isinstance(renamed, ProfileFacts) else Refusal(AnswerClass.SCHEMA_CHANGED, taken)
        elif isinstance(profile, Refusal) and profile.answer_class is AnswerClass.NOT_FOUND:
            renamed = await self._by_stable_id(visit, identity, now)
            if isinstance(renamed, ProfileFacts):
                profile = renamed
            elif renamed.answer_class in DENIALS:
                address = profile_url(Platform.TIKTOK, identity.handle)
                profile = await self._corroborate(visit, address, profile)
            else:
                doubt = f"{profile.reason}, but its stable id could not be asked: {renamed.reason}"
                profile = Refusal(AnswerClass.UNAVAILABLE, doubt, profile.upstream_code)
        if isinstance(profile, Refusal):
            return visit.refused(profile, SIGNS)
        channel = await self._channel(visit, profile, bounds, now)
        return visit.found(
            PROFILE_PAGE,
            profile,
            within_bounds(channel.posts.values(), bounds),
            now,
            expected=EXPECTED_COUNTS,
            posts_complete=channel.is_complete,
            shortfall=channel.shortfall,
        )

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The video page, which shows photo posts too and takes any handle.

        A post that is not shown any more is NOT_FOUND only when oEmbed does not know it either.
        """
        path = f"/@{identity.author_handle or '_'}/video/{identity.external_id}"
        reply = await visit.get(VIDEO_PAGE, TIKTOK_PAGES, TIKTOK_HOST, path, headers=NAVIGATION_HEADERS)
        answer = refused(reply) or parse_video_page(reply.body, identity.external_id)
        await visit.settle(VIDEO_PAGE, TIKTOK_PAGES, reply, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, PostFacts):
            return visit.found_post(VIDEO_PAGE, answer, now, expected=EXPECTED_POST_COUNTS)
        if answer.answer_class is AnswerClass.NOT_FOUND or answer.upstream_code == str(GONE_OR_REFUSED):
            address = post_url(Platform.TIKTOK, identity.external_id, None, identity.author_handle)
            gone = Refusal(AnswerClass.NOT_FOUND, "TikTok does not show this post", answer.upstream_code)
            answer = await self._corroborate(visit, address, gone)
        return visit.refused_post(answer, SIGNS)

    async def _profile(
        self, visit: Visit, address: str, handle: str | None, external_id: str | None = None
    ) -> ProfileFacts | Refusal:
        """The profile page at /@address, which must be that of `handle` and `external_id`, each where given."""
        reply = await visit.get(PROFILE_PAGE, TIKTOK_PAGES, TIKTOK_HOST, f"/@{address}", headers=NAVIGATION_HEADERS)
        moved_to = PROFILE_ADDRESS.search(reply.location)
        if handle is None and moved_to is not None:
            # The page of a numeric id may point to that of the handle. Any other redirect is a refusal.
            return await self._profile(visit, moved_to[1], moved_to[1].lower(), external_id)
        answer = refused(reply) or parse_profile_page(reply.body, handle, external_id)
        await visit.settle(PROFILE_PAGE, TIKTOK_PAGES, reply, answer if isinstance(answer, Refusal) else None)
        return answer

    async def _by_stable_id(self, visit: Visit, identity: AccountIdentity, now: datetime) -> ProfileFacts | Refusal:
        """The profile under the handle that the stable ids have now, or the first answer that leaves it open."""
        if identity.external_id is None:
            return Refusal(AnswerClass.NOT_FOUND, "Its stable id is not known")
        listed: Refusal | None = None
        if identity.secondary_id is not None:
            cursor, device_id = _milliseconds(now), _device_id()
            page = await self._items(visit, identity.secondary_id, identity.external_id, cursor, device_id)
            if isinstance(page, ItemPage):
                handle = next((post.author_handle for post in page.posts if post.author_handle is not None), None)
                profile = await self._profile(visit, handle, handle, identity.external_id) if handle else None
                if isinstance(profile, ProfileFacts):
                    return profile
                listed = profile
            else:
                listed = page
        numbered = await self._profile(visit, identity.external_id, None, identity.external_id)
        if isinstance(numbered, ProfileFacts) or listed is None or listed.answer_class in DENIALS:
            return numbered
        return listed

    async def _corroborate(self, visit: Visit, address: str, verdict: Refusal) -> Refusal:
        """`verdict` where oEmbed does not know the page at `address` either, else UNAVAILABLE."""
        reply = await visit.get(OEMBED, TIKTOK_PAGES, TIKTOK_HOST, "/oembed", params={"url": address})
        if reply.status in (400, 404):
            await visit.settle(OEMBED, TIKTOK_PAGES, reply, verdict)
            return verdict
        await visit.settle(OEMBED, TIKTOK_PAGES, reply, refused(reply))
        doubt = "oEmbed still knows it" if reply.status == 200 else "nothing confirms it"
        return Refusal(AnswerClass.UNAVAILABLE, f"{verdict.reason}, but {doubt}", verdict.upstream_code)

    async def _channel(self, visit: Visit, profile: ProfileFacts, bounds: PostBounds, now: datetime) -> Channel:
        """Walks the channel from `now` backwards until the bounds are reached, or the walk has become too long."""
        channel = Channel()
        posts_known = profile.counts.get("profile_posts")
        if profile.is_private:
            return channel
        if bounds.max_posts == 0 or (posts_known is not None and posts_known.value == 0):
            channel.is_complete = True
            return channel
        if profile.secondary_id is None:
            channel.shortfall = "The profile has no secUid to ask its channel by"
            return channel
        cursor, device_id = _milliseconds(now), _device_id()
        has_new_device, empty_pages, unreadable = False, 0, 0
        for _ in range(_page_limit(bounds)):
            page = await self._items(visit, profile.secondary_id, profile.external_id, cursor, device_id)
            if isinstance(page, Refusal):
                channel.shortfall = page.reason
                return channel
            # Pinned posts come first whatever their age: they say nothing about how far the walk has come.
            in_order = [post for post in page.posts if not post.is_pinned]
            if page.has_more and in_order and all(post.external_id in channel.posts for post in in_order):
                if has_new_device:
                    channel.shortfall = "The channel list repeats itself"
                    return channel
                has_new_device, device_id = True, _device_id()
                continue
            channel.posts |= {post.external_id: post for post in page.posts}
            unreadable += page.unreadable
            times = [post.published_at for post in in_order if post.published_at is not None]
            if not page.has_more or _is_reached(channel, bounds, min(times, default=None)):
                channel.is_complete = unreadable == 0
                channel.shortfall = f"{unreadable} posts could not be read" if unreadable else None
                return channel
            empty_pages = 0 if times else empty_pages + 1
            if empty_pages >= bounds.most_empty_weeks:
                return channel
            cursor = _milliseconds(min(times)) if times else cursor - EMPTY_PAGE_STEP // timedelta(milliseconds=1)
            if bounds.published_after is not None and cursor < _milliseconds(bounds.published_after):
                channel.is_complete = unreadable == 0
                return channel
        return channel

    async def _items(
        self, visit: Visit, secondary_id: str, external_id: str | None, cursor: int, device_id: str
    ) -> ItemPage | Refusal:
        params = {
            **LIST_PARAMETERS,
            "cursor": str(cursor),
            "device_id": device_id,
            "secUid": secondary_id,
            "verifyFp": f"verify_{secrets.token_hex(4)[:7]}",
        }
        path = "/api/creator/item_list/"
        reply = await visit.get(ITEM_LIST, TIKTOK_LISTS, TIKTOK_HOST, path, params=params)
        answer = refused(reply) or parse_item_page(reply.body, external_id)
        await visit.settle(ITEM_LIST, TIKTOK_LISTS, reply, answer if isinstance(answer, Refusal) else None)
        return answer


def refused(reply: Reply) -> Refusal | None:
    """What a reply amounts to before its body is read; None when there is a body to read."""
    if reply.answer_class is AnswerClass.OK:
        return None
    code = str(reply.status) if reply.status is not None else None
    if "/login" in reply.location:
        return Refusal(AnswerClass.LOGIN_REQUIRED, "TikTok redirects to its login page", code)
    return Refusal(reply.answer_class, reply.reason, code)


def _is_reached(channel: Channel, bounds: PostBounds, oldest: datetime | None) -> bool:
    """Whether the walk holds all that the bounds ask for; `oldest` is the oldest unpinned post of the last page."""
    in_order = sum(not post.is_pinned for post in channel.posts.values())
    if bounds.max_posts is not None and in_order >= bounds.max_posts:
        return True
    return bounds.published_after is not None and oldest is not None and oldest < bounds.published_after


def _page_limit(bounds: PostBounds) -> int:
    """How many pages a walk may take: those that hold the posts, and room for empty weeks between them."""
    full_pages = MOST_PAGES if bounds.max_posts is None else min(-(-bounds.max_posts // PAGE_SIZE), MOST_PAGES)
    return full_pages + 2 * bounds.most_empty_weeks


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _device_id() -> str:
    """A fresh device id in the range the list is known to accept."""
    return str(7_250_000_000_000_000_000 + secrets.randbelow(75_099_899_999_994_578))
