"""How platforms name things: handles, profile pages, posts, shortcodes. One canonical form each."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

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
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


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
    parts = _web_address(text)
    segments = _segments(parts) if parts is not None and _host(parts) in rule.hosts else []
    if len(segments) != 1 or (platform is Platform.TIKTOK and not segments[0].startswith("@")):
        raise InvalidInput(f"{text!r} is not a profile URL of {platform.value}.", *path)
    return segments[0]


def _web_address(text: str) -> SplitResult | None:
    """The parts of a web address written with or without https://; None for anything else."""
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"https://{text}")
        return parts if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower()


def _segments(parts: SplitResult) -> list[str]:
    return [segment for segment in unquote(parts.path).split("/") if segment]


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DIGIT = {character: value for value, character in enumerate(ALPHABET)}
PRIVATE_KEY_LENGTH = 28
"""A shortcode longer than this belongs to a private post: the ordinary one, then a key of this length."""
LARGEST_POST_ID = 2**63 - 1
LONGEST_POST_INPUT = 512


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
        return f"https://www.tiktok.com/@{author_handle or UNKNOWN_AUTHOR}/video/{external_id}"
    return f"https://www.instagram.com/p/{shortcode or shortcode_of(int(external_id))}/"


@dataclass(frozen=True, slots=True)
class PostName:
    """One post as its platform names it, in the one form we keep."""

    platform: Platform
    external_id: str
    """The platform's own id of the post: TikTok's digits, Instagram's media pk; 1 to 2^63 - 1."""
    shortcode: str | None
    """Instagram's, without the key of a private post; None elsewhere."""
    author_handle: str | None
    """Its author's handle, where the text says it."""


POST_FORMS: dict[Platform, str] = {
    Platform.TIKTOK: "https://www.tiktok.com/@name/video/<id>, or the id alone",
    Platform.INSTAGRAM: "https://www.instagram.com/reel/<shortcode>/, or the shortcode or media id alone",
}
TIKTOK_POST_KINDS = frozenset({"video", "photo"})
INSTAGRAM_POST_KINDS = frozenset({"p", "reel", "reels", "tv"})
SHORT_LINK_HOSTS = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
SHORT_LINK_FIRST_SEGMENTS: dict[Platform, str] = {Platform.TIKTOK: "t", Platform.INSTAGRAM: "share"}
UNKNOWN_AUTHOR = "_"
"""What `post_url` writes for a TikTok author nobody knows; TikTok takes any handle."""
MEDIA_ID = re.compile(r"(-?\d+)(?:_\d+)?", re.ASCII)
"""A pk, alone or as `pk_userpk`; a negative number is a wrong one rather than a shortcode."""


def read_post(platform: Platform, text: str, *path: str) -> PostName:
    """The post that `text` names: its full URL on the platform, an Instagram shortcode, or the platform's id.

    Bare digits are an id, never a shortcode. Query strings and trailing slashes do not matter. Raises InvalidInput
    naming `path` for anything else, short links included: where they lead is known to the platform alone.

    >>> read_post(Platform.INSTAGRAM, "instagram.com/rival_one/reel/DEiyb48AeB9/?igsh=1").external_id
    '3540614075954356349'
    >>> read_post(Platform.TIKTOK, "https://www.tiktok.com/@CharliDamelio/video/7123456789").author_handle
    'charlidamelio'
    """
    if len(text) > LONGEST_POST_INPUT:
        raise InvalidInput(f"The post is longer than {LONGEST_POST_INPUT} characters.", *path)
    named = text.strip()
    if not named:
        raise InvalidInput(f"The post is empty. Give {POST_FORMS[platform]}.", *path)
    author_handle: str | None = None
    is_shortcode = False
    if "/" in named:
        author_handle, named = _post_in_url(platform, named, path)
        is_shortcode = platform is Platform.INSTAGRAM
    if platform is Platform.TIKTOK:
        return PostName(platform, _post_id(platform, named, named, path), None, author_handle)
    media_id = MEDIA_ID.fullmatch(named)
    if media_id is not None and not is_shortcode:
        external_id = _post_id(platform, media_id[1], named, path)
        return PostName(platform, external_id, shortcode_of(int(external_id)), author_handle)
    try:
        external_id = _post_id(platform, str(pk_of(named)), named, path)
    except ValueError:
        raise _no_post(platform, named, path) from None
    shortcode = named[:-PRIVATE_KEY_LENGTH] if len(named) > PRIVATE_KEY_LENGTH else named
    return PostName(platform, external_id, shortcode, author_handle)


def _post_in_url(platform: Platform, text: str, path: tuple[str, ...]) -> tuple[str | None, str]:
    """The author's handle, where the URL says it, and the id or shortcode."""
    parts = _web_address(text)
    if parts is None:
        raise _no_post(platform, text, path)
    host, segments = _host(parts), _segments(parts)
    owner = next((known for known, rule in RULES.items() if host in rule.hosts), None)
    if host in SHORT_LINK_HOSTS:
        owner = Platform.TIKTOK
    if owner not in (None, platform):
        raise InvalidInput(f"{_quoted(text)} is a link of {owner}, not of {platform.value}.", *path)
    if owner is not None and (host in SHORT_LINK_HOSTS or segments[:1] == [SHORT_LINK_FIRST_SEGMENTS[owner]]):
        raise InvalidInput(
            f"{_quoted(text)} is a short link. Open it in a browser and paste the full address it leads to.", *path
        )
    name = ""
    match segments if owner is not None else []:
        case [at_name, kind, code] if platform is Platform.TIKTOK and at_name[0] == "@" and kind in TIKTOK_POST_KINDS:
            name = at_name[1:]
        case [kind, code] if platform is Platform.INSTAGRAM and kind in INSTAGRAM_POST_KINDS:
            pass
        case [name, kind, code] if platform is Platform.INSTAGRAM and kind in INSTAGRAM_POST_KINDS:
            pass
        case _:
            raise _no_post(platform, text, path)
    if not name or (platform is Platform.TIKTOK and name == UNKNOWN_AUTHOR):
        return None, code
    if not name.isascii() or not RULES[platform].pattern.fullmatch(name.lower()):
        raise _no_post(platform, text, path)
    return name.lower(), code


def _post_id(platform: Platform, digits: str, text: str, path: tuple[str, ...]) -> str:
    """A post id without leading zeros."""
    if not (digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= LARGEST_POST_ID):
        raise _no_post(platform, text, path)
    return str(int(digits))


def _no_post(platform: Platform, text: str, path: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(f"{_quoted(text)} is not a post of {platform.value}. Give {POST_FORMS[platform]}.", *path)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:79]}…")
