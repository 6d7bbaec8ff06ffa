"""Instagram's logged-out surfaces of one post: its page, and the query with the token and the ruling it wants first."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qs

from msgspec import DecodeError, json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.links import pk_of
from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json, json_answer, led_to, page
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.instagram.pages import csrf_token, data_script, lsd_token, token_script
from app.sandbox.world.posts import Post
from app.sandbox.world.world import Found, World

POST_QUERY_ID = "27130156389949648"
MEDIA = "xig_polaris_media"
UNGATED = "if_not_gated_logged_out"
KEPT_SHAPES = 8192
HIDDEN = 3
"""What stands in place of a like count the owner has switched off."""
MEDIA_TYPES: Mapping[VideoKind, tuple[int, str]] = {
    VideoKind.IMAGE: (1, "feed"),
    VideoKind.REEL: (2, "clips"),
    VideoKind.CAROUSEL: (8, "carousel_container"),
}


class InstagramPosts:
    """The surfaces over one world.

    Nothing in a shortcode says whose it is: a post is found as `World.find_post` finds it without a handle.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._lasting = lru_cache(KEPT_SHAPES)(lasting_media)
        self.routes = [
            Route("/", self.home_page),
            *(Route(f"/{kind}/{{code}}/", self.post_page) for kind in ("p", "reel")),
            *(
                Route(f"/share/{kind}/{{code}}{slash}", self.share_link)
                for kind in ("p", "reel")
                for slash in ("", "/")
            ),
            Route("/api/v1/web/get_ruling_for_content/", self.ruling),
            Route("/api/graphql", self.query, methods=["POST"]),
        ]

    async def home_page(self, request: Request) -> Response:
        """`/`: nothing but the token."""
        return page("Instagram", token_script(self._world.seed))

    async def post_page(self, request: Request) -> Response:
        """`/p/code/` and `/reel/code/`: the post in a data-sjs script; none for a post that is not there."""
        try:
            result = self._result(request, str(pk_of(request.path_params["code"])))
        except ValueError:
            result = None
        token = token_script(self._world.seed)
        if result is None:
            return page("Page isn't available", token)
        return page("Instagram", token + data_script("adp_PolarisPostRootQueryRelayPreloader", MEDIA, result))

    async def share_link(self, request: Request) -> Response:
        """`/share/reel/code` leads to the post whose shortcode that is."""
        return led_to(f"https://www.instagram.com/reel/{request.path_params['code']}/", 302)

    async def ruling(self, request: Request) -> Response:
        """Whether a visitor may see a post: everybody may, and gets a cookie. 400 without the app id's header."""
        if not request.headers.get("x-ig-app-id"):
            return json_answer({"message": "useragent mismatch", "status": "fail"}, 400)
        answer = json_answer({"title": None, "description": None, "status": "ok"})
        answer.set_cookie("csrftoken", csrf_token(self._world.seed), path="/", secure=False)
        return answer

    async def query(self, request: Request) -> Response:
        """The stored query for one post. 403 without both tokens, errors for any other query than this one."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        csrf, lsd = csrf_token(self._world.seed), lsd_token(self._world.seed)
        brought_along = (request.cookies.get("csrftoken"), request.headers.get("x-csrftoken"))
        if brought_along != (csrf, csrf) or (form.get("lsd"), request.headers.get("x-fb-lsd")) != (lsd, lsd):
            return json_answer({"message": "CSRF token missing or incorrect", "status": "fail"}, 403)
        if form.get("doc_id") != POST_QUERY_ID or asked_of(request).has_rotated_ids:
            message = f"The GraphQL document with ID {form.get('doc_id')} was not found."
            return json_answer({"errors": [{"message": message, "severity": "CRITICAL"}], "status": "ok"})
        try:
            variables = json.decode(form.get("variables", "{}"), type=dict[str, str])
        except DecodeError:
            variables = {}
        result = self._result(request, variables.get("media_id", ""))
        return json_answer({"data": {MEDIA: result}, "extensions": {"is_final": True}, "status": "ok"})

    def _result(self, request: Request, external_id: str) -> Json | None:
        """What the query for a post comes to: gated for one of a private account, None for one that is not there."""
        asked = asked_of(request)
        found = self._world.find_post(Platform.INSTAGRAM, external_id)
        if asked.is_wrong_entity:
            found = self._world.decoy_post(found, Platform.INSTAGRAM, asked.at)
        if found is None or not found.is_there(asked.at):
            return None
        hides_likes = asked.hides_likes(found.account.persona)
        media = self._media(found, asked.at, hides_likes) if found.is_public(asked.at) else None
        return {"code": found.post.shortcode, UNGATED: media}

    def _media(self, found: Found, at: int, hides_likes: bool) -> Json:
        return {**self._lasting(found.post), **moving_media(found, at, hides_likes)}


def moving_media(found: Found, at: int, hides_likes: bool) -> Json:
    """What a media object says that changes with time: its owner, likes and comments."""
    persona, counts = found.account.persona, found.counts(at)
    user: Json = {
        "pk": found.account.external_id,
        "id": found.account.external_id,
        "username": found.account.handle(at),
        "full_name": persona.name,
        "is_private": persona.is_private,
        "is_verified": persona.is_verified,
    }
    return {
        "id": f"{found.post.external_id}_{found.account.external_id}",
        "user": user,
        "owner": user,
        "like_and_view_counts_disabled": hides_likes,
        "like_count": HIDDEN if hides_likes else counts.likes,
        "comment_count": counts.comments,
    }


def lasting_media(post: Post) -> Json:
    """A media object without what changes with time; plays are not shown to visitors who are not logged in."""
    cover = f"https://img.sandbox/instagram/cover/{post.external_id}"
    is_video = post.kind is VideoKind.REEL
    media_type, product_type = MEDIA_TYPES[post.kind]
    media: Json = {
        "pk": post.external_id,
        "code": post.shortcode,
        "taken_at": post.created,
        "media_type": media_type,
        "product_type": product_type,
        "caption": {"pk": post.external_id, "text": post.caption, "created_at": post.created},
        "coauthor_producers": [],
        "has_audio": is_video,
        "image_versions2": _pictures(f"{cover}.png", 1920 if is_video else 1350),
        "original_height": 1920 if is_video else 1350,
        "original_width": 1080,
        "view_count": None,
        "play_count": None,
        "ig_play_count": None,
    }
    if is_video:
        version = {"type": 101, "url": f"{cover}.mp4", "height": 1920, "width": 1080}
        media |= {"video_duration": float(post.duration_seconds or 0), "video_versions": [version]}
    if post.kind is VideoKind.CAROUSEL:
        media["carousel_media_count"] = post.images
        media["carousel_media"] = [
            {"media_type": 1, "image_versions2": _pictures(f"{cover}-{number}.png", 1350)}
            for number in range(1, post.images + 1)
        ]
    return media


def _pictures(url: str, height: int) -> Json:
    return {"candidates": [{"url": url, "height": height, "width": 1080}]}
