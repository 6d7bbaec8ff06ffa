"""TikTok's public surfaces: profile page, post page, item lists, embed, oEmbed and short links."""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.links import profile_url
from app.domain.platforms import Platform
from app.sandbox.surfaces.answering import Json, json_answer, led_to, login_form, page, script_text
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.tiktok.shapes import TikTokShapes, post_url
from app.sandbox.world.accounts import Account
from app.sandbox.world.ids import number_in, read_digits
from app.sandbox.world.posts import Post
from app.sandbox.world.rhythm import DAY
from app.sandbox.world.world import Found, World

OK, MALFORMED, GONE_FROM_LIST, UNAVAILABLE, NO_SUCH_USER, PRIVATE = 0, 10201, 10202, 10204, 10221, 10222
"""`statusCode` as TikTok uses it; the HTTP status is 200 with all of them."""

LARGEST_PAGE = 35
LOOK_BACK = 7 * DAY
"""The creator list answers with an empty page when nothing went up for so long before the cursor."""
SIGNATURES = ("X-Bogus", "X-Gnarly")
LARGEST_FILLER_KB = 2048


class TikTok:
    """The surfaces over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shapes = TikTokShapes(world)
        self.www = Router(
            [
                Route("/@{handle}", self.profile_page),
                Route("/@{handle}/video/{id}", self.post_page),
                Route("/@{handle}/photo/{id}", self.post_page),
                Route("/api/creator/item_list/", self.creator_item_list),
                Route("/api/post/item_list/", self.post_item_list),
                Route("/embed/@{handle}", self.embed),
                Route("/oembed", self.oembed),
                Route("/login", login_form),
                Route("/t/{code}", self.short_link),
                Route("/t/{code}/", self.short_link),
            ],
            redirect_slashes=False,
        )
        self.short = Router(
            [Route("/{code}", self.short_link), Route("/{code}/", self.short_link)], redirect_slashes=False
        )

    async def profile_page(self, request: Request) -> Response:
        """`/@handle`: 10221 for nobody, 10222 (with the counts) for a private account. Exact counts in `statsV2`.

        `/@` and an account's id leads to the handle it has now.
        """
        handle, at = request.path_params["handle"], asked_of(request).at
        is_numbered = read_digits(handle) is not None
        numbered = self._world.account_of_id(Platform.TIKTOK, handle) if is_numbered else None
        if numbered is not None and numbered.exists(at):
            return led_to(profile_url(Platform.TIKTOK, numbered.handle(at)), 302)
        account = self._account(request, handle)
        if account is None:
            detail: Json = {"userInfo": {}, "shareMeta": {}, "statusCode": NO_SUCH_USER, "statusMsg": ""}
        else:
            detail = self._shapes.user_detail(account, at, PRIVATE if account.persona.is_private else OK)
        return _page(request, {"webapp.user-detail": detail})

    async def post_page(self, request: Request) -> Response:
        """`/@anything/video/id`: 10204 for a post that is not there, 10222 for one of a private account."""
        at = asked_of(request).at
        found = self._post(request, request.path_params["id"], request.path_params["handle"])
        if found is not None and found.is_public(at):
            item = self._shapes.video_detail(found.account, found.post, found.counts(at), at)
            detail: Json = {
                "itemInfo": {"itemStruct": item},
                "shareMeta": {"title": f"{found.account.persona.name} on TikTok", "desc": found.post.caption},
                "statusCode": OK,
                "statusMsg": "",
            }
        else:
            is_private = found is not None and found.account.persona.is_private
            detail = {"statusCode": PRIVATE if is_private else UNAVAILABLE, "statusMsg": "item doesn't exist"}
        return _page(request, {"webapp.video-detail": detail})

    async def creator_item_list(self, request: Request) -> Response:
        """The posts before a cursor in milliseconds, newest first; pinned ones lead the first page and only that."""
        query, at = request.query_params, asked_of(request).at
        try:
            cursor, count = int(query.get("cursor") or 0), int(query.get("count") or 15)
        except ValueError:
            return json_answer(
                {"statusCode": MALFORMED, "status_code": MALFORMED, "status_msg": "cursor, count: not a number"}
            )
        account = self._account_of_sec_uid(request)
        if isinstance(account, int):
            return json_answer({"statusCode": account, "status_code": account, "status_msg": ""})
        count = min(max(count, 1), LARGEST_PAGE)
        if query.get("type") == "0":
            posts = list(islice(self._upwards(account, cursor, at), count + 1))
            return self._list(account, posts[:count], [], at, {"hasMorePrevious": len(posts) > count})
        is_first_page = cursor <= 0 or cursor >= at * 1000
        bound = at + 1 if is_first_page else -(-cursor // 1000)
        pinned = self._pinned(account, at)
        leading = pinned if is_first_page else []
        rest = (post for post in self._downwards(account, bound, at) if post not in pinned)
        posts = list(islice(rest, count + 1))
        room = max(count - len(leading), 0)
        if posts and posts[0].created < bound - LOOK_BACK:
            room = 0
        return self._list(account, [*leading, *posts[:room]], leading, at, {"hasMorePrevious": len(posts) > room})

    async def post_item_list(self, request: Request) -> Response:
        """The signed list: an empty body without a signature, else pages that a cursor continues."""
        query, at = request.query_params, asked_of(request).at
        if not any(name in query for name in SIGNATURES):
            return Response(b"", media_type="application/json")
        account = self._account_of_sec_uid(request)
        if isinstance(account, int):
            return json_answer({"statusCode": account, "status_code": account, "status_msg": ""})
        cursor, count = query.get("cursor", "0"), query.get("count", "35")
        if not (cursor.isdecimal() and count.isdecimal()):
            return json_answer(
                {"statusCode": MALFORMED, "status_code": MALFORMED, "status_msg": "cursor, count: not a number"}
            )
        pinned = self._pinned(account, at)
        is_first_page = cursor == "0"
        bound = at + 1 if is_first_page else min(int(cursor) // 1000, at + 1)
        room = min(max(int(count), 1), LARGEST_PAGE)
        rest = (post for post in self._downwards(account, bound, at) if post not in pinned)
        posts = list(islice(rest, room + 1))
        shown = posts[:room]
        following = str(shown[-1].created * 1000) if shown else cursor
        more: Json = {"cursor": following, "hasMore": len(posts) > len(shown)}
        return self._list(account, [*pinned, *shown] if is_first_page else shown, pinned, at, more)

    async def embed(self, request: Request) -> Response:
        """`/embed/@handle`: the ids of the newest posts in the page's state."""
        handle, at = request.path_params["handle"], asked_of(request).at
        account = self._account(request, handle)
        posts = [] if account is None or account.persona.is_private else list(self._downwards(account, at + 1, at))[:10]
        videos = [{"id": post.external_id} for post in posts]
        state: Json = {"source": {"data": {f"/embed/@{handle}": {"videoList": videos}}}}
        return page("TikTok", _script("__FRONTITY_CONNECT_STATE__", state))

    async def oembed(self, request: Request) -> Response:
        """`/oembed?url=`: 200 for a post or profile that is public, 400 for anything else. No counts."""
        at = asked_of(request).at
        parts = urlsplit(request.query_params.get("url", ""))
        segments = [segment for segment in parts.path.split("/") if segment]
        handle = segments[0].removeprefix("@") if segments and segments[0].startswith("@") else ""
        found = None
        if len(segments) == 3 and segments[1] in ("video", "photo"):
            found = self._post(request, segments[2], handle)
            account = found.account if found is not None and found.is_public(at) else None
        else:
            account = self._account(request, handle) if len(segments) == 1 and handle else None
        if account is None or account.persona.is_private:
            return json_answer({"code": 400, "message": "Something went wrong"}, 400)
        handle = account.handle(at)
        url = post_url(handle, found.post) if found is not None else profile_url(Platform.TIKTOK, handle)
        return json_answer(
            {
                "version": "1.0",
                "type": "video" if found is not None else "rich",
                "title": found.post.caption if found is not None else f"{account.persona.name}'s Creator Profile",
                "author_name": account.persona.name,
                "author_url": profile_url(Platform.TIKTOK, handle),
                "author_unique_id": handle,
                "embed_product_id": found.post.external_id if found is not None else handle,
                "html": f'<blockquote class="tiktok-embed" cite="{url}"></blockquote>',
                "provider_name": "TikTok",
                "provider_url": "https://www.tiktok.com",
            }
        )

    async def short_link(self, request: Request) -> Response:
        """A short link leads to the post's page, or to the front page when there is no such post."""
        at = asked_of(request).at
        number = number_in(request.path_params["code"])
        found = self._post(request, str(number), "") if number is not None else None
        if found is None:
            return led_to("https://www.tiktok.com/")
        return led_to(post_url(found.account.handle(at), found.post))

    def _account(self, request: Request, handle: str) -> Account | None:
        asked = asked_of(request)
        account = self._world.account_called(Platform.TIKTOK, handle, asked.at)
        return self._world.decoy(account, Platform.TIKTOK) if asked.is_wrong_entity else account

    def _account_of_sec_uid(self, request: Request) -> Account | int:
        """The account a list is asked of, or the status code of the refusal."""
        asked = asked_of(request)
        account = self._world.account_of_sec_uid(request.query_params.get("secUid", ""))
        if asked.is_wrong_entity:
            return self._world.decoy(account, Platform.TIKTOK)
        if account is None:
            return MALFORMED
        return account if account.exists(asked.at) else GONE_FROM_LIST

    def _post(self, request: Request, external_id: str, handle: str) -> Found | None:
        asked = asked_of(request)
        found = self._world.find_post(Platform.TIKTOK, external_id, handle)
        return self._world.decoy_post(found, Platform.TIKTOK, asked.at) if asked.is_wrong_entity else found

    def _pinned(self, account: Account, at: int) -> list[Post]:
        return [] if account.persona.is_private else account.pinned(at)

    @staticmethod
    def _downwards(account: Account, bound: int, at: int) -> Iterator[Post]:
        """The public posts created before `bound`, newest first."""
        if account.persona.is_private:
            return
        for index in range(account.published(bound - 1) - 1, -1, -1):
            post = account.post(index)
            if not post.is_deleted(at):
                yield post

    @staticmethod
    def _upwards(account: Account, cursor: int, at: int) -> Iterator[Post]:
        """The public posts created after the cursor (milliseconds), oldest first."""
        if account.persona.is_private:
            return
        for index in range(account.published(cursor // 1000), account.published(at)):
            post = account.post(index)
            if not post.is_deleted(at):
                yield post

    def _list(self, account: Account, posts: list[Post], pinned: list[Post], at: int, more: Json) -> Response:
        lived, swelling = account.rhythm.days(at), account.swelling(at)
        author_stats = self._shapes.author_stats(account, at)
        items = []
        for post in posts:
            item = self._shapes.item(account, post, post.counts(lived, swelling), author_stats, at)
            items.append(item | {"isPinnedItem": True} if post in pinned else item)
        following = str(posts[-1].created * 1000) if posts else "0"
        answer: Json = {
            "cursor": following,
            "extra": {"fatal_item_ids": [], "logid": "", "now": at * 1000},
            "itemList": items,
            "log_pb": {"impr_id": ""},
            "statusCode": OK,
            "status_code": OK,
            "status_msg": "",
        }
        return json_answer(answer | more)


def _page(request: Request, scope: Json) -> Response:
    """A page with the rehydration script, and on `?filler_kb=300` as heavy as the real one."""
    wanted = request.query_params.get("filler_kb", "")
    filler = min(int(wanted), LARGEST_FILLER_KB) if wanted.isdecimal() else 0
    padding = b"<!--" + b"." * (filler * 1024) + b"-->" if filler else b""
    return page("TikTok", padding + _script("__UNIVERSAL_DATA_FOR_REHYDRATION__", {"__DEFAULT_SCOPE__": scope}))


def _script(name: str, state: Json) -> bytes:
    return f'<script id="{name}" type="application/json">'.encode() + script_text(state) + b"</script>"
