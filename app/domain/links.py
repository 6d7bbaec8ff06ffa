"""How platforms name things: handles, profile pages, shortcodes. One canonical form each."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.platforms import Platform
from app.domain.problems import InvalidInput


@dataclass(frozen=True, slots=True)
class HandleRule:
    """What a platform allows in a handle, and where its profile page is."""

    pattern: re.Pattern[str]
    meaning: str
    hosts: frozenset[str]
    profile_url: str


RULES: dict[Platform, HandleRule] = {
    Platform.TIKTOK: HandleRule(
        re.compile(r"[a-z0-9_](?:[a-z0-9_.]{0,22}[a-z0-9_])?"),
        "1 to 24 letters, digits, underscores and full stops, not starting or ending with a full stop",
        frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"}),
        "https://www.tiktok.com/@{handle}",
    ),
    Platform.INSTAGRAM: HandleRule(
        re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?"),
        "1 to 30 letters, digits, underscores and single full stops, not starting or ending with a full stop",
        frozenset({"instagram.com", "www.instagram.com", "m.instagram.com"}),
        "https://www.instagram.com/{handle}/",
    ),
}

LONGEST_INPUT = 256


def canonical_handle(platform: Platform, text: str, *path: str) -> str:
    """The canonical handle in `text`: "@Name", "name" or a profile URL of the platform, in lower case, without the @.

    Raises InvalidInput naming `path` when there is no handle in it.

    >>> canonical_handle(Platform.TIKTOK, " @CreatorAudit ")
    'creatoraudit'
    >>> canonical_handle(Platform.INSTAGRAM, "https://www.instagram.com/rival_one/?hl=en")
    'rival_one'
    """
    rule = RULES[platform]
    if len(text) > LONGEST_INPUT:
        raise InvalidInput(f"The handle is longer than {LONGEST_INPUT} characters.", *path)
    handle = text.strip()
    if not handle:
        raise InvalidInput("The handle is empty. Give a handle such as @name, or the profile's URL.", *path)
    if "/" in handle:
        handle = _handle_in_url(rule, platform, handle, path)
    handle = handle.removeprefix("@")
    # Some letters of other scripts, such as the Kelvin sign, become ASCII ones in lower case.
    if not handle.isascii() or not rule.pattern.fullmatch(handle := handle.lower()):
        raise InvalidInput(f"{text.strip()!r} is not a handle of {platform.value}: {rule.meaning}.", *path)
    return handle


def profile_url(platform: Platform, handle: str) -> str:
    """The public page of an account."""
    return RULES[platform].profile_url.format(handle=handle)


def _handle_in_url(rule: HandleRule, platform: Platform, text: str, path: tuple[str, ...]) -> str:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = None, ""
    if parts is None or parts.scheme not in ("http", "https") or host not in rule.hosts:
        raise InvalidInput(f"{text!r} is not a profile URL of {platform.value}.", *path)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) != 1 or (platform is Platform.TIKTOK and not segments[0].startswith("@")):
        raise InvalidInput(f"{text!r} is not a profile URL of {platform.value}.", *path)
    return segments[0]


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DIGIT = {character: value for value, character in enumerate(ALPHABET)}
PRIVATE_KEY_LENGTH = 28
"""A shortcode longer than this belongs to a private post: the ordinary one, then a key of this length."""


def shortcode_of(pk: int) -> str:
    """The shortcode of a media pk.

    >>> shortcode_of(3540614075954356349)
    'DEiyb48AeB9'
    """
    digits = []
    while pk:
        pk, value = divmod(pk, 64)
        digits.append(ALPHABET[value])
    return "".join(reversed(digits)) or ALPHABET[0]


def pk_of(shortcode: str) -> int:
    """The media pk of a shortcode. Raises ValueError for a character outside the alphabet.

    >>> pk_of("DEiyb48AeB9")
    3540614075954356349
    """
    if len(shortcode) > PRIVATE_KEY_LENGTH:
        shortcode = shortcode[:-PRIVATE_KEY_LENGTH]
    value = 0
    for character in shortcode:
        if character not in DIGIT:
            raise ValueError(f"{character!r} is not a character of a shortcode")
        value = value * 64 + DIGIT[character]
    return value


def post_url(platform: Platform, external_id: str, shortcode: str | None, author_handle: str | None) -> str:
    """The public page of a post.

    >>> post_url(Platform.TIKTOK, "7123456789", None, "charlidamelio")
    'https://www.tiktok.com/@charlidamelio/video/7123456789'
    >>> post_url(Platform.INSTAGRAM, "3540614075954356349", None, None)
    'https://www.instagram.com/p/DEiyb48AeB9/'
    """
    if platform is Platform.TIKTOK:
        return f"https://www.tiktok.com/@{author_handle or '_'}/video/{external_id}"
    return f"https://www.instagram.com/p/{shortcode or shortcode_of(int(external_id))}/"
