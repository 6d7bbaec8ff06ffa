"""X through yt-dlp: it knows the site's guest tokens and the ids of its queries, which change every few weeks."""

from datetime import UTC, datetime

from app.domain.facts import PostFacts
from app.domain.links import post_url
from app.domain.platforms import Platform
from app.providers.base import PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import SYNDICATION_HOST, TWITTER_API_HOST, TWITTER_HOST
from app.providers.limits import X_GUEST, X_SYNDICATION
from app.providers.twitter.guest import parse_guest_answer
from app.providers.twitter.syndication import EXPECTED_COUNTS, parse_syndication
from app.providers.ytdlp.door import Answer, Kept, Surface
from app.providers.ytdlp.plans import Plan
from app.providers.ytdlp.walks import Walk

GUEST_TOKEN, GUEST_QUERY, SYNDICATION = "guest_token", "guest_query", "syndication"
TOKEN_SECONDS = 1_800.0
"""A guest token serves for hours; until it is refused, or this long, one does for all posts that are asked for."""
VERDICTS = frozenset({AnswerClass.NOT_FOUND, AnswerClass.PRIVATE})
"""Refusals that speak of the post: any other may be due to the token."""
PLAN = Plan(
    {"yt_dlp.extractor.twitter": ("TwitterIE",)},
    (
        Surface(GUEST_TOKEN, X_GUEST, TWITTER_API_HOST, "/1.1/guest/", "POST", TOKEN_SECONDS),
        Surface(GUEST_QUERY, X_GUEST, TWITTER_HOST, "/i/api/graphql/"),
        Surface(SYNDICATION, X_SYNDICATION, SYNDICATION_HOST, "/tweet-result"),
    ),
)
PARSERS = {GUEST_QUERY: parse_guest_answer, SYNDICATION: parse_syndication}
VIEWS_SINCE = datetime(2022, 12, 15, tzinfo=UTC)
"""X counts views of posts made from then on."""


class YtDlpTwitter:
    """X's guest query as yt-dlp asks it, read by our own parsers: yt-dlp leaves out quotes and bookmarks."""

    name = "ytdlp_twitter"

    def __init__(self) -> None:
        self._kept: Kept = {}

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """All that X counts of a post; PARTIAL, without views, where the site was too busy and syndication answered."""
        walk = Walk(visit, PLAN, self._kept)
        await walk.run(post_url(Platform.TWITTER, identity.external_id, None, identity.author_handle))
        read = next(reversed(walk.bodies(GUEST_QUERY, SYNDICATION)), None)
        answer = _why_not(walk) if read is None else _read(read, identity.external_id)
        await walk.settle(read, answer if isinstance(answer, Refusal) else None)
        route = GUEST_QUERY if read is None else read.surface.route
        is_verdict = not isinstance(answer, Refusal) or answer.answer_class in VERDICTS
        if route == SYNDICATION or not is_verdict:
            self._kept.clear()
        if isinstance(answer, Refusal):
            return visit.refused_post(answer)
        is_older = answer.published_at is not None and answer.published_at < VIEWS_SINCE
        expected = EXPECTED_COUNTS - {"views"} if is_older else EXPECTED_COUNTS
        return visit.found_post(route, answer, now, expected=expected)


def _why_not(walk: Walk) -> Refusal:
    """Why there is nothing to read. X answers a query whose id has changed with nothing, and 404."""
    last = walk.last
    if last is not None and last.surface.route == GUEST_QUERY and last.reply.status == 404 and not last.reply.body:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "X does not know this query any more", "404")
    return walk.refusal


def _read(answer: Answer, post_id: str) -> PostFacts | Refusal:
    """The post in an answer, of which at least one figure is known."""
    post = PARSERS[answer.surface.route](answer.reply.body, post_id)
    if isinstance(post, PostFacts) and not post.counts:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no figures")
    return post
