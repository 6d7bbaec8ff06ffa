"""`/_world/truth`: the exact values of an account or a post, named as `app.domain.metrics` names them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.links import pk_of
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.sandbox.answers import answer, refusal
from app.sandbox.surfaces.facebook import pages as facebook
from app.sandbox.surfaces.linkedin import pages as linkedin
from app.sandbox.surfaces.tiktok import shapes as tiktok
from app.sandbox.surfaces.twitter import shapes as twitter
from app.sandbox.times import BadTime, SandboxClock, read_time
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.rhythm import instant, quantised
from app.sandbox.world.world import Found, World

Json = dict[str, object]

SHORT_URLS: Mapping[Platform, Callable[[Post], str]] = {
    Platform.TIKTOK: tiktok.short_url,
    Platform.INSTAGRAM: lambda post: f"https://www.instagram.com/share/reel/{post.shortcode}",
    Platform.YOUTUBE: lambda post: f"https://youtu.be/{post.external_id}",
    Platform.TWITTER: twitter.short_url,
    Platform.FACEBOOK: facebook.short_url,
    Platform.LINKEDIN: linkedin.short_url,
}
PRIVATE_ACCOUNTS = frozenset({Platform.TIKTOK, Platform.INSTAGRAM, Platform.TWITTER})
"""Where whole accounts can be private; elsewhere their posts are."""
COUNTERS: Mapping[Platform, frozenset[str]] = {
    Platform.TIKTOK: frozenset({"plays", "shares", "saves", "reposts"}),
    Platform.INSTAGRAM: frozenset(),
    Platform.YOUTUBE: frozenset(),
    Platform.TWITTER: frozenset({"shares", "saves", "reposts"}),
    Platform.FACEBOOK: frozenset({"shares"}),
    Platform.LINKEDIN: frozenset(),
}
"""What a platform counts of a post besides views, likes and comments."""


class Truth:
    """The truth about one world."""

    def __init__(self, world: World, clock: SandboxClock) -> None:
        self._world = world
        self._clock = clock
        self.routes = Router([Route("/_world/truth/{platform}/{kind}/{id}", self.truth)])

    async def truth(self, request: Request) -> Response:
        """An account by any handle it ever had, or a video by id or shortcode, at `?at=` (else at the present).

        Deleted ones are told of too, flagged; 404 is for what has never been. Counters that no public surface shows
        are null; `paid` holds those that only a paid or an official upstream shows. `?handle=` helps to find a post
        whose account has not been asked for since the start.
        """
        parameters = request.path_params
        try:
            platform = Platform(parameters["platform"])
        except ValueError:
            return refusal(f"platform: {parameters['platform']!r} is not one of {', '.join(Platform)}.")
        if parameters["kind"] not in ("account", "video"):
            return refusal(f"kind: {parameters['kind']!r} is neither account nor video.")
        try:
            at = quantised(self._time(request))
        except BadTime as error:
            return refusal(str(error))
        if parameters["kind"] == "account":
            account = self._world.account_ever_called(platform, parameters["id"])
            if account is not None and account.joined <= at:
                return answer(self._account(account, at))
        else:
            found = self._find(platform, parameters["id"], request.query_params.get("handle", ""))
            if found is not None and found.post.index < found.account.published(at):
                return answer(_video(found, at))
        return refusal(f"There is no such {parameters['kind']} at {instant(at).isoformat()}.", 404)

    def _time(self, request: Request) -> datetime:
        if "at" in request.query_params:
            return read_time(request.query_params["at"], "at")
        header = request.headers.get("x-sandbox-time")
        return read_time(header, "X-Sandbox-Time") if header else self._clock.now()

    def _find(self, platform: Platform, text: str, handle: str) -> Found | None:
        found = self._world.find_post(platform, text, handle)
        if found is not None or platform is not Platform.INSTAGRAM:
            return found
        try:
            return self._world.find_post(platform, str(pk_of(text)), handle)
        except ValueError:
            return None

    def _account(self, account: Account, at: int) -> Json:
        counts, persona = account.counts(at), account.persona
        is_tiktok = persona.platform is Platform.TIKTOK
        pinned = account.pinned(at)
        posts = [account.post(index) for index in range(account.published(at) - 1, -1, -1)]
        return {
            "platform": persona.platform,
            "kind": "account",
            "time": instant(at),
            "external_id": account.external_id,
            "secondary_id": self._world.sec_uid(account) if is_tiktok else None,
            "handle": account.handle(at),
            "display_name": persona.name,
            "biography": persona.biography,
            "link_in_bio": persona.link,
            "is_verified": persona.is_verified,
            "is_private": persona.is_private and persona.platform in PRIVATE_ACCOUNTS,
            "is_deleted": not account.exists(at),
            "followers": None if persona.hides_followers else counts.followers,
            "following": None if persona.platform is Platform.YOUTUBE else counts.following,
            "profile_posts": counts.profile_posts,
            "total_likes": counts.total_likes if is_tiktok else None,
            "total_views": counts.total_views if persona.platform is Platform.YOUTUBE else None,
            "posts": [_outline(post, at) | {"is_pinned": post in pinned} for post in posts],
        }


def _outline(post: Post, at: int) -> Json:
    return {
        "external_id": post.external_id,
        "shortcode": post.shortcode,
        "kind": post.kind,
        "published_at": instant(post.created),
        "is_deleted": post.is_deleted(at),
    }


def _video(found: Found, at: int) -> Json:
    account, post, counts = found.account, found.post, found.counts(at)
    persona, platform = account.persona, account.persona.platform
    views_kind = _views_kind(found)
    is_reel = platform is Platform.INSTAGRAM and post.kind is VideoKind.REEL
    counted = COUNTERS[platform]
    return _outline(post, at) | {
        "platform": platform,
        "time": instant(at),
        "handle": account.handle(at),
        "author_external_id": account.external_id,
        "caption": post.caption,
        "duration_seconds": post.duration_seconds,
        "short_url": SHORT_URLS[platform](post),
        "is_public": found.is_public(at),
        "hidden": (["likes", "views"] if is_reel else ["likes"]) if persona.hides_likes else [],
        "views_kind": views_kind,
        "views": counts.views if views_kind is not None else None,
        "plays": counts.plays if "plays" in counted else None,
        "likes": None if persona.hides_likes else counts.likes,
        "comments": None if persona.takes_no_comments else counts.comments,
        "shares": counts.shares if "shares" in counted else None,
        "saves": counts.saves if "saves" in counted else None,
        "reposts": counts.reposts if "reposts" in counted else None,
        "paid": _paid(counts) if is_reel and not persona.hides_likes else {},
    }


def _views_kind(found: Found) -> ViewsKind | None:
    """What the views of a post count; None where none are shown."""
    persona, post = found.account.persona, found.post
    match persona.platform:
        case Platform.TIKTOK | Platform.YOUTUBE:
            return ViewsKind.PLAYS
        case Platform.INSTAGRAM:
            is_shown = post.kind is VideoKind.REEL and not persona.hides_likes
            return ViewsKind.THREE_SECOND_VIEWS if is_shown else None
        case Platform.TWITTER:
            return ViewsKind.IMPRESSIONS if twitter.shows_views(post) else None
        case Platform.FACEBOOK:
            return ViewsKind.PLAYS if post.kind is not VideoKind.TEXT else None
        case _:
            return None


def _paid(counts: PostCounts) -> Json:
    ig_plays = counts.plays - counts.fb_plays
    return {"plays": counts.plays, "ig_plays": ig_plays, "fb_plays": counts.fb_plays or None}
