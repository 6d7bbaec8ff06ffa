"""Web addresses as people paste them, taken apart: the host by its plain name, the decoded path, the query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
VARIANT = re.compile(r"^(?:www|m|mobile)\.")
"""What stands before a host's plain name for another look at the same pages."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A web address, as far as it can name something."""

    host: str
    """In lower case, without www., m. or mobile. before it."""
    path: str
    """Decoded, without slashes at either end and without empty segments; no segment holds an encoded slash."""
    parameters: Mapping[str, str]
    """The query, of each parameter the first value."""


def read_address(text: str) -> Address | None:
    """The parts of a web address written with or without https://; None for anything else.

    An address with a user, a password or a port of its own is none, nor is one with blanks, backslashes, control
    characters, dot segments, or a host in other than plain letters: no link people share looks so.

    >>> read_address("HTTPS://m.TikTok.com/%40name/video/71/?lang=en#top")
    Address(host='tiktok.com', path='@name/video/71', parameters={'lang': 'en'})
    """
    if not text.isprintable() or " " in text or "\\" in text:
        return None
    try:
        parts = urlsplit(text if SCHEME.match(text) else f"https://{text}")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or port not in (None, DEFAULT_PORTS[parts.scheme]) or "@" in parts.netloc:
        return None
    host = parts.netloc.partition(":")[0]
    # Some letters of other scripts, such as the Kelvin sign, become ASCII ones in lower case.
    if not host.isascii() or not HOST.fullmatch(host := host.lower()):
        return None
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    if any("/" in segment or "\\" in segment or segment in (".", "..") for segment in segments):
        return None
    path = "/".join(segments)
    if not path.isprintable():
        return None
    parameters = dict(reversed(parse_qsl(parts.query)))
    return Address(VARIANT.sub("", host), path, parameters)
