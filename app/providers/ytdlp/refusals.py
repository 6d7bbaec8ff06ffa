"""What yt-dlp's failures amount to: first by the answer it failed on, then by its own words."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from app.providers.base import OUT_OF_TIME
from app.providers.failures import AnswerClass, Refusal
from app.providers.pages import Page
from app.providers.tiktok.parse import CHALLENGE_IDS
from app.providers.values import BrokenJson, decode_json, read_text
from app.providers.ytdlp.door import Answer

LOGIN_PATHS = ("/login", "/accounts/login", "/checkpoint")
"""Where the platforms themselves send visitors who are to log in."""
NO_JSON = "expecting value"
"""How the reader of JSON begins its complaint about what is none from its first character."""
LONGEST_REASON = 160
LONGEST_END = 2_000
"""Bytes of a page within which its last tag is looked for."""
ADVICE = re.compile(
    r"[.;]? *(?:use --|log into an account|see +https?://|please report|confirm you are on).*", re.IGNORECASE
)
"""What yt-dlp tells people at a terminal to do."""

MESSAGES: Sequence[tuple[str, AnswerClass]] = (
    (
        r"private (?:video|post|account)|(?:video|post|account) is (?:either )?private|protected tweet",
        AnswerClass.PRIVATE,
    ),
    (r"have permission to view", AnswerClass.PRIVATE),
    (r"not a bot|captcha|ip address is blocked", AnswerClass.BLOCKED),
    (r"rate.?limit|try again later", AnswerClass.RATE_LIMITED),
    (r"your country|geo.?restrict|your location|in your region", AnswerClass.REGION_BLOCKED),
    (
        r"confirm your age|age.restricted|inappropriate for some|some audiences|members.only|join this channel"
        r"|log ?in|sign ?in|registered users|not authorized|nsfw|requires? (?:auth|payment|purchase)",
        AnswerClass.LOGIN_REQUIRED,
    ),
    (r"player responses are invalid", AnswerClass.SCHEMA_CHANGED),
    (
        r"has been (?:removed|deleted|terminated|suspended)|been terminated|no longer (?:available|exists)"
        r"|(?:does not|doesn't|doesn’t) exist|(?:isn't|isn’t|is not) available any|video unavailable|removed by"
        r"|channel is not available|account .*suspended|^suspended|was deleted",
        AnswerClass.NOT_FOUND,
    ),
    (r"challenge", AnswerClass.CHALLENGE),
    (r"no suitable extractor|no video could be found|no video formats|cannot parse data", AnswerClass.UNSUPPORTED),
    (r"redirects? too often", AnswerClass.BLOCKED),
    (r"unavailable|premieres in|will begin in|is not available", AnswerClass.UNAVAILABLE),
)
"""What yt-dlp says, in lower case, to what it means; the first row that matches counts.

Every NOT_FOUND here is a sentence of the platform about the thing asked for, which yt-dlp hands on.
"""
PATTERNS = tuple((re.compile(pattern), answer_class) for pattern, answer_class in MESSAGES)


def refusal_of(failure: str | None, last: Answer | None) -> Refusal:
    """What an extraction amounts to that failed, or that brought nothing that could be read."""
    if failure == OUT_OF_TIME:
        return Refusal(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)
    unread = None if last is None else refused(last)
    if unread is not None:
        return unread
    body = b"" if last is None else last.reply.body
    if _is_cut_short(body):
        return Refusal(AnswerClass.UPSTREAM_ERROR, "The answer was cut short")
    if failure is None:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no figures")
    said = failure.lower()
    if NO_JSON in said and last is not None:
        return Refusal(AnswerClass.BLOCKED, f"{last.surface.host} answered with a page in the place of data")
    answer_class = next((found for pattern, found in PATTERNS if pattern.search(said)), None)
    reason = read_text(ADVICE.sub("", " ".join(failure.split())), LONGEST_REASON) or "It does not say why"
    if answer_class is not None:
        return Refusal(answer_class, reason)
    return _wall_in(body) or Refusal(AnswerClass.SCHEMA_CHANGED, reason)


def refused(answer: Answer) -> Refusal | None:
    """What an answer amounts to before it is read; None where there is something to read."""
    reply = answer.reply
    code = None if reply.status is None else str(reply.status)
    if leads_to_login(answer):
        return Refusal(AnswerClass.LOGIN_REQUIRED, f"{answer.surface.host} redirects to its login page", code)
    if reply.answer_class is not AnswerClass.OK:
        return Refusal(reply.answer_class, reply.reason, code)
    if not reply.body.strip():
        return Refusal(AnswerClass.BLOCKED, f"{answer.surface.host} answered with nothing", code)
    return None


def _is_cut_short(body: bytes) -> bool:
    """Whether a page or JSON has no end."""
    text = body.strip()
    if text.startswith(b"<"):
        return b"</html" not in text[-LONGEST_END:].lower()
    data = decode_json(text)
    return isinstance(data, BrokenJson) and data.looks_like_json


def _wall_in(body: bytes) -> Refusal | None:
    """What stands in the place of a page's contents: a proof of work, or a captcha."""
    page = Page(body)
    if page.title.lower().startswith("please wait") or page.has_ids(*CHALLENGE_IDS):
        return Refusal(AnswerClass.CHALLENGE, "We are to prove that we are a browser")
    if any(words in body.lower() for words in (b"captcha", b"not a bot")):
        return Refusal(AnswerClass.BLOCKED, "The page asks for a captcha")
    return None


def leads_to_login(answer: Answer) -> bool:
    """Whether an answer sends us to the platform's own login page."""
    parts = urlsplit(answer.target or "")
    return parts.hostname == answer.surface.host and parts.path.startswith(LOGIN_PATHS)
