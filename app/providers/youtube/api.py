"""The YouTube Data API as a provider: channels, their uploads, and the statistics of videos, all by one key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.domain.facts import PostFacts
from app.providers.base import AccountIdentity, Outcome, PostBounds, PostIdentity, PostOutcome, Visit, within_bounds
from app.providers.caps import milliseconds_to_reset
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import YOUTUBE_API_HOST
from app.providers.limits import YOUTUBE_API, YOUTUBE_STATS, Lane
from app.providers.walks import ListPage, walk
from app.providers.youtube.parse import (
    BAD_KEY,
    Channel,
    parse_channel,
    parse_uploads,
    parse_videos,
    read_channel_id,
    refusal_in,
)

CHANNELS = "channels"
UPLOADS = "playlistItems"
VIDEO_STATS = "videos:batchGetStats"
VIDEOS = "videos"

IDS_PER_CALL = 50
MOST_PAGES = 20
UNITS_PER_CALL = 1
EXPECTED_POST_COUNTS = frozenset({"views", "likes", "comments"})


@dataclass(frozen=True, slots=True)
class VideoRoute:
    """A call that tells the statistics of videos."""

    name: str
    lane: Lane
    parts: str


ROUTES = (
    VideoRoute(VIDEO_STATS, YOUTUBE_STATS, "id,snippet,statistics,contentDetails"),
    VideoRoute(VIDEOS, YOUTUBE_API, "snippet,statistics,contentDetails,status"),
)
"""A newer call for statistics alone, with a quota of its own; and the older one, which names a video as well."""
STATS_REFUSALS = frozenset(
    {
        *(AnswerClass.AUTH_INVALID, AnswerClass.UNAVAILABLE, AnswerClass.SCHEMA_CHANGED),
        AnswerClass.QUOTA_EXHAUSTED,
    }
)
"""Refusals of one of the two calls that say nothing about the other."""

Answer = TypeVar("Answer")


class YouTubeApi:
    """YouTube's official API. Subscribers are rounded by YouTube to three digits; there are no shares and no saves."""

    name = "youtube_api"

    def __init__(self, key: str) -> None:
        self._headers = {"Accept": "application/json", "X-Goog-Api-Key": key}

    async def fetch_account(
        self, visit: Visit, identity: AccountIdentity, bounds: PostBounds, now: datetime
    ) -> Outcome:
        """The channel, then its uploads as far as the bounds reach, their statistics asked for fifty at a time.

        A channel whose id is known is asked for by it, so that a change of handle is seen.
        """
        told_before = _known_channel(identity) if bounds.posts_alone else None
        channel = told_before or await self._channel(visit, identity, now)
        if isinstance(channel, Refusal):
            return visit.refused(channel)
        posts, is_complete, shortfall = await self._uploads(visit, channel, bounds, now)
        return visit.found(
            CHANNELS if channel.profile.counts else UPLOADS,
            channel.profile,
            posts,
            now,
            expected=channel.expected,
            posts_complete=is_complete,
            shortfall=shortfall,
        )

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The statistics of one video, and what it is called too where nothing was known of it yet.

        NOT_FOUND stands for private too: the API does not tell them apart.
        """
        routes = ROUTES if identity.known else ROUTES[::-1]
        route, answer = await self._statistics(visit, [identity.external_id], now, routes)
        if isinstance(answer, Refusal):
            return visit.refused_post(answer)
        return visit.found_post(route, answer[identity.external_id], now, expected=EXPECTED_POST_COUNTS)

    async def _channel(self, visit: Visit, identity: AccountIdentity, now: datetime) -> Channel | Refusal:
        channel_id = identity.external_id or read_channel_id(identity.handle)
        kind, _, name = identity.handle.rpartition("/")
        handle = identity.handle if not kind and read_channel_id(identity.handle) is None else None
        if channel_id is not None:
            asked = {"id": channel_id}
        elif handle is not None:
            asked = {"forHandle": f"@{handle}"}
        elif kind == "user":
            asked = {"forUsername": name}
        else:
            return Refusal(AnswerClass.UNSUPPORTED, f"YouTube's API does not know channels by addresses like /{kind}/")
        params = {"part": "snippet,statistics,contentDetails,status", **asked}
        return await self._ask(
            visit, CHANNELS, YOUTUBE_API, params, now, lambda body: parse_channel(body, handle, channel_id)
        )

    async def _uploads(
        self, visit: Visit, channel: Channel, bounds: PostBounds, now: datetime
    ) -> tuple[list[PostFacts], bool, str | None]:
        """The posts within the bounds, whether they are all of them, and what is amiss."""
        posts_known = channel.profile.counts.get("profile_posts")
        if channel.profile.is_private:
            return [], False, None
        if bounds.max_posts == 0 or (posts_known is not None and posts_known.value == 0):
            return [], True, None
        if channel.uploads_id is None:
            return [], False, "The channel does not name its list of uploads"
        page_size = min(bounds.max_posts or IDS_PER_CALL, IDS_PER_CALL)
        asked = {"part": "snippet,contentDetails", "playlistId": channel.uploads_id, "maxResults": str(page_size)}

        async def page_after(token: str | None) -> ListPage | Refusal:
            params = asked if token is None else {**asked, "pageToken": token}
            return await self._ask(
                visit,
                UPLOADS,
                YOUTUBE_API,
                params,
                now,
                lambda body: parse_uploads(body, channel.profile.external_id),
            )

        gathered = await walk(page_after, bounds, MOST_PAGES)
        listed = within_bounds(gathered.posts.values(), bounds)
        posts: list[PostFacts] = []
        for start in range(0, len(listed), IDS_PER_CALL):
            chunk = {post.external_id: post for post in listed[start : start + IDS_PER_CALL]}
            _, answer = await self._statistics(visit, list(chunk), now)
            if isinstance(answer, Refusal) and answer.answer_class is not AnswerClass.NOT_FOUND:
                return posts, False, f"Statistics are missing: {answer.reason}"
            if not isinstance(answer, Refusal):
                # What is listed and has no statistics is a private or deleted video that keeps its place in the list.
                posts += [_described(post, chunk[video_id]) for video_id, post in answer.items()]
        return within_bounds(posts, bounds), gathered.is_complete, gathered.shortfall

    async def _statistics(
        self, visit: Visit, video_ids: Sequence[str], now: datetime, routes: Sequence[VideoRoute] = ROUTES
    ) -> tuple[str, Mapping[str, PostFacts] | Refusal]:
        """The videos of up to fifty ids, and the route that told of them: the second where the first refuses."""
        for route in routes:
            answer = await self._ask(
                visit,
                route.name,
                route.lane,
                {"part": route.parts, "id": ",".join(video_ids)},
                now,
                lambda body: parse_videos(body, video_ids),
                is_last=route is routes[-1],
            )
            if not isinstance(answer, Refusal) or answer.answer_class not in STATS_REFUSALS:
                break
            if answer.reason == BAD_KEY[1]:
                break
        return route.name, answer

    async def _ask(
        self,
        visit: Visit,
        route: str,
        lane: Lane,
        params: Mapping[str, str],
        now: datetime,
        parse: Callable[[bytes], Answer | Refusal],
        *,
        is_last: bool = True,
    ) -> Answer | Refusal:
        """One call of the API, read by `parse`. A used-up quota says when it is renewed, if nobody else is asked."""
        path = f"/youtube/v3/{route}"
        reply = await visit.get(
            route, lane, YOUTUBE_API_HOST, path, params=params, headers=self._headers, cost=UNITS_PER_CALL
        )
        answer: Answer | Refusal
        if reply.answer_class is AnswerClass.OK:
            answer = parse(reply.body)
        else:
            code = str(reply.status) if reply.status is not None else None
            answer = refusal_in(reply.body, reply.status) or Refusal(reply.answer_class, reply.reason, code)
        refusal = answer if isinstance(answer, Refusal) else None
        if is_last and refusal is not None and refusal.answer_class is AnswerClass.QUOTA_EXHAUSTED:
            visit.retry_after_seconds = milliseconds_to_reset(lane.daily, round(now.timestamp() * 1000)) // 1000
        await visit.settle(route, lane, reply, refusal)
        return answer


def _known_channel(identity: AccountIdentity) -> Channel | None:
    """The channel without asking for it, where its id is known: its list of uploads goes by nearly the same id."""
    channel_id = read_channel_id(identity.external_id)
    return Channel(identity.profile, f"UU{channel_id[2:]}", frozenset()) if channel_id is not None else None


def _described(post: PostFacts, listed: PostFacts) -> PostFacts:
    """A video with what the list says of it and its statistics do not."""
    return replace(
        post,
        author_external_id=post.author_external_id or listed.author_external_id,
        caption=post.caption or listed.caption,
        published_at=post.published_at or listed.published_at,
        thumbnail_url=post.thumbnail_url or listed.thumbnail_url,
    )
