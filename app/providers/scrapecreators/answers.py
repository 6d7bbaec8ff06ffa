"""ScrapeCreators' envelope: what an answer amounts to before its payload is read, and what it cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply
from app.providers.values import BrokenJson, as_object, decode_json, read_flag, read_integer, read_text

Payload = Mapping[str, object]

MOST_CREDITS = 1_000
NO_CREDITS = Refusal(AnswerClass.QUOTA_EXHAUSTED, "Our ScrapeCreators credits are used up", "402")
BAD_KEY = "ScrapeCreators does not take our key"
WORDS: Sequence[tuple[str, AnswerClass]] = (
    ("credit", AnswerClass.QUOTA_EXHAUSTED),
    ("api key", AnswerClass.AUTH_INVALID),
    ("rate limit", AnswerClass.RATE_LIMITED),
    ("too many requests", AnswerClass.RATE_LIMITED),
    ("private", AnswerClass.PRIVATE),
    ("not found", AnswerClass.UNAVAILABLE),
    ("doesn't exist", AnswerClass.UNAVAILABLE),
    ("does not exist", AnswerClass.UNAVAILABLE),
    ("not available", AnswerClass.UNAVAILABLE),
    ("unavailable", AnswerClass.UNAVAILABLE),
    ("deleted", AnswerClass.UNAVAILABLE),
)
"""Words of an unsuccessful answer, the graver first. That a thing is gone is the vendor's verdict, and only a hint."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one call: a payload or why there is none, and the credits it cost."""

    payload: Payload | Refusal
    cost: int | None
    """None where the answer does not say."""


def read_answer(reply: Reply) -> Answer:
    """The answer in a reply, whatever its status."""
    if reply.status is None:
        return Answer(Refusal(reply.answer_class, reply.reason), None)
    data = decode_json(reply.body)
    fields = as_object(data)
    charged = read_integer(fields.get("credits_charged"))
    is_cost = charged is not None and 0 <= charged <= MOST_CREDITS
    cost = charged if is_cost else None
    return Answer(_refusal(reply, data) or fields, cost)


def _refusal(reply: Reply, data: object) -> Refusal | None:
    code = str(reply.status)
    fields = as_object(data)
    if reply.status == 402:
        return NO_CREDITS
    if reply.status in (401, 403):
        return Refusal(AnswerClass.AUTH_INVALID, BAD_KEY, code)
    if reply.status == 404:
        return Refusal(AnswerClass.UNAVAILABLE, "ScrapeCreators has found nothing, which may hide a block", code)
    if reply.answer_class is not AnswerClass.OK:
        return Refusal(reply.answer_class, reply.reason, code)
    if not reply.body.strip():
        return Refusal(AnswerClass.UPSTREAM_ERROR, "ScrapeCreators answered with nothing", code)
    if isinstance(data, BrokenJson) and data.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, "ScrapeCreators' answer is broken JSON", code)
    if not fields:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "ScrapeCreators' answer is no JSON object", code)
    if read_flag(fields.get("success")) is False:
        return _unsuccessful(fields)
    return None


def _unsuccessful(fields: Payload) -> Refusal:
    """What an answer says that calls itself unsuccessful."""
    said = [text for key in ("message", "error", "errorStatus") if (text := read_text(fields.get(key), 200))]
    message = " ".join(said) or "it does not say why"
    for word, answer_class in WORDS:
        if word in message.lower():
            return Refusal(answer_class, f"ScrapeCreators has no answer: {message}")
    return Refusal(AnswerClass.UPSTREAM_ERROR, f"ScrapeCreators has no answer: {message}")
