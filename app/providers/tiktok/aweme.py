"""The posts of TikTok's mobile API read into facts: exact counters, as a paid upstream passes them on."""

from collections.abc import Mapping

from app.domain.facts import PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal, changed
from app.providers.tiktok.parse import STATUS_CODES
from app.providers.values import (
    are_unsaid,
    as_list,
    as_object,
    dig,
    known_counts,
    read_count,
    read_flag,
    read_handle,
    read_identifier,
    read_instant,
    read_integer,
    read_milliseconds,
    read_text,
    read_url,
)
from app.providers.walks import ListPage

COUNTERS: Mapping[str, str] = {
    "views": "play_count",
    "plays": "play_count",
    "likes": "digg_count",
    "comments": "comment_count",
    "shares": "share_count",
    "saves": "collect_count",
    "reposts": "repost_count",
}


def parse_aweme_detail(answer: Mapping[str, object], post_id: str) -> PostFacts | Refusal:
    """The post in an answer with `aweme_detail`; facts about another post are a Refusal."""
    refused = _refused(answer)
    if refused is not None:
        return refused
    detail = as_object(answer.get("aweme_detail"))
    post = parse_aweme(detail)
    if post is None:
        return changed("The answer carries no readable post")
    if post.external_id != post_id:
        return changed(f"Asked for post {post_id}, answered with {post.external_id}")
    if read_flag(dig(detail, "status", "is_delete")):
        return Refusal(AnswerClass.NOT_FOUND, "TikTok says that the post was deleted")
    if read_integer(dig(detail, "status", "private_status")) not in (None, 0):
        return Refusal(AnswerClass.PRIVATE, "The post is private or for friends only")
    statistics = as_object(detail.get("statistics"))
    is_unsaid = bool(statistics) and are_unsaid(*(statistics.get(key) for key in COUNTERS.values()))
    return changed(NO_FIGURES) if is_unsaid else post


def parse_aweme_list(answer: Mapping[str, object], author_id: str | None) -> ListPage | Refusal:
    """One page of `aweme_list`. Entries of an author other than `author_id` are left out and counted unreadable."""
    refused = _refused(answer)
    if refused is not None:
        return refused
    entries = answer.get("aweme_list")
    has_more = read_flag(answer.get("has_more"))
    if not isinstance(entries, list) and (entries is not None or has_more is None):
        return changed("The answer is no list of posts")
    posts = [post for post in map(parse_aweme, as_list(entries)) if post is not None]
    own = tuple(post for post in posts if author_id is None or post.author_external_id in (None, author_id))
    if posts and not own:
        return changed(f"Asked for posts of account {author_id}, answered with somebody else's")
    cursor = read_identifier(answer.get("max_cursor"))
    return ListPage(own, len(as_list(entries)) - len(own), bool(has_more), cursor)


def parse_aweme(aweme: object) -> PostFacts | None:
    """The post in an `aweme` object; None without a readable id."""
    fields = as_object(aweme)
    post_id = read_identifier(fields.get("aweme_id"))
    if post_id is None:
        return None
    statistics = as_object(fields.get("statistics"))
    counts = known_counts({name: read_count(statistics.get(key)) for name, key in COUNTERS.items()})
    images = as_list(dig(fields, "image_post_info", "images"))
    video = fields.get("video")
    covers = (
        *(dig(video, name, "url_list", 0) for name in ("cover", "origin_cover", "dynamic_cover")),
        dig(images, 0, "display_image", "url_list", 0),
    )
    return PostFacts(
        platform=Platform.TIKTOK,
        external_id=post_id,
        kind=VideoKind.VIDEO if not images else VideoKind.CAROUSEL if len(images) > 1 else VideoKind.IMAGE,
        author_external_id=read_identifier(dig(fields, "author", "uid")),
        author_handle=read_handle(Platform.TIKTOK, dig(fields, "author", "unique_id")),
        caption=read_text(fields.get("desc")),
        published_at=read_instant(fields.get("create_time")),
        duration_seconds=None if images else read_milliseconds(dig(video, "duration")),
        thumbnail_url=next((url for url in map(read_url, covers) if url is not None), None),
        video_url=None if images else read_url(dig(video, "play_addr", "url_list", 0)),
        is_pinned=bool(read_flag(fields.get("is_top"))),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def _refused(answer: Mapping[str, object]) -> Refusal | None:
    code = read_integer(answer.get("status_code"))
    if not code:
        return None
    unknown = (AnswerClass.UNAVAILABLE, f"TikTok refuses with code {code}")
    answer_class, reason = STATUS_CODES.get(code, unknown)
    return Refusal(answer_class, reason, str(code))
