"""The values of an upstream's loosely typed JSON, read by one set of rules: what cannot be read is unknown, never 0."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.facts import Count
from app.domain.links import RULES
from app.domain.platforms import Platform

LARGEST_COUNT = 10**13
"""A hundred times the largest counters seen, which are some 10^11; larger is unknown.

Sums over thousands of posts must stay below 2^53, the largest whole number every reader of our JSON holds exactly, and
one absurd counter must not spoil them.
"""
LONGEST_NAME = 300
LONGEST_TEXT = 5_000
LONGEST_URL = 4_096
ABBREVIATIONS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}

PLAIN_NUMBER = re.compile(r"(-?)(\d{1,20})(?:\.0+)?", re.ASCII)
GROUPED_NUMBER = re.compile(r"(-?)(\d{1,3}(?:[,_' \u00a0\u2009\u202f]\d{3}){1,6})", re.ASCII)
ABBREVIATED_NUMBER = re.compile(r"(\d{1,4})(?:\.(\d{1,3}))?([KMB])", re.ASCII | re.IGNORECASE)
IDENTIFIER = re.compile(r"\d{1,20}", re.ASCII)
SCHEME = re.compile(r"([a-z][a-z0-9+-]*):", re.IGNORECASE)
# The least a platform may say: 2005, before any of them; and the most: the year 2100.
FIRST_INSTANT, LAST_INSTANT = 1_104_537_600, 4_102_444_800


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """A text that is not JSON; `looks_like_json` tells a broken answer from one of another kind."""

    looks_like_json: bool


def decode_json(text: str | bytes) -> object:
    """The value of a JSON text, or BrokenJson."""
    try:
        # The standard library's reader, for it takes the half surrogate pairs that platforms cut captions into.
        return json.loads(text)
    except (ValueError, RecursionError):
        return BrokenJson(text.lstrip()[:1] in ("{", "[", b"{", b"["))


def as_object(value: object) -> Mapping[str, object]:
    """`value` where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[object]:
    """`value` where it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []


def dig(value: object, *path: str | int) -> object:
    """What lies at `path` of nested objects and lists; None where there is nothing."""
    for step in path:
        if isinstance(step, str):
            value = as_object(value).get(step)
        else:
            items = as_list(value)
            value = items[step] if step < len(items) else None
    return value


def read_integer(value: object) -> int | None:
    """The whole number in an int, a float, or text of digits with or without group separators."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    match = PLAIN_NUMBER.fullmatch(text) or GROUPED_NUMBER.fullmatch(text)
    return int(match[1] + re.sub(r"\D", "", match[2])) if match else None


def read_count(value: object) -> Count | None:
    """The counter in `value`; None for what is missing, empty, negative, or no number.

    Abbreviated text is read as English, the language every request asks for, and is approximate.

    >>> read_count("97,723"), read_count(-1), read_count("1.2K")
    (Count(value=97723, step=1), None, Count(value=1200, step=100))
    """
    number = read_integer(value)
    if number is not None:
        return Count(number) if 0 <= number <= LARGEST_COUNT else None
    match = ABBREVIATED_NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    whole, decimals, unit = match[1], match[2] or "", match[3].upper()
    step = ABBREVIATIONS[unit] // 10 ** len(decimals)
    return Count(int(whole + decimals) * step, step)


def are_unsaid(*values: object) -> bool:
    """Whether none of these is there at all, as where a platform calls its counters by other names.

    One that is there and says nothing (-1, an empty text) is another matter: it is unknown.
    """
    return all(value is None for value in values)


def known_counts(counts: Mapping[str, Count | None]) -> dict[str, Count]:
    """The counters that are known."""
    return {name: count for name, count in counts.items() if count is not None}


def read_text(value: object, longest: int = LONGEST_TEXT) -> str | None:
    """Text as it may be stored: without NUL and half surrogate pairs, cut at `longest` characters; None when empty."""
    if not isinstance(value, str):
        return None
    text = value[: longest * 2].replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")[:longest]
    return text if text.strip() else None


def read_url(value: object) -> str | None:
    """An absolute web address; None for anything else, for one with blanks in it, and for one too long to keep."""
    text = read_link(value)
    return text if text is not None and text.lower().startswith(("https://", "http://")) else None


def read_link(value: object) -> str | None:
    """A web address as people write it, with or without https://; None for any other scheme."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > LONGEST_URL or not text.isprintable() or " " in text:
        return None
    scheme = SCHEME.match(text)
    return text if scheme is None or scheme[1].lower() in ("https", "http") else None


def read_identifier(value: object) -> str | None:
    """A numeric id, kept as text. A float is none: it has lost digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value < 10**20 else None
    if isinstance(value, str) and IDENTIFIER.fullmatch(value.strip()) and value.strip("0 "):
        return value.strip()
    return None


def read_handle(platform: Platform, value: object) -> str | None:
    """A handle as we write it: lower case, without @; None for what no handle of the platform looks like."""
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        return None
    return RULES[platform].canonical(value.strip())


def read_instant(value: object) -> datetime | None:
    """The instant of a Unix time in seconds, in UTC; None outside the years a platform can mean."""
    seconds = read_integer(value)
    if seconds is None or not FIRST_INSTANT <= seconds < LAST_INSTANT:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def read_iso_instant(value: object) -> datetime | None:
    """The instant of an ISO 8601 text with its offset, in UTC; None outside the years a platform can mean.

    >>> read_iso_instant("2019-02-22T03:19:54-08:00")
    datetime.datetime(2019, 2, 22, 11, 19, 54, tzinfo=datetime.timezone.utc)
    """
    try:
        instant = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    if instant is None or instant.tzinfo is None:
        return None
    return in_known_years(instant)


def in_known_years(instant: datetime) -> datetime | None:
    """An instant in UTC; None outside the years a platform can mean."""
    try:
        is_meant = FIRST_INSTANT <= instant.timestamp() < LAST_INSTANT
    except (OverflowError, ValueError):
        return None
    return instant.astimezone(UTC) if is_meant else None


def read_seconds(value: object) -> int | None:
    """A duration in whole seconds; None when it is not above zero or longer than a day."""
    if isinstance(value, float) and 0 < value <= 86_400:
        return max(round(value), 1)
    seconds = read_integer(value)
    return seconds if seconds is not None and 0 < seconds <= 86_400 else None


def read_milliseconds(value: object) -> int | None:
    """A duration in milliseconds, as whole seconds; None where `read_seconds` has none."""
    milliseconds = read_integer(value)
    is_duration = milliseconds is not None and 0 < milliseconds <= 86_400_000
    return read_seconds(milliseconds / 1000) if milliseconds is not None and is_duration else None


def read_flag(value: object) -> bool | None:
    """A yes or no, also where it was sent as 1 or 0; None for anything else."""
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in (0, 1) else None
