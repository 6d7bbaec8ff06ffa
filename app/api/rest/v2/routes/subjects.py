"""What figures are asked of: an organization, or one thing of it that v2 sees."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.api.rest.operations import Call
from app.api.rest.v2.routes.scope import PLATFORMS
from app.core.tracking.accounts import load_accounts
from app.core.tracking.creators import load_creators
from app.core.tracking.videos import load_videos
from app.domain.platforms import Platform
from app.domain.problems import NotFound
from app.domain.series import SubjectKind

ITS_PLATFORM = frozenset({"platform"})


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that has figures."""

    kind: SubjectKind
    id: UUID
    has_saves: bool = True
    """False where everything is on TikTok, whose saves v2 does not show."""


def organization_of(call: Call[Any, Any]) -> Subject:
    """The organization that asks."""
    return Subject(SubjectKind.ORGANIZATION, call.viewer.organization_id)


async def account_of(call: Call[Any, Any]) -> Subject:
    """The account in the path. Raises NotFound."""
    id = call.ids["account_id"]
    account = (await load_accounts(call.viewer, [id], ITS_PLATFORM)).get(id)
    if account is None or account.platform not in PLATFORMS:
        raise NotFound("There is no such account.", "account_id")
    return Subject(SubjectKind.ACCOUNT, id, shows_saves([account.platform]))


async def creator_of(call: Call[Any, Any]) -> Subject:
    """The creator in the path. Raises NotFound."""
    id = call.ids["creator_id"]
    creator = (await load_creators(call.viewer, [id], frozenset({"platforms"}))).get(id)
    if creator is None:
        raise NotFound("There is no such creator.", "creator_id")
    return Subject(SubjectKind.CREATOR, id, shows_saves(creator.platforms.keys() & PLATFORMS))


async def tracked_video_of(call: Call[Any, Any]) -> Subject:
    """The video in the path, which is tracked by itself. Raises NotFound."""
    id = call.ids["video_id"]
    video = (await load_videos(call.viewer, [id], ITS_PLATFORM | {"added_at"})).get(id)
    if video is None or video.added_at is None or video.platform not in PLATFORMS:
        raise NotFound("There is no such video that is tracked by itself.", "video_id")
    return Subject(SubjectKind.VIDEO, id, shows_saves([video.platform]))


async def discovered_video_of(call: Call[Any, Any]) -> Subject:
    """The video in the path, which was found in a feed. Raises NotFound."""
    id = call.ids["account_video_id"]
    video = (await load_videos(call.viewer, [id], ITS_PLATFORM | {"discovered_at"})).get(id)
    if video is None or video.discovered_at is None or video.platform not in PLATFORMS:
        raise NotFound("There is no such discovered video.", "account_video_id")
    return Subject(SubjectKind.VIDEO, id, shows_saves([video.platform]))


def shows_saves(platforms: Collection[Platform]) -> bool:
    """Whether v2 shows the saves of what is on these platforms."""
    return set(platforms) != {Platform.TIKTOK}
