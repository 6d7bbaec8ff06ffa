"""X's JSON about posts and accounts, key for key as its web client gets it."""

from datetime import UTC, datetime

from app.domain.platforms import VideoKind
from app.sandbox.surfaces.answering import Json
from app.sandbox.world.accounts import Account
from app.sandbox.world.ids import code_of
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.rhythm import instant
from app.sandbox.world.world import Found

VIEWS_SINCE = int(datetime(2022, 12, 15, tzinfo=UTC).timestamp())
"""Posts from before have no views to show."""
WRAPPED_EVERY = 7
"""So often a post comes in a wrapper, for not everybody may answer to it."""


def shows_views(post: Post) -> bool:
    """Whether a post is young enough to show its views."""
    return post.created >= VIEWS_SINCE


def short_url(post: Post) -> str:
    """The link that stands for a post in other posts."""
    return f"https://t.co/{code_of(post.number)}"


def written(seconds: int) -> str:
    """An instant as X writes it."""
    return f"{instant(seconds):%a %b %d %H:%M:%S +0000 %Y}"


def result(found: Found | None, at: int) -> Json:
    """`tweetResult` of a post, or what stands in its place: nothing at all for one that is not there."""
    if found is None or found.post.index >= found.account.published(at) or found.post.is_deleted(at):
        return {}
    persona = found.account.persona
    if not found.account.exists(at) and not persona.was_suspended:
        text = "This Post is from an account that no longer exists. Learn more"
        return {"result": {"__typename": "TweetTombstone", "tombstone": {"text": {"text": text}}}}
    reasons = (
        (not found.account.exists(at), "Suspended"),
        (persona.is_private, "Protected"),
        (persona.is_for_members, "NsfwLoggedOut"),
    )
    reason = next((reason for holds, reason in reasons if holds), None)
    if reason is not None:
        return {"result": {"__typename": "TweetUnavailable", "reason": reason}}
    shown = tweet(found, at)
    if found.post.index % WRAPPED_EVERY == 3:
        shown.pop("__typename")
        return {"result": {"__typename": "TweetWithVisibilityResults", "tweet": shown}}
    return {"result": shown}


def tweet(found: Found, at: int) -> Json:
    """A post with its author and counters."""
    account, post, counts = found.account, found.post, found.counts(at)
    has_views = shows_views(post)
    views: Json = {"count": str(counts.views), "state": "EnabledWithCount"} if has_views else {"state": "Enabled"}
    edits = {
        "edit_tweet_ids": [post.external_id],
        "editable_until_msecs": str((post.created + 3600) * 1000),
        "is_edit_eligible": True,
        "edits_remaining": "5",
    }
    return {
        "__typename": "Tweet",
        "rest_id": post.external_id,
        "core": {"user_results": {"result": user(account, at)}},
        "unmention_data": {},
        "edit_control": edits,
        "is_translatable": False,
        "views": views,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "legacy": _legacy(account, post, counts),
    }


def user(account: Account, at: int) -> Json:
    """An account."""
    persona, counts = account.persona, account.counts(at)
    return {
        "__typename": "User",
        "id": f"user {account.external_id}",
        "rest_id": account.external_id,
        "affiliates_highlighted_label": {},
        "is_blue_verified": persona.is_verified,
        "profile_image_shape": "Circle",
        "legacy": {
            "created_at": written(account.joined),
            "default_profile": False,
            "default_profile_image": False,
            "description": persona.biography,
            "entities": {"description": {"urls": []}},
            "favourites_count": counts.following * 7,
            "followers_count": counts.followers,
            "friends_count": counts.following,
            "listed_count": counts.followers // 400,
            "location": "",
            "media_count": counts.profile_posts // 2,
            "name": persona.name,
            "normal_followers_count": counts.followers,
            "profile_image_url_https": f"https://img.sandbox/twitter/avatar/{account.external_id}.png",
            "screen_name": account.handle(at),
            "statuses_count": counts.profile_posts,
            "verified": False,
        },
    }


def syndicated(found: Found, at: int) -> Json:
    """A post as embeds show it: likes and the number of answers, no more."""
    account, post, counts = found.account, found.post, found.counts(at)
    shown: Json = {
        "__typename": "Tweet",
        "lang": "en",
        "favorite_count": counts.likes,
        "possibly_sensitive": False,
        "created_at": f"{instant(post.created):%Y-%m-%dT%H:%M:%S}.000Z",
        "display_text_range": [0, len(post.caption)],
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        "id_str": post.external_id,
        "text": post.caption,
        "user": {
            "id_str": account.external_id,
            "name": account.persona.name,
            "screen_name": account.handle(at),
            "verified": False,
            "is_blue_verified": account.persona.is_verified,
            "profile_image_url_https": f"https://img.sandbox/twitter/avatar/{account.external_id}.png",
        },
        "edit_control": {"edit_tweet_ids": [post.external_id], "is_edit_eligible": True, "edits_remaining": "5"},
        "conversation_count": counts.comments,
        "news_action_type": "conversation",
        "isEdited": False,
        "isStaleEdit": False,
    }
    media = _media(post)
    return shown | {"mediaDetails": media} if media else shown


def _legacy(account: Account, post: Post, counts: PostCounts) -> Json:
    legacy: Json = {
        "bookmark_count": counts.saves,
        "bookmarked": False,
        "created_at": written(post.created),
        "conversation_id_str": post.external_id,
        "display_text_range": [0, len(post.caption)],
        "entities": {"hashtags": [], "symbols": [], "timestamps": [], "urls": [], "user_mentions": []},
        "favorite_count": counts.likes,
        "favorited": False,
        "full_text": post.caption,
        "is_quote_status": False,
        "lang": "en",
        "quote_count": counts.shares - counts.reposts,
        "reply_count": counts.comments,
        "retweet_count": counts.reposts,
        "retweeted": False,
        "user_id_str": account.external_id,
        "id_str": post.external_id,
    }
    media = _media(post)
    return legacy | {"extended_entities": {"media": media}} if media else legacy


def _media(post: Post) -> list[Json]:
    """The picture or the video of a post that has one."""
    if post.kind is VideoKind.TEXT:
        return []
    media: Json = {
        "id_str": post.external_id,
        "media_url_https": f"https://img.sandbox/twitter/cover/{post.external_id}.png",
        "type": "video" if post.kind is VideoKind.VIDEO else "photo",
        "original_info": {"width": 1280, "height": 720},
    }
    if post.kind is VideoKind.VIDEO:
        url = f"https://media.sandbox/twitter/{post.external_id}/1280x720/video.mp4"
        variant = {"bitrate": 832_000, "content_type": "video/mp4", "url": url}
        media["video_info"] = {"duration_millis": (post.duration_seconds or 0) * 1000, "variants": [variant]}
    return [media]
