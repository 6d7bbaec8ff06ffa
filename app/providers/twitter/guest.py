"""The answer X's website gets for one post when nobody is logged in."""

from collections.abc import Mapping

from app.domain.facts import PostFacts
from app.providers.failures import AnswerClass, Refusal
from app.providers.twitter.tweets import NO_SUCH_POST, parse_tweet
from app.providers.values import BrokenJson, as_list, as_object, decode_json, dig, read_text

ERRORS: Mapping[str, AnswerClass] = {
    "not authorized": AnswerClass.LOGIN_REQUIRED,
    "guest token": AnswerClass.BLOCKED,
    "authenticate": AnswerClass.BLOCKED,
    "rate limit": AnswerClass.RATE_LIMITED,
    "overloaded": AnswerClass.UPSTREAM_ERROR,
    "timeout": AnswerClass.UPSTREAM_ERROR,
    "internal": AnswerClass.UPSTREAM_ERROR,
}
"""Words in the errors of an answer without a post, in lower case. Any others mean that the query has changed."""


def parse_guest_answer(body: bytes, post_id: str) -> PostFacts | Refusal:
    """The post in an answer of `TweetResultByRestId`. An empty `tweetResult` says that there is none."""
    data = read_answer(body)
    if isinstance(data, Refusal):
        return data
    found = dig(data, "data", "tweetResult")
    if as_object(found).get("result"):
        return parse_tweet(dig(found, "result"), post_id)
    said = ", ".join(text for error in as_list(dig(data, "errors")) if (text := read_text(dig(error, "message"), 100)))
    if said:
        known = (answer_class for words, answer_class in ERRORS.items() if words in said.lower())
        return Refusal(next(known, AnswerClass.SCHEMA_CHANGED), f"X says: {said[:160]}")
    if found == {}:
        return Refusal(AnswerClass.NOT_FOUND, NO_SUCH_POST)
    return Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no readable post")


def read_answer(body: bytes) -> object | Refusal:
    """The JSON of an answer of X's services, or what came in its place."""
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "X answered with nothing")
    data = decode_json(body)
    if not isinstance(data, BrokenJson):
        return data
    if data.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, "X's answer is broken JSON")
    if body.lstrip().startswith(b"<"):
        return Refusal(AnswerClass.BLOCKED, "X answered with a page in the place of data")
    return Refusal(AnswerClass.SCHEMA_CHANGED, "X's answer is not JSON")
