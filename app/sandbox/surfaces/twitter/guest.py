"""X without a login: guest activation, the query for one post, what embeds are made from, and short links."""

from hashlib import blake2b

from msgspec import DecodeError, json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.platforms import Platform
from app.sandbox.surfaces.answering import json_answer, led_to, login_form, page
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.twitter import shapes
from app.sandbox.world.ids import number_in
from app.sandbox.world.world import Found, World

BEARER = "Bearer "
SUSPENDED = "This Post is from a suspended account. Learn more"
PROTECTED = "You’re unable to view this Post because this account owner limits who can view their Posts. Learn more"


class Twitter:
    """The surfaces over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._guest_token = str(
            int.from_bytes(blake2b(f"guest {world.seed}".encode(), digest_size=7).digest()) | 1 << 55
        )
        self.api = Router([Route("/1.1/guest/activate.json", self.activate, methods=["POST"])])
        self.www = Router(
            [
                Route("/i/api/graphql/{query}/TweetResultByRestId", self.tweet_result),
                Route("/i/flow/login", login_form),
                Route("/{handle}/status/{id}", self.status_page),
                Route("/i/web/status/{id}", self.status_page),
            ],
            redirect_slashes=False,
        )
        self.syndication = Router([Route("/tweet-result", self.tweet_for_embedding)])
        self.short = Router([Route("/{code}", self.short_link)], redirect_slashes=False)

    async def activate(self, request: Request) -> Response:
        """A guest token for who brings the web client's bearer; 403 for others."""
        if not request.headers.get("authorization", "").startswith(BEARER):
            return json_answer({"errors": [{"code": 200, "message": "Forbidden."}]}, 403)
        return json_answer({"guest_token": self._guest_token})

    async def tweet_result(self, request: Request) -> Response:
        """The post of `variables.tweetId`. 403 without the guest token, 400 without readable variables.

        The id of the query is any but for one that has rotated away, which is answered with nothing and 404.
        """
        is_bearer = request.headers.get("authorization", "").startswith(BEARER)
        if not is_bearer or request.headers.get("x-guest-token") != self._guest_token:
            return json_answer({"errors": [{"code": 239, "message": "Bad guest token."}]}, 403)
        if asked_of(request).has_rotated_ids:
            return Response(b"", 404)
        try:
            variables = json.decode(request.query_params.get("variables", ""), type=dict[str, object])
        except DecodeError:
            return json_answer({"errors": [{"message": "Query: Unspecified", "code": 336}]}, 400)
        found = self._find(request, str(variables.get("tweetId", "")))
        return json_answer({"data": {"tweetResult": shapes.result(found, asked_of(request).at)}})

    async def tweet_for_embedding(self, request: Request) -> Response:
        """`/tweet-result?id=&token=`: 404 for a post that is not there, a tombstone for one that is not shown."""
        query, at = request.query_params, asked_of(request).at
        if not query.get("token"):
            return json_answer({}, 400)
        found = self._find(request, query.get("id", ""))
        if found is None or found.post.index >= found.account.published(at) or found.post.is_deleted(at):
            return json_answer({}, 404)
        persona = found.account.persona
        if not found.account.exists(at) and not persona.was_suspended:
            return json_answer({}, 404)
        if not found.account.exists(at) or persona.is_private:
            text = {"text": PROTECTED if found.account.exists(at) else SUSPENDED, "entities": []}
            return json_answer({"__typename": "TweetTombstone", "tombstone": {"text": text}})
        return json_answer(shapes.syndicated(found, at))

    async def status_page(self, request: Request) -> Response:
        """A post's page, which shows nothing to who does not run its scripts."""
        return page("X", b'<div id="react-root"></div>')

    async def short_link(self, request: Request) -> Response:
        """`t.co/code` leads to the post it stands for; 404 for any other code."""
        number = number_in(request.path_params["code"])
        found = self._find(request, str(number)) if number is not None else None
        if found is None:
            return page("X / ?", b"", status=404)
        return led_to(f"https://x.com/{found.account.handle(asked_of(request).at)}/status/{found.post.external_id}")

    def _find(self, request: Request, external_id: str) -> Found | None:
        asked = asked_of(request)
        found = self._world.find_post(Platform.TWITTER, external_id)
        return self._world.decoy_post(found, Platform.TWITTER, asked.at) if asked.is_wrong_entity else found
