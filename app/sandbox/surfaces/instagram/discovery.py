"""`graph.facebook.com`: business discovery of professional accounts, behind a token and a usage meter."""

import base64
import binascii
from collections.abc import Mapping
from itertools import islice

from msgspec import json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.platforms import Platform, VideoKind
from app.sandbox.allowances import Allowances
from app.sandbox.credentials import BUSINESS_TOKEN, BUSINESS_USER_ID
from app.sandbox.surfaces.answering import Json, json_answer
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.instagram.fields import Field, read_fields
from app.sandbox.world.accounts import Account
from app.sandbox.world.draws import draws, whole
from app.sandbox.world.posts import Post
from app.sandbox.world.rhythm import instant
from app.sandbox.world.world import World

ORDINARY_PAGE = 25
USER_FIELDS = frozenset(
    {
        "id", "username", "name", "biography", "website", "profile_picture_url",
        "followers_count", "follows_count", "media_count", "media",
    }
)  # fmt: skip
MEDIA_FIELDS = frozenset(
    {
        "id", "caption", "like_count", "comments_count", "view_count", "media_type", "media_product_type",
        "media_url", "permalink", "timestamp", "username",
    }
)  # fmt: skip
KINDS: Mapping[VideoKind, tuple[str, str, str]] = {
    VideoKind.REEL: ("VIDEO", "REELS", "reel"),
    VideoKind.IMAGE: ("IMAGE", "FEED", "p"),
    VideoKind.CAROUSEL: ("CAROUSEL_ALBUM", "FEED", "p"),
}
"""A post's media_type, its media_product_type, and the section of its address."""


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: int, message: str, subcode: int | None = None, status: int = 400) -> None:
        super().__init__(message)
        error: Json = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AsandboxTrace"}
        self.body: Json = {"error": error if subcode is None else error | {"error_subcode": subcode}}
        self.status = status


class BusinessDiscovery:
    """The surface over one world. Private accounts cannot be discovered; hidden likes are left out."""

    def __init__(self, world: World, allowances: Allowances) -> None:
        self._world = world
        self._allowances = allowances
        self.routes = Router([Route("/v{version}/{user}", self.discover)])

    async def discover(self, request: Request) -> Response:
        """`/vN/our-user-id?fields=business_discovery.username(handle){…}`."""
        used = self._allowances.business_usage
        usage = {"call_count": used, "total_cputime": used // 2, "total_time": used // 2}
        business = {"type": "instagram", **usage, "estimated_time_to_regain_access": 5 if used >= 100 else 0}
        headers = {
            "X-App-Usage": json.encode(usage).decode(),
            "X-Business-Use-Case-Usage": json.encode({BUSINESS_USER_ID: [business]}).decode(),
        }
        try:
            if used >= 100:
                raise Refused(4, "(#4) Application request limit reached", 2207051, 403)
            return json_answer(self._discovered(request), headers=headers)
        except Refused as refused:
            return json_answer(refused.body, refused.status, headers)

    def _discovered(self, request: Request) -> Json:
        query = request.query_params
        token = query.get("access_token") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if token != BUSINESS_TOKEN:
            raise Refused(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        user = request.path_params["user"]
        if user != BUSINESS_USER_ID:
            message = f"Unsupported get request. Object with ID '{user}' does not exist"
            raise Refused(100, message, 33)
        try:
            fields = read_fields(query.get("fields", "id"))
        except ValueError as error:
            raise Refused(2500, f"(#2500) {error}") from None
        _check(fields, frozenset({"id", "business_discovery"}))
        wanted = fields.get("business_discovery")
        if wanted is None:
            return {"id": user}
        asked = asked_of(request)
        account = self._world.account_called(Platform.INSTAGRAM, wanted.modifiers.get("username", ""), asked.at)
        if asked.is_wrong_entity:
            account = self._world.decoy(account, Platform.INSTAGRAM)
        if account is None or account.persona.is_private:
            raise Refused(110, "Invalid user id", 2207013)
        hides_likes = asked.hides_likes(account.persona)
        return {"business_discovery": _user(account, wanted.fields, asked.at, hides_likes), "id": user}


def _check(fields: Mapping[str, Field], known: frozenset[str]) -> None:
    unknown = next((name for name in fields if name not in known), None)
    if unknown is not None:
        raise Refused(100, f"(#100) Tried accessing nonexisting field ({unknown})")


def _user(account: Account, fields: Mapping[str, Field], at: int, hides_likes: bool) -> Json:
    _check(fields, USER_FIELDS)
    persona, counts = account.persona, account.counts(at)
    known: Json = {
        "username": account.handle(at),
        "name": persona.name,
        "biography": persona.biography,
        "website": persona.link,
        "profile_picture_url": f"https://img.sandbox/instagram/avatar/{account.external_id}-320.png",
        "followers_count": counts.followers,
        "follows_count": counts.following,
        "media_count": counts.profile_posts,
    }
    user: Json = {name: known[name] for name in fields if known.get(name) is not None}
    if "media" in fields:
        user["media"] = _media(account, fields["media"], at, hides_likes)
    return user | {"id": f"1784140{account.external_id}"}


def _media(account: Account, field: Field, at: int, hides_likes: bool) -> Json:
    """A page of posts, newest first."""
    _check(field.fields, MEDIA_FIELDS)
    limit = field.modifiers.get("limit", str(ORDINARY_PAGE))
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise Refused(100, f"(#100) Invalid limit {limit!r}")
    try:
        after = field.modifiers.get("after")
        start = int(base64.urlsafe_b64decode(after)) if after else account.published(at)
    except (binascii.Error, ValueError):
        raise Refused(100, "(#100) Invalid cursor") from None
    indexes = (index for index in range(start - 1, -1, -1) if not account.post(index).is_deleted(at))
    posts = [account.post(index) for index in islice(indexes, int(limit) + 1)]
    shown = posts[: int(limit)]
    cursors: Json = {"before": _cursor(start)} if after else {}
    if len(posts) > len(shown):
        cursors["after"] = _cursor(shown[-1].index)
    data = [_entry(account, post, field.fields, at, hides_likes) for post in shown]
    return {"data": data} | ({"paging": {"cursors": cursors}} if shown else {})


def _entry(account: Account, post: Post, fields: Mapping[str, Field], at: int, hides_likes: bool) -> Json:
    counts = post.counts(account.rhythm.days(at), account.swelling(at))
    media_type, product_type, section = KINDS[post.kind]
    known: Json = {
        "caption": post.caption,
        "like_count": None if hides_likes else counts.likes,
        "comments_count": counts.comments,
        "view_count": counts.plays if post.kind is VideoKind.REEL and not hides_likes else None,
        "media_type": media_type,
        "media_product_type": product_type,
        "media_url": f"https://img.sandbox/instagram/cover/{post.external_id}.png",
        "permalink": f"https://www.instagram.com/{section}/{post.shortcode}/",
        "timestamp": f"{instant(post.created):%Y-%m-%dT%H:%M:%S+0000}",
        "username": account.handle(at),
    }
    graph_id = str(whole(draws("graph id", post.external_id)[0], 17 * 10**15, 18 * 10**15 - 1))
    return {name: known[name] for name in fields if known.get(name) is not None} | {"id": graph_id}


def _cursor(index: int) -> str:
    return base64.urlsafe_b64encode(str(index).encode()).decode()
