"""What Instagram tells members alone, as a paid upstream passes it on: pure functions, which never raise."""

from collections.abc import Mapping, Sequence

from app.domain.facts import PostFacts, ProfileFacts
from app.domain.platforms import Platform
from app.providers.failures import NO_FIGURES, AnswerClass, Refusal
from app.providers.instagram.media import NO_SUCH_POST, parse_media
from app.providers.instagram.parse import COMMENTS, LIKES, changed, parse_node, profile_of_user, shows_no_figures
from app.providers.values import are_unsaid, as_list, as_object, dig, read_flag, read_handle, read_identifier
from app.providers.walks import ListPage

LONGEST_CURSOR = 2_000
FIGURES = (*LIKES, *COMMENTS, ("video_play_count",), ("video_view_count",))
"""Where the figures of a post stand, of which every one has at least one."""


def parse_shortcode_media(answer: Mapping[str, object], external_id: str) -> PostFacts | Refusal:
    """The post in an answer with `xdt_shortcode_media`; facts about any other post are a Refusal."""
    data = as_object(answer.get("data"))
    if "xdt_shortcode_media" not in data:
        return changed("The answer carries no post")
    if data["xdt_shortcode_media"] is None:
        return Refusal(AnswerClass.NOT_FOUND, NO_SUCH_POST)
    post = parse_node(data["xdt_shortcode_media"])
    if post is None:
        return changed("The post has no readable id and shortcode")
    if post.external_id != external_id:
        return changed(f"Asked for post {external_id}, answered with {post.external_id}")
    is_unsaid = are_unsaid(*(dig(data["xdt_shortcode_media"], *path) for path in FIGURES))
    return changed(NO_FIGURES) if is_unsaid and not post.hidden else post


def parse_user(answer: Mapping[str, object], external_id: str) -> ProfileFacts | Refusal:
    """The profile in a v1 user object, asked for by its id; that of anyone else is a Refusal."""
    found_id = read_identifier(answer.get("pk")) or read_identifier(answer.get("id"))
    handle = read_handle(Platform.INSTAGRAM, answer.get("username"))
    if found_id is None or handle is None:
        return changed("The profile has no readable id and handle")
    if found_id != external_id:
        return changed(f"Asked for account {external_id}, answered with {found_id}")
    if shows_no_figures(answer):
        return changed(NO_FIGURES)
    return profile_of_user(answer, found_id, handle)


def parse_user_posts(answer: Mapping[str, object], owner_id: str | None) -> ListPage | Refusal:
    """One page of a user's posts, as v1 media; see `_page` for whose they must be."""
    found_id = read_identifier(dig(answer, "user", "pk"))
    if owner_id is not None and found_id not in (None, owner_id):
        return changed(f"Asked for posts of account {owner_id}, answered with those of {found_id}")
    return _page(answer.get("items"), owner_id, answer.get("more_available"), answer.get("next_max_id"))


def parse_user_reels(answer: Mapping[str, object], owner_id: str | None) -> ListPage | Refusal:
    """One page of a user's Reels, as v1 media; see `_page` for whose they must be."""
    items = answer.get("items")
    media: object = [dig(item, "media") for item in items] if isinstance(items, list) else items
    paging = as_object(answer.get("paging_info"))
    return _page(media, owner_id, paging.get("more_available"), paging.get("max_id"))


def _page(items: object, owner_id: str | None, more_available: object, cursor: object) -> ListPage | Refusal:
    """The posts of `owner_id`, by whom they were published or who is named as their co-author; the rest are counted."""
    if not isinstance(items, list):
        return changed("The answer is no list of posts")
    read = [(post, item) for item in items if (post := parse_media(item)) is not None]
    own = tuple(post for post, item in read if owner_id is None or owner_id in _authors(post, item))
    if read and not own:
        return changed(f"Asked for posts of account {owner_id}, answered with somebody else's")
    is_cursor = isinstance(cursor, str) and 0 < len(cursor) <= LONGEST_CURSOR
    return ListPage(own, len(items) - len(own), bool(read_flag(more_available)), str(cursor) if is_cursor else None)


def _authors(post: PostFacts, item: object) -> Sequence[str | None]:
    coauthors = as_list(dig(item, "coauthor_producers"))
    return [post.author_external_id, *(read_identifier(dig(coauthor, "pk")) for coauthor in coauthors)]
