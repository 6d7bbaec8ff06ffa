"""ScrapeCreators' calls about Instagram: answers of its web and of its v1 API, passed on with plays."""

from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json
from app.sandbox.surfaces.instagram.accounts import Instagram
from app.sandbox.surfaces.instagram.posts import lasting_media, moving_media
from app.sandbox.surfaces.scrapecreators.asks import Ask
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.world import Found

PAGE = 12
SWITCHED_OFF = -1
TYPENAMES = {
    VideoKind.REEL: "XDTGraphVideo",
    VideoKind.IMAGE: "XDTGraphImage",
    VideoKind.CAROUSEL: "XDTGraphSidecar",
}
FACEBOOK_LIKES_PER_PLAY = 0.02


class InstagramCalls:
    """The calls over the world of Instagram's own surfaces."""

    def __init__(self, instagram: Instagram) -> None:
        self._instagram = instagram

    def profile(self, ask: Ask) -> Json:
        """The answer of web_profile_info for `handle`."""
        account = ask.account(Platform.INSTAGRAM)
        user = self._instagram.user(account, ask.at, ask.asked.hides_likes(account.persona))
        return {"data": {"user": user}, "status": "ok"}

    def basic_profile(self, ask: Ask) -> Json:
        """The v1 user of `userId`."""
        account = ask.account(Platform.INSTAGRAM, "userId")
        persona, counts = account.persona, account.counts(ask.at)
        picture = f"https://img.sandbox/instagram/avatar/{account.external_id}"
        return {
            "is_private": persona.is_private,
            "bio_links": [{"url": persona.link}] if persona.link else [],
            "username": account.handle(ask.at),
            "pk": account.external_id,
            "profile_pic_url": f"{picture}-150.png",
            "hd_profile_pic_url_info": {"url": f"{picture}-320.png"},
            "biography": persona.biography,
            "full_name": persona.name,
            "is_verified": persona.is_verified,
            "account_type": 3,
            "follower_count": counts.followers,
            "is_business": persona.link is not None,
            "category": persona.category,
            "external_url": persona.link or "",
            "following_count": counts.following,
            "media_count": counts.profile_posts,
            "id": account.external_id,
        }

    def post(self, ask: Ask) -> Json:
        """`xdt_shortcode_media` of `url`, with three-second views and plays both."""
        found = ask.post(Platform.INSTAGRAM)
        media = _shortcode_media(found, ask.at, ask.asked.hides_likes(found.account.persona))
        return {"data": {"xdt_shortcode_media": media}, "extensions": {"is_final": True}, "status": "ok"}

    def user_posts(self, ask: Ask) -> Json:
        """v1 items of `handle`, pinned posts first, continued at `next_max_id`."""
        account = ask.account(Platform.INSTAGRAM, "user_id")
        posts, following = ask.page(ask.posts_of(account), PAGE, "next_max_id")
        pinned = account.pinned(ask.at)
        items = [
            _media(ask, account, post) | {"timeline_pinned_user_ids": [account.external_id] if post in pinned else []}
            for post in posts
        ]
        answer: Json = {"num_results": len(items), "more_available": following is not None, "items": items}
        if following is not None:
            answer["next_max_id"] = following
        user = {"pk": account.external_id, "id": account.external_id, "username": account.handle(ask.at)}
        return answer | {"user": user, "status": "ok"}

    def user_reels(self, ask: Ask) -> Json:
        """v1 media of the reels of `handle` or `user_id`, continued at `max_id`."""
        account = ask.account(Platform.INSTAGRAM, "user_id")
        reels = (post for post in ask.posts_of(account) if post.kind is VideoKind.REEL)
        posts, following = ask.page(reels, PAGE, "max_id")
        paging: Json = {"more_available": following is not None}
        if following is not None:
            paging["max_id"] = following
        items = [{"media": _media(ask, account, post)} for post in posts]
        return {"items": items, "paging_info": paging, "status": "ok"}


def _media(ask: Ask, account: Account, post: Post) -> Json:
    """A v1 media object. `play_count` counts Facebook's plays in, which stand beside it where there are any."""
    hides_likes = ask.asked.hides_likes(account.persona)
    found = Found(account, post)
    media = lasting_media(post) | moving_media(found, ask.at, hides_likes)
    for key in ("view_count", "play_count", "ig_play_count"):
        del media[key]
    if post.kind is VideoKind.REEL and not hides_likes:
        media |= _plays(found.counts(ask.at))
    return media


def _plays(counts: PostCounts) -> Json:
    plays: Json = {"play_count": counts.plays, "ig_play_count": counts.plays - counts.fb_plays}
    if counts.fb_plays:
        likes = int(counts.fb_plays * FACEBOOK_LIKES_PER_PLAY)
        plays |= {"fb_play_count": counts.fb_plays, "fb_aggregated_like_count": likes}
    return plays


def _shortcode_media(found: Found, at: int, hides_likes: bool) -> Json:
    account, post, counts = found.account, found.post, found.counts(at)
    persona, cover = account.persona, f"https://img.sandbox/instagram/cover/{post.external_id}"
    is_video = post.kind is VideoKind.REEL
    media: Json = {
        "__typename": TYPENAMES[post.kind],
        "id": post.external_id,
        "shortcode": post.shortcode,
        "thumbnail_src": f"{cover}-640.png",
        "dimensions": {"height": 1920 if is_video else 1350, "width": 1080},
        "display_url": f"{cover}.png",
        "is_video": is_video,
        "owner": {
            "id": account.external_id,
            "username": account.handle(at),
            "is_verified": persona.is_verified,
            "full_name": persona.name,
            "is_private": persona.is_private,
            "edge_owner_to_timeline_media": {"count": account.counts(at).profile_posts},
            "edge_followed_by": {"count": account.counts(at).followers},
        },
        "edge_media_to_caption": {"edges": [{"node": {"text": post.caption}}]},
        "like_and_view_counts_disabled": hides_likes,
        "edge_media_to_parent_comment": {"count": counts.comments, "edges": []},
        "edge_media_preview_comment": {"count": counts.comments, "edges": []},
        "comments_disabled": False,
        "taken_at_timestamp": post.created,
        "edge_media_preview_like": {"count": SWITCHED_OFF if hides_likes else counts.likes, "edges": []},
        "coauthor_producers": [],
        "pinned_for_users": [],
    }
    if is_video:
        media |= {
            "product_type": "clips",
            "video_url": f"{cover}.mp4",
            "video_duration": float(post.duration_seconds or 0),
            "video_view_count": None if hides_likes else counts.views,
            "video_play_count": None if hides_likes else counts.plays,
        }
    return media
