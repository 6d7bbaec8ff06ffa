"""Filters as input: each field a condition, and all of them have to hold."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.api.graphql.values.enums import Platform, VideoKind, WindowPreset
from app.api.graphql.values.ids import decode_id_of
from app.api.graphql.values.scalars import BigInt
from app.domain.filters import AccountFilter, CountRange, CreatorFilter, Labels, Period, VideoFilter
from app.domain.problems import InvalidInput
from app.domain.windows import dated_period, preset_window, read_zone, window_instants

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum | str)

TEXT = (
    "whatever its case and accents; up to 128 characters. Fewer than 3 are found at the start of a line, more "
    "anywhere. Blank text leaves the condition out."
)


@strawberry.input(name="CountRange", description="Bounds of a counter, both included. What is unknown is within none.")
class CountRangeInput:
    min: BigInt | None = strawberry.field(default=UNSET, description="At least so many.")
    max: BigInt | None = strawberry.field(default=UNSET, description="At most so many.")


@strawberry.input(name="MetadataEntry", description="A key of metadata and the value it has to have.")
class MetadataEntryInput:
    key: str = strawberry.field(description="The key.")
    value: str = strawberry.field(description="The whole value, as it was attached.")


@strawberry.input(
    name="PublicationWindow",
    description="When something was published: a preset, or dates, both included; one alone leaves the other end open.",
)
class PublicationWindowInput:
    last: WindowPreset | None = strawberry.field(
        default=UNSET, description="That many days ending today; instead of start and end."
    )
    start: date | None = strawberry.field(default=UNSET, description="The first date, 2000-01-01 at the earliest.")
    end: date | None = strawberry.field(default=UNSET, description="The last date, 2100-01-01 at the latest.")
    timezone: str | None = strawberry.field(default="UTC", description="IANA zone whose days are meant.")


@strawberry.input(name="AccountFilter", description="Which accounts a list holds: those that fulfil every field given.")
class AccountFilterInput:
    platforms: list[Platform] | None = strawberry.field(default=UNSET, description="On one of these platforms.")
    text: str | None = strawberry.field(default=UNSET, description=f"A piece of the handle or the display name, {TEXT}")
    categories: list[str] | None = strawberry.field(
        default=UNSET, description="With one of these categories, as the caller wrote them; at most 200."
    )
    creator_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Linked to one of these creators: global ids, at most 200."
    )
    has_creator: bool | None = strawberry.field(default=UNSET, description="Linked to some creator, or to none.")
    is_active: bool | None = strawberry.field(default=UNSET, description="Active, or paused.")
    is_unavailable: bool | None = strawberry.field(default=UNSET, description="Unavailable, or not.")
    is_verified: bool | None = strawberry.field(default=UNSET, description="Verified by the platform, or not.")
    is_private: bool | None = strawberry.field(default=UNSET, description="Private, or public.")
    metadata: list[MetadataEntryInput] | None = strawberry.field(
        default=UNSET, description="With all of these entries, at most 20."
    )
    follower_count: CountRangeInput | None = strawberry.field(default=UNSET, description="With so many followers.")


@strawberry.input(name="CreatorFilter", description="Which creators a list holds: those that fulfil every field given.")
class CreatorFilterInput:
    is_active: bool | None = strawberry.field(default=UNSET, description="Active, or paused.")
    name: str | None = strawberry.field(default=UNSET, description="The whole name, whatever its case.")
    text: str | None = strawberry.field(default=UNSET, description=f"A piece of the name, {TEXT}")
    platforms: list[Platform] | None = strawberry.field(
        default=UNSET, description="With an account on one of these platforms."
    )
    metadata: list[MetadataEntryInput] | None = strawberry.field(
        default=UNSET, description="With all of these entries, at most 20."
    )


@strawberry.input(name="VideoFilter", description="Which videos a list holds: those that fulfil every field given.")
class VideoFilterInput:
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Found in the feed of one of these accounts: global ids, at most 200."
    )
    creator_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Of the accounts of one of these creators: global ids, at most 200."
    )
    has_creator: bool | None = strawberry.field(
        default=UNSET, description="Of an account that is linked to some creator, or not."
    )
    platforms: list[Platform] | None = strawberry.field(default=UNSET, description="On one of these platforms.")
    kinds: list[VideoKind] | None = strawberry.field(default=UNSET, description="Of one of these kinds.")
    published: PublicationWindowInput | None = strawberry.field(default=UNSET, description="Published in these days.")
    text: str | None = strawberry.field(default=UNSET, description=f"A piece of the caption, {TEXT}")
    view_count: CountRangeInput | None = strawberry.field(default=UNSET, description="With so many views.")
    is_tracked: bool | None = strawberry.field(
        default=UNSET, description="Tracked by itself, or only part of its account's feed."
    )
    is_discovered: bool | None = strawberry.field(
        default=UNSET, description="Found in the feed of a tracked account, or not."
    )
    is_active: bool | None = strawberry.field(default=UNSET, description="Active, or paused; one of a feed is active.")
    is_unavailable: bool | None = strawberry.field(default=UNSET, description="Unavailable, or not.")
    is_pinned: bool | None = strawberry.field(
        default=UNSET, description="Pinned to the top of its account's feed, or not."
    )


AccountsWanted: TypeAlias = Annotated[
    AccountFilterInput | None, strawberry.argument(description="Only accounts that fulfil all of it.")
]
CreatorsWanted: TypeAlias = Annotated[
    CreatorFilterInput | None, strawberry.argument(description="Only creators that fulfil all of it.")
]
VideosWanted: TypeAlias = Annotated[
    VideoFilterInput | None, strawberry.argument(description="Only videos that fulfil all of it.")
]


def read_account_filter(asked: AccountFilterInput | None) -> AccountFilter:
    """The filter that is asked for. Raises InvalidInput naming the field below `filter`."""
    if not asked:
        return AccountFilter()
    return AccountFilter(
        platforms=_choices(asked.platforms),
        text=_given(asked.text),
        categories=_choices(asked.categories),
        creator_ids=_ids("Creator", asked.creator_ids, "creator_ids"),
        has_creator=_given(asked.has_creator),
        is_active=_given(asked.is_active),
        is_unavailable=_given(asked.is_unavailable),
        is_verified=_given(asked.is_verified),
        is_private=_given(asked.is_private),
        metadata=_labels(asked.metadata),
        followers=_range(asked.follower_count),
    )


def read_creator_filter(asked: CreatorFilterInput | None) -> CreatorFilter:
    """The filter that is asked for."""
    if not asked:
        return CreatorFilter()
    return CreatorFilter(
        is_active=_given(asked.is_active),
        name=_given(asked.name),
        text=_given(asked.text),
        platforms=_choices(asked.platforms),
        metadata=_labels(asked.metadata),
    )


def read_video_filter(asked: VideoFilterInput | None, now: datetime) -> VideoFilter:
    """The filter that is asked for at `now`. Raises InvalidInput naming the field below `filter`."""
    if not asked:
        return VideoFilter()
    return VideoFilter(
        account_ids=_ids("Account", asked.account_ids, "account_ids"),
        creator_ids=_ids("Creator", asked.creator_ids, "creator_ids"),
        has_creator=_given(asked.has_creator),
        platforms=_choices(asked.platforms),
        kinds=_choices(asked.kinds),
        published=_period(asked.published, now),
        text=_given(asked.text),
        views=_range(asked.view_count),
        is_tracked=_given(asked.is_tracked),
        is_discovered=_given(asked.is_discovered),
        is_active=_given(asked.is_active),
        is_unavailable=_given(asked.is_unavailable),
        is_pinned=_given(asked.is_pinned),
    )


def _given(value: Value | None) -> Value | None:
    return None if value is UNSET else value


def _choices(values: Sequence[Choice] | None) -> frozenset[Choice] | None:
    return None if values is None or values is UNSET else frozenset(values)


def _ids(type_name: str, ids: Sequence[strawberry.ID] | None, field: str) -> frozenset[UUID] | None:
    if ids is None or ids is UNSET:
        return None
    return frozenset(decode_id_of(type_name, id, "filter", field) for id in ids)


def _labels(entries: Sequence[MetadataEntryInput] | None) -> Labels | None:
    return frozenset((entry.key, entry.value) for entry in entries) if entries else None


def _range(asked: CountRangeInput | None) -> CountRange | None:
    return CountRange(_given(asked.min), _given(asked.max)) if asked else None


def _period(asked: PublicationWindowInput | None, now: datetime) -> Period | None:
    if not asked:
        return None
    path = ("filter", "published")
    zone = read_zone("UTC" if asked.timezone is None else asked.timezone, *path, "timezone")
    start, end = _given(asked.start), _given(asked.end)
    if not asked.last:
        return Period(*dated_period(start, end, zone, *path))
    if start is not None or end is not None:
        raise InvalidInput("last does not go with start and end. Ask with one or the other.", *path, "last")
    return Period(*window_instants(preset_window(asked.last, zone, now)))
