"""`api.scrapecreators.com`: one paid upstream of all platforms, behind a key and a balance of credits."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.sandbox.allowances import Allowances
from app.sandbox.credentials import SCRAPECREATORS_KEY
from app.sandbox.surfaces.answering import Json, json_answer
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.instagram.accounts import Instagram
from app.sandbox.surfaces.scrapecreators import social, youtube
from app.sandbox.surfaces.scrapecreators.asks import Ask, NotAnswered
from app.sandbox.surfaces.scrapecreators.instagram import InstagramCalls
from app.sandbox.surfaces.scrapecreators.tiktok import TikTokCalls
from app.sandbox.world.world import World

BALANCE = "/v1/account/credit-balance"


class ScrapeCreators:
    """The surface over one world. An answer costs a credit; one without a payload is free."""

    def __init__(self, world: World, allowances: Allowances, instagram: Instagram) -> None:
        self._world = world
        self._allowances = allowances
        tiktok, calls = TikTokCalls(world), InstagramCalls(instagram)
        self._calls: Mapping[str, Callable[[Ask], Json]] = {
            "/v1/tiktok/profile": tiktok.profile,
            "/v2/tiktok/video": tiktok.video,
            "/v3/tiktok/profile/videos": tiktok.profile_videos,
            "/v1/instagram/profile": calls.profile,
            "/v1/instagram/basic-profile": calls.basic_profile,
            "/v1/instagram/post": calls.post,
            "/v2/instagram/user/posts": calls.user_posts,
            "/v1/instagram/user/reels": calls.user_reels,
            "/v1/youtube/video": youtube.video,
            "/v1/youtube/channel": youtube.channel,
            "/v1/youtube/channel-videos": youtube.channel_videos,
            "/v1/youtube/channel/shorts": youtube.channel_shorts,
            "/v1/twitter/tweet": social.tweet,
            "/v1/twitter/profile": social.twitter_profile,
            "/v1/facebook/post": social.facebook_post,
            "/v1/linkedin/post": social.linkedin_post,
        }
        self.routes = Router([*(Route(path, self.call) for path in self._calls), Route(BALANCE, self.balance)])

    async def call(self, request: Request) -> Response:
        """Any of the calls: 401 without the key, 402 without a credit, 404 for what is not there."""
        refused = self._refused(request)
        if refused is not None:
            return refused
        if not self._allowances.credits:
            message = "You are out of credits"
            return json_answer({"success": False, "credits_remaining": 0, "message": message}, 402)
        ask = Ask(self._world, asked_of(request), request.query_params)
        try:
            payload = self._calls[request.url.path](ask)
        except NotAnswered as reason:
            return json_answer({"credits_remaining": self._allowances.credits} | reason.body, reason.status)
        self._allowances.spend_credit()
        envelope: Json = {"success": True, "credits_remaining": self._allowances.credits, "credits_charged": 1}
        return json_answer(envelope | payload)

    async def balance(self, request: Request) -> Response:
        """The credits that are left. Costs none."""
        return self._refused(request) or json_answer({"success": True, "creditCount": self._allowances.credits})

    @staticmethod
    def _refused(request: Request) -> Response | None:
        key = request.headers.get("x-api-key")
        if key == SCRAPECREATORS_KEY:
            return None
        message = "API key is missing" if key is None else "API key is invalid"
        return json_answer({"success": False, "message": message}, 401)
