"""Creators as v2 shows them, and what it takes to make and change one."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.rest.v2.shapes.words import (
    SIGNED,
    Cursor,
    IncludeTotal,
    Instant,
    Limit,
    Metadata,
    OrderDirection,
    Platform,
)
from app.domain import records

Name = Annotated[str, Meta(min_length=1, max_length=255)]


class AccountsSummary(Struct, frozen=True, kw_only=True):
    """The accounts of a creator."""

    total: Annotated[int, Meta(description="How many are linked.")] = 0
    platforms: Annotated[dict[str, int], Meta(description="How many on each platform.")]
    total_followers: Annotated[int, Meta(description="Followers of those whose followers are known.")] = 0


class Creator(Struct, frozen=True, kw_only=True):
    """A group of accounts."""

    id: UUID
    name: str
    type: Literal["creator"] = "creator"
    is_active: Annotated[bool, Meta(description="False while it is paused.")]
    platform: Annotated[Platform | None, Meta(description="That of all its accounts; null with none or several.")]
    metadata: dict[str, str] | None
    accounts_summary: AccountsSummary


def show_creator(creator: records.Creator) -> Creator:
    """A creator with those of its accounts that are on the two platforms of v2."""
    summary = accounts_summary(creator)
    only = next(iter(summary.platforms)) if len(summary.platforms) == 1 else None
    return Creator(
        id=creator.id,
        name=creator.name,
        is_active=creator.is_active,
        platform=None if only is None else Platform(only),
        metadata=dict(creator.metadata),
        accounts_summary=summary,
    )


def accounts_summary(creator: records.Creator) -> AccountsSummary:
    """A creator's accounts on the two platforms of v2."""
    ours = {platform.ours: platform.value for platform in Platform}
    platforms = {ours[platform]: count for platform, count in creator.platforms.items() if platform in ours}
    followers = [count for platform, count in creator.platform_followers.items() if platform in ours]
    return AccountsSummary(total=sum(platforms.values()), platforms=platforms, total_followers=sum(followers))


class CreatorOrder(StrEnum):
    """What a list of creators is ordered by."""

    NAME = "name"


class CreatorListing(Struct, frozen=True, kw_only=True):
    """Which creators, in which order, and how many."""

    limit: Limit = 50
    cursor: Cursor | None = None
    sort: Annotated[Literal["name", "-name"], Meta(description=SIGNED)] = "name"
    order_by: Annotated[CreatorOrder | None, Meta(description="Wins over sort.")] = None
    order_direction: Annotated[OrderDirection | None, Meta(description="asc by default.")] = None
    is_active: Annotated[bool | None, Meta(description="Only the active ones, or only the paused ones.")] = None
    include_total: IncludeTotal = False


class NewCreator(Struct, frozen=True, kw_only=True):
    """A creator to make."""

    name: Name
    is_active: bool = True
    metadata: Metadata | None = None


class CreatorPatch(Struct, frozen=True, kw_only=True):
    """What to change; what is left out or null stays. Metadata is replaced whole."""

    name: Name | UnsetType | None = UNSET
    is_active: Annotated[bool, Meta(description="False pauses, true resumes.")] | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET


class Link(Struct, frozen=True, kw_only=True):
    """An account in its creator."""

    type: Literal["creator_account"] = "creator_account"
    creator_id: UUID
    account_id: UUID
    linked_at: Instant | None
