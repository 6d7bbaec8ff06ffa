"""The Data API's resources, key for key as it lists them: counts as strings of digits, hidden ones left out."""

from collections.abc import Collection

from app.sandbox.surfaces.answering import Json, floored
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.rhythm import instant

SUBSCRIBER_DIGITS = 3
SIZES = (("default", 120, 90), ("medium", 320, 180), ("high", 480, 360))
AVATAR_SIZES = (("default", 88, 88), ("medium", 240, 240), ("high", 800, 800))


def subscribers(account: Account, at: int) -> int:
    """A channel's followers as YouTube shows them: rounded down to three digits."""
    return floored(account.counts(at).followers, SUBSCRIBER_DIGITS)


def uploads_of(account: Account) -> str:
    """The playlist that holds everything a channel has put up."""
    return f"UU{account.external_id[2:]}"


def timestamp(seconds: int) -> str:
    """An instant as the API writes it."""
    return f"{instant(seconds):%Y-%m-%dT%H:%M:%SZ}"


def channel(account: Account, at: int) -> dict[str, Json]:
    """The parts of a channel's resource."""
    persona, counts = account.persona, account.counts(at)
    title: Json = {"title": persona.name, "description": persona.biography}
    return {
        "snippet": {
            **title,
            "customUrl": f"@{account.handle(at)}",
            "publishedAt": timestamp(account.joined),
            "thumbnails": _thumbnails(f"avatar/{account.external_id}", AVATAR_SIZES),
            "localized": title,
            "country": "US",
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_of(account)}},
        "statistics": {
            "viewCount": str(counts.total_views),
            "subscriberCount": "0" if persona.hides_followers else str(subscribers(account, at)),
            "hiddenSubscriberCount": persona.hides_followers,
            "videoCount": str(counts.profile_posts),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "longUploadsUnspecified"},
    }


def video(account: Account, post: Post, counts: PostCounts, hides_likes: bool) -> dict[str, Json]:
    """The parts of a video's resource."""
    persona = account.persona
    title: Json = {"title": post.caption, "description": post.caption}
    return {
        "snippet": {
            "publishedAt": timestamp(post.created),
            "channelId": account.external_id,
            **title,
            "thumbnails": _thumbnails(f"cover/{post.external_id}", SIZES),
            "channelTitle": persona.name,
            "categoryId": "27",
            "liveBroadcastContent": "none",
            "localized": title,
            "defaultAudioLanguage": "en",
        },
        "contentDetails": {
            "duration": duration(post.duration_seconds or 0),
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": True,
            "projection": "rectangular",
        },
        "status": {
            "uploadStatus": "processed",
            "privacyStatus": "public",
            "license": "youtube",
            "embeddable": True,
            "publicStatsViewable": not hides_likes,
        },
        "statistics": _statistics(counts, hides_likes, persona.takes_no_comments) | {"favoriteCount": "0"},
    }


def video_stats(account: Account, post: Post, counts: PostCounts, hides_likes: bool) -> dict[str, Json]:
    """The parts of a video that batchGetStats has."""
    return {
        "snippet": {"publishTime": timestamp(post.created)},
        "statistics": _statistics(counts, hides_likes, account.persona.takes_no_comments),
        "contentDetails": {"duration": duration(post.duration_seconds or 0)},
    }


def playlist_item(account: Account, post: Post, position: int) -> dict[str, Json]:
    """The parts of an entry of a channel's uploads."""
    return {
        "snippet": {
            "publishedAt": timestamp(post.created),
            "channelId": account.external_id,
            "title": post.caption,
            "description": post.caption,
            "thumbnails": _thumbnails(f"cover/{post.external_id}", SIZES),
            "channelTitle": account.persona.name,
            "playlistId": uploads_of(account),
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": post.external_id},
        },
        "contentDetails": {"videoId": post.external_id, "videoPublishedAt": timestamp(post.created)},
        "status": {"privacyStatus": "public"},
    }


def resource(kind: str, name: str, parts: dict[str, Json], wanted: Collection[str]) -> Json:
    """One item of a list: what every item has, and the parts asked for."""
    etag = f'"{kind}/{name}"'
    return {"kind": f"youtube#{kind}", "etag": etag, "id": name} | {
        part: value for part, value in parts.items() if part in wanted
    }


def duration(seconds: int) -> str:
    """A length as the API writes it.

    >>> [duration(n) for n in (7, 60, 1267, 3600)]
    ['PT7S', 'PT1M', 'PT21M7S', 'PT1H']
    """
    hours, minutes = divmod(seconds // 60, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds % 60, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")


def _statistics(counts: PostCounts, hides_likes: bool, takes_no_comments: bool) -> Json:
    statistics: Json = {"viewCount": str(counts.views)}
    if not hides_likes:
        statistics["likeCount"] = str(counts.likes)
    if not takes_no_comments:
        statistics["commentCount"] = str(counts.comments)
    return statistics


def _thumbnails(name: str, sizes: tuple[tuple[str, int, int], ...]) -> Json:
    return {
        size: {"url": f"https://img.sandbox/youtube/{name}-{size}.png", "width": width, "height": height}
        for size, width, height in sizes
    }
