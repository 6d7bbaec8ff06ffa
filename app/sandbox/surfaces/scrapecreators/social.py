"""ScrapeCreators' calls about X, Facebook and LinkedIn: single posts, and X's profiles."""

from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json, floored
from app.sandbox.surfaces.facebook.pages import page_url as facebook_url
from app.sandbox.surfaces.linkedin.pages import page_url as linkedin_url
from app.sandbox.surfaces.scrapecreators.asks import Ask
from app.sandbox.surfaces.twitter import shapes
from app.sandbox.world.rhythm import instant

DIGITS = 3
"""How many digits of a view or share count Facebook shows."""


def tweet(ask: Ask) -> Json:
    """The post at `url` as X's own query has it."""
    return shapes.tweet(ask.post(Platform.TWITTER), ask.at)


def twitter_profile(ask: Ask) -> Json:
    """The account of `handle` as X's own query has it."""
    return shapes.user(ask.account(Platform.TWITTER), ask.at)


def facebook_post(ask: Ask) -> Json:
    """The post at `url`: likes and comments exact, views and shares in as many digits as the page shows."""
    found = ask.post(Platform.FACEBOOK)
    account, post, counts = found.account, found.post, found.counts(ask.at)
    persona, cover = account.persona, f"https://img.sandbox/facebook/cover/{post.external_id}.png"
    media = f"https://media.sandbox/facebook/{post.external_id}"
    is_video = post.kind is not VideoKind.TEXT
    video: Json = {
        "id": post.external_id,
        "sd_url": f"{media}-sd.mp4",
        "hd_url": f"{media}-hd.mp4",
        "height": 1920,
        "width": 1080,
        "length_in_second": float(post.duration_seconds or 0),
        "thumbnail": cover,
        "captions_url": None,
    }
    return {
        "post_id": post.external_id,
        "like_count": counts.likes,
        "comment_count": counts.comments,
        "share_count": floored(counts.shares, DIGITS),
        "view_count": floored(counts.views, DIGITS) if is_video else None,
        "description": post.caption,
        "creation_time": f"{instant(post.created):%Y-%m-%dT%H:%M:%S}.000Z",
        "url": facebook_url(found, ask.at).rstrip("/"),
        "image_url": None,
        "video": video if is_video else None,
        "author": {
            "id": account.external_id,
            "name": persona.name,
            "is_verified": persona.is_verified,
            "url": f"https://www.facebook.com/{account.handle(ask.at)}",
            "image": f"https://img.sandbox/facebook/avatar/{account.external_id}.png",
        },
    }


def linkedin_post(ask: Ask) -> Json:
    """The post at `url`: likes and comments alone."""
    found = ask.post(Platform.LINKEDIN)
    account, post, counts = found.account, found.post, found.counts(ask.at)
    kind = next((kind for kind in ("ugcPost", "share") if kind in ask.query["url"]), "activity")
    return {
        "url": linkedin_url(found, ask.at, kind),
        "name": post.caption,
        "headline": post.caption,
        "commentCount": counts.comments,
        "likeCount": counts.likes,
        "datePublished": f"{instant(post.created):%Y-%m-%dT%H:%M:%S}.000+00:00",
        "description": post.caption,
        "author": {
            "name": account.persona.name,
            "url": f"https://www.linkedin.com/in/{account.handle(ask.at)}",
            "followers": account.counts(ask.at).followers,
        },
        "comments": [],
    }
