"""How the ids that platforms give out hold the instant they were given out at and a mark of whose they are."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.platforms import Platform
from app.sandbox.world.draws import whole

LARGEST_ID = 2**63 - 1
WORD = 2**64
STIRS = (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)
"""Odd factors; multiplying by them modulo 2^64 can be undone."""
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")
"""64 bits in eleven characters: the last one carries four of them."""
URN = re.compile(r"(?:(activity|ugcPost|share):)?(\d{1,19})", re.ASCII)
URN_KINDS = ("activity", "ugcPost", "share")
"""LinkedIn's number spaces for one post. Here the last two bits of a number tell which it belongs to."""
PFBID = re.compile(r"pfbid0([0-9A-Za-z]{1,20})", re.ASCII)
CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def read_digits(text: str) -> int | None:
    """The number written in digits, if a platform could have given it out."""
    is_number = text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID
    return int(text) if is_number else None


def read_urn(text: str) -> int | None:
    """LinkedIn's number of a post by any of its URNs (`activity:7`, `ugcPost:7`, `share:7`), or of digits."""
    found = URN.fullmatch(text)
    number = read_digits(found[2]) if found is not None else None
    if found is None or number is None:
        return None
    kind = URN_KINDS.index(found[1] or "activity")
    if kind == 0:
        return number
    return number & ~3 if number & 3 == kind else None


def urn_of(number: int, kind: str = "activity") -> str:
    """A post's URN of a kind."""
    return f"{kind}:{number | URN_KINDS.index(kind)}"


def read_page_post(text: str) -> int | None:
    """Facebook's number of a post, written in digits or as pfbid."""
    found = PFBID.fullmatch(text)
    return number_in(found[1]) if found is not None else read_digits(text)


def pfbid_of(number: int) -> str:
    """The other way Facebook writes a post's number."""
    return f"pfbid0{code_of(number)}"


def code_of(number: int) -> str:
    """A number in as few letters and digits as will do, as short links carry it."""
    digits = ""
    while number:
        number, value = divmod(number, len(CODE_ALPHABET))
        digits = CODE_ALPHABET[value] + digits
    return digits or CODE_ALPHABET[0]


def number_in(code: str) -> int | None:
    """The number that `code_of` wrote."""
    number = 0
    for character in code:
        if character not in CODE_ALPHABET:
            return None
        number = number * len(CODE_ALPHABET) + CODE_ALPHABET.index(character)
    return number if number < WORD else None


def write_video_id(number: int) -> str:
    """The eleven characters that stand for a number, which do not show what it holds.

    >>> read_video_id(write_video_id(1768496400))
    1768496400
    """
    return base64.urlsafe_b64encode(_stirred(number).to_bytes(8)).decode().rstrip("=")


def read_video_id(text: str) -> int | None:
    """The number that eleven characters stand for."""
    if not YOUTUBE_ID.fullmatch(text):
        return None
    return _unstirred(int.from_bytes(base64.urlsafe_b64decode(f"{text}=")))


def _stirred(number: int) -> int:
    for factor in STIRS:
        number = int.from_bytes((number * factor % WORD).to_bytes(8), "little")
    return number


def _unstirred(number: int) -> int:
    for factor in reversed(STIRS):
        number = int.from_bytes(number.to_bytes(8), "little") * pow(factor, -1, WORD) % WORD
    return number


@dataclass(frozen=True, slots=True)
class IdScheme:
    """The layout of a post's number, most significant first: instant, mark, noise, tail; and how it is written."""

    unit: int
    """Parts of a second that the instant counts."""
    epoch: int
    """The instant, in those parts, at which the numbers begin."""
    mark_bits: int
    noise_bits: int
    tail_bits: int = 0
    """Bits that are 0 in the number a post is known by."""
    write: Callable[[int], str] = str
    read: Callable[[str], int | None] = read_digits

    def give(self, created: int, mark: int, noise: float, fraction: float) -> int:
        """The number of a post of an instant; `noise` and `fraction` (of the second) are draws."""
        moment = created * self.unit + (whole(fraction, 0, self.unit - 1) if self.unit > 1 else 0) - self.epoch
        low = mark << self.noise_bits | whole(noise, 0, (1 << self.noise_bits) - 1)
        return (moment << (self.mark_bits + self.noise_bits) | low) << self.tail_bits

    def created(self, number: int) -> int:
        """The instant a number was given out, in seconds since the epoch."""
        return ((number >> (self.mark_bits + self.noise_bits + self.tail_bits)) + self.epoch) // self.unit

    def mark(self, number: int) -> int:
        """The mark of the account in a number."""
        return number >> (self.noise_bits + self.tail_bits) & self.largest_mark

    @property
    def largest_mark(self) -> int:
        return (1 << self.mark_bits) - 1


SCHEMES: Mapping[Platform, IdScheme] = {
    Platform.TIKTOK: IdScheme(unit=1, epoch=0, mark_bits=20, noise_bits=12),
    Platform.INSTAGRAM: IdScheme(unit=1000, epoch=1_314_220_021_721, mark_bits=16, noise_bits=7),
    Platform.YOUTUBE: IdScheme(unit=1, epoch=0, mark_bits=20, noise_bits=12, write=write_video_id, read=read_video_id),
    Platform.TWITTER: IdScheme(unit=1000, epoch=1_288_834_974_657, mark_bits=16, noise_bits=6),
    Platform.FACEBOOK: IdScheme(unit=1, epoch=0, mark_bits=20, noise_bits=4, read=read_page_post),
    Platform.LINKEDIN: IdScheme(
        unit=1000, epoch=0, mark_bits=14, noise_bits=6, tail_bits=2, write=urn_of, read=read_urn
    ),
}
"""TikTok's and YouTube's numbers hold seconds, those of Instagram, X (snowflakes) and LinkedIn milliseconds.

Facebook's and YouTube's real ones hold no instant; here they do, so that a post can be found by its id alone.
"""
