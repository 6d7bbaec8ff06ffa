"""Facebook's public pages: videos and reels with their counters, a login form for the rest, and short links."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json, abbreviated, led_to, login_form, page, script_text
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.world.ids import code_of, number_in
from app.sandbox.world.posts import Post
from app.sandbox.world.world import Found, World

NOT_AVAILABLE = (
    b'<div class="uiInterstitial uiInterstitialContent"><div>This content isn\'t available at the moment</div></div>'
)


class Facebook:
    """The surfaces over one world. Videos and reels are shown to everybody, text posts to members alone."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.www = Router(
            [
                Route("/login/", login_form),
                Route("/login", login_form),
                *(
                    Route(path, self.post_page)
                    for path in ("/watch", "/watch/", "/video.php", "/permalink.php", "/story.php")
                ),
                *(Route(f"/reel/{{id}}{slash}", self.post_page) for slash in ("", "/")),
                Route("/share/{kind}/{code}", self.short_link),
                Route("/share/{kind}/{code}/", self.short_link),
                *(
                    Route(f"/{{page}}/{kind}/{rest}{slash}", self.post_page)
                    for kind in ("videos", "posts")
                    for rest in ("{id}", "{slug}/{id}")
                    for slash in ("", "/")
                ),
            ],
            redirect_slashes=False,
        )
        self.short = Router(
            [Route("/{code}", self.short_link), Route("/{code}/", self.short_link)], redirect_slashes=False
        )

    async def post_page(self, request: Request) -> Response:
        """Any address of a post: by the id in its path, or by `v` or `story_fbid`."""
        at, query = asked_of(request).at, request.query_params
        name = request.path_params.get("id") or query.get("v") or query.get("story_fbid") or ""
        found = self._find(request, name, request.path_params.get("page", ""))
        if found is None or not found.is_there(at):
            return page("Facebook", NOT_AVAILABLE)
        is_shown = found.post.kind is not VideoKind.TEXT and not found.account.persona.is_for_members
        if not is_shown or not found.is_public(at):
            return RedirectResponse(
                f"/www.facebook.com/login/?next=https%3A%2F%2Fwww.facebook.com{request.url.path}", 302
            )
        return _video_page(found, at)

    async def short_link(self, request: Request) -> Response:
        """`fb.watch/code` and `/share/v/code` lead to the post they stand for, or to the front page."""
        number = number_in(request.path_params["code"])
        found = self._find(request, str(number), "") if number is not None else None
        if found is None:
            return led_to("https://www.facebook.com/", 302)
        return led_to(page_url(found, asked_of(request).at), 302)

    def _find(self, request: Request, name: str, handle: str) -> Found | None:
        asked = asked_of(request)
        found = self._world.find_post(Platform.FACEBOOK, name, handle)
        return self._world.decoy_post(found, Platform.FACEBOOK, asked.at) if asked.is_wrong_entity else found


def page_url(found: Found, at: int) -> str:
    """The public page of a post."""
    post, kinds = found.post, {VideoKind.VIDEO: "videos", VideoKind.TEXT: "posts"}
    if post.kind is VideoKind.REEL:
        return f"https://www.facebook.com/reel/{post.external_id}/"
    return f"https://www.facebook.com/{found.account.handle(at)}/{kinds[post.kind]}/{post.external_id}/"


def short_url(post: Post) -> str:
    """The link that the share button gives."""
    return f"https://fb.watch/{code_of(post.number)}/"


def _video_page(found: Found, at: int) -> Response:
    account, post, counts = found.account, found.post, found.counts(at)
    persona, url = account.persona, page_url(found, at)
    shown = f"{abbreviated(counts.views, 2)} views · {abbreviated(counts.likes, 2)} reactions"
    title = f"{shown} | {post.caption} | {persona.name}"
    picture = f"https://img.sandbox/facebook/cover/{post.external_id}.png"
    head = "".join(
        f'<meta property="og:{name}" content="{value}">'
        for name, value in (("title", title), ("url", url), ("image", picture), ("type", "video.other"))
    )
    owner: Json = {"__typename": "User", "id": account.external_id, "name": persona.name}
    video: Json = {
        "__typename": "Video",
        "id": post.external_id,
        "videoId": post.external_id,
        "name": post.caption,
        "owner": owner,
        "publish_time": post.created,
        "playable_duration_in_ms": (post.duration_seconds or 0) * 1000,
        "playable_url": f"https://media.sandbox/facebook/{post.external_id}.mp4",
        "preferred_thumbnail": {"image": {"uri": picture}},
        "savable_description": {"text": post.caption},
    }
    if post.kind is VideoKind.VIDEO:
        video["video_view_count"] = counts.views
    feedback: Json = {
        "likers": {"count": counts.likes},
        "total_comment_count": counts.comments,
        "share_count_reduced": abbreviated(counts.shares, 2),
    }
    scripts = (_relay({"url": url, "id": post.external_id, "feedback": feedback}), _relay({"video": video}))
    return page(title, b"\n".join(scripts), head.encode())


def _relay(data: Json) -> bytes:
    """One data-sjs script with the result of a query, nested as the page's loader nests it; on a line of its own."""
    box = {"__bbox": {"complete": True, "result": {"data": data}}}
    entry = ["RelayPrefetchedStreamCache", "next", [], ["adp_CometVideoHomeInjectedLiveVideoQueryRelayPreloader", box]]
    call = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [entry]}}]]]}
    return b'<script type="application/json" data-sjs>' + script_text(call) + b"</script>"
