"""Orders as input: the first key decides, the next one among what is equal by it, and so on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from app.api.graphql.values.enums import (
    AccountOrderField,
    CreatorOrderField,
    OrderDirection,
    VideoCounter,
    VideoOrderField,
)
from app.api.graphql.values.windows import WindowInput, read_window
from app.domain.filters import AccountOrder, CreatorOrder, Gain, OrderKey, VideoOrder
from app.domain.problems import InvalidInput

DIRECTION = "Which end comes first. What is unknown comes last either way."


@strawberry.input(name="AccountOrder", description="What accounts are ordered by.")
class AccountOrderInput:
    field: AccountOrderField = strawberry.field(description="What of them.")
    direction: OrderDirection = strawberry.field(description=DIRECTION)


@strawberry.input(name="CreatorOrder", description="What creators are ordered by.")
class CreatorOrderInput:
    field: CreatorOrderField = strawberry.field(description="What of them.")
    direction: OrderDirection = strawberry.field(description=DIRECTION)


@strawberry.input(name="VideoGain", description="What videos gained in a window, as topVideos ranks them.")
class VideoGainInput:
    metric: VideoCounter = strawberry.field(description="Of which counter.")
    window: WindowInput = strawberry.field(description="Which days.")
    timezone: str | None = strawberry.field(default="UTC", description="IANA zone whose days are meant.")


@strawberry.input(name="VideoOrder", description="What videos are ordered by: either a field or a gain.")
class VideoOrderInput:
    direction: OrderDirection = strawberry.field(description=DIRECTION)
    field: VideoOrderField | None = strawberry.field(default=UNSET, description="What of them.")
    gain: VideoGainInput | None = strawberry.field(
        default=UNSET, description="What they gained; the first key alone can be a gain."
    )


KEYS = "At most 4 keys; what is equal by all of them has an order too, which stays."

AccountsBy: TypeAlias = Annotated[list[AccountOrderInput] | None, strawberry.argument(description=KEYS)]
CreatorsBy: TypeAlias = Annotated[list[CreatorOrderInput] | None, strawberry.argument(description=KEYS)]
VideosBy: TypeAlias = Annotated[list[VideoOrderInput] | None, strawberry.argument(description=KEYS)]


def read_account_order(asked: Sequence[AccountOrderInput] | None, default: AccountOrder) -> AccountOrder:
    """The order that is asked for, or the default."""
    return tuple(OrderKey(key.field, key.direction) for key in asked or ()) or default


def read_creator_order(asked: Sequence[CreatorOrderInput] | None, default: CreatorOrder) -> CreatorOrder:
    """The order that is asked for, or the default."""
    return tuple(OrderKey(key.field, key.direction) for key in asked or ()) or default


def read_video_order(asked: Sequence[VideoOrderInput] | None, default: VideoOrder, now: datetime) -> VideoOrder:
    """The order that is asked for at `now`, or the default. Raises InvalidInput naming the key below `orderBy`."""
    keys = [_video_key(key, now, "order_by", str(number)) for number, key in enumerate(asked or ())]
    return tuple(keys) or default


def _video_key(asked: VideoOrderInput, now: datetime, *path: str) -> OrderKey[VideoOrderField | Gain]:
    if bool(asked.field) == bool(asked.gain):
        raise InvalidInput("A key takes either a field or a gain.", *path)
    if asked.field:
        return OrderKey(asked.field, asked.direction)
    assert asked.gain
    timezone = "UTC" if asked.gain.timezone is None else asked.gain.timezone
    window = read_window(asked.gain.window, timezone, now, *path, "gain")
    return OrderKey(Gain(asked.gain.metric, window), asked.direction)
