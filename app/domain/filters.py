"""Filters and orders: which rows a list holds, and what it goes by.

All conditions of a filter have to hold; None leaves one out, and an empty set fulfils nothing. The keys of an order
decide one after the other; what is unknown comes last in either direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from app.domain.platforms import Platform, VideoKind
from app.domain.problems import InvalidInput
from app.domain.windows import Window

Labels = frozenset[tuple[str, str]]
"""Metadata keys, each with the value it has to have."""


@dataclass(frozen=True, slots=True)
class CountRange:
    """Bounds of a counter, both included; a count that is unknown is within none."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open stretch of time, open-ended where a bound is None; a time that is unknown is within none."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts a list holds."""

    platforms: frozenset[Platform] | None = None
    text: str | None = None
    """A piece of the handle or the display name."""
    handle: str | None = None
    """A piece of the handle."""
    categories: frozenset[str] | None = None
    creator_ids: frozenset[UUID] | None = None
    has_creator: bool | None = None
    is_active: bool | None = None
    is_unavailable: bool | None = None
    is_verified: bool | None = None
    is_private: bool | None = None
    metadata: Labels | None = None
    followers: CountRange | None = None


EVERY_ACCOUNT = AccountFilter()
"""All of an organization's accounts."""


@dataclass(frozen=True, slots=True)
class CreatorFilter:
    """Which creators a list holds."""

    is_active: bool | None = None
    name: str | None = None
    """The whole name, whatever its case."""
    text: str | None = None
    """A piece of the name."""
    platforms: frozenset[Platform] | None = None
    """With an account on one of these."""
    metadata: Labels | None = None


@dataclass(frozen=True, slots=True)
class VideoFilter:
    """Which of an organization's videos are meant."""

    account_ids: frozenset[UUID] | None = None
    """Discovered in one of these accounts."""
    creator_ids: frozenset[UUID] | None = None
    """Discovered in an account that is linked to one of these creators now."""
    has_creator: bool | None = None
    """Discovered in an account that is linked to some creator now."""
    platforms: frozenset[Platform] | None = None
    kinds: frozenset[VideoKind] | None = None
    published: Period | None = None
    text: str | None = None
    """A piece of the caption."""
    views: CountRange | None = None
    is_tracked: bool | None = None
    """Tracked by itself."""
    is_discovered: bool | None = None
    """Found in the feed of a tracked account."""
    is_active: bool | None = None
    """Refreshed by itself, where it is tracked by itself."""
    is_unavailable: bool | None = None
    is_pinned: bool | None = None


EVERY_VIDEO = VideoFilter()
"""All of an organization's videos."""


def write_filter(filter: AccountFilter | CreatorFilter | VideoFilter) -> str:
    """The conditions of a filter written out: the same for equal filters, another for any other.

    >>> write_filter(AccountFilter(categories=frozenset({"b", "a"}), is_active=False))
    "categories=['a', 'b'] is_active=False"
    """
    values = ((field.name, getattr(filter, field.name)) for field in fields(filter))
    return " ".join(
        f"{name}={sorted(value) if isinstance(value, frozenset) else value!r}"
        for name, value in values
        if value is not None
    )


MOST_KEYS = 4


class OrderDirection(StrEnum):
    """Which end comes first."""

    ASC = "asc"
    DESC = "desc"


class AccountOrderField(StrEnum):
    """What accounts can be ordered by."""

    ADDED_AT = "added_at"
    HANDLE = "handle"
    DISPLAY_NAME = "display_name"
    PLATFORM = "platform"
    LINKED_AT = "linked_at"
    LAST_REFRESHED_AT = "last_refreshed_at"
    FOLLOWER_COUNT = "followers"
    PROFILE_POST_COUNT = "profile_posts"
    TOTAL_LIKE_COUNT = "total_likes"
    VIEW_COUNT = "views"
    PLAY_COUNT = "plays"
    LIKE_COUNT = "likes"
    COMMENT_COUNT = "comments"
    SHARE_COUNT = "shares"
    SAVE_COUNT = "saves"


class CreatorOrderField(StrEnum):
    """What creators can be ordered by."""

    ADDED_AT = "added_at"
    NAME = "name"
    ACCOUNT_COUNT = "account_count"
    FOLLOWER_COUNT = "followers"


class VideoCounter(StrEnum):
    """A counter of videos; the value is its name among the metrics."""

    VIEWS = "views"
    PLAYS = "plays"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    SAVES = "saves"


class VideoOrderField(StrEnum):
    """What videos can be ordered by, beside what they gained."""

    PUBLISHED_AT = "published_at"
    DURATION_SECONDS = "duration_seconds"
    ADDED_AT = "added_at"
    DISCOVERED_AT = "discovered_at"
    VIEW_COUNT = "views"
    PLAY_COUNT = "plays"
    LIKE_COUNT = "likes"
    COMMENT_COUNT = "comments"
    SHARE_COUNT = "shares"
    SAVE_COUNT = "saves"


@dataclass(frozen=True, slots=True)
class Gain:
    """What a counter gained in a window."""

    counter: VideoCounter
    window: Window


Field = TypeVar("Field", bound=StrEnum | Gain)


@dataclass(frozen=True, slots=True)
class OrderKey(Generic[Field]):
    """What is ordered by, and which end comes first."""

    field: Field
    direction: OrderDirection

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.direction is OrderDirection.DESC


AccountOrder: TypeAlias = tuple[OrderKey[AccountOrderField], ...]
CreatorOrder: TypeAlias = tuple[OrderKey[CreatorOrderField], ...]
VideoOrder: TypeAlias = tuple[OrderKey[VideoOrderField | Gain], ...]

NEWEST_ACCOUNTS: AccountOrder = (OrderKey(AccountOrderField.ADDED_AT, OrderDirection.DESC),)
LATEST_LINKED: AccountOrder = (OrderKey(AccountOrderField.LINKED_AT, OrderDirection.DESC),)
NEWEST_CREATORS: CreatorOrder = (OrderKey(CreatorOrderField.ADDED_AT, OrderDirection.DESC),)
NEWEST_VIDEOS: VideoOrder = (OrderKey(VideoOrderField.PUBLISHED_AT, OrderDirection.DESC),)


def check_order(order: Sequence[OrderKey[Field]]) -> None:
    """Raises InvalidInput naming `order_by`, and the number of the key at fault below it.

    It takes 1 to 4 keys, none twice, and of gains one at most, in the first place.
    """
    if not 1 <= len(order) <= MOST_KEYS:
        raise InvalidInput(f"There are {len(order)} order keys; it takes 1 to {MOST_KEYS}.", "order_by")
    for number, key in enumerate(order):
        here = ("order_by", str(number))
        if isinstance(key.field, Gain):
            if number > 0:
                raise InvalidInput("A gain orders the whole list: it takes one, as the first key.", *here, "gain")
        elif any(key.field is before.field for before in order[:number]):
            raise InvalidInput(
                f"{key.field.name} is a key already; whatever is equal by it stays equal. Leave it out.", *here, "field"
            )


def write_order(order: Sequence[OrderKey[Field]]) -> str:
    """The keys of an order written out: the same for equal orders, another for any other.

    >>> write_order(NEWEST_ACCOUNTS)
    'added_at desc'
    """
    return ", ".join(f"{_write_field(key.field)} {key.direction.value}" for key in order)


def _write_field(field: StrEnum | Gain) -> str:
    if not isinstance(field, Gain):
        return field.value
    window = field.window
    return f"gain {field.counter.value} {window.start} {window.end} {window.zone.key}"
