"""Reading videos: the posts found in the feeds of tracked accounts."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.cursors import PageRequest
from app.domain.records import Page, Video
from app.domain.viewer import Scope, Viewer
from app.store.videos import page_videos, select_videos


async def load_videos(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, Video]:
    """The videos of these ids; an id that is not the organization's is absent."""
    viewer.require(Scope.READ)
    return await select_videos(viewer.organization_id, ids)


async def list_videos(
    viewer: Viewer, account_ids: Sequence[UUID], page: PageRequest, *, with_total: bool
) -> dict[UUID, Page[Video]]:
    """A page of each account's discovered posts, newest first, in one statement. Raises InvalidCursor."""
    viewer.require(Scope.READ)
    return await page_videos(viewer, account_ids, page, with_total=with_total)
