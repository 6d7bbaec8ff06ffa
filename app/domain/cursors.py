"""Keyset cursors: opaque, signed, bound to the list, filter and order they were issued under."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from app.domain.problems import InvalidCursor, InvalidInput

Key = str | int | float | bool | datetime | UUID | None
"""One value of the order a list is in; the last value of a key is always the row's id."""

SIGNATURE_BYTES = 9
LONGEST_CURSOR = 2048
LARGEST_PAGE = 200
DEFAULT_PAGE = 50


def encode_cursor(secret: bytes, binding: str, keys: Sequence[Key]) -> str:
    """The cursor of a row: its order values, signed together with `binding` (which list, filter and order)."""
    payload = msgspec.msgpack.encode([_packed(key) for key in keys])
    return base64.urlsafe_b64encode(_signature(secret, binding, payload) + payload).decode().rstrip("=")


def decode_cursor(secret: bytes, binding: str, cursor: str, *path: str) -> list[Key]:
    """The order values a cursor was made of.

    Raises InvalidCursor when it was tampered with, or issued to another organization, list, filter or order.
    """
    problem = InvalidCursor(
        "This cursor was not issued for this list, filter and order. Start again without a cursor.", *path
    )
    if len(cursor) > LONGEST_CURSOR:
        raise problem
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise problem from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != cursor:
        raise problem  # spare bits of the last character are set: not as we wrote it
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(secret, binding, payload)):
        raise problem
    return [_unpacked(value) for value in msgspec.msgpack.decode(payload, type=list[object])]


def _signature(secret: bytes, binding: str, payload: bytes) -> bytes:
    return hmac.digest(secret, sha256(binding.encode()).digest() + payload, "sha256")[:SIGNATURE_BYTES]


def _packed(key: Key) -> object:
    if isinstance(key, UUID):
        return {"u": key.bytes}
    if isinstance(key, datetime):
        return {"t": key.isoformat()}
    return key


def _unpacked(value: object) -> Key:
    if isinstance(value, dict):
        if "u" in value:
            return UUID(bytes=value["u"])
        return datetime.fromisoformat(value["t"])
    assert value is None or isinstance(value, str | int | float | bool)
    return value


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list: the first `size` rows after a cursor, or the last `size` before one.

    Made by `page_request`, which holds the bounds.
    """

    size: int = DEFAULT_PAGE
    cursor: str | None = None
    backward: bool = False


def page_request(
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    default_size: int = DEFAULT_PAGE,
) -> PageRequest:
    """The page that Relay's four arguments ask for.

    Raises InvalidInput naming the argument: sizes are 1 to 200 (`default_size` when none is given), and the two
    directions do not mix.
    """
    if (last is not None or before is not None) and (first is not None or after is not None):
        raise InvalidInput("first/after and last/before do not mix. Ask in one direction.", "first")
    backward = last is not None or before is not None
    name, size = ("last", last) if backward else ("first", first)
    if size is None:
        size = default_size
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidInput(f"{name} is {size}; it takes 1 to {LARGEST_PAGE}.", name)
    return PageRequest(size, before if backward else after, backward)
