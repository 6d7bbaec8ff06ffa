"""Instagram's logged-out web as a provider of accounts: web_profile_info, and the profile page as its second route."""

from datetime import datetime

from app.domain.facts import ProfileFacts
from app.domain.links import profile_url
from app.domain.platforms import Platform
from app.providers.base import AccountIdentity, Outcome, PostBounds, Visit, within_bounds
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import INSTAGRAM_HOST, NAVIGATION_HEADERS
from app.providers.instagram.parse import ProfilePage, parse_profile_html, parse_web_profile_info, refusal_of_page
from app.providers.instagram.web import APP_HEADERS, refused
from app.providers.limits import INSTAGRAM
from app.providers.pages import Page

PROFILE_INFO = "web_profile_info"
PROFILE_HTML = "profile_html"

NO_SUCH_ACCOUNT = "Instagram knows no such account"
EXPECTED_COUNTS = frozenset({"followers", "following", "profile_posts"})
ASKS_SECOND_ROUTE = frozenset({AnswerClass.LOGIN_REQUIRED, AnswerClass.NOT_FOUND, AnswerClass.SCHEMA_CHANGED})
"""Both routes leave by the same address and share its blocks, so a refusal of the address is not asked twice."""


class InstagramWeb:
    """Instagram's logged-out web pages. Likes, comments and followers; plays only where they are still shown."""

    name = "instagram_web"

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The profile and its first twelve posts at most; the profile alone where only the page answers.

        A missing account is NOT_FOUND only when the page says so too.
        """
        info = await self._profile_info(visit, identity)
        if isinstance(info, ProfilePage):
            return self._found(visit, info, bounds, now)
        if info.answer_class not in ASKS_SECOND_ROUTE:
            return visit.refused(info)
        profile = await self._profile_html(visit, identity)
        if isinstance(profile, ProfileFacts):
            return visit.found(
                PROFILE_HTML,
                profile,
                (),
                now,
                expected=EXPECTED_COUNTS,
                posts_complete=False,
                shortfall=f"Only the profile page answered, without posts: {info.reason}",
            )
        if info.answer_class is not AnswerClass.NOT_FOUND:
            return visit.refused(info if profile.answer_class is AnswerClass.NOT_FOUND else profile)
        if profile.answer_class is not AnswerClass.NOT_FOUND:
            doubt = f"{info.reason}, but its page does not confirm it: {profile.reason}"
            return visit.refused(Refusal(AnswerClass.UNAVAILABLE, doubt, info.upstream_code))
        return visit.refused(info, signs=2)

    def _found(self, visit: Visit, info: ProfilePage, bounds: PostBounds, now: datetime) -> Outcome:
        profile, posts = info.profile, within_bounds(info.posts, bounds)
        posts_known = profile.counts.get("profile_posts")
        shortfall = None
        if info.unreadable:
            shortfall = f"{info.unreadable} posts could not be read"
        elif not info.posts and bounds.max_posts != 0 and posts_known is not None and posts_known.value > 0:
            shortfall = "The posts were not delivered"
        in_order = [post.published_at for post in info.posts if not post.is_pinned and post.published_at is not None]
        is_reached = (
            not info.has_more
            or (bounds.max_posts is not None and len(posts) >= bounds.max_posts)
            or (bounds.published_after is not None and min(in_order, default=now) < bounds.published_after)
        )
        return visit.found(
            PROFILE_INFO,
            profile,
            () if profile.is_private else posts,
            now,
            expected=EXPECTED_COUNTS,
            posts_complete=shortfall is None and is_reached and not profile.is_private,
            shortfall=shortfall,
        )

    async def _profile_info(self, visit: Visit, identity: AccountIdentity) -> ProfilePage | Refusal:
        reply = await visit.get(
            PROFILE_INFO,
            INSTAGRAM,
            INSTAGRAM_HOST,
            "/api/v1/users/web_profile_info/",
            params={"username": identity.handle},
            headers={**APP_HEADERS, "Referer": profile_url(Platform.INSTAGRAM, identity.handle)},
        )
        answer = refused(reply, NO_SUCH_ACCOUNT) or parse_web_profile_info(
            reply.body, identity.handle, identity.external_id
        )
        await visit.settle(PROFILE_INFO, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return answer

    async def _profile_html(self, visit: Visit, identity: AccountIdentity) -> ProfileFacts | Refusal:
        path = f"/{identity.handle}/"
        reply = await visit.get(PROFILE_HTML, INSTAGRAM, INSTAGRAM_HOST, path, headers=NAVIGATION_HEADERS)
        # Its own words say that there is none, with whatever status; a bare 404 on both routes would be one outage.
        says_gone = refusal_of_page(Page(reply.body)) if reply.status == 404 else None
        answer = says_gone or refused(reply) or parse_profile_html(reply.body, identity.handle, identity.external_id)
        await visit.settle(PROFILE_HTML, INSTAGRAM, reply, answer if isinstance(answer, Refusal) else None)
        return answer
