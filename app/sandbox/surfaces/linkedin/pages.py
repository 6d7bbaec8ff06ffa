"""LinkedIn's guest pages of posts: their counters in JSON-LD and in attributes; the auth wall, and short links."""

import re
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json, led_to, login_form, page, script_text
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.world.ids import code_of, number_in, urn_of
from app.sandbox.world.posts import Post
from app.sandbox.world.rhythm import instant
from app.sandbox.world.world import Found, World

SLUG = re.compile(r"(?:(?P<author>[^_]+)_)?(?:.*-)?(?P<kind>activity|ugcPost|share)-(?P<id>\d+)-[\w-]{4}")
TYPES = {
    VideoKind.VIDEO: "VideoObject",
    VideoKind.IMAGE: "SocialMediaPosting",
    VideoKind.TEXT: "DiscussionForumPosting",
}


class LinkedIn:
    """The surfaces over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        updates = ("/feed/update/{urn}", "/feed/update/{urn}/", "/embed/feed/update/{urn}")
        self.www = Router(
            [
                *(Route(path, login_form) for path in ("/authwall", "/login", "/checkpoint/lg/login")),
                Route("/posts/{slug}", self.post_page),
                Route("/posts/{slug}/", self.post_page),
                *(Route(path, self.update_page) for path in updates),
            ],
            redirect_slashes=False,
        )
        self.short = Router([Route("/{code}", self.short_link)], redirect_slashes=False)

    async def post_page(self, request: Request) -> Response:
        """`/posts/author_words-activity-id-xxxx`."""
        slug = SLUG.fullmatch(request.path_params["slug"])
        if slug is None:
            return _not_found()
        return self._page(request, slug["kind"], slug["id"], slug["author"] or "")

    async def update_page(self, request: Request) -> Response:
        """`/feed/update/urn:li:activity:id`."""
        kind, _, number = unquote(request.path_params["urn"]).removeprefix("urn:li:").partition(":")
        return self._page(request, kind, number, "")

    async def short_link(self, request: Request) -> Response:
        """`lnkd.in/code` leads to the post it stands for; 404 for any other code."""
        number = number_in(request.path_params["code"])
        found = self._find(request, urn_of(number), "") if number is not None else None
        if found is None:
            return _not_found()
        return led_to(page_url(found, asked_of(request).at, "activity"))

    def _page(self, request: Request, kind: str, number: str, handle: str) -> Response:
        """404 for a post that is not there, the auth wall before one for members."""
        at = asked_of(request).at
        found = self._find(request, f"{kind}:{number}", handle)
        if found is None or not found.is_there(at):
            return _not_found()
        if not found.is_public(at):
            return RedirectResponse("/www.linkedin.com/authwall?trk=ripf", 302)
        url, counts = page_url(found, at, kind), found.counts(at)
        head = (
            f'<link rel="canonical" href="{url}"><meta property="og:url" content="{url}">'
            f'<meta property="og:image" content="{_picture(found.post)}"><script type="application/ld+json">'
        ).encode()
        attributes = f'data-num-reactions="{counts.likes}" data-num-comments="{counts.comments}"'
        body = f'<article data-attributed-urn="urn:li:{kind}:{number}"><a {attributes}></a></article>'.encode()
        title = f"{found.account.persona.name} on LinkedIn: {found.post.caption}"
        return page(title, body, head + script_text(_posting(found, at, url)) + b"</script>")

    def _find(self, request: Request, urn: str, handle: str) -> Found | None:
        asked = asked_of(request)
        found = self._world.find_post(Platform.LINKEDIN, urn, handle)
        return self._world.decoy_post(found, Platform.LINKEDIN, asked.at) if asked.is_wrong_entity else found


def page_url(found: Found, at: int, kind: str) -> str:
    """The public page of a post under one of its URNs."""
    number = urn_of(found.post.number, kind).partition(":")[2]
    words = "-".join(re.findall(r"[a-z]+", found.post.caption.lower())[:4])
    mark = code_of(found.post.number)[-4:]
    return f"https://www.linkedin.com/posts/{found.account.handle(at)}_{words}-{kind}-{number}-{mark}"


def short_url(post: Post) -> str:
    """The link that LinkedIn puts in the place of others."""
    return f"https://lnkd.in/{code_of(post.number)}"


def _posting(found: Found, at: int, url: str) -> Json:
    """The post as schema.org has it. Where nobody has commented, one counter stands where others have a list."""
    account, post, counts = found.account, found.post, found.counts(at)
    schema = "https://schema.org/" if post.index % 2 else "http://schema.org/"
    likes = _counter(schema, "LikeAction", counts.likes)
    statistics: object = [likes, _counter(schema, "CommentAction", counts.comments)] if counts.comments else likes
    followers = _counter(schema, "FollowAction", account.counts(at).followers)
    posting: Json = {
        "@context": schema.rstrip("/"),
        "@type": TYPES[post.kind],
        "@id": url,
        "url": url,
        "headline": post.caption,
        "articleBody": post.caption,
        "datePublished": f"{instant(post.created):%Y-%m-%dT%H:%M:%S}.000Z",
        "commentCount": counts.comments,
        "interactionStatistic": statistics,
        "author": {
            "@type": "Person",
            "name": account.persona.name,
            "url": f"https://www.linkedin.com/in/{account.handle(at)}",
            "interactionStatistic": followers,
        },
    }
    if post.kind is VideoKind.VIDEO:
        posting |= {"thumbnailUrl": _picture(post), "duration": f"PT{post.duration_seconds or 0}S"}
    elif post.kind is VideoKind.IMAGE:
        posting["image"] = {"@type": "ImageObject", "url": _picture(post)}
    return posting


def _counter(schema: str, action: str, count: int) -> Json:
    return {"@type": "InteractionCounter", "interactionType": f"{schema}{action}", "userInteractionCount": count}


def _picture(post: Post) -> str:
    return f"https://img.sandbox/linkedin/cover/{post.number}.png"


def _not_found() -> Response:
    return page("LinkedIn", b"<h1>Page not found</h1>", status=404)
