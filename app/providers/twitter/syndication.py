"""X's syndication service, which embedded posts are made of: likes and replies of one post, for one light request."""

import math
import re
from collections.abc import Mapping
from datetime import datetime

from app.domain.facts import Count, PostFacts
from app.domain.platforms import Platform, VideoKind
from app.providers.base import PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import SYNDICATION_HOST, Reply
from app.providers.limits import X_SYNDICATION
from app.providers.twitter.guest import read_answer
from app.providers.twitter.tweets import KINDS, NO_SUCH_POST, parse_tweet
from app.providers.values import (
    as_list,
    as_object,
    decode_json,
    dig,
    read_count,
    read_handle,
    read_identifier,
    read_integer,
    read_iso_instant,
    read_seconds,
    read_text,
    read_url,
)

SYNDICATION = "syndication"
EXPECTED_COUNTS = frozenset({"views", "likes", "comments", "shares", "saves"})
"""What X has of a post. This service never tells views, shares and saves: its answer is always a part."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class TwitterSyndication:
    """The service behind embedded posts."""

    name = "twitter_syndication"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """Likes and replies: PARTIAL. A post the service does not know is NOT_FOUND."""
        params = {"id": identity.external_id, "lang": "en", "token": token_of(int(identity.external_id))}
        reply = await visit.get(SYNDICATION, X_SYNDICATION, SYNDICATION_HOST, "/tweet-result", params=params)
        answer = refused(reply) or parse_syndication(reply.body, identity.external_id)
        await visit.settle(SYNDICATION, X_SYNDICATION, reply, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, PostFacts):
            return visit.found_post(SYNDICATION, answer, now, expected=EXPECTED_COUNTS)
        return visit.refused_post(answer)


def refused(reply: Reply) -> Refusal | None:
    """What a reply amounts to before its body is read; None when there is a body to read.

    404 with an empty object is how the service says that there is no such post; any other 404 says nothing of it.
    """
    if reply.answer_class is AnswerClass.OK:
        return None
    if reply.status == 404 and decode_json(reply.body) == {}:
        return Refusal(AnswerClass.NOT_FOUND, NO_SUCH_POST, "404")
    return Refusal(reply.answer_class, reply.reason, str(reply.status) if reply.status is not None else None)


def parse_syndication(body: bytes, post_id: str) -> PostFacts | Refusal:
    """The post in an answer of the service; what stands in the place of one is a Refusal, and another post's too."""
    data = read_answer(body)
    if isinstance(data, Refusal):
        return data
    fields = as_object(data)
    if "tombstone" in fields:
        return parse_tweet({**fields, "__typename": "TweetTombstone"}, post_id)
    found = read_identifier(fields.get("id_str"))
    if found is None:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no readable post")
    if found != post_id:
        return Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for post {post_id}, answered with {found}")
    post = _post(fields, post_id)
    return post if post.counts else Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no figures")


def _post(fields: Mapping[str, object], post_id: str) -> PostFacts:
    found: Mapping[str, Count | None] = {
        "likes": read_count(fields.get("favorite_count")),
        "comments": read_count(fields.get("conversation_count")),
    }
    media = as_list(fields.get("mediaDetails"))
    pictures = (dig(media, 0, "media_url_https"), dig(fields, "video", "poster"), dig(fields, "photos", 0, "url"))
    milliseconds = read_integer(dig(media, 0, "video_info", "duration_millis"))
    return PostFacts(
        platform=Platform.TWITTER,
        external_id=post_id,
        kind=_kind(fields),
        author_external_id=read_identifier(dig(fields, "user", "id_str")),
        author_handle=read_handle(Platform.TWITTER, dig(fields, "user", "screen_name")),
        caption=read_text(fields.get("text")),
        published_at=read_iso_instant(fields.get("created_at")),
        duration_seconds=read_seconds(milliseconds / 1000) if milliseconds is not None else None,
        thumbnail_url=next((url for url in map(read_url, pictures) if url is not None), None),
        counts={name: count for name, count in found.items() if count is not None},
    )


def _kind(fields: Mapping[str, object]) -> VideoKind:
    media = as_list(fields.get("mediaDetails"))
    if len(media) > 1 or len(as_list(fields.get("photos"))) > 1:
        return VideoKind.CAROUSEL
    if as_object(fields.get("video")):
        return VideoKind.VIDEO
    if media:
        kind = dig(media, 0, "type")
        return KINDS.get(kind, VideoKind.TEXT) if isinstance(kind, str) else VideoKind.TEXT
    return VideoKind.IMAGE if as_list(fields.get("photos")) else VideoKind.TEXT


def token_of(post_id: int) -> str:
    """The token that goes with a post's id: id / 10^15 x pi in base 36, without zeros and the point.

    >>> token_of(1628769691547074562)
    '3y4xify38tm'
    """
    return re.sub(r"0+|\.", "", base_36(post_id / 1e15 * math.pi))


def base_36(number: float) -> str:
    """A number of 0 or more as JavaScript's `toString(36)` writes it: no more digits than tell it from its neighbours.

    >>> base_36(0.5), base_36(35.0), base_36(36.25)
    ('0.i', 'z', '10.9')
    """
    whole = math.floor(number)
    rest = number - whole
    digits: list[int] = []
    # Half the distance to the next number there is: what is left below it says nothing.
    unsure = max(math.ulp(number) / 2, math.nextafter(0.0, 1.0))
    while rest >= unsure:
        rest, unsure = rest * 36, unsure * 36
        digit = int(rest)
        digits.append(digit)
        rest -= digit
        if (rest > 0.5 or (rest == 0.5 and digit % 2)) and rest + unsure > 1:
            while digits and digits[-1] == 35:
                digits.pop()
            if digits:
                digits[-1] += 1
            else:
                whole += 1
            break
    text = DIGITS[whole % 36]
    while whole := whole // 36:
        text = DIGITS[whole % 36] + text
    return f"{text}.{''.join(DIGITS[digit] for digit in digits)}" if digits else text
