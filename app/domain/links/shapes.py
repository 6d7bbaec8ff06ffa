"""The shapes a platform's links take, as data: each platform has one table of them, and one rule for its handles."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from unicodedata import normalize

from app.domain.links.names import PostName

LARGEST_POST_ID = 2**63 - 1
NUMBER = re.compile(r"\d{1,40}", re.ASCII)

Parts = Mapping[str, str | None]
"""What a shape found: its named groups, with "id" and "author" from the parameters of the address where they say it."""


class Named(Enum):
    """What something of a shape names."""

    POST = "post"
    PROFILE = "profile"
    SHORT_LINK = "short link"


@dataclass(frozen=True, slots=True)
class Shape:
    """One form of a link.

    `text` is matched as a whole: against the path of an address, or against what is no address. Its group `id` holds a
    post's id, `author` its author, `handle` a profile's. Keywords in it take either case, ids are as they are written.
    """

    named: Named
    text: re.Pattern[str]
    parameter: str | None = None
    """The parameter of the address that holds the id instead."""
    author_parameter: str | None = None
    """The parameter that holds the author."""
    host: str | None = None
    """Where a short link is asked for."""


def post(text: str, *, parameter: str | None = None, author_parameter: str | None = None) -> Shape:
    """The shape of a post."""
    return Shape(Named.POST, re.compile(text, re.ASCII), parameter, author_parameter)


def profile(text: str) -> Shape:
    """The shape of a profile."""
    return Shape(Named.PROFILE, re.compile(text, re.ASCII))


def short_link(text: str, host: str) -> Shape:
    """The shape of a short link, which is asked for at `host`."""
    return Shape(Named.SHORT_LINK, re.compile(text, re.ASCII), host=host)


@dataclass(frozen=True, slots=True)
class HandleRule:
    """What a platform allows in a handle, of at most 64 characters: so much room is there to keep one."""

    pattern: re.Pattern[str]
    """Of the canonical form."""
    meaning: str
    reserved: frozenset[str] = frozenset()
    """Words in the place of a handle that are pages of the platform."""
    as_written: re.Pattern[str] | None = None
    """Stable ids that take the place of a handle, and whose case matters."""
    is_ascii: bool = True

    def is_stable_id(self, handle: str) -> bool:
        """Whether a canonical handle is a stable id in its place."""
        return self.as_written is not None and self.as_written.fullmatch(handle) is not None

    def canonical(self, text: str) -> str | None:
        """The one form we keep of a handle written with or without @: in lower case. None for what is none."""
        if self.is_stable_id(text):
            return text
        handle = text.removeprefix("@")
        # Some letters of other scripts, such as the Kelvin sign, become ASCII ones in lower case.
        if not handle.isascii() and (self.is_ascii or normalize("NFKC", handle) != handle or not handle.isprintable()):
            return None
        handle = handle.lower()
        return handle if self.pattern.fullmatch(handle) and handle not in self.reserved else None


@dataclass(frozen=True, slots=True)
class PlatformLinks:
    """How one platform names things."""

    handle: HandleRule
    hosts: Mapping[str, Sequence[Shape]]
    """The shapes on each host, by its plain name; "*.name" are the hosts below one."""
    bare: Sequence[Shape]
    """The shapes without a host: taken only where the platform is known."""
    post_forms: str
    """How a post may be given, for people."""
    read_post: Callable[[Parts], PostName | None]
    """The post of a shape's parts; None where they name none after all."""
    post_url: Callable[[str, str | None, str | None], str]
    """The page of a post, by its external id, its shortcode and its author's handle."""
    profile_url: Callable[[str], str]
    """The page of an account, by its handle."""

    def shapes_on(self, host: str) -> Sequence[Shape] | None:
        """The shapes on a host; None where the host is not the platform's."""
        if host in self.hosts:
            return self.hosts[host]
        parents = (host[dot:] for dot in range(len(host)) if host[dot] == ".")
        return next((self.hosts[f"*{parent}"] for parent in parents if f"*{parent}" in self.hosts), None)


def read_number(text: str | None) -> str | None:
    """A numeric post id without leading zeros, 1 to 2^63 - 1; None for anything else."""
    if text is None or not NUMBER.fullmatch(text) or not 1 <= int(text) <= LARGEST_POST_ID:
        return None
    return str(int(text))
