"""LinkedIn's guest pages read into facts: a pure function over what was sent, which never raises."""

import re
from collections.abc import Iterator, Mapping

from app.domain.facts import Count, PostFacts
from app.domain.links import LARGEST_POST_ID
from app.domain.platforms import Platform, VideoKind
from app.providers.failures import AnswerClass, Refusal
from app.providers.pages import Page
from app.providers.values import (
    BrokenJson,
    as_list,
    as_object,
    decode_json,
    dig,
    read_count,
    read_handle,
    read_iso_instant,
    read_text,
    read_url,
)
from app.providers.youtube.parse import read_duration

POSTINGS = frozenset(
    {"SocialMediaPosting", "DiscussionForumPosting", "VideoObject", "Article", "NewsArticle", "BlogPosting"}
)
"""The types of schema.org that a post comes as."""
SCHEMA = re.compile(r"https?://(?:www\.)?schema\.org/", re.IGNORECASE)
URN = re.compile(r"(activity|ugcPost|share)[-:](\d{1,19})(?!\d)", re.IGNORECASE)
ADDRESS_KEYS = ("url", "@id", "mainEntityOfPage", "embedUrl")
AUTHOR_PAGE = re.compile(r"linkedin\.com/(?:in|company|school)/([\w-]+)", re.IGNORECASE | re.ASCII)
WALL_TITLES = ("sign up", "login", "log in", "sign in", "security verification", "join linkedin")
LARGEST_NESTING = 3


def parse_post_page(body: bytes, post_id: str) -> PostFacts | Refusal:
    """The post on a guest page: its reactions and comments, never views. Another post's page is a Refusal.

    `post_id` is the kind and number, such as "activity:7102". A page that only names the other kinds of ids of its
    post must hold the one asked for somewhere as a URN.
    """
    if not body.strip():
        return Refusal(AnswerClass.BLOCKED, "LinkedIn answered with an empty page")
    page = Page(body)
    postings, is_broken = _postings(page)
    own = [it for it in postings if post_id.lower() in _names_of(it)] or postings
    posting = next((it for it in own if _counter(it, "LikeAction") is not None), next(iter(own), {}))
    found: Mapping[str, Count | None] = {
        "likes": _counter(posting, "LikeAction") or _attribute(page, "data-num-reactions"),
        "comments": _counter(posting, "CommentAction")
        or read_count(posting.get("commentCount"))
        or _attribute(page, "data-num-comments"),
    }
    counts = {name: count for name, count in found.items() if count is not None}
    if not posting and not counts:
        if any(words in page.title.lower() for words in WALL_TITLES):
            return Refusal(AnswerClass.BLOCKED, "LinkedIn asks visitors to log in")
        if is_broken:
            return Refusal(AnswerClass.UPSTREAM_ERROR, "The page's data is broken JSON")
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The page carries no post")
    wrong = _wrong_post(page, posting, body, post_id)
    if wrong is not None:
        return wrong
    # A post that nobody has reacted to yet may come without any statistics.
    if not counts and posting.get("interactionStatistic"):
        return Refusal(AnswerClass.SCHEMA_CHANGED, "The page shows no figures")
    return _post(posting, post_id, counts)


def _post(posting: Mapping[str, object], post_id: str, counts: Mapping[str, Count]) -> PostFacts:
    author = as_object(_first(posting.get("author"))) or as_object(_first(posting.get("creator")))
    address = AUTHOR_PAGE.search(read_url(author.get("url")) or "")
    video, images = as_object(_first(posting.get("video"))), _pictures(posting)
    texts = (posting.get(key) for key in ("articleBody", "text", "headline", "description", "name"))
    times = (posting.get("datePublished"), posting.get("uploadDate"), posting.get("dateCreated"))
    return PostFacts(
        platform=Platform.LINKEDIN,
        external_id=post_id,
        kind=_kind(posting, video, images),
        author_handle=read_handle(Platform.LINKEDIN, address[1]) if address is not None else None,
        caption=next((text for text in map(read_text, texts) if text is not None), None),
        published_at=next((instant for instant in map(read_iso_instant, times) if instant is not None), None),
        duration_seconds=read_duration(posting.get("duration")) or read_duration(video.get("duration")),
        thumbnail_url=images[0] if images else None,
        counts=counts,
    )


def _postings(page: Page) -> tuple[list[Mapping[str, object]], bool]:
    """The postings in the JSON-LD of a page, outermost first, and whether some of it was cut short."""
    found: list[Mapping[str, object]] = []
    is_broken = False
    for script in page.scripts('type="application/ld+json"'):
        data = decode_json(script)
        if isinstance(data, BrokenJson):
            is_broken = is_broken or data.looks_like_json
            continue
        found += _postings_in(data, 0)
    return found, is_broken


def _postings_in(data: object, depth: int) -> Iterator[Mapping[str, object]]:
    """One posting, a list of them, or what a graph or a page says it is about; never the comments below a posting."""
    if depth > LARGEST_NESTING:
        return
    for item in as_list(data) if isinstance(data, list) else [data]:
        fields = as_object(item)
        if not POSTINGS.isdisjoint(_types(fields)):
            yield fields
        for key in ("@graph", "mainEntity"):
            if key in fields:
                yield from _postings_in(fields[key], depth + 1)


def _types(fields: Mapping[str, object]) -> set[str]:
    """The types of an object, without the address of the vocabulary."""
    named = fields.get("@type")
    return {SCHEMA.sub("", name) for name in (named if isinstance(named, list) else [named]) if isinstance(name, str)}


def _counter(posting: Mapping[str, object], action: str) -> Count | None:
    """How often an action was taken, from one counter or a list of them."""
    counters = posting.get("interactionStatistic")
    for counter in counters if isinstance(counters, list) else [counters]:
        kind = dig(counter, "interactionType")
        names = _types(as_object(kind)) | ({SCHEMA.sub("", kind)} if isinstance(kind, str) else set())
        if action in names:
            return read_count(dig(counter, "userInteractionCount"))
    return None


def _attribute(page: Page, name: str) -> Count | None:
    """The first number in an attribute: the post stands before its comments, and before other posts."""
    return read_count(next(page.attributes(name), None))


def _wrong_post(page: Page, posting: Mapping[str, object], body: bytes, post_id: str) -> Refusal | None:
    """A Refusal where the page is not about the post asked for."""
    named = _names_of(posting) | {name for address in page.addresses for name in _names_in(address)}
    if post_id.lower() in named:
        return None
    kind, _, number = post_id.partition(":")
    same_kind = sorted(name for name in named if name.startswith(f"{kind.lower()}:"))
    urn = re.compile(rb"urn:li:%s:%s(?!\d)" % (kind.encode(), number.encode()))
    if not same_kind and urn.search(body) is not None:
        return None
    shown = (same_kind or sorted(named) or ["none that it names"])[0]
    return Refusal(AnswerClass.SCHEMA_CHANGED, f"Asked for {post_id}, answered with {shown}")


def _names_of(posting: Mapping[str, object]) -> set[str]:
    """The posts that the addresses of a posting name."""
    return {name for key in ADDRESS_KEYS for text in _addresses(posting.get(key)) for name in _names_in(text)}


def _names_in(text: str) -> Iterator[str]:
    """The posts that a text names, in lower case."""
    for kind, number in URN.findall(text):
        if int(number) <= LARGEST_POST_ID:
            yield f"{kind}:{int(number)}".lower()


def _addresses(value: object) -> list[str]:
    """The addresses in a value: itself, or those of the object it is."""
    if isinstance(value, str):
        return [value]
    return [text for key in ("@id", "url") if isinstance(text := as_object(value).get(key), str)]


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _pictures(posting: Mapping[str, object]) -> list[str]:
    """The addresses of a post's pictures, in their order."""
    found: list[str] = []
    for key in ("image", "thumbnailUrl", "thumbnail"):
        value = posting.get(key)
        for picture in value if isinstance(value, list) else [value]:
            url = read_url(picture) or read_url(dig(picture, "url")) or read_url(dig(picture, "contentUrl"))
            if url is not None:
                found.append(url)
    return found


def _kind(posting: Mapping[str, object], video: Mapping[str, object], pictures: list[str]) -> VideoKind:
    types = _types(posting)
    if "VideoObject" in types or video:
        return VideoKind.VIDEO
    if not types & {"SocialMediaPosting", "DiscussionForumPosting"} or not pictures:
        return VideoKind.TEXT
    return VideoKind.CAROUSEL if len(pictures) > 1 else VideoKind.IMAGE
