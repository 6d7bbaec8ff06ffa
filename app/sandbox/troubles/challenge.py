"""TikTok's interstitial: a small proof of work in SHA-256, whose result comes back in a cookie."""

import base64
import binascii
from hashlib import blake2b, sha256
from http.cookies import CookieError, SimpleCookie

from msgspec import DecodeError, Struct, json

COOKIE = "_wafchallengeid"
ORIGINAL_COOKIE = "waforiginalreid"
TRIES = 4096
"""The answer is a whole number below this."""


class Puzzle(Struct):
    """`c` is the SHA-256, in base64, of the bytes whose base64 is `a`, followed by the digits of the answer."""

    a: str
    c: str


class Solution(Struct):
    """What the cookie holds: the puzzle as it came, and the digits of the answer in base64."""

    v: Puzzle
    d: str


def puzzle_of(target: str) -> Puzzle:
    """The puzzle that somebody who asks for `target` is set."""
    digest = blake2b(target.encode(), digest_size=24).digest()
    answer = str(int.from_bytes(digest[:4]) % TRIES).encode()
    return Puzzle(base64.b64encode(digest).decode(), base64.b64encode(sha256(digest + answer).digest()).decode())


def interstitial(target: str) -> bytes:
    """The page that sets the puzzle."""
    state = base64.b64encode(json.encode({"v": puzzle_of(target)})).decode().rstrip("=")
    original = blake2b(target.encode(), digest_size=8).hexdigest()
    elements = (("cs", state), ("wci", COOKIE), ("rci", ORIGINAL_COOKIE), ("rs", original))
    marks = "".join(f'<p id="{name}" class="{value}"></p>' for name, value in elements)
    return f"<!DOCTYPE html><html><head><title>Please wait...</title></head><body>{marks}</body></html>".encode()


def is_solved(cookies: str) -> bool:
    """Whether a Cookie header brings the answer to a puzzle."""
    try:
        morsel = SimpleCookie(cookies).get(COOKIE)
        solution = json.decode(base64.b64decode(morsel.value if morsel else ""), type=Solution)
        tried = base64.b64decode(solution.v.a) + base64.b64decode(solution.d)
        return sha256(tried).digest() == base64.b64decode(solution.v.c)
    except (CookieError, binascii.Error, DecodeError):
        return False
