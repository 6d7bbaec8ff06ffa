"""YouTube's channel ids: UC and 22 characters that lead back to the channel's first handle."""

import base64
import binascii
from hashlib import blake2b

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz_-."
"""What a handle is made of; one more value ends it."""
ROOM = 20
"""So many characters of a handle fit in. The channel of a handle that is longer, or of other letters, is known by its
id once it was asked for by its handle."""
CHECK_BITS = 20
HANDLE_BITS = 108


def channel_id(seed: int, handle: str) -> str:
    """The id of the channel whose first handle that is."""
    check = _check(seed, handle)
    fits = len(handle) <= ROOM and all(character in LETTERS for character in handle)
    value = _number(handle) ^ _mask(check, "") if fits else _mask(check, handle)
    raw = (check << HANDLE_BITS | value).to_bytes(16)
    return "UC" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def handle_in(seed: int, channel: str) -> str | None:
    """The first handle of the channel with that id; None for an id never given out, and for a long handle's."""
    if len(channel) != 24 or not channel.startswith("UC"):
        return None
    try:
        raw = base64.urlsafe_b64decode(f"{channel[2:]}==")
    except (binascii.Error, ValueError):
        return None
    check, value = divmod(int.from_bytes(raw), 1 << HANDLE_BITS)
    value ^= _mask(check, "")
    handle = ""
    while value:
        value, letter = divmod(value, len(LETTERS) + 1)
        if not letter:
            return None
        handle += LETTERS[letter - 1]
    return handle if channel_id(seed, handle) == channel else None


def _number(handle: str) -> int:
    number = 0
    for character in reversed(handle):
        number = number * (len(LETTERS) + 1) + LETTERS.index(character) + 1
    return number


def _check(seed: int, handle: str) -> int:
    return int.from_bytes(blake2b(f"channel {seed} {handle}".encode(), digest_size=8).digest()) >> (64 - CHECK_BITS)


def _mask(check: int, handle: str) -> int:
    digest = blake2b(f"mask {check} {handle}".encode(), digest_size=16).digest()
    return int.from_bytes(digest) >> (128 - HANDLE_BITS)
