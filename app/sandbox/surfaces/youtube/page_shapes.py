"""What YouTube's pages carry for their own scripts, in as little of it as readers of such pages need."""

from app.sandbox.allowances import PACIFIC
from app.sandbox.surfaces.answering import Json, abbreviated
from app.sandbox.surfaces.youtube.api_shapes import subscribers
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.rhythm import DAY, instant
from app.sandbox.world.world import Found

AGES = ((365 * DAY, "year"), (30 * DAY, "month"), (7 * DAY, "week"), (DAY, "day"), (3600, "hour"), (60, "minute"))
COMMENTS_PANEL = "engagement-panel-comments-section"
REMOVED = "This video has been removed by the uploader"
TERMINATED = (
    "This video is no longer available because the YouTube account associated with this video has been terminated."
)


def playable(found: Found, at: int) -> Json:
    """`ytInitialPlayerResponse` of a video everybody may see: views exact."""
    account, post, counts = found.account, found.post, found.counts(at)
    picture: Json = {"thumbnails": [{"url": _cover(post, "high"), "width": 480, "height": 360}]}
    return {
        "playabilityStatus": {"status": "OK", "playableInEmbed": True},
        "videoDetails": {
            "videoId": post.external_id,
            "title": post.caption,
            "lengthSeconds": str(post.duration_seconds or 0),
            "channelId": account.external_id,
            "shortDescription": post.caption,
            "thumbnail": picture,
            "viewCount": str(counts.views),
            "author": account.persona.name,
            "isPrivate": False,
            "isLiveContent": False,
        },
        "microformat": {
            "playerMicroformatRenderer": {
                "title": {"simpleText": post.caption},
                "thumbnail": picture,
                "lengthSeconds": str(post.duration_seconds or 0),
                "ownerProfileUrl": f"http://www.youtube.com/@{account.handle(at)}",
                "externalChannelId": account.external_id,
                "ownerChannelName": account.persona.name,
                "isFamilySafe": True,
                "isUnlisted": False,
                "isShortsEligible": post.is_short,
                "viewCount": str(counts.views),
                "category": "Education",
                "publishDate": _published(post),
                "uploadDate": _published(post),
            }
        },
        "streamingData": {
            "expiresInSeconds": "21540",
            "formats": [
                {
                    "itag": 18,
                    "url": f"https://media.sandbox/youtube/{post.external_id}.mp4?itag=18",
                    "mimeType": 'video/mp4; codecs="avc1.42001E, mp4a.40.2"',
                    "bitrate": 500_000,
                    "width": 640,
                    "height": 360,
                    "quality": "medium",
                    "qualityLabel": "360p",
                    "approxDurationMs": str((post.duration_seconds or 0) * 1000),
                }
            ],
        },
    }


def unplayable(found: Found | None, at: int) -> Json:
    """`ytInitialPlayerResponse` of a video that is gone, private or for members."""
    status, reason, subreason = "ERROR", "Video unavailable", ""
    if found is not None:
        account, persona = found.account, found.account.persona
        if not account.exists(at):
            subreason = TERMINATED if persona.was_suspended else REMOVED
        elif found.post.is_deleted(at):
            subreason = REMOVED
        elif persona.is_private:
            status, reason = "LOGIN_REQUIRED", "Private video"
            subreason = "Sign in if you've been granted access to this video"
        elif persona.is_for_members:
            status, reason = "LOGIN_REQUIRED", "Sign in to confirm your age"
            subreason = "This video may be inappropriate for some users."
    screen = {"reason": {"simpleText": reason}, "subreason": {"simpleText": subreason}}
    return {
        "playabilityStatus": {
            "status": status,
            "reason": reason,
            "errorScreen": {"playerErrorMessageRenderer": screen},
        }
    }


def watch_data(found: Found | None, at: int, hides_likes: bool) -> Json:
    """`ytInitialData` of a video's page: likes exact in a label, comments abbreviated, none of them for no video."""
    if found is None:
        return {"contents": {"twoColumnWatchNextResults": {"results": {"results": {"contents": []}}}}}
    account, counts, persona = found.account, found.counts(at), found.account.persona
    label = "Like" if hides_likes else f"like this video along with {counts.likes:,} other people"
    button = _nested(label, "accessibilityText", "buttonViewModel", "defaultButtonViewModel")
    button = _nested(button, "toggleButtonViewModel", "toggleButtonViewModel", "likeButtonViewModel")
    likes = _nested(button, "likeButtonViewModel", "segmentedLikeDislikeButtonViewModel")
    owner: Json = {
        "title": {"runs": [{"text": persona.name}]},
        "navigationEndpoint": _endpoint(account, at),
        "badges": _badges(account),
    }
    if not persona.hides_followers:
        owner["subscriberCountText"] = {"simpleText": _subscribers(account, at)}
    first = {
        "title": {"runs": [{"text": found.post.caption}]},
        "viewCount": {"videoViewCountRenderer": {"viewCount": {"simpleText": f"{counts.views:,} views"}}},
        "videoActions": {"menuRenderer": {"topLevelButtons": [likes]}},
    }
    contents = [
        {"videoPrimaryInfoRenderer": first},
        {"videoSecondaryInfoRenderer": {"owner": {"videoOwnerRenderer": owner}}},
    ]
    data: Json = {"contents": {"twoColumnWatchNextResults": {"results": {"results": {"contents": contents}}}}}
    if not persona.takes_no_comments:
        header = {"contextualInfo": {"runs": [{"text": abbreviated(counts.comments, 2)}]}}
        panel = {"panelIdentifier": COMMENTS_PANEL, "header": {"engagementPanelTitleHeaderRenderer": header}}
        data["engagementPanels"] = [{"engagementPanelSectionListRenderer": panel}]
    return data


def tab_data(account: Account, at: int, tab: str, items: list[Json]) -> Json:
    """`ytInitialData` of a channel's tab: subscribers abbreviated."""
    persona, handle = account.persona, account.handle(at)
    tabs = [
        {
            "tabRenderer": {
                "title": name.capitalize(),
                "selected": name == tab,
                "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": f"/@{handle}/{name}"}}},
                **({"content": {"richGridRenderer": {"contents": items}}} if name == tab else {}),
            }
        }
        for name in ("videos", "shorts")
    ]
    parts = [{"text": {"content": f"@{handle}"}}]
    if not persona.hides_followers:
        parts.append({"text": {"content": _subscribers(account, at)}})
    parts.append({"text": {"content": f"{abbreviated(account.counts(at).profile_posts, 3)} videos"}})
    verified = {"element": {"type": {"imageType": {"image": {"sources": [_verified_mark()]}}}}}
    title = {"content": persona.name} | ({"attachmentRuns": [verified]} if persona.is_verified else {})
    header = {
        "title": {"dynamicTextViewModel": {"text": title}},
        "metadata": {"contentMetadataViewModel": {"metadataRows": [{"metadataParts": [part]} for part in parts]}},
    }
    picture = f"https://img.sandbox/youtube/avatar/{account.external_id}-high.png"
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": tabs}},
        "header": {"pageHeaderRenderer": {"pageTitle": persona.name, "content": {"pageHeaderViewModel": header}}},
        "metadata": {
            "channelMetadataRenderer": {
                "title": persona.name,
                "description": persona.biography,
                "externalId": account.external_id,
                "channelUrl": f"https://www.youtube.com/channel/{account.external_id}",
                "vanityChannelUrl": f"http://www.youtube.com/@{handle}",
                "ownerUrls": [f"http://www.youtube.com/@{handle}"],
                "avatar": {"thumbnails": [{"url": picture, "width": 800, "height": 800}]},
            }
        },
    }


def tab_item(post: Post, counts: PostCounts, at: int) -> Json:
    """One video of a tab: views abbreviated, its age instead of its time."""
    views = f"{abbreviated(counts.views, 2)} views"
    if post.is_short:
        short = {
            "entityId": f"shorts-shelf-item-{post.external_id}",
            "onTap": {"innertubeCommand": {"reelWatchEndpoint": {"videoId": post.external_id}}},
            "overlayMetadata": {"primaryText": {"content": post.caption}, "secondaryText": {"content": views}},
            "thumbnailViewModel": {"thumbnailViewModel": {"image": {"sources": [{"url": _cover(post, "high")}]}}},
        }
        return {"richItemRenderer": {"content": {"shortsLockupViewModel": short}}}
    minutes, seconds = divmod(post.duration_seconds or 0, 60)
    video = {
        "videoId": post.external_id,
        "title": {"runs": [{"text": post.caption}]},
        "thumbnail": {"thumbnails": [{"url": _cover(post, "high"), "width": 480, "height": 360}]},
        "publishedTimeText": {"simpleText": _age(at - post.created)},
        "lengthText": {"simpleText": f"{minutes}:{seconds:02}"},
        "viewCountText": {"simpleText": views},
    }
    return {"richItemRenderer": {"content": {"videoRenderer": video}}}


def more(token: str) -> Json:
    """What ends a list that goes on."""
    endpoint = {"continuationCommand": {"token": token, "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}}
    return {"continuationItemRenderer": {"continuationEndpoint": endpoint}}


def _published(post: Post) -> str:
    """When a video went up, by California's clocks."""
    return instant(post.created).astimezone(PACIFIC).isoformat()


def _cover(post: Post, size: str) -> str:
    return f"https://img.sandbox/youtube/cover/{post.external_id}-{size}.png"


def _subscribers(account: Account, at: int) -> str:
    return f"{abbreviated(subscribers(account, at), 3)} subscribers"


def _badges(account: Account) -> list[Json]:
    return [{"metadataBadgeRenderer": {"style": "BADGE_STYLE_TYPE_VERIFIED"}}] if account.persona.is_verified else []


def _verified_mark() -> Json:
    return {"clientResource": {"imageName": "CHECK_CIRCLE_FILLED"}}


def _endpoint(account: Account, at: int) -> Json:
    handle = f"/@{account.handle(at)}"
    return {
        "commandMetadata": {"webCommandMetadata": {"url": handle}},
        "browseEndpoint": {"browseId": account.external_id, "canonicalBaseUrl": handle},
    }


def _age(seconds: int) -> str:
    """How long ago, as a page says it.

    >>> [_age(n) for n in (30, 7200, 86_400, 40 * 86_400)]
    ['0 minutes ago', '2 hours ago', '1 day ago', '1 month ago']
    """
    size, unit = next(((size, unit) for size, unit in AGES if seconds >= size), AGES[-1])
    number = seconds // size
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


def _nested(value: object, *keys: str) -> Json:
    """`value` under the last key, under the one before, and so on from the innermost outwards."""
    for key in keys:
        value = {key: value}
    assert isinstance(value, dict)
    return value
