"""Messages: what is told of a run that moved on, small enough to be sent to everybody who listens."""

from uuid import UUID

import msgspec

from app.domain.records import Refreshable, RunState

CHANNEL_PREFIX = "events:"


class RunMoved(msgspec.Struct, frozen=True):
    """A run came to a state, which is committed. What it stored is read by whoever wants to show it."""

    organization_id: UUID
    run_id: UUID
    state: RunState
    kind: Refreshable
    target_id: UUID
    """The account, or the video that is tracked by itself."""
    videos: tuple[UUID, ...] = ()
    """The videos that were observed, those of an account's feed included; empty unless it succeeded."""


def channel_of(organization_id: UUID) -> str:
    """The channel that carries what happens to one organization's data, and nothing of anybody else's."""
    return f"{CHANNEL_PREFIX}{organization_id}"


def encode(message: RunMoved) -> bytes:
    """A message as it is sent."""
    return msgspec.msgpack.encode(message)


def decode(content: bytes) -> RunMoved | None:
    """A message as it came; None for one of another version."""
    try:
        return msgspec.msgpack.decode(content, type=RunMoved)
    except msgspec.DecodeError:
        return None
