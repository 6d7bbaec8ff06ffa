"""ScrapeCreators' calls about TikTok: the web profile, and posts as the mobile API has them, with exact counters."""

from app.domain.platforms import Platform
from app.sandbox.surfaces.answering import Json
from app.sandbox.surfaces.scrapecreators.asks import Ask
from app.sandbox.surfaces.tiktok.shapes import TikTokShapes, post_url
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.world import World

PAGE = 20


class TikTokCalls:
    """The calls over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shapes = TikTokShapes(world)

    def profile(self, ask: Ask) -> Json:
        """`user`, `stats` and `statsV2` of `handle`."""
        detail = self._shapes.user_detail(ask.account(Platform.TIKTOK), ask.at, 0)["userInfo"]
        assert isinstance(detail, dict)
        return detail

    def video(self, ask: Ask) -> Json:
        """`aweme_detail` of `url`."""
        found = ask.post(Platform.TIKTOK)
        return {"aweme_detail": self._aweme(found.account, found.post, found.counts(ask.at), ask.at, is_pinned=False)}

    def profile_videos(self, ask: Ask) -> Json:
        """`aweme_list` of `handle` or `user_id`, pinned posts first, continued at `max_cursor`."""
        account = ask.account(Platform.TIKTOK, "user_id")
        pinned = account.pinned(ask.at)
        before = int(ask.query["max_cursor"]) if ask.query.get("max_cursor", "").isdecimal() else None
        listed = [
            post
            for post in ask.posts_of(account)
            if before is None or (post.created * 1000 < before and post not in pinned)
        ]
        shown = listed[:PAGE]
        lived, swelling = account.rhythm.days(ask.at), account.swelling(ask.at)
        return {
            "aweme_list": [
                self._aweme(account, post, post.counts(lived, swelling), ask.at, is_pinned=post in pinned)
                for post in shown
            ],
            "has_more": int(len(listed) > len(shown)),
            "max_cursor": shown[-1].created * 1000 if shown else 0,
            "min_cursor": shown[0].created * 1000 if shown else 0,
            "status_code": 0,
            "status_msg": "",
        }

    def _aweme(self, account: Account, post: Post, counts: PostCounts, at: int, *, is_pinned: bool) -> Json:
        cover = f"https://img.sandbox/tiktok/cover/{post.external_id}"
        aweme: Json = {
            "author": {
                "nickname": account.persona.name,
                "sec_uid": self._world.sec_uid(account),
                "signature": account.persona.biography,
                "uid": account.external_id,
                "unique_id": account.handle(at),
            },
            "aweme_id": post.external_id,
            "aweme_type": 150 if post.images else 0,
            "create_time": post.created,
            "desc": post.caption,
            "is_top": int(is_pinned),
            "share_url": post_url(account.handle(at), post),
            "statistics": {
                "aweme_id": post.external_id,
                "collect_count": counts.saves,
                "comment_count": counts.comments,
                "digg_count": counts.likes,
                "download_count": 0,
                "forward_count": 0,
                "play_count": counts.views,
                "repost_count": counts.reposts,
                "share_count": counts.shares,
            },
            "status": {"aweme_id": post.external_id, "is_delete": False, "private_status": 0},
            "video": {
                "cover": {"height": 720, "uri": post.external_id, "url_list": [f"{cover}.png"], "width": 720},
                "duration": (post.duration_seconds or 0) * 1000,
                "height": 1024,
                "ratio": "540p",
                "width": 576,
            },
        }
        if post.images:
            pictures = [f"{cover}-{number}.png" for number in range(1, post.images + 1)]
            images = [{"display_image": {"url_list": [picture]}} for picture in pictures]
            aweme["image_post_info"] = {"images": images}
        return aweme
