"""TikTok's web answers read into facts: pure functions over what was sent, which never raise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.platforms import Platform, VideoKind, ViewsKind
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal
from app.providers.pages import Page
from app.providers.values import (
    LONGEST_NAME,
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
    read_link,
    read_seconds,
    read_text,
    read_url,
)

PAGE_DATA = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
CHALLENGE_IDS = ("cs", "wci", "rci", "rs")
SECONDARY_ID = re.compile(r"[A-Za-z0-9_=-]{1,200}", re.ASCII)

ACCOUNT_KEYS: Mapping[str, Sequence[str]] = {
    "followers": ("followerCount",),
    "following": ("followingCount",),
    "profile_posts": ("videoCount",),
    "total_likes": ("heartCount", "heart"),
}
POST_KEYS: Mapping[str, Sequence[str]] = {
    "plays": ("playCount",),
    "likes": ("diggCount",),
    "comments": ("commentCount",),
    "shares": ("shareCount",),
    "saves": ("collectCount",),
    "reposts": ("repostCount",),
}

GONE_OR_REFUSED = 10204
"""Of a post: it was deleted, or it is refused to our address. Only a second opinion tells."""
STATUS_CODES: Mapping[int, tuple[AnswerClass, str]] = {
    10221: (AnswerClass.NOT_FOUND, "TikTok knows no such account"),
    10202: (AnswerClass.NOT_FOUND, "TikTok knows no such account"),
    10222: (AnswerClass.PRIVATE, "The account is private"),
    10215: (AnswerClass.PRIVATE, "The post is private"),
    10216: (AnswerClass.PRIVATE, "The post is private or for friends only"),
    GONE_OR_REFUSED: (AnswerClass.UNAVAILABLE, "TikTok shows this to us no longer: deleted, or refused to our address"),
    10219: (AnswerClass.REGION_BLOCKED, "TikTok does not show this in our region"),
    10231: (AnswerClass.REGION_BLOCKED, "TikTok does not show this in our region"),
    10000: (AnswerClass.BLOCKED, "TikTok asks for a captcha"),
    10102: (AnswerClass.LOGIN_REQUIRED, "TikTok shows this to members only"),
    10201: (AnswerClass.SCHEMA_CHANGED, "TikTok takes our request for malformed"),
}
"""What TikTok's own status codes mean. Any other code that is not 0 is UNAVAILABLE, with the number kept."""

ROUNDED_FROM = 10_000


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of a channel, in the order it came."""

    posts: tuple[PostFacts, ...]
    unreadable: int
    """Entries that could not be read, or that belong to somebody else."""
    has_more: bool


def parse_profile_page(body: bytes, handle: str | None, external_id: str | None = None) -> ProfileFacts | Refusal:
    """The profile on the HTML page of an account; see `parse_user_detail` for who it must be."""
    scope = _page_scope(body)
    if isinstance(scope, Refusal):
        return scope
    return parse_user_detail(scope.get("webapp.user-detail"), handle, external_id)


def parse_user_detail(detail: object, handle: str | None, external_id: str | None = None) -> ProfileFacts | Refusal:
    """The profile in a `user-detail` object (of the page, or of its JSON twin).

    It must be that of `handle` and `external_id`, each where given: facts about anyone else are a Refusal.
    """
    if not as_object(detail):
        return _changed("The page carries no user-detail")
    code = _status_code(detail)
    user = as_object(dig(detail, "userInfo", "user"))
    refused = _refused(code)
    if refused is not None and not (refused.answer_class is AnswerClass.PRIVATE and user.get("id")):
        return refused
    found_id, found_handle = read_identifier(user.get("id")), read_handle(Platform.TIKTOK, user.get("uniqueId"))
    if found_id is None or found_handle is None:
        return _changed("The profile has no readable id and handle")
    if handle is not None and found_handle != handle:
        return _changed(f"Asked for @{handle}, answered with @{found_handle}")
    if external_id is not None and found_id != external_id:
        return _changed(f"@{found_handle} is now account {found_id}, not {external_id}")
    is_private = refused is not None or bool(read_flag(user.get("privateAccount")) or read_flag(user.get("secret")))
    if not is_private and _shows_none(as_object(detail).get("userInfo"), ACCOUNT_KEYS):
        return _changed(NO_FIGURES)
    return ProfileFacts(
        platform=Platform.TIKTOK,
        external_id=found_id,
        handle=found_handle,
        secondary_id=read_secondary_id(user.get("secUid")),
        display_name=read_text(user.get("nickname"), LONGEST_NAME),
        biography=read_text(user.get("signature")),
        link_in_bio=read_link(dig(user, "bioLink", "link")),
        picture_url=read_url(user.get("avatarLarger")),
        is_verified=read_flag(user.get("verified")),
        is_private=is_private,
        counts=_counts(as_object(detail).get("userInfo"), ACCOUNT_KEYS),
    )


def parse_video_page(body: bytes, post_id: str) -> PostFacts | Refusal:
    """The post on the HTML page of a video; facts about another post are a Refusal."""
    scope = _page_scope(body)
    if isinstance(scope, Refusal):
        return scope
    detail = as_object(scope.get("webapp.video-detail"))
    if not detail:
        return _changed("The page carries no video-detail")
    refused = _refused(_status_code(detail))
    if refused is not None:
        return refused
    item = dig(detail, "itemInfo", "itemStruct")
    if read_flag(dig(item, "isContentClassified")) and not dig(item, "video") and not dig(item, "imagePost"):
        return Refusal(AnswerClass.LOGIN_REQUIRED, "TikTok shows this post to members only")
    post = parse_item(item)
    if post is None:
        return _changed("The page carries no readable post")
    if post.external_id != post_id:
        return _changed(f"Asked for post {post_id}, answered with {post.external_id}")
    return _changed(NO_FIGURES) if _shows_none(item, POST_KEYS) else post


def parse_item_page(body: bytes, author_id: str | None = None) -> ItemPage | Refusal:
    """One answer of an item list. Entries of an author other than `author_id` are left out and counted unreadable."""
    data = decode_json(body) if body.strip() else None
    if data is None:
        return Refusal(AnswerClass.BLOCKED, "TikTok answered the list with nothing")
    if isinstance(data, BrokenJson):
        return _broken(data, "The list")
    refused = _refused(_status_code(data))
    if refused is not None:
        return refused
    fields = as_object(data)
    has_more = read_flag(fields.get("hasMorePrevious"))
    if has_more is None:
        has_more = read_flag(fields.get("hasMore"))
    entries = fields.get("itemList")
    if not isinstance(entries, list) and (entries is not None or has_more is None):
        return _changed("The answer is no list of posts")
    posts = [post for post in map(parse_item, as_list(entries)) if post is not None]
    own = tuple(post for post in posts if author_id is None or post.author_external_id in (None, author_id))
    if posts and not own:
        return _changed(f"Asked for posts of account {author_id}, answered with somebody else's")
    return ItemPage(own, len(as_list(entries)) - len(own), bool(has_more))


def parse_item(item: object) -> PostFacts | None:
    """The post in an `itemStruct` or an entry of an item list; None without a readable id."""
    fields = as_object(item)
    post_id = read_identifier(fields.get("id"))
    if post_id is None:
        return None
    counts = _counts(fields, POST_KEYS)
    if "plays" in counts:
        counts = {"views": counts["plays"], **counts}
    images = as_list(dig(fields, "imagePost", "images"))
    video = fields.get("video")
    covers = (
        dig(video, "cover"),
        dig(video, "originCover"),
        dig(video, "dynamicCover"),
        dig(images, 0, "imageURL", "urlList", 0),
    )
    return PostFacts(
        platform=Platform.TIKTOK,
        external_id=post_id,
        kind=VideoKind.VIDEO if not images else VideoKind.CAROUSEL if len(images) > 1 else VideoKind.IMAGE,
        author_external_id=read_identifier(dig(fields, "author", "id")),
        author_handle=read_handle(Platform.TIKTOK, dig(fields, "author", "uniqueId")),
        caption=read_text(fields.get("desc")),
        published_at=read_instant(fields.get("createTime")),
        duration_seconds=None if images else read_seconds(dig(video, "duration")),
        thumbnail_url=next((url for url in map(read_url, covers) if url is not None), None),
        video_url=None if images else read_url(dig(video, "playAddr")),
        is_pinned=bool(read_flag(fields.get("isPinnedItem"))),
        views_kind=ViewsKind.PLAYS if "views" in counts else None,
        counts=counts,
    )


def read_secondary_id(value: object) -> str | None:
    """A secUid; None for anything that is none."""
    return value if isinstance(value, str) and SECONDARY_ID.fullmatch(value) else None


def rounding_step(value: int) -> int:
    """The step a count shown by TikTok was rounded to: one decimal of a thousand, million or billion.

    That is 10^(digits - significant digits). A value with more digits than that form holds was rounded less, or not.

    >>> [rounding_step(value) for value in (9_999, 68_300, 97_723, 427_700, 1_900_000, 4_000_000)]
    [1, 100, 1, 100, 100000, 100000]
    """
    if value < ROUNDED_FROM:
        return 1
    step = 10**8 if value >= 10**9 else 10**5 if value >= 10**6 else 10**2
    while value % step:
        step //= 10
    return step


def _counts(holder: object, names: Mapping[str, Sequence[str]]) -> dict[str, Count]:
    """Our counters of an object with `statsV2` (exact, or a copy of the rounded) and `stats` (rounded)."""
    exact, rounded = as_object(dig(holder, "statsV2")), as_object(dig(holder, "stats"))
    counts: dict[str, Count] = {}
    for name, keys in names.items():
        for fields, key in [(exact, key) for key in keys] + [(rounded, key) for key in keys]:
            count = read_count(fields.get(key))
            if count is None:
                continue
            twin = read_count(rounded.get(key))
            if count.step == 1 and twin is not None and twin.value == count.value:
                count = Count(count.value, rounding_step(count.value))
            counts[name] = count
            break
    return counts


def _shows_none(holder: object, names: Mapping[str, Sequence[str]]) -> bool:
    """Whether an object has statistics, and none of our counters in them, known or unknown."""
    forms = [as_object(dig(holder, form)) for form in ("statsV2", "stats")]
    return any(forms) and are_unsaid(*(form.get(key) for form in forms for keys in names.values() for key in keys))


def _page_scope(body: bytes) -> Mapping[str, object] | Refusal:
    """The data a TikTok page carries, or what the page is instead."""
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "TikTok answered with an empty page")
    page = Page(body)
    script = page.script(PAGE_DATA)
    if script is None:
        title = page.title.lower()
        if page.has_ids(*CHALLENGE_IDS) or title.startswith("please wait"):
            return Refusal(AnswerClass.CHALLENGE, "TikTok asks our address to prove that it is a browser")
        if page.has_ids("captcha_container") or "captcha" in title or "verify" in title:
            return Refusal(AnswerClass.BLOCKED, "TikTok asks for a captcha")
        return _changed("The page carries no data")
    data = decode_json(script)
    if isinstance(data, BrokenJson):
        return _broken(data, "The page's data")
    scope = as_object(dig(data, "__DEFAULT_SCOPE__"))
    return scope if scope else _changed("The page's data has no default scope")


def _status_code(fields: object) -> int | None:
    code = read_integer(dig(fields, "statusCode"))
    return read_integer(dig(fields, "status_code")) if code is None else code


def _refused(code: int | None) -> Refusal | None:
    if not code:
        return None
    unknown = (AnswerClass.UNAVAILABLE, f"TikTok refuses with code {code}")
    answer_class, reason = STATUS_CODES.get(code, unknown)
    return Refusal(answer_class, reason, str(code))


def _changed(reason: str) -> Refusal:
    return Refusal(AnswerClass.SCHEMA_CHANGED, reason)


def _broken(broken: BrokenJson, what: str) -> Refusal:
    """Cut short on the way, or no JSON from the start."""
    if broken.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, f"{what} is broken JSON")
    return _changed(f"{what} is not JSON")
