"""Instagram's logged-out answers read into facts: pure functions over what was sent, which never raise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.facts import Count, PostFacts, ProfileFacts
from app.domain.links import pk_of, shortcode_of
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

LIKES = (("edge_media_preview_like", "count"), ("edge_liked_by", "count"))
COMMENTS = (
    ("edge_media_to_parent_comment", "count"),
    ("edge_media_to_comment", "count"),
    ("edge_media_preview_comment", "count"),
)
LARGEST_HIDDEN_VALUE = 3
"""What is sent in place of a count that the owner switched off is -1 or a small constant."""
LONGEST_SHORTCODE = 64

REFUSING_WORDS: Sequence[tuple[str, AnswerClass, str]] = (
    ("feedback_required", AnswerClass.ACCOUNT_CHALLENGED, "Instagram challenges the session"),
    ("checkpoint_required", AnswerClass.ACCOUNT_CHALLENGED, "Instagram challenges the session"),
    ("challenge_required", AnswerClass.ACCOUNT_CHALLENGED, "Instagram challenges the session"),
    ("wait a few minutes", AnswerClass.RATE_LIMITED, "Instagram asks to wait a few minutes"),
    ("logged in", AnswerClass.LOGIN_REQUIRED, "Instagram shows this to members only on this route"),
    ("login_required", AnswerClass.LOGIN_REQUIRED, "Instagram shows this to members only on this route"),
)
"""Words of a refusing answer's message, the graver first."""


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """A profile, and the first posts of its timeline as far as they were delivered."""

    profile: ProfileFacts
    posts: tuple[PostFacts, ...]
    unreadable: int
    """Posts that were delivered and could not be read."""
    has_more: bool


def parse_web_profile_info(body: bytes, handle: str, external_id: str | None = None) -> ProfilePage | Refusal:
    """The profile and up to twelve posts of a `web_profile_info` answer with status 200.

    It must be that of `handle` and, where given, `external_id`: facts about anyone else are a Refusal.
    """
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "Instagram answered with nothing")
    data = decode_json(body)
    if isinstance(data, BrokenJson):
        return broken(data)
    if "user" not in as_object(dig(data, "data")):
        return refusal_in(body) or changed("The answer carries no user")
    return parse_web_profile(data, handle, external_id)


def parse_web_profile(data: object, handle: str, external_id: str | None = None) -> ProfilePage | Refusal:
    """The profile and up to twelve posts of the JSON of a `web_profile_info` answer; it must be whose it must be."""
    envelope = as_object(dig(data, "data"))
    if "user" not in envelope:
        return changed("The answer carries no user")
    if envelope["user"] is None:
        return Refusal(AnswerClass.NOT_FOUND, "Instagram knows no such account")
    user = as_object(envelope["user"])
    identity = _identity(user.get("id"), user.get("username"), handle, external_id)
    if isinstance(identity, Refusal):
        return identity
    links = (user.get("external_url"), *(dig(link, "url") for link in as_list(user.get("bio_links"))))
    timeline = user.get("edge_owner_to_timeline_media")
    figures = [dig(user, "edge_followed_by", "count"), dig(user, "edge_follow", "count"), dig(timeline, "count")]
    if are_unsaid(*figures):
        return changed(NO_FIGURES)
    followers, following, profile_posts = map(read_count, figures)
    profile = ProfileFacts(
        platform=Platform.INSTAGRAM,
        external_id=identity,
        handle=handle,
        display_name=read_text(user.get("full_name"), LONGEST_NAME),
        biography=read_text(user.get("biography")),
        link_in_bio=next((link for link in map(read_link, links) if link is not None), None),
        picture_url=read_url(user.get("profile_pic_url_hd")) or read_url(user.get("profile_pic_url")),
        is_verified=read_flag(user.get("is_verified")),
        is_private=bool(read_flag(user.get("is_private"))),
        counts=known(followers=followers, following=following, profile_posts=profile_posts),
    )
    hides_counts = bool(read_flag(user.get("hide_like_and_view_counts")))
    nodes = [dig(edge, "node") for edge in as_list(dig(timeline, "edges"))]
    posts = tuple(post for node in nodes if (post := parse_node(node, hides_counts)) is not None)
    has_more = bool(read_flag(dig(timeline, "page_info", "has_next_page")))
    return ProfilePage(profile, posts, len(nodes) - len(posts), has_more)


def parse_node(node: object, hides_counts: bool = False) -> PostFacts | None:
    """The post in a timeline edge; None without an id, or with a shortcode that is another post's.

    `hides_counts` says that the owner switched like and view counts off for the whole account.
    """
    fields = as_object(node)
    identity = post_identity(fields.get("id"), fields.get("shortcode"))
    if identity is None:
        return None
    post_id, shortcode = identity
    switched_off = hides_counts or bool(read_flag(fields.get("like_and_view_counts_disabled")))
    raw_likes = next((value for path in LIKES if read_integer(value := dig(fields, *path)) is not None), None)
    likes = shown(raw_likes, switched_off)
    plays = shown(fields.get("video_play_count"), switched_off)
    # The older three-second views and the plays are two measures: never one under the other's name.
    views = plays or shown(fields.get("video_view_count"), switched_off)
    comments = next((count for path in COMMENTS if (count := read_count(dig(fields, *path))) is not None), None)
    counts = known(views=views, plays=plays, likes=likes, comments=comments)
    hideable = {
        "likes": True,
        "views": bool(read_flag(fields.get("is_video"))),
        "plays": fields.get("video_play_count") is not None,
    }
    views_kind = None
    if "views" in counts:
        views_kind = ViewsKind.PLAYS if "plays" in counts else ViewsKind.THREE_SECOND_VIEWS
    return PostFacts(
        platform=Platform.INSTAGRAM,
        external_id=post_id,
        kind=_kind(fields),
        shortcode=shortcode,
        author_external_id=read_identifier(dig(fields, "owner", "id")),
        author_handle=read_handle(Platform.INSTAGRAM, dig(fields, "owner", "username")),
        caption=read_text(dig(fields, "edge_media_to_caption", "edges", 0, "node", "text")),
        published_at=read_instant(fields.get("taken_at_timestamp")),
        duration_seconds=read_seconds(fields.get("video_duration")),
        thumbnail_url=read_url(fields.get("display_url")) or read_url(fields.get("thumbnail_src")),
        video_url=read_url(fields.get("video_url")),
        is_pinned=bool(as_list(fields.get("pinned_for_users"))),
        views_kind=views_kind,
        counts=counts,
        hidden=frozenset(name for name, is_it in hideable.items() if switched_off and is_it and name not in counts),
    )


def parse_profile_html(body: bytes, handle: str, external_id: str | None = None) -> ProfileFacts | Refusal:
    """The profile in the data scripts of an account's HTML page; its posts carry no counts there and are left.

    It must be that of `handle` and, where given, `external_id`: facts about anyone else are a Refusal.
    """
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "Instagram answered with an empty page")
    page = Page(body)
    refusal: Refusal | None = None
    for script in page.scripts("data-sjs"):
        if "xig_user_by_username" not in script:
            continue
        data = decode_json(script)
        if isinstance(data, BrokenJson):
            refusal = broken(data)
            continue
        for user in map(as_object, results_in(data, "xig_user_by_username")):
            if "pk" not in user:
                continue
            identity = _identity(user.get("pk"), user.get("username"), handle, external_id)
            if not isinstance(identity, Refusal):
                return changed(NO_FIGURES) if shows_no_figures(user) else profile_of_user(user, identity, handle)
            refusal = identity
    if refusal is not None:
        return refusal
    return refusal_of_page(page) or changed("The page carries no user")


def refusal_of_page(page: Page) -> Refusal | None:
    """What the title of a page without the data asked for says; None when it says nothing known."""
    title = page.title.lower().replace("\u2019", "'")
    if "isn't available" in title or "page not found" in title:
        return Refusal(AnswerClass.NOT_FOUND, "Instagram's page says that it isn't available")
    if "login" in title or "log in" in title:
        return Refusal(AnswerClass.BLOCKED, "Instagram answered with its login page")
    if page.has_ids("captcha") or "verification" in title or "challenge" in title:
        return Refusal(AnswerClass.BLOCKED, "Instagram asks for a captcha")
    return None


def refusal_in(body: bytes) -> Refusal | None:
    """What the message of a refusing JSON answer says; None when it says nothing known."""
    data = as_object(decode_json(body))
    words = " ".join(str(data.get(key, ""))[:500] for key in ("message", "error_type", "error_title")).lower()
    for word, answer_class, reason in REFUSING_WORDS:
        if word in words:
            return Refusal(answer_class, reason, read_text(data.get("message"), 100))
    return None


def profile_of_user(user: Mapping[str, object], external_id: str, handle: str) -> ProfileFacts:
    """The profile in a user object as pages and the v1 calls write it; the caller has read who it is."""
    links = (*(dig(link, "url") for link in as_list(user.get("bio_links"))), user.get("external_url"))
    pictures = (dig(user, "hd_profile_pic_url_info", "url"), user.get("profile_pic_url"))
    return ProfileFacts(
        platform=Platform.INSTAGRAM,
        external_id=external_id,
        handle=handle,
        display_name=read_text(user.get("full_name"), LONGEST_NAME),
        biography=read_text(user.get("biography")),
        link_in_bio=next((link for link in map(read_link, links) if link is not None), None),
        picture_url=next((url for url in map(read_url, pictures) if url is not None), None),
        is_verified=read_flag(user.get("is_verified")),
        is_private=bool(read_flag(user.get("is_private"))),
        counts=known(
            followers=read_count(user.get("follower_count")),
            following=read_count(user.get("following_count")),
            profile_posts=read_count(user.get("all_media_count")) or read_count(user.get("media_count")),
        ),
    )


def shows_no_figures(user: Mapping[str, object]) -> bool:
    """Whether a user object has none of the counters that `profile_of_user` reads, known or unknown."""
    return are_unsaid(*(user.get(f"{name}_count") for name in ("follower", "following", "all_media", "media")))


def results_in(data: object, name: str) -> Iterator[object]:
    """What every `__bbox.result.data` object of a data script holds under `name`, at any depth, in page order."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            result = as_object(dig(value, "__bbox", "result", "data"))
            if name in result:
                yield result[name]
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _identity(raw_id: object, raw_handle: object, handle: str, external_id: str | None) -> str | Refusal:
    """The account's id, or why this is not the account asked for."""
    found_id, found_handle = read_identifier(raw_id), read_handle(Platform.INSTAGRAM, raw_handle)
    if found_id is None or found_handle is None:
        return changed("The profile has no readable id and handle")
    if found_handle != handle:
        return changed(f"Asked for @{handle}, answered with @{found_handle}")
    if external_id is not None and found_id != external_id:
        return changed(f"@{handle} is now account {found_id}, not {external_id}")
    return found_id


def post_identity(raw_id: object, shortcode: object) -> tuple[str, str] | None:
    """The media pk and the shortcode, each from the other where one is missing; None where they are two posts'."""
    # A media id may be written pk_userpk.
    post_id = read_identifier(raw_id.partition("_")[0] if isinstance(raw_id, str) else raw_id)
    if shortcode is None or shortcode == "":
        return (post_id, shortcode_of(int(post_id))) if post_id is not None else None
    if not isinstance(shortcode, str) or len(shortcode) > LONGEST_SHORTCODE:
        return None
    try:
        pk = str(pk_of(shortcode))
    except ValueError:
        return None
    return (pk, shortcode) if post_id in (None, pk) and read_identifier(pk) else None


def _kind(fields: Mapping[str, object]) -> VideoKind:
    if fields.get("product_type") == "clips":
        return VideoKind.REEL
    if str(fields.get("__typename")).endswith("Sidecar"):
        return VideoKind.CAROUSEL
    return VideoKind.VIDEO if read_flag(fields.get("is_video")) else VideoKind.IMAGE


def shown(value: object, switched_off: bool) -> Count | None:
    """The count in `value`; None for what is sent in place of one that the owner switched off."""
    number = read_integer(value)
    is_stand_in = switched_off and number is not None and number <= LARGEST_HIDDEN_VALUE
    return None if is_stand_in else read_count(value)


def known(**counts: Count | None) -> dict[str, Count]:
    """The counters that are known."""
    return {name: count for name, count in counts.items() if count is not None}


def changed(reason: str) -> Refusal:
    """An answer of another shape, or about something else, than was asked for."""
    return Refusal(AnswerClass.SCHEMA_CHANGED, reason)


def broken(data: BrokenJson) -> Refusal:
    """Cut short on the way, or no JSON from the start."""
    if data.looks_like_json:
        return Refusal(AnswerClass.UPSTREAM_ERROR, "Instagram's answer is broken JSON")
    return changed("Instagram's answer is not JSON")
