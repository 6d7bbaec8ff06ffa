"""ScrapeCreators' calls about YouTube: what its pages show, read into numbers."""

from app.domain.platforms import Platform
from app.sandbox.surfaces.answering import Json, abbreviated
from app.sandbox.surfaces.scrapecreators.asks import Ask
from app.sandbox.surfaces.youtube.api_shapes import subscribers
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post
from app.sandbox.world.rhythm import DAY, instant
from app.sandbox.world.world import Found

PAGE = 30


def video(ask: Ask) -> Json:
    """The video at `url`; likes that are hidden and comments that are switched off are null."""
    found = ask.post(Platform.YOUTUBE)
    account, post, counts = found.account, found.post, found.counts(ask.at)
    likes = None if ask.asked.hides_likes(account.persona) else counts.likes
    comments = None if account.persona.takes_no_comments else counts.comments
    seconds = post.duration_seconds or 0
    handle = account.handle(ask.at)
    return {
        "id": post.external_id,
        "thumbnail": f"https://img.sandbox/youtube/cover/{post.external_id}-high.png",
        "url": f"https://www.youtube.com/watch?v={post.external_id}",
        "publishDate": f"{instant(post.created):%Y-%m-%dT%H:%M:%S+00:00}",
        "type": "short" if post.is_short else "video",
        "title": post.caption,
        "description": None,
        "commentCountText": f"{comments:,}" if comments is not None else None,
        "commentCountInt": comments,
        "likeCountText": f"{likes}" if likes is not None else None,
        "likeCountInt": likes,
        "viewCountText": f"{counts.views:,}",
        "viewCountInt": counts.views,
        "publishDateText": f"{instant(post.created):%b %d, %Y}",
        "channel": {
            "id": account.external_id,
            "url": f"https://www.youtube.com/@{handle}",
            "handle": handle,
            "title": account.persona.name,
        },
        "keywords": [],
        "genre": "Education",
        "durationMs": seconds * 1000,
        "durationFormatted": f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
    }


def channel(ask: Ask) -> Json:
    """The channel of `channelId`, `handle` or `url`."""
    account = ask.account(Platform.YOUTUBE, "channelId")
    persona, counts = account.persona, account.counts(ask.at)
    picture = {"url": f"https://img.sandbox/youtube/avatar/{account.external_id}-high.png", "width": 160, "height": 160}
    shown: Json = {
        "channelId": account.external_id,
        "channel": f"http://www.youtube.com/@{account.handle(ask.at)}",
        "name": persona.name,
        "avatar": {"image": {"sources": [picture]}},
        "description": persona.biography,
        "videoCountText": f"{counts.profile_posts:,} videos",
        "viewCountText": f"{counts.total_views:,} views",
        "joinedDateText": f"Joined {instant(account.joined):%b %d, %Y}",
        "tags": "",
        "email": None,
        "links": [persona.link] if persona.link else [],
        "country": "United States",
    }
    if not persona.hides_followers:
        followers = subscribers(account, ask.at)
        shown |= {
            "subscriberCount": followers,
            "subscriberCountText": f"{abbreviated(followers, 3)} subscribers",
        }
    return shown


def channel_videos(ask: Ask) -> Json:
    """The channel's videos, continued at `continuationToken`."""
    return _listed(ask, "videos", is_short=False)


def channel_shorts(ask: Ask) -> Json:
    """The channel's shorts, continued at `continuationToken`."""
    return _listed(ask, "shorts", is_short=True)


def _listed(ask: Ask, name: str, *, is_short: bool) -> Json:
    account = ask.account(Platform.YOUTUBE, "channelId")
    of_kind = (post for post in ask.posts_of(account) if post.is_short is is_short)
    posts, following = ask.page(of_kind, PAGE, "continuationToken")
    return {name: [_entry(ask, account, post) for post in posts], "continuationToken": following}


def _entry(ask: Ask, account: Account, post: Post) -> Json:
    views = Found(account, post).counts(ask.at).views
    days, seconds = (ask.at - post.created) // DAY, post.duration_seconds or 0
    return {
        "type": "short" if post.is_short else "video",
        "id": post.external_id,
        "url": f"https://www.youtube.com/{'shorts/' if post.is_short else 'watch?v='}{post.external_id}",
        "title": post.caption,
        "description": post.caption,
        "thumbnail": f"https://img.sandbox/youtube/cover/{post.external_id}-high.png",
        "channel": {"title": account.persona.name, "thumbnail": None},
        "viewCountText": f"{views:,} views",
        "viewCountInt": views,
        "publishedTimeText": f"{days} days ago",
        # Reckoned back from "9 days ago", so that its time of day is that of the question.
        "publishedTime": f"{instant(ask.at - days * DAY):%Y-%m-%dT%H:%M:%S}.000Z",
        "lengthText": f"{seconds // 60}:{seconds % 60:02}",
        "lengthSeconds": seconds,
        "badges": [],
    }
