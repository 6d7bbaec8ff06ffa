"""Videos to be tracked that were given by a short link: what the link leads to takes its place."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from app.core.batches import check_batch
from app.core.tracking.videos import NewVideo
from app.domain.links import PostName, ProfileName, ShortLink, post_url, read_link
from app.domain.problems import InvalidInput, LookUpFailed, Problem
from app.domain.viewer import Scope, Viewer

Follow = Callable[[ShortLink], Awaitable[PostName | ProfileName]]
"""Asks the platform what a short link leads to. Raises InvalidInput where it leads nowhere, LookUpFailed untold."""


async def follow_short_links(
    viewer: Viewer, new: Sequence[NewVideo | Problem], follow: Follow
) -> list[NewVideo | Problem]:
    """The same videos, with the addresses that short links lead to in place of the links; all are followed at once.

    Of one that does not lead to a post there is the problem. To be asked before a transaction, since it asks the
    platforms. Raises Forbidden, or InvalidInput naming `videos` for more than may be tracked at once.
    """
    viewer.require(Scope.WRITE)
    check_batch(len(new), "videos")
    return list(await asyncio.gather(*(_followed(one, follow) for one in new)))


async def _followed(new: NewVideo | Problem, follow: Follow) -> NewVideo | Problem:
    if isinstance(new, Problem):
        return new
    try:
        link = read_link(new.identifier, new.platform, "identifier")
    except InvalidInput:
        return new  # tracking says what is wrong with it
    if not isinstance(link, ShortLink):
        return new
    try:
        name = await follow(link)
    except LookUpFailed as failed:
        return InvalidInput(f"{failed.message} Open it in a browser, paste the full address it leads to.", "identifier")
    except InvalidInput as problem:
        return problem
    if isinstance(name, ProfileName):
        return InvalidInput("The short link leads to a profile, not to a post.", "identifier")
    url = post_url(name.platform, name.external_id, name.shortcode, name.author_handle)
    return replace(new, identifier=url)
