"""TikTok through yt-dlp: the same pages as our own client's, behind the challenges that yt-dlp can answer."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.links import post_url, profile_url
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit, within_bounds
from app.providers.failures import Refusal
from app.providers.http import TIKTOK_HOST
from app.providers.limits import TIKTOK_LISTS, TIKTOK_PAGES
from app.providers.tiktok.parse import ItemPage, parse_item_page, parse_profile_page, parse_video_page
from app.providers.tiktok.web import EXPECTED_COUNTS, EXPECTED_POST_COUNTS
from app.providers.ytdlp.door import Surface
from app.providers.ytdlp.plans import Plan, Wanted
from app.providers.ytdlp.refusals import refused
from app.providers.ytdlp.walks import Walk

VIDEO_PAGE, PROFILE_PAGE, ITEM_LIST, EMBED = "video_page", "profile_page", "creator_item_list", "embed"
MODULE = "yt_dlp.extractor.tiktok"
LIST = Surface(ITEM_LIST, TIKTOK_LISTS, TIKTOK_HOST, "/api/creator/item_list/")
POST_PLAN = Plan({MODULE: ("TikTokIE",)}, (Surface(VIDEO_PAGE, TIKTOK_PAGES, TIKTOK_HOST, "/@"),))
CHANNEL_PLAN = Plan(
    {MODULE: ("TikTokUserIE",)},
    (
        LIST,
        Surface(EMBED, TIKTOK_PAGES, TIKTOK_HOST, "/embed/"),
        Surface(VIDEO_PAGE, TIKTOK_PAGES, TIKTOK_HOST, "/@", segment="/video/"),
        Surface(PROFILE_PAGE, TIKTOK_PAGES, TIKTOK_HOST, "/@"),
    ),
)
SECONDARY_ID = re.compile(r"MS4wLjABAAAA[\w-]{64}", re.ASCII)
MOST_POSTS = 150


class YtDlpTikTok:
    """TikTok's logged-out web, walked by yt-dlp and read by our own parsers.

    yt-dlp says of every answer that it is about the post asked for, and reads only the rounded figures; so what it
    brought is read again, for who it is about and for the exact ones.
    """

    name = "ytdlp_tiktok"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The video page. A post that is not shown is UNAVAILABLE: deleted, or refused to our address."""
        walk = Walk(visit, POST_PLAN)
        await walk.run(post_url(Platform.TIKTOK, identity.external_id, None, identity.author_handle))
        page = next(reversed(walk.bodies(VIDEO_PAGE)), None)
        answer = walk.refusal if page is None else parse_video_page(page.reply.body, identity.external_id)
        await walk.settle(page, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, PostFacts):
            return visit.found_post(VIDEO_PAGE, answer, now, expected=EXPECTED_POST_COUNTS)
        return visit.refused_post(answer)

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The profile page, then the channel list as far as the bounds reach.

        Where the profile is known already, or its page refuses us, and the account's secUid is known, the list alone:
        the profile has no figures then.
        """
        since = bounds.published_after
        most = MOST_POSTS if bounds.max_posts is None else min(bounds.max_posts, MOST_POSTS)
        wanted = Wanted(most, None if since is None else since.timestamp())
        walk = Walk(visit, CHANNEL_PLAN)
        known = _unseen(identity) if bounds.posts_alone else None
        if known is not None:
            route, profile = ITEM_LIST, await self._listed(walk, known, wanted)
        else:
            route, profile = await self._shown(walk, identity, wanted)
        if isinstance(profile, Refusal):
            return visit.refused(profile)
        channel = Channel.of(walk, profile, wanted)
        return visit.found(
            route,
            profile,
            within_bounds(channel.posts, bounds),
            now,
            expected=EXPECTED_COUNTS if route == PROFILE_PAGE else frozenset(),
            posts_complete=channel.is_complete,
            shortfall=channel.shortfall,
        )

    @staticmethod
    async def _shown(walk: Walk, identity: AccountIdentity, wanted: Wanted) -> tuple[str, ProfileFacts | Refusal]:
        """The profile on its page, once its list has been walked as well, or what the list says; and which it was."""
        await walk.run(profile_url(Platform.TIKTOK, identity.handle), wanted)
        page = walk.answer(PROFILE_PAGE)
        unread = walk.refusal if page is None else refused(page)
        known = _unseen(identity)
        if unread is not None and known is not None:
            return ITEM_LIST, await _named(walk, known, wanted)
        body = b"" if page is None else page.reply.body
        profile = unread or parse_profile_page(body, identity.handle, identity.external_id)
        await walk.settle(page, profile if isinstance(profile, Refusal) else None)
        return PROFILE_PAGE, profile

    @staticmethod
    async def _listed(walk: Walk, profile: ProfileFacts, wanted: Wanted) -> ProfileFacts | Refusal:
        """The profile under the handle that the list names, once it has been walked."""
        await walk.run(f"tiktokuser:{profile.secondary_id}", wanted)
        return await _named(walk, profile, wanted)


async def _named(walk: Walk, profile: ProfileFacts, wanted: Wanted) -> ProfileFacts | Refusal:
    """The profile under the handle that the list of a walk names."""
    named = (post.author_handle for post in Channel.of(walk, profile, wanted).posts)
    handle = next((handle for handle in named if handle is not None), None)
    await walk.settle(None, None if handle is not None else walk.refusal)
    return walk.refusal if handle is None else replace(profile, handle=handle)


@dataclass(frozen=True, slots=True)
class Channel:
    """The posts of the list that was walked; `shortfall` is why it broke off, None where it did not."""

    posts: tuple[PostFacts, ...] = ()
    is_complete: bool = False
    shortfall: str | None = None

    @classmethod
    def of(cls, walk: Walk, profile: ProfileFacts, wanted: Wanted) -> "Channel":
        """The own posts in what a walk brought, and whether they are all that were wanted."""
        posts_known = profile.counts.get("profile_posts")
        if profile.is_private:
            return cls()
        if wanted.most == 0 or (posts_known is not None and posts_known.value == 0):
            return cls(is_complete=True)
        pages = [parse_item_page(answer.reply.body, profile.external_id) for answer in walk.bodies(ITEM_LIST)]
        posts = {post.external_id: post for page in pages if isinstance(page, ItemPage) for post in page.posts}
        refused = next((page.reason for page in pages if isinstance(page, Refusal)), None)
        unreadable = sum(page.unreadable for page in pages if isinstance(page, ItemPage))
        has_ended = bool(pages) and isinstance(pages[-1], ItemPage) and not pages[-1].has_more
        # Where a page holds pinned posts alone, yt-dlp goes on from the last of them and leaves out what is newer.
        has_gap = any(isinstance(page, ItemPage) and page.has_more and _is_pinned(page) for page in pages)
        gap = "Posts between the pinned ones and the rest were left out" if has_gap else None
        shortfall = refused or (f"{unreadable} posts could not be read" if unreadable else gap)
        in_order = [post for post in posts.values() if not post.is_pinned]
        is_reached = len(in_order) >= wanted.most or any(
            post.published_at is not None and wanted.since is not None and post.published_at.timestamp() < wanted.since
            for post in in_order
        )
        if shortfall is None and walk.findings.failure is not None and not (is_reached or has_ended):
            shortfall = walk.refusal.reason
        return cls(tuple(posts.values()), shortfall is None and (is_reached or has_ended), shortfall)


def _is_pinned(page: ItemPage) -> bool:
    """Whether a page holds posts, all of them pinned."""
    return bool(page.posts) and all(post.is_pinned for post in page.posts)


def _unseen(identity: AccountIdentity) -> ProfileFacts | None:
    """The account as its stable ids name it; None where its list cannot be asked for by them."""
    if identity.external_id is None or not SECONDARY_ID.fullmatch(identity.secondary_id or ""):
        return None
    return ProfileFacts(Platform.TIKTOK, identity.external_id, identity.handle, secondary_id=identity.secondary_id)
