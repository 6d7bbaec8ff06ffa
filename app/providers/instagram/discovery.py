"""Instagram's business discovery as a provider: professional accounts, asked for by the token of one of ours."""

from datetime import datetime

from app.providers.base import AccountIdentity, Outcome, PostBounds, Visit, within_bounds
from app.providers.failures import Refusal
from app.providers.http import GRAPH_HOST, Reply
from app.providers.instagram.business import Discovered, parse_discovery, refusal_in, usage_in
from app.providers.limits import GRAPH
from app.providers.walks import Gathered, ListPage, walk

DISCOVERY = "business_discovery"
API_VERSION = "v25.0"
PROFILE_FIELDS = "followers_count,follows_count,media_count,biography,name,username,website,profile_picture_url"
MEDIA_FIELDS = "id,caption,like_count,comments_count,media_type,media_product_type,permalink,timestamp"
VIEWS_FIELD = "view_count"
"""Documented for other accounts' posts too, and refused by some versions of the API."""
PAGE_SIZE = 25
MOST_PAGES = 20
EXPECTED_COUNTS = frozenset({"followers", "following", "profile_posts"})

SLOW_DOWN_PERCENT, STOP_PERCENT = 75, 90
SECONDS_PER_PERCENT = 4
"""Between those two, how much further each percent keeps calls apart: from four seconds to a minute."""


class InstagramDiscovery:
    """Instagram's official API. It tells of professional accounts alone, and has no shares, saves or badges."""

    name = "instagram_discovery"

    def __init__(self, user_id: str, token: str) -> None:
        self._path = f"/{API_VERSION}/{user_id}"
        # The query would be taken too, and be written down by whoever logs addresses.
        self._headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The profile, with the first posts in the same call, then further posts as far as the bounds reach."""
        first = await self._ask(visit, identity, bounds, None)
        if isinstance(first, Refusal):
            return visit.refused(first)

        async def page_after(cursor: str | None) -> ListPage | Refusal:
            further = first if cursor is None else await self._ask(visit, identity, bounds, cursor)
            return further.page if isinstance(further, Discovered) else further

        posts = first.profile.counts.get("profile_posts")
        gathered = await walk(page_after, bounds, MOST_PAGES)
        if not gathered.posts and bounds.max_posts != 0 and posts is not None and posts.value > 0:
            gathered = Gathered(shortfall=gathered.shortfall or "The posts were not delivered")
        return visit.found(
            DISCOVERY,
            first.profile,
            within_bounds(gathered.posts.values(), bounds),
            now,
            expected=EXPECTED_COUNTS,
            posts_complete=gathered.is_complete,
            shortfall=gathered.shortfall,
        )

    async def _ask(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, cursor: str | None
    ) -> Discovered | Refusal:
        """The profile and one page of posts, after `cursor` where given; without views where those are refused."""
        answer = await self._ask_for(visit, identity, bounds, cursor, f"{MEDIA_FIELDS},{VIEWS_FIELD}")
        if isinstance(answer, Refusal) and VIEWS_FIELD in answer.reason:
            return await self._ask_for(visit, identity, bounds, cursor, MEDIA_FIELDS)
        return answer

    async def _ask_for(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, cursor: str | None, media_fields: str
    ) -> Discovered | Refusal:
        size = min(bounds.max_posts if bounds.max_posts is not None else PAGE_SIZE, PAGE_SIZE)
        after = f".after({cursor})" if cursor is not None else ""
        media = f",media.limit({size}){after}{{{media_fields}}}" if size else ""
        fields = f"business_discovery.username({identity.handle}){{{PROFILE_FIELDS}{media}}}"
        reply = await visit.get(
            DISCOVERY, GRAPH, GRAPH_HOST, self._path, params={"fields": fields}, headers=self._headers
        )
        answer = _refused(reply) or parse_discovery(reply.body, identity)
        await visit.settle(DISCOVERY, GRAPH, reply, answer if isinstance(answer, Refusal) else None)
        await _heed_usage(visit, reply)
        return answer


def _refused(reply: Reply) -> Refusal | None:
    """What a reply amounts to before its body is read as facts; None when there is a body to read."""
    if reply.status == 200:
        return None
    code = str(reply.status) if reply.status is not None else None
    return refusal_in(reply.body, reply.status) or Refusal(reply.answer_class, reply.reason, code)


async def _heed_usage(visit: Visit, reply: Reply) -> None:
    """Keeps calls apart as our limits are neared, and stops them for a while where they are nearly used up."""
    usage = usage_in(reply.headers)
    if usage.percent >= STOP_PERCENT:
        await visit.hold(GRAPH, max(usage.regain_seconds, GRAPH.rest_seconds))
    elif usage.percent >= SLOW_DOWN_PERCENT:
        await visit.hold(GRAPH, (usage.percent - SLOW_DOWN_PERCENT + 1) * SECONDS_PER_PERCENT)
