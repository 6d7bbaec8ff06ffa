"""ScrapeCreators as a provider: a paid upstream of all six platforms, with exact counters where pages round them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.facts import PostFacts
from app.domain.links import post_url
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.instagram.members import parse_shortcode_media
from app.providers.scrapecreators.accounts import ACCOUNTS
from app.providers.scrapecreators.answers import Payload
from app.providers.scrapecreators.calls import Calls, route_of
from app.providers.scrapecreators.posts import parse_facebook_post, parse_linkedin_post
from app.providers.scrapecreators.youtube import parse_video
from app.providers.tiktok.aweme import parse_aweme_detail
from app.providers.twitter.tweets import parse_tweet


@dataclass(frozen=True, slots=True)
class PostCall:
    """How a platform's posts are asked for, and which counters an answer should have."""

    path: str
    parse: Callable[[Payload, str], PostFacts | Refusal]
    expected: frozenset[str]


POSTS: Mapping[Platform, PostCall] = {
    Platform.TIKTOK: PostCall(
        "/v2/tiktok/video", parse_aweme_detail, frozenset({"views", "likes", "comments", "shares", "saves"})
    ),
    Platform.INSTAGRAM: PostCall("/v1/instagram/post", parse_shortcode_media, frozenset({"likes", "comments"})),
    Platform.YOUTUBE: PostCall("/v1/youtube/video", parse_video, frozenset({"views", "likes", "comments"})),
    Platform.TWITTER: PostCall("/v1/twitter/tweet", parse_tweet, frozenset({"likes", "comments", "shares"})),
    Platform.FACEBOOK: PostCall("/v1/facebook/post", parse_facebook_post, frozenset({"likes", "comments", "shares"})),
    Platform.LINKEDIN: PostCall("/v1/linkedin/post", parse_linkedin_post, frozenset({"likes", "comments"})),
}


class ScrapeCreators:
    """A paid upstream. Each call costs credits, and takes up to a minute; what it does not find may still be there."""

    name = "scrapecreators"

    def __init__(self, key: str) -> None:
        self._key = key

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The profile and its posts as far as the bounds reach, a credit for each page.

        A handle that is lost while the account's id still answers is a rename: the facts carry the new handle.
        """
        ask = ACCOUNTS.get(identity.platform)
        if ask is None:
            return visit.refused(_unsupported(identity.platform, "accounts"))
        found = await ask(Calls(visit, self._key), identity, bounds)
        if isinstance(found, Refusal):
            return visit.refused(found)
        return visit.found(
            found.route,
            found.profile,
            () if found.profile.is_private else found.posts,
            now,
            expected=found.expected,
            posts_complete=found.is_complete,
            shortfall=found.shortfall,
        )

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The post, by the address of its page."""
        call = POSTS.get(identity.platform)
        if call is None:
            return visit.refused_post(_unsupported(identity.platform, "posts"))
        address = post_url(identity.platform, identity.external_id, None, identity.author_handle)
        answer = await Calls(visit, self._key).ask(
            call.path, {"url": address}, lambda data: call.parse(data, identity.external_id)
        )
        if isinstance(answer, Refusal):
            return visit.refused_post(answer)
        return visit.found_post(route_of(call.path), answer, now, expected=call.expected)


def _unsupported(platform: Platform, what: str) -> Refusal:
    return Refusal(AnswerClass.UNSUPPORTED, f"ScrapeCreators is not asked for {what} of {platform.value}")
