"""Shapes: the keys of upstream answers that figures are read from, as they were when last recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import DecodeError, json

from app.providers.pages import Page

SCRIPTS = ("__UNIVERSAL_DATA_FOR_REHYDRATION__",)
DATA_ATTRIBUTES = ("data-sjs", 'type="application/ld+json"')


@dataclass(frozen=True, slots=True)
class Shape:
    """An object in an answer: the keys that lead to it, wherever they begin, and its own."""

    path: tuple[str, ...]
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Drift:
    """How an object differs from its shape."""

    path: tuple[str, ...]
    is_found: bool
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def _shape(path: str, expected: str) -> Shape:
    return Shape(tuple(path.split(".")) if path else (), frozenset(expected.split()))


TIKTOK_PROFILE_COUNTS = "diggCount followerCount followingCount friendCount heart heartCount videoCount"
TIKTOK_COUNTS = "collectCount commentCount diggCount playCount shareCount"
TIKTOK_AWEME_COUNTS = (
    "aweme_id collect_count comment_count digg_count download_count forward_count lose_comment_count lose_count"
    " play_count repost_count share_count whatsapp_share_count"
)
X_COUNTS = (
    "bookmark_count bookmarked conversation_id_str created_at display_text_range entities favorite_count favorited"
    " full_text id_str is_quote_status lang quote_count reply_count retweet_count retweeted user_id_str"
)
INSTAGRAM_USER = """
    ai_agent_type bio_links biography biography_with_entities blocked_by_viewer business_address_json
    business_category_name business_contact_method business_email business_phone_number category_enum
    category_name connected_fb_page country_block edge_felix_video_timeline edge_follow edge_followed_by
    edge_media_collections edge_mutual_followed_by edge_owner_to_timeline_media edge_related_profiles
    edge_saved_media eimu_id external_url external_url_linkshimmed fb_profile_biolink fbid
    followed_by_viewer follows_viewer full_name group_metadata guardian_id has_ar_effects has_blocked_viewer
    has_channel has_clips has_guides has_onboarded_to_text_post_app has_requested_viewer
    hide_like_and_view_counts highlight_reel_count id is_business_account is_embeds_disabled
    is_guardian_of_viewer is_joined_recently is_private is_professional_account is_regulated_c18
    is_supervised_by_viewer is_supervised_user is_supervision_enabled is_verified is_verified_by_mv4b
    overall_category_name pinned_channels_list_count profile_pic_url profile_pic_url_hd pronouns
    remove_message_entrypoint requested_by_viewer restricted_by_viewer should_show_category
    should_show_public_contacts show_account_transparency_details show_text_post_app_badge
    transparency_label transparency_product username
"""

TIKTOK_VIDEO_PAGE = (
    _shape("itemInfo", "itemStruct"),
    _shape("itemStruct.stats", TIKTOK_COUNTS),
    _shape("itemStruct.statsV2", f"{TIKTOK_COUNTS} repostCount"),
)
TIKTOK_LIST = (
    _shape("itemList.stats", TIKTOK_COUNTS),
    _shape("itemList.statsV2", f"{TIKTOK_COUNTS} repostCount"),
)

SHAPES: Mapping[tuple[str, str], tuple[Shape, ...]] = {
    ("tiktok_web", "profile_page"): (
        _shape("userInfo", "itemList stats statsV2 user"),
        _shape("userInfo.stats", TIKTOK_PROFILE_COUNTS),
        _shape("userInfo.statsV2", TIKTOK_PROFILE_COUNTS),
    ),
    ("tiktok_web", "video_page"): TIKTOK_VIDEO_PAGE,
    ("tiktok_web", "creator_item_list"): TIKTOK_LIST,
    ("ytdlp_tiktok", "video_page"): TIKTOK_VIDEO_PAGE,
    ("ytdlp_tiktok", "creator_item_list"): TIKTOK_LIST,
    ("ytdlp_twitter", "guest_query"): (_shape("tweetResult.result.legacy", X_COUNTS),),
    ("twitter_syndication", "syndication"): (
        _shape(
            "",
            "__typename conversation_count created_at display_text_range edit_control entities favorite_count id_str"
            " isEdited isStaleEdit lang news_action_type possibly_sensitive text user",
        ),
    ),
    ("linkedin_web", "post_page"): (_shape("interactionStatistic", "@type interactionType userInteractionCount"),),
    ("instagram_web", "web_profile_info"): (_shape("data", "user"), _shape("data.user", INSTAGRAM_USER)),
    ("instagram_web", "profile_html"): (
        _shape(
            "xig_user_by_username",
            "all_media_count bio_links biography follower_count following_count full_name hd_profile_pic_url_info id"
            " is_private is_verified pk profile_pic_url username",
        ),
    ),
    ("instagram_web", "post_page"): (_shape("xig_polaris_media", "if_not_gated_logged_out"),),
    ("instagram_web", "post_query"): (_shape("xig_polaris_media", "if_not_gated_logged_out"),),
    ("instagram_discovery", "business_discovery"): (
        _shape(
            "business_discovery",
            "biography followers_count follows_count id media media_count name profile_picture_url username website",
        ),
    ),
    ("youtube_api", "channels"): (
        _shape("items.statistics", "hiddenSubscriberCount subscriberCount videoCount viewCount"),
    ),
    ("youtube_api", "playlistItems"): (_shape("items.contentDetails", "videoId videoPublishedAt"),),
    ("youtube_api", "videos"): (
        _shape("items.statistics", "commentCount dislikeCount favoriteCount likeCount viewCount"),
    ),
    ("youtube_api", "videos:batchGetStats"): (_shape("items.statistics", "commentCount likeCount viewCount"),),
    ("scrapecreators", "tiktok/profile"): (_shape("stats", TIKTOK_PROFILE_COUNTS),),
    ("scrapecreators", "tiktok/video"): (_shape("aweme_detail.statistics", TIKTOK_AWEME_COUNTS),),
    ("scrapecreators", "tiktok/profile/videos"): (_shape("aweme_list.statistics", TIKTOK_AWEME_COUNTS),),
    ("scrapecreators", "instagram/profile"): (_shape("data", "user"), _shape("data.user", INSTAGRAM_USER)),
    ("scrapecreators", "instagram/post"): (_shape("data", "xdt_shortcode_media"),),
    ("scrapecreators", "twitter/tweet"): (_shape("legacy", X_COUNTS), _shape("views", "count state")),
    ("scrapecreators", "facebook/post"): (
        _shape(
            "",
            "author comment_count creation_time credits_charged credits_remaining description feedback_id image_url"
            " like_count music post_id share_count success url video view_count",
        ),
    ),
    ("scrapecreators", "linkedin/post"): (
        _shape(
            "",
            "author commentCount comments credits_charged credits_remaining datePublished description headline"
            " likeCount moreArticles name success url",
        ),
    ),
}
"""By provider and route. What is read by a library is its own to know."""


def drift_of(provider: str, route: str, body: bytes) -> list[Drift]:
    """How an answer differs from the shapes of its route; nothing for a route without any."""
    documents = list(_documents(body)) if (provider, route) in SHAPES else []
    return [_drift(shape, documents) for shape in SHAPES.get((provider, route), ())]


def _drift(shape: Shape, documents: list[Any]) -> Drift:
    for document in documents:
        for found in _objects(document, shape.path):
            seen = frozenset(found)
            missing, unknown = sorted(shape.expected - seen), sorted(seen - shape.expected)
            return Drift(shape.path, True, tuple(missing), tuple(unknown))
    return Drift(shape.path, False)


def _documents(body: bytes) -> Iterator[Any]:
    """The JSON that a body is, or that its scripts hold."""
    try:
        yield json.decode(body)
        return
    except DecodeError:
        page = Page(body)
    texts = [page.script(name) for name in SCRIPTS]
    texts += [text for attribute in DATA_ATTRIBUTES for text in page.scripts(attribute)]
    for text in texts:
        try:
            yield json.decode(text or "")
        except DecodeError:
            continue


def _objects(value: Any, path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The objects at the end of a path that may begin anywhere; lists on the way are looked into."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, path)
    elif isinstance(value, dict):
        yield from _at(value, path)
        for each in value.values():
            yield from _objects(each, path)


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path)
    elif isinstance(value, dict):
        if not path:
            yield value
        elif path[0] in value:
            yield from _at(value[path[0]], path[1:])
