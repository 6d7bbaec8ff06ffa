"""Facebook's public video pages through yt-dlp."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.facts import Count, PostFacts
from app.domain.links import post_url
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.base import PostIdentity, PostOutcome, Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import FACEBOOK_HOST
from app.providers.limits import FACEBOOK
from app.providers.values import (
    read_count,
    read_identifier,
    read_instant,
    read_seconds,
    read_text,
    read_url,
)
from app.providers.ytdlp.door import Surface
from app.providers.ytdlp.plans import Plan
from app.providers.ytdlp.rounding import read_abbreviated
from app.providers.ytdlp.walks import Walk

POST_PAGE = "post_page"
PLAN = Plan(
    {"yt_dlp.extractor.facebook": ("FacebookIE", "FacebookReelIE")},
    (
        Surface(POST_PAGE, FACEBOOK, FACEBOOK_HOST),
        Surface(POST_PAGE, FACEBOOK, "m.facebook.com"),
    ),
)
EXPECTED_COUNTS = frozenset({"views", "likes", "comments", "shares"})
TITLE = re.compile(r"(?:([\d.,]+[KMB]?) views)?(?: · )?(?:([\d.,]+[KMB]?) reactions)? \|", re.IGNORECASE | re.ASCII)
"""How the title of a reel's page begins: "9.7K views · 352 reactions | …", either of them or both."""

OLDER_VIEWS = re.compile(rb"""\bviewCount\s*:\s*["']([\d.,]+[KMB]?)""")


class YtDlpFacebook:
    """Facebook's pages of videos and reels. Posts of words and pictures alone are beyond yt-dlp."""

    name = "ytdlp_facebook"

    async def fetch_post(self, visit: Visit, identity: PostIdentity, now: datetime) -> PostOutcome:
        """The post's page: likes and comments exact, views and shares often abbreviated."""
        walk = Walk(visit, PLAN)
        await walk.run(post_url(Platform.FACEBOOK, identity.external_id, None, identity.author_handle))
        page = next(reversed(walk.bodies(POST_PAGE)), None)
        answer: PostFacts | Refusal
        answer = refusal = walk.refusal
        if page is not None and walk.findings.failure is None:
            read = read_post(walk.findings.info, page.reply.body, identity)
            is_cut_short = isinstance(read, Refusal) and refusal.answer_class is AnswerClass.UPSTREAM_ERROR
            answer = refusal if is_cut_short else read
        elif page is not None and _is_beyond_it(refusal, page.reply.body, identity.external_id):
            answer = Refusal(AnswerClass.UNSUPPORTED, "The post has no video in it, which is all that yt-dlp reads")
        await walk.settle(page, answer if isinstance(answer, Refusal) else None)
        if isinstance(answer, Refusal):
            return visit.refused_post(answer)
        return visit.found_post(POST_PAGE, answer, now, expected=EXPECTED_COUNTS)


def read_post(info: Mapping[str, Any], page: bytes, identity: PostIdentity) -> PostFacts | Refusal:
    """The post in what yt-dlp made of a page, which must name the id that was asked for: yt-dlp does not ask."""
    post_id = identity.external_id
    if not names_post(page, post_id):
        shown = read_identifier(info.get("id"))
        other = shown if shown not in (None, post_id) else "none that it names"
        return Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for post {post_id}, answered with {other}")
    own = {
        "likes": read_count(info.get("like_count")),
        "comments": read_count(info.get("comment_count")),
        "shares": read_abbreviated(info.get("repost_count")),
    }
    titled = TITLE.match(str(info.get("title") or ""))
    if own["likes"] is None and titled is not None:
        own["likes"] = read_count(titled[2])
    views = _views_in(page) or read_abbreviated(info.get("view_count"))
    if views is None and titled is not None:
        views = read_count(titled[1])
    counts: dict[str, Count] = {name: count for name, count in {"views": views, **own}.items() if count is not None}
    if not counts:
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The page shows no figures")
    return PostFacts(
        platform=Platform.FACEBOOK,
        external_id=post_id,
        kind=VideoKind.VIDEO,
        author_external_id=read_identifier(info.get("uploader_id")),
        caption=read_text(info.get("description")) or read_text(info.get("title")),
        published_at=read_instant(info.get("timestamp")),
        duration_seconds=read_seconds(info.get("duration")),
        thumbnail_url=read_url(info.get("thumbnail")),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def _views_in(page: bytes) -> Count | None:
    """The views in the older kind of pages, which are read again: yt-dlp takes "1.2K" for 12."""
    shown = OLDER_VIEWS.search(page)
    return None if shown is None else read_count(shown[1].decode())


def _is_beyond_it(refusal: Refusal, page: bytes, post_id: str) -> bool:
    """Whether yt-dlp could make nothing of a page that is the right one: of a post of words or pictures."""
    return refusal.answer_class is AnswerClass.SCHEMA_CHANGED and names_post(page, post_id)


def names_post(page: bytes, post_id: str) -> bool:
    """Whether the data of a page holds something of that very id, or at an address with it."""
    quoted = re.escape(post_id.encode())
    ids, addresses = rb"id|videoId|video_id|post_id|story_fbid|legacy_fbid", rb"url|wwwURL|permalink_url"
    named = rb'"(?:(?:' + ids + rb')"\s*:\s*"|(?:' + addresses + rb')"\s*:\s*"[^"]*[/=])' + quoted + rb"(?![A-Za-z0-9])"
    return re.search(named, page) is not None
