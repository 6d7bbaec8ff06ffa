"""`/_world/truth`: the exact values of an account or a post, named as `app.domain.metrics` names them."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.links import pk_of
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.sandbox.answers import answer, refusal
from app.sandbox.surfaces.tiktok_shapes import short_url
from app.sandbox.times import BadTime, SandboxClock, read_time
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post
from app.sandbox.world.rhythm import instant, quantised
from app.sandbox.world.world import Found, World

Json = dict[str, object]


class Truth:
    """The truth about one world."""

    def __init__(self, world: World, clock: SandboxClock) -> None:
        self._world = world
        self._clock = clock
        self.routes = Router([Route("/_world/truth/{platform}/{kind}/{id}", self.truth)])

    async def truth(self, request: Request) -> Response:
        """An account by any handle it ever had, or a video by id or shortcode, at `?at=` (else at the present).

        Deleted ones are told of too, flagged; 404 is for what has never been. Counters that no public surface shows
        are null. `?handle=` helps to find a post whose account has not been asked for since the start.
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
            "is_private": persona.is_private,
            "is_deleted": not account.exists(at),
            "followers": counts.followers,
            "following": counts.following,
            "profile_posts": counts.profile_posts,
            "total_likes": counts.total_likes if is_tiktok else None,
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
    platform, is_hidden = account.persona.platform, account.persona.hides_likes
    is_tiktok = platform is Platform.TIKTOK
    is_reel = post.kind is VideoKind.REEL
    has_views = is_tiktok or (is_reel and not is_hidden)
    views_kind = ViewsKind.PLAYS if is_tiktok else ViewsKind.THREE_SECOND_VIEWS
    return _outline(post, at) | {
        "platform": platform,
        "time": instant(at),
        "handle": account.handle(at),
        "author_external_id": account.external_id,
        "caption": post.caption,
        "duration_seconds": post.duration_seconds,
        "short_url": short_url(post) if is_tiktok else None,
        "is_public": found.is_public(at),
        "hidden": (["likes", "views"] if is_reel else ["likes"]) if is_hidden else [],
        "views_kind": views_kind if has_views else None,
        "views": counts.views if has_views else None,
        "plays": counts.views if is_tiktok else None,
        "likes": None if is_hidden else counts.likes,
        "comments": counts.comments,
        "shares": counts.shares if is_tiktok else None,
        "saves": counts.saves if is_tiktok else None,
        "reposts": counts.reposts if is_tiktok else None,
    }
