"""What v2 sees: the things of two platforms. Whatever else an organization tracks is not there."""

from uuid import UUID

import msgspec
from msgspec import UNSET, Struct

from app.api.rest.v2.shapes.words import Platform
from app.api.rest.values import FieldError, InvalidValues
from app.core.tracking.accounts import load_accounts
from app.core.tracking.creators import load_creators
from app.core.tracking.videos import load_videos
from app.domain.problems import NotFound
from app.domain.records import Account, Creator, Video
from app.domain.viewer import Viewer

PLATFORMS = frozenset(platform.ours for platform in Platform)


async def read_account(viewer: Viewer, id: UUID) -> Account:
    """One account. Raises NotFound."""
    account = (await load_accounts(viewer, [id])).get(id)
    if account is None or account.platform not in PLATFORMS:
        raise NotFound("There is no such account.", "account_id")
    return account


async def read_tracked_video(viewer: Viewer, id: UUID) -> Video:
    """One video that is tracked by itself. Raises NotFound."""
    video = (await load_videos(viewer, [id])).get(id)
    if video is None or video.added_at is None or video.platform not in PLATFORMS:
        raise NotFound("There is no such video that is tracked by itself.", "video_id")
    return video


async def read_discovered_video(viewer: Viewer, id: UUID) -> Video:
    """One video that was found in the feed of a tracked account. Raises NotFound."""
    video = (await load_videos(viewer, [id])).get(id)
    if video is None or video.discovered_at is None or video.platform not in PLATFORMS:
        raise NotFound("There is no such discovered video.", "account_video_id")
    return video


async def read_creator(viewer: Viewer, id: UUID) -> Creator:
    """One creator. Raises NotFound."""
    creator = (await load_creators(viewer, [id])).get(id)
    if creator is None:
        raise NotFound("There is no such creator.", "creator_id")
    return creator


def chosen_creators(choice: str | None) -> tuple[frozenset[UUID] | None, bool | None]:
    """Which creators are asked for, and whether there has to be one. Raises InvalidValues."""
    if choice is None or choice == "none":
        return None, None if choice is None else False
    try:
        return frozenset({UUID(choice)}), None
    except ValueError:  # a pattern lets a line end follow
        raise InvalidValues([FieldError("creator_id", "It takes a UUID, or none.")]) from None


def require_something(body: Struct) -> None:
    """Raises InvalidValues for a change that names nothing."""
    if all(value is UNSET for value in msgspec.structs.asdict(body).values()):
        names = ", ".join(field.name for field in msgspec.structs.fields(body))
        raise InvalidValues([FieldError("", f"The body changes nothing. It takes {names}.")])
