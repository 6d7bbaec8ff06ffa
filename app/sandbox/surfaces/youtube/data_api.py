"""`www.googleapis.com/youtube/v3`: channels, uploads and videos, behind a key and a quota."""

import base64
import binascii

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.sandbox.allowances import BATCH, UNITS, Allowances
from app.sandbox.credentials import YOUTUBE_KEY
from app.sandbox.surfaces.answering import Json, json_answer
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.youtube import api_shapes as shapes
from app.sandbox.surfaces.youtube.finding import find_channel, find_video, public_posts
from app.sandbox.world.accounts import Account
from app.sandbox.world.world import Found, World

MOST_IDS = 50
ORDINARY_PAGE = 5
CHANNEL_PARTS = frozenset(
    {"id", "snippet", "contentDetails", "statistics", "status", "brandingSettings", "topicDetails"}
)
VIDEO_PARTS = frozenset({"id", "snippet", "contentDetails", "statistics", "status", "topicDetails", "player"})
ITEM_PARTS = frozenset({"id", "snippet", "contentDetails", "status"})
STATS_PARTS = frozenset({"id", "snippet", "contentDetails", "statistics"})


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: int, reason: str, message: str, status: str = "INVALID_ARGUMENT") -> None:
        super().__init__(message)
        self.code = code
        domain = "youtube.quota" if reason == "quotaExceeded" else "youtube.parameter"
        detail = {"message": message, "domain": domain, "reason": reason}
        self.body: Json = {"error": {"code": code, "message": message, "errors": [detail], "status": status}}


class YouTubeDataApi:
    """The surface over one world. Every call costs one unit, batchGetStats one of its own bucket."""

    def __init__(self, world: World, allowances: Allowances) -> None:
        self._world = world
        self._allowances = allowances
        root = "/youtube/v3"
        self.routes = Router(
            [
                Route(f"{root}/channels", self.channels),
                Route(f"{root}/videos", self.videos),
                Route(f"{root}/videos:batchGetStats", self.batch_get_stats),
                Route(f"{root}/playlistItems", self.playlist_items),
            ]
        )

    async def channels(self, request: Request) -> Response:
        """By `id` (up to 50) or `forHandle`; those there are not are left out."""
        try:
            wanted = self._admit(request, UNITS, CHANNEL_PARTS)
            query = request.query_params
            if "id" in query:
                found = [find_channel(self._world, request, channel_id=name) for name in _ids(request)]
            elif query.get("forHandle") or query.get("forUsername"):
                handle = query.get("forHandle") or query.get("forUsername") or ""
                found = [find_channel(self._world, request, handle=handle.removeprefix("@"))]
            else:
                raise Refused(400, "missingRequiredParameter", "No filter selected. Expected one of: forHandle, id")
        except Refused as refused:
            return json_answer(refused.body, refused.code)
        at = asked_of(request).at
        items = [
            shapes.resource("channel", account.external_id, shapes.channel(account, at), wanted)
            for account in found
            if account is not None
        ]
        return json_answer(_listing("channelListResponse", items, len(items), ORDINARY_PAGE))

    async def videos(self, request: Request) -> Response:
        """By `id` (up to 50); deleted, private and unknown ones are left out alike."""
        return self._videos(request, UNITS, VIDEO_PARTS)

    async def batch_get_stats(self, request: Request) -> Response:
        """The same with counts, time and length alone."""
        return self._videos(request, BATCH, STATS_PARTS)

    async def playlist_items(self, request: Request) -> Response:
        """A channel's uploads, newest first, by pages."""
        query = request.query_params
        try:
            wanted = self._admit(request, UNITS, ITEM_PARTS)
            name = query.get("playlistId", "")
            account = find_channel(self._world, request, channel_id=f"UC{name[2:]}") if name.startswith("UU") else None
            if account is None:
                message = (
                    "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
                )
                raise Refused(404, "playlistNotFound", message, "NOT_FOUND")
            size, start = _page_of(request)
        except Refused as refused:
            return json_answer(refused.body, refused.code)
        return json_answer(self._page(account, asked_of(request).at, size, start, wanted))

    def _videos(self, request: Request, bucket: str, parts: frozenset[str]) -> Response:
        try:
            wanted = self._admit(request, bucket, parts)
            names = _ids(request)
        except Refused as refused:
            return json_answer(refused.body, refused.code)
        asked = asked_of(request)
        kind = "video" if bucket == UNITS else "videoStats"
        items = []
        for found in (find_video(self._world, request, name) for name in names):
            if found is None or not found.is_public(asked.at):
                continue
            parted = self._parts(found, asked.at, bucket, asked.hides_likes(found.account.persona))
            items.append(shapes.resource(kind, found.post.external_id, parted, wanted))
        response = "videoListResponse" if bucket == UNITS else "videoBatchGetStatsResponse"
        return json_answer(_listing(response, items, len(items), len(items)))

    @staticmethod
    def _parts(found: Found, at: int, bucket: str, hides_likes: bool) -> dict[str, Json]:
        shape = shapes.video if bucket == UNITS else shapes.video_stats
        return shape(found.account, found.post, found.counts(at), hides_likes)

    @staticmethod
    def _page(account: Account, at: int, size: int, start: int, wanted: frozenset[str]) -> Json:
        posts = list(public_posts(account, at))
        shown = posts[start : start + size]
        items = [
            shapes.resource(
                "playlistItem",
                base64.urlsafe_b64encode(f"{shapes.uploads_of(account)}.{post.external_id}".encode()).decode(),
                shapes.playlist_item(account, post, start + number),
                wanted,
            )
            for number, post in enumerate(shown)
        ]
        page = _listing("playlistItemListResponse", items, len(posts), size)
        if start + size < len(posts):
            page["nextPageToken"] = _token(start + size)
        if start:
            page["prevPageToken"] = _token(max(start - size, 0))
        return page

    def _admit(self, request: Request, bucket: str, parts: frozenset[str]) -> frozenset[str]:
        """The parts asked for, once the key is right and the quota not used up."""
        query = request.query_params
        key = query.get("key") or request.headers.get("x-goog-api-key")
        if not key:
            message = "Method doesn't allow unregistered callers (callers without established identity)."
            raise Refused(403, "forbidden", message, "PERMISSION_DENIED")
        if key != YOUTUBE_KEY:
            raise Refused(400, "keyInvalid", "API key not valid. Please pass a valid API key.")
        if not self._allowances.spend_units(bucket, 1, asked_of(request).at):
            message = 'The request cannot be completed because you have exceeded your <a href="/quota">quota</a>.'
            raise Refused(403, "quotaExceeded", message, "RESOURCE_EXHAUSTED")
        wanted = frozenset(filter(None, query.get("part", "").split(",")))
        if not wanted:
            raise Refused(400, "missingRequiredParameter", "Required parameter: part")
        if not wanted <= parts:
            raise Refused(400, "unknownPart", f"'{sorted(wanted - parts)[0]}'")
        return wanted


def _ids(request: Request) -> list[str]:
    names = [name for given in request.query_params.getlist("id") for name in given.split(",") if name]
    if not names:
        raise Refused(400, "missingRequiredParameter", "No filter selected. Expected one of: id")
    if len(names) > MOST_IDS:
        raise Refused(400, "invalidFilters", "The request specifies an invalid filter parameter: too many ids.")
    return list(dict.fromkeys(names))


def _page_of(request: Request) -> tuple[int, int]:
    """How many items a page has, and at which it starts."""
    query = request.query_params
    size = query.get("maxResults", str(ORDINARY_PAGE))
    if not size.isdecimal() or not 0 <= int(size) <= MOST_IDS:
        raise Refused(400, "invalidValue", f"Invalid value '{size}'. Values must be within the range: [0, {MOST_IDS}]")
    token = query.get("pageToken", "")
    try:
        start = int(base64.urlsafe_b64decode(token).decode().removeprefix("at:")) if token else 0
    except (binascii.Error, ValueError):
        raise Refused(400, "invalidPageToken", "The request specifies an invalid page token.") from None
    return int(size), start


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"at:{start}".encode()).decode()


def _listing(kind: str, items: list[Json], total: int, size: int) -> Json:
    info = {"totalResults": total, "resultsPerPage": size}
    return {"kind": f"youtube#{kind}", "etag": f'"{kind}"', "pageInfo": info, "items": items}
