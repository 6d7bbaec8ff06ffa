"""Instagram's answers about one post read into facts: pure functions over what was sent, which never raise."""

import re
from collections.abc import Mapping

from app.domain.facts import PostFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal
from app.providers.instagram.parse import (
    broken,
    changed,
    known,
    post_identity,
    refusal_in,
    refusal_of_page,
    results_in,
    shown,
)
from app.providers.pages import Page
from app.providers.values import (
    BrokenJson,
    are_unsaid,
    as_list,
    as_object,
    decode_json,
    dig,
    read_count,
    read_flag,
    read_handle,
    read_identifier,
    read_instant,
    read_integer,
    read_seconds,
    read_text,
    read_url,
)

MEDIA = "xig_polaris_media"
UNGATED = "if_not_gated_logged_out"
NO_SUCH_POST = "Instagram knows no such post"
FIGURES = ("like_count", "comment_count", "play_count", "view_count")
"""Of which every post has at least one."""

IMAGE_TYPE, VIDEO_TYPE, CAROUSEL_TYPE = 1, 2, 8
KINDS: Mapping[int | None, VideoKind] = {
    IMAGE_TYPE: VideoKind.IMAGE,
    VIDEO_TYPE: VideoKind.VIDEO,
    CAROUSEL_TYPE: VideoKind.CAROUSEL,
}
JSON_GUARD = b"for (;;);"
"""Put before JSON by Meta's sites, so that it cannot be run as a script."""
TOKEN = re.compile(r"[\w:.-]{1,200}", re.ASCII)
OLDER_LSD = re.compile(r'\["LSD",\[\],\{"token":"([^"]+)"')
REGION_WORDS = ("country", "region", "location")


def parse_post_page(body: bytes, external_id: str) -> PostFacts | Refusal:
    """The post in the data scripts of a post's HTML page; facts about any other post are a Refusal."""
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "Instagram answered with an empty page")
    page = Page(body)
    refusal: Refusal | None = None
    for script in page.scripts("data-sjs"):
        if MEDIA not in script:
            continue
        data = decode_json(script)
        if isinstance(data, BrokenJson):
            refusal = broken(data)
            continue
        for result in results_in(data, MEDIA):
            answer = _post_in(result, external_id)
            if isinstance(answer, PostFacts):
                return answer
            refusal = answer
    return refusal or refusal_of_page(page) or changed("The page carries no post")


def parse_post_query(body: bytes, external_id: str) -> PostFacts | Refusal:
    """The post in a GraphQL answer with status 200; facts about any other post are a Refusal."""
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "Instagram answered with nothing")
    data = decode_json(body.removeprefix(JSON_GUARD))
    if isinstance(data, BrokenJson):
        return broken(data)
    errors = as_list(dig(data, "errors"))
    if errors:
        said = read_text(dig(errors, 0, "message"), 100)
        return changed(f"Instagram's query failed: {said or 'it does not say why'}")
    result = as_object(dig(data, "data"))
    if MEDIA not in result:
        return refusal_in(body) or changed("The answer carries no post")
    return _post_in(result[MEDIA], external_id)


def restriction_in(body: bytes) -> Refusal | None:
    """Why a ruling keeps a post from us; None where it does not, or does not say."""
    ruling = as_object(decode_json(body))
    if ruling.get("status") != "fail":
        return None
    words = [text for key in ("title", "description") if (text := read_text(ruling.get(key), 100)) is not None]
    if not words:
        return refusal_in(body)
    is_regional = any(word in " ".join(words).lower() for word in REGION_WORDS)
    answer_class = AnswerClass.REGION_BLOCKED if is_regional else AnswerClass.LOGIN_REQUIRED
    return Refusal(answer_class, f"Instagram restricts this post: {' '.join(words)}")


def lsd_token(body: bytes) -> str | None:
    """The token that a page's own scripts send along with queries; None where the page has none."""
    script = Page(body).script("__eqmc")
    token = dig(decode_json(script), "l") if script is not None else None
    if token is None:
        older = OLDER_LSD.search(body.decode("utf-8", "replace"))
        token = older[1] if older is not None else None
    return read_token(token)


def read_token(value: object) -> str | None:
    """A token as it may be sent in a header; None for anything else."""
    return value if isinstance(value, str) and TOKEN.fullmatch(value) else None


def parse_media(media: object) -> PostFacts | None:
    """The post in a v1 media object; None without an id, or with a shortcode that is another post's.

    `plays` are those on Instagram and Facebook together. The older three-second views are another measure, and are its
    views only where plays are unknown. A carousel's counters are its own, not its pictures'.
    """
    fields = as_object(media)
    raw_id = fields.get("pk")
    identity = post_identity(fields.get("id") if raw_id is None else raw_id, fields.get("code"))
    if identity is None:
        return None
    switched_off = bool(read_flag(fields.get("like_and_view_counts_disabled")))
    ig_plays = shown(fields.get("ig_play_count"), switched_off)
    fb_plays = shown(fields.get("fb_play_count"), switched_off)
    plays = shown(fields.get("play_count"), switched_off)
    if plays is None and ig_plays is not None:
        plays = read_count(ig_plays.value + (fb_plays.value if fb_plays is not None else 0))
    views = plays or shown(fields.get("view_count"), switched_off)
    fb_likes = read_count(fields.get("fb_like_count")) or read_count(fields.get("fb_aggregated_like_count"))
    counts = known(
        views=views,
        plays=plays,
        likes=shown(fields.get("like_count"), switched_off),
        comments=read_count(fields.get("comment_count")),
        shares=read_count(fields.get("reshare_count")),
        saves=read_count(fields.get("save_count")),
        ig_plays=ig_plays,
        fb_plays=fb_plays,
        fb_likes=fb_likes,
        reposts=read_count(fields.get("media_repost_count")),
    )
    views_kind = None
    if "views" in counts:
        views_kind = ViewsKind.PLAYS if "plays" in counts else ViewsKind.THREE_SECOND_VIEWS
    kind = _kind(fields)
    hideable = {
        "likes": True,
        "views": kind in (VideoKind.REEL, VideoKind.VIDEO),
        "plays": fields.get("play_count") is not None,
    }
    pictures = (fields, dig(fields, "carousel_media", 0))
    post_id, shortcode = identity
    return PostFacts(
        platform=Platform.INSTAGRAM,
        external_id=post_id,
        kind=kind,
        shortcode=shortcode,
        author_external_id=read_identifier(dig(fields, "user", "pk")) or read_identifier(dig(fields, "user", "id")),
        author_handle=read_handle(Platform.INSTAGRAM, dig(fields, "user", "username")),
        caption=read_text(dig(fields, "caption", "text")),
        published_at=read_instant(fields.get("taken_at")),
        duration_seconds=read_seconds(fields.get("video_duration")),
        thumbnail_url=next(
            (
                url
                for holder in pictures
                if (url := read_url(dig(holder, "image_versions2", "candidates", 0, "url"))) is not None
            ),
            None,
        ),
        video_url=read_url(dig(fields, "video_versions", 0, "url")),
        is_pinned=any(as_list(fields.get(name)) for name in ("timeline_pinned_user_ids", "clips_tab_pinned_user_ids")),
        views_kind=views_kind,
        counts=counts,
        hidden=frozenset(name for name, is_it in hideable.items() if switched_off and is_it and name not in counts),
    )


def _post_in(result: object, external_id: str) -> PostFacts | Refusal:
    """The post that the site's query for `external_id` came to."""
    if result is None:
        return Refusal(AnswerClass.NOT_FOUND, NO_SUCH_POST)
    fields = as_object(result)
    if UNGATED not in fields:
        return changed("The answer does not say whether the post is gated")
    outer = post_identity(fields.get("pk"), fields.get("code"))
    post = parse_media(fields[UNGATED])
    found_id = post.external_id if post is not None else outer[0] if outer is not None else external_id
    if found_id != external_id:
        return changed(f"Asked for post {external_id}, answered with {found_id}")
    if fields[UNGATED] is None:
        return Refusal(AnswerClass.LOGIN_REQUIRED, "Instagram shows this post to members only")
    if post is not None and not post.hidden and are_unsaid(*(dig(fields, UNGATED, key) for key in FIGURES)):
        return changed(NO_FIGURES)
    return post or changed("The post has no readable id and shortcode")


def _kind(fields: Mapping[str, object]) -> VideoKind:
    if fields.get("product_type") == "clips":
        return VideoKind.REEL
    return KINDS.get(read_integer(fields.get("media_type")), VideoKind.IMAGE)
