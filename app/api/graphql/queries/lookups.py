"""Looking up what platforms say now, without tracking anything."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.nodes.lookups import (
    Attempt,
    ContactEmail,
    MedianViews,
    PostStats,
    PostStatsResult,
    Profile,
    RecentVideos,
)
from app.api.graphql.values.enums import Platform
from app.core.lookups import accounts
from app.core.lookups.accounts import AccountAsked
from app.core.lookups.posts import look_up_post_stats, look_up_posts
from app.domain import records
from app.domain.problems import Problem

PostPlatform = Annotated[
    Platform | None, strawberry.argument(description="Its platform, where the link does not tell, or an id is given.")
]
ProfileUrl = Annotated[
    str | None, strawberry.argument(description="Link of the profile; wins over username and platform.")
]
Username = Annotated[str | None, strawberry.argument(description="Its handle, with or without @; needs platform.")]
ProfilePlatform = Annotated[
    Platform | None, strawberry.argument(description="TIKTOK, INSTAGRAM or YOUTUBE; a link tells it.")
]


@strawberry.type(description="Looking up what platforms say now, without tracking anything.")
class LookUpQueries:
    @resolver(
        "The counters of a public post on any platform. An answer is given again for five minutes. "
        "LOOK_UP_FAILED when no source tells of it.",
        PostStats | None,
    )
    async def post_stats(
        info: Info,
        url: Annotated[str, strawberry.argument(description="Link of the post; short ones are followed.")],
        platform: PostPlatform = UNSET,
    ) -> records.PostStats:
        context = info.context
        return await look_up_post_stats(context.viewer, context.sources, url, platform or None, now=context.now)

    @resolver("The same of 1 to 50 posts; what one fails for stops no other.", list[PostStatsResult])
    async def post_stats_batch(
        info: Info,
        urls: Annotated[list[str], strawberry.argument(description="Links of 1 to 50 posts.")],
        platform: PostPlatform = UNSET,
    ) -> list[Attempt]:
        context = info.context
        found = await look_up_posts(context.viewer, context.sources, urls, platform or None, now=context.now)
        return [
            Attempt(index, url, None, one) if isinstance(one, Problem) else Attempt(index, url, one, None)
            for index, (url, one) in enumerate(zip(urls, found, strict=True))
        ]

    @resolver("A public profile, by its link or by username and platform. Kept for fifteen minutes.", Profile | None)
    async def profile(
        info: Info, url: ProfileUrl = UNSET, username: Username = UNSET, platform: ProfilePlatform = UNSET
    ) -> records.Profile:
        context, asked = info.context, _asked(url, username, platform)
        return await accounts.look_up_profile(context.viewer, context.sources, asked, now=context.now)

    @resolver("The newest posts of an account. Kept for ten minutes.", RecentVideos | None)
    async def recent_videos(
        info: Info, url: ProfileUrl = UNSET, username: Username = UNSET, platform: ProfilePlatform = UNSET
    ) -> records.RecentVideos:
        context, asked = info.context, _asked(url, username, platform)
        return await accounts.look_up_recent_videos(context.viewer, context.sources, asked, now=context.now)

    @resolver("The median of the views of those posts. Kept for ten minutes.", MedianViews | None)
    async def median_views(
        info: Info, url: ProfileUrl = UNSET, username: Username = UNSET, platform: ProfilePlatform = UNSET
    ) -> records.MedianViews:
        context, asked = info.context, _asked(url, username, platform)
        return await accounts.look_up_median_views(context.viewer, context.sources, asked, now=context.now)

    @resolver("The mail address in the biography of an account. Kept for fifteen minutes.", ContactEmail | None)
    async def contact_email(
        info: Info, url: ProfileUrl = UNSET, username: Username = UNSET, platform: ProfilePlatform = UNSET
    ) -> records.ContactEmail:
        context, asked = info.context, _asked(url, username, platform)
        return await accounts.look_up_contact_email(context.viewer, context.sources, asked, now=context.now)


def _asked(url: str | None, username: str | None, platform: Platform | None) -> AccountAsked:
    """Arguments are UNSET when they are left out."""
    return AccountAsked(
        None if url is UNSET else url, None if username is UNSET else username, None if platform is UNSET else platform
    )
