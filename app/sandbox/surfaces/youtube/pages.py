"""`www.youtube.com` without a key: watch pages, a channel's tabs, and the calls that continue them; `youtu.be`."""

import base64
import binascii
from itertools import islice
from urllib.parse import urlsplit

from msgspec import DecodeError, json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.sandbox.surfaces.answering import Json, json_answer, led_to, page, script_text
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.youtube import page_shapes as shapes
from app.sandbox.surfaces.youtube.finding import find_channel, find_video, public_posts
from app.sandbox.world.accounts import Account
from app.sandbox.world.world import World

TAB_PAGE = 30
TABS = ("videos", "shorts")


class YouTubePages:
    """The surfaces over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        named = ("/@{handle}", "/channel/{channel}", "/c/{handle}", "/user/{handle}")
        self.www = Router(
            [
                Route("/watch", self.watch_page),
                Route("/shorts/{video}", self.watch_page),
                Route("/live/{video}", self.watch_page),
                Route("/embed/{video}", self.watch_page),
                *(Route(name, self.tab_page) for name in named),
                *(Route(f"{name}/{{tab}}", self.tab_page) for name in named),
                Route("/youtubei/v1/browse", self.browse, methods=["POST"]),
                Route("/youtubei/v1/navigation/resolve_url", self.resolve_url, methods=["POST"]),
            ],
            redirect_slashes=False,
        )
        self.short = Router([Route("/{video}", self.short_link)], redirect_slashes=False)

    async def watch_page(self, request: Request) -> Response:
        """`/watch?v=`, `/shorts/id`: the reason in the player's words where there is nothing to see."""
        at = asked_of(request).at
        name = request.path_params.get("video") or request.query_params.get("v", "")
        found = find_video(self._world, request, name)
        is_shown = found is not None and found.is_public(at) and not found.account.persona.is_for_members
        shown = found if is_shown else None
        player = shapes.playable(shown, at) if shown is not None else shapes.unplayable(found, at)
        hides_likes = shown is not None and asked_of(request).hides_likes(shown.account.persona)
        data = shapes.watch_data(shown, at, hides_likes)
        title = f"{shown.post.caption} - YouTube" if shown is not None else " - YouTube"
        return page(title, _script("ytInitialPlayerResponse", player) + _script("ytInitialData", data))

    async def tab_page(self, request: Request) -> Response:
        """`/@handle/videos`, `/shorts`, or the first of them: 404 for nobody."""
        tab = request.path_params.get("tab", "videos")
        account = self._channel(request)
        if account is None:
            return page("404 Not Found", b"", status=404)
        tab = tab if tab in TABS else "videos"
        return page(f"{account.persona.name} - YouTube", _script("ytInitialData", self._tab(request, account, tab)))

    async def browse(self, request: Request) -> Response:
        """A channel's tab as JSON, or what follows the page that its token ended."""
        body = await _body(request)
        token = body.get("continuation")
        if isinstance(token, str):
            try:
                channel, tab, start = base64.urlsafe_b64decode(token).decode().split(" ")
                account = find_channel(self._world, request, channel_id=channel)
                if account is not None and tab in TABS:
                    items = self._items(request, account, tab, int(start))
                    action = {"appendContinuationItemsAction": {"continuationItems": items}}
                    return json_answer({"responseContext": {}, "onResponseReceivedActions": [action]})
            except (binascii.Error, ValueError):
                pass
            return _nothing()
        account = find_channel(self._world, request, channel_id=str(body.get("browseId") or ""))
        params = str(body.get("params") or "videos")
        if account is None or params not in TABS:
            return _nothing()
        return json_answer({"responseContext": {}} | self._tab(request, account, params))

    async def resolve_url(self, request: Request) -> Response:
        """Which channel and tab an address is; 404 for nobody's."""
        segments = urlsplit(str((await _body(request)).get("url") or "")).path.strip("/").split("/")
        tab = next((segment for segment in segments[1:] if segment in TABS), "videos")
        if segments[0] == "channel" and len(segments) > 1:
            account = find_channel(self._world, request, channel_id=segments[1])
        else:
            account = find_channel(self._world, request, handle=segments[0].removeprefix("@"))
        if account is None:
            return _nothing()
        return json_answer({"endpoint": {"browseEndpoint": {"browseId": account.external_id, "params": tab}}})

    async def short_link(self, request: Request) -> Response:
        """`youtu.be/id` leads to the watch page, whether or not there is such a video."""
        return led_to(f"https://www.youtube.com/watch?v={request.path_params['video']}&feature=youtu.be", 303)

    def _channel(self, request: Request) -> Account | None:
        parameters = request.path_params
        if "channel" in parameters:
            return find_channel(self._world, request, channel_id=parameters["channel"])
        return find_channel(self._world, request, handle=parameters["handle"])

    def _tab(self, request: Request, account: Account, tab: str) -> Json:
        return shapes.tab_data(account, asked_of(request).at, tab, self._items(request, account, tab, 0))

    @staticmethod
    def _items(request: Request, account: Account, tab: str, start: int) -> list[Json]:
        at = asked_of(request).at
        lived, swelling = account.rhythm.days(at), account.swelling(at)
        of_tab = (post for post in public_posts(account, at) if post.is_short == (tab == "shorts"))
        posts = list(islice(of_tab, start, start + TAB_PAGE + 1))
        items = [shapes.tab_item(post, post.counts(lived, swelling), at) for post in posts[:TAB_PAGE]]
        if len(posts) > TAB_PAGE:
            place = f"{account.external_id} {tab} {start + TAB_PAGE}"
            items.append(shapes.more(base64.urlsafe_b64encode(place.encode()).decode()))
        return items


async def _body(request: Request) -> Json:
    try:
        return json.decode(await request.body(), type=dict[str, object])
    except DecodeError:
        return {}


def _script(name: str, value: Json) -> bytes:
    return f"<script>var {name} = ".encode() + script_text(value) + b";</script>"


def _nothing() -> Response:
    message = "Requested entity was not found."
    return json_answer({"error": {"code": 404, "message": message, "status": "NOT_FOUND"}}, 404)
