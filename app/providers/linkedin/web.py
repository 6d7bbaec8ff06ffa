"""LinkedIn's guest pages as a provider of single posts: reactions and comments, which is all that guests are told."""

from datetime import datetime
from urllib.parse import urlsplit

from app.domain.facts import PostFacts
from app.domain.links import post_url
from app.domain.platforms import Platform
from app.providers.base import PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import LINKEDIN_HOST, NAVIGATION_HEADERS, Reply
from app.providers.limits import LINKEDIN
from app.providers.linkedin.parse import parse_post_page

POST_PAGE = "post_page"
EXPECTED_COUNTS = frozenset({"likes", "comments"})
POST_PATHS = ("/posts/", "/feed/update/", "/pulse/")
WALL_PATHS = ("/authwall", "/login", "/checkpoint", "/uas/login", "/signup")
MOST_HOPS = 2


class LinkedInWeb:
    """LinkedIn's pages for visitors who are not logged in."""

    name = "linkedin_web"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The post's page, or the one it leads to. A missing page is UNAVAILABLE: a 404 alone proves nothing."""
        address = post_url(Platform.LINKEDIN, identity.external_id, None, identity.author_handle)
        for _ in range(1 + MOST_HOPS):
            path = urlsplit(address).path
            reply = await visit.get(POST_PAGE, LINKEDIN, LINKEDIN_HOST, path, headers=NAVIGATION_HEADERS)
            is_redirect = bool(reply.location) and 300 <= (reply.status or 0) < 400
            target = urlsplit(visit.address_of(reply.location, address))
            if not is_redirect or target.hostname != LINKEDIN_HOST or not target.path.startswith(POST_PATHS):
                break
            address = target.geturl()
        answer = refused(reply) or parse_post_page(reply.body, identity.external_id)
        await visit.settle(POST_PAGE, LINKEDIN, reply, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, PostFacts):
            return visit.found_post(POST_PAGE, answer, now, expected=EXPECTED_COUNTS)
        return visit.refused_post(answer)


def refused(reply: Reply) -> Refusal | None:
    """What a reply amounts to before its body is read; None when there is a body to read."""
    if reply.answer_class is AnswerClass.OK:
        return None
    code = str(reply.status) if reply.status is not None else None
    if any(wall in reply.location for wall in WALL_PATHS):
        return Refusal(AnswerClass.BLOCKED, "LinkedIn redirects visitors to its login page", code)
    return Refusal(reply.answer_class, reply.reason, code)
