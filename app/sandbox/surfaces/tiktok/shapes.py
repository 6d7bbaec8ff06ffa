"""TikTok's JSON, key for key as its web answers carry it, rounded as it rounds."""

from functools import lru_cache

from msgspec import Raw, json

from app.domain.links import profile_url
from app.domain.platforms import Platform
from app.sandbox.surfaces.answering import Json
from app.sandbox.world.accounts import Account, AccountCounts
from app.sandbox.world.ids import code_of
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.world import World

KEPT_SHAPES = 8192


def rounded(count: int) -> int:
    """A count as TikTok abbreviates it: whole below ten thousand, then to 0.1 K, from a million on to 0.1 M.

    >>> [rounded(n) for n in (9_999, 68_251, 427_682, 4_001_943)]
    [9999, 68300, 427700, 4000000]
    """
    if count < 10_000:
        return count
    step = 100 if count < 1_000_000 else 100_000
    return (count + step // 2) // step * step


class TikTokShapes:
    """The shapes over one world. What does not change with time is encoded once and kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._author = lru_cache(KEPT_SHAPES)(self._author_at)
        self._item = lru_cache(KEPT_SHAPES)(self._lasting_item)

    def user_detail(self, account: Account, at: int, status: int) -> Json:
        """`webapp.user-detail` of the profile page: `stats` rounded, `statsV2` exact, the list of posts empty."""
        counts = account.counts(at)
        user = self._user(account, account.handle(at)) | {
            "canExpPlaylist": False,
            "commerceUserInfo": {"category": account.persona.category, "categoryButton": False, "commerceUser": False},
            "followingVisibility": 1,
            "nickNameModifyTime": account.joined,
            "profileEmbedPermission": 1,
            "profileTab": {"showPlayListTab": False},
        }
        if account.persona.link:
            user["bioLink"] = {"link": account.persona.link, "risk": 0}
        return {
            "userInfo": {
                "user": user,
                "stats": _profile_stats(counts),
                "statsV2": {key: str(value) for key, value in _exact_profile_stats(counts).items()},
                "itemList": [],
            },
            "shareMeta": {
                "title": f"{account.persona.name} on TikTok",
                "desc": f"@{account.handle(at)} — Watch amazing short videos created by {account.persona.name}.",
            },
            "statusCode": status,
            "statusMsg": "",
        }

    def item(self, account: Account, post: Post, counts: PostCounts, author_stats: Json, at: int) -> Json:
        """One entry of an item list: `stats` and `statsV2` both rounded."""
        return {
            **self._item(post),
            "author": self._author(account, account.handle(at)),
            "authorStats": author_stats,
            "stats": _post_stats(counts),
            "statsV2": {key: str(value) for key, value in _post_stats(counts).items()}
            | {"repostCount": str(rounded(counts.reposts))},
        }

    def video_detail(self, account: Account, post: Post, counts: PostCounts, at: int) -> Json:
        """`itemStruct` of the video page, where `createTime` and `collectCount` are strings."""
        item = self.item(account, post, counts, self.author_stats(account, at), at)
        stats = _post_stats(counts)
        return item | {
            "createTime": str(post.created),
            "stats": stats | {"collectCount": str(stats["collectCount"])},
        }

    def author_stats(self, account: Account, at: int) -> Json:
        """`authorStats` of an item: rounded."""
        return _profile_stats(account.counts(at))

    def _author_at(self, account: Account, handle: str) -> Raw:
        return Raw(json.encode(self._user(account, handle)))

    def _user(self, account: Account, handle: str) -> Json:
        picture = f"https://img.sandbox/tiktok/avatar/{account.external_id}"
        return {
            "UserStoryStatus": 0,
            "avatarLarger": f"{picture}-1080.png",
            "avatarMedium": f"{picture}-720.png",
            "avatarThumb": f"{picture}-100.png",
            "commentSetting": 0,
            "downloadSetting": 0,
            "duetSetting": 0,
            "ftc": False,
            "id": account.external_id,
            "isADVirtual": False,
            "isEmbedBanned": False,
            "nickname": account.persona.name,
            "openFavorite": False,
            "privateAccount": account.persona.is_private,
            "relation": 0,
            "secUid": self._world.sec_uid(account),
            "secret": account.persona.is_private,
            "signature": account.persona.biography,
            "stitchSetting": 0,
            "uniqueId": handle,
            "verified": account.persona.is_verified,
        }

    @staticmethod
    def _lasting_item(post: Post) -> Json:
        cover = f"https://img.sandbox/tiktok/cover/{post.external_id}"
        item: Json = {
            "collected": False,
            "createTime": post.created,
            "desc": post.caption,
            "digged": False,
            "id": post.external_id,
            "isAd": False,
            "itemCommentStatus": 0,
            "originalItem": False,
            "privateItem": False,
            "secret": False,
            "shareEnabled": True,
            "textLanguage": "en",
            "video": Raw(
                json.encode(
                    {
                        "cover": f"{cover}.png",
                        "duration": post.duration_seconds or 0,
                        "dynamicCover": f"{cover}-dynamic.png",
                        "format": "mp4",
                        "height": 1024,
                        "id": post.external_id,
                        "originCover": f"{cover}-origin.png",
                        "ratio": "540p",
                        "width": 576,
                    }
                )
            ),
        }
        if post.images:
            images = [
                {"imageURL": {"urlList": [f"{cover}-{number}.png"]}, "imageWidth": 1080, "imageHeight": 1440}
                for number in range(1, post.images + 1)
            ]
            item["imagePost"] = Raw(json.encode({"images": images, "title": post.caption}))
        return item


def post_url(handle: str, post: Post) -> str:
    """The public page of a post."""
    section = "photo" if post.images else "video"
    return f"{profile_url(Platform.TIKTOK, handle)}/{section}/{post.external_id}"


def short_url(post: Post) -> str:
    """The link that the app's share button gives."""
    return f"https://vm.tiktok.com/{code_of(post.number)}/"


def _post_stats(counts: PostCounts) -> dict[str, int]:
    return {
        "collectCount": rounded(counts.saves),
        "commentCount": rounded(counts.comments),
        "diggCount": rounded(counts.likes),
        "playCount": rounded(counts.views),
        "shareCount": rounded(counts.shares),
    }


def _exact_profile_stats(counts: AccountCounts) -> dict[str, int]:
    return {
        "diggCount": 0,
        "followerCount": counts.followers,
        "followingCount": counts.following,
        "friendCount": 0,
        "heart": counts.total_likes,
        "heartCount": counts.total_likes,
        "videoCount": counts.profile_posts,
    }


def _profile_stats(counts: AccountCounts) -> Json:
    return {key: rounded(value) for key, value in _exact_profile_stats(counts).items()}
