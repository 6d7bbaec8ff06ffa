"""Instagram's logged-out web as a provider of single posts: the post's page, and the site's own query behind it."""

from datetime import datetime

from msgspec import json

from app.domain.facts import PostFacts
from app.domain.links import post_url
from app.domain.platforms import Platform
from app.providers.base import PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import INSTAGRAM_HOST, NAVIGATION_HEADERS, Reply
from app.providers.instagram.media import (
    NO_SUCH_POST,
    lsd_token,
    parse_post_page,
    parse_post_query,
    read_token,
    restriction_in,
)
from app.providers.instagram.parse import changed
from app.providers.instagram.web import APP_HEADERS, refused
from app.providers.limits import INSTAGRAM

POST_PAGE = "post_page"
HOME_PAGE = "home_page"
RULING = "ruling"
POST_QUERY = "post_query"

QUERY_NAME = "PolarisLoggedOutDesktopWWWPostRootContentQuery"
QUERY_ID = "27130156389949648"
"""The stored query of that name. Instagram changes it every few months, and then answers with errors."""
EXPECTED_COUNTS = frozenset({"likes", "comments"})
"""Visitors who are not logged in are told no plays any more."""
ASKS_SECOND_ROUTE = frozenset({AnswerClass.NOT_FOUND, AnswerClass.SCHEMA_CHANGED})
"""Whoever is refused at one route is refused at the other, and what one gates the other gates: not asked twice."""


class InstagramPosts:
    """Instagram's logged-out web pages, asked for one post: likes and comments, plays only where they are still shown.

    The page comes first, for it is one request. The query holds no more, costs two or three (a token, where the page
    had none; a ruling, for its cookie; then the query) of a lane with a request every twelve seconds, and is often
    refused to clients that do not shake hands as a browser does.
    """

    name = "instagram_web"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The post's page; the query where the page shows no post, or not the one asked for.

        A post that is gone is NOT_FOUND only when both say so.
        """
        page_reply, page = await self._page(visit, identity)
        if isinstance(page, PostFacts):
            return visit.found_post(POST_PAGE, page, now, expected=EXPECTED_COUNTS)
        if page.answer_class not in ASKS_SECOND_ROUTE:
            return visit.refused_post(page)
        query = await self._query(visit, identity, lsd_token(page_reply.body))
        if isinstance(query, PostFacts):
            return visit.found_post(POST_QUERY, query, now, expected=EXPECTED_COUNTS)
        says_gone = [answer for answer in (page, query) if answer.answer_class is AnswerClass.NOT_FOUND]
        if len(says_gone) != 1:
            return visit.refused_post(query, signs=2)
        other = query if says_gone[0] is page else page
        doubt = f"{says_gone[0].reason}, but nothing confirms it: {other.reason}"
        return visit.refused_post(Refusal(AnswerClass.UNAVAILABLE, doubt, says_gone[0].upstream_code))

    async def _page(self, visit: Visit, identity: PostIdentity) -> tuple[Reply, PostFacts | Refusal]:
        path = _address(identity).removeprefix(f"https://{INSTAGRAM_HOST}")
        reply = await visit.get(POST_PAGE, INSTAGRAM, INSTAGRAM_HOST, path, headers=NAVIGATION_HEADERS)
        answer = refused(reply, NO_SUCH_POST) or parse_post_page(reply.body, identity.external_id)
        await visit.settle(POST_PAGE, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return reply, answer

    async def _query(self, visit: Visit, identity: PostIdentity, lsd: str | None) -> PostFacts | Refusal:
        token = lsd or await self._token(visit)
        if isinstance(token, Refusal):
            return token
        csrf_token = await self._csrf_token(visit, identity)
        if isinstance(csrf_token, Refusal):
            return csrf_token
        reply = await visit.post(
            POST_QUERY,
            INSTAGRAM,
            INSTAGRAM_HOST,
            "/api/graphql",
            form={
                "lsd": token,
                "fb_api_caller_class": "RelayModern",
                "fb_api_req_friendly_name": QUERY_NAME,
                "server_timestamps": "true",
                "variables": json.encode({"media_id": identity.external_id}).decode(),
                "doc_id": QUERY_ID,
            },
            headers={
                **APP_HEADERS,
                "Cookie": f"csrftoken={csrf_token}",
                "Origin": f"https://{INSTAGRAM_HOST}",
                "Referer": _address(identity),
                "X-CSRFToken": csrf_token,
                "X-FB-Friendly-Name": QUERY_NAME,
                "X-FB-LSD": token,
            },
        )
        answer = refused(reply) or parse_post_query(reply.body, identity.external_id)
        await visit.settle(POST_QUERY, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return answer

    async def _token(self, visit: Visit) -> str | Refusal:
        reply = await visit.get(HOME_PAGE, INSTAGRAM, INSTAGRAM_HOST, "/", headers=NAVIGATION_HEADERS)
        answer = refused(reply) or lsd_token(reply.body) or changed("Instagram's home page carries no token")
        await visit.settle(HOME_PAGE, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return answer

    async def _csrf_token(self, visit: Visit, identity: PostIdentity) -> str | Refusal:
        """The token in the cookie that comes with a ruling, or what the ruling says against showing the post."""
        reply = await visit.get(
            RULING,
            INSTAGRAM,
            INSTAGRAM_HOST,
            "/api/v1/web/get_ruling_for_content/",
            params={"content_type": "MEDIA", "target_id": identity.external_id},
            headers={**APP_HEADERS, "Referer": _address(identity)},
        )
        said = restriction_in(reply.body) if reply.status in (200, 400, 403) else None
        token = read_token(reply.cookies.get("csrftoken")) or changed("Instagram's ruling sets no csrftoken")
        answer = said or refused(reply) or token
        await visit.settle(RULING, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return answer


def _address(identity: PostIdentity) -> str:
    return post_url(Platform.INSTAGRAM, identity.external_id, None, None)
