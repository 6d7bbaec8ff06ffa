"""The platforms we know, what they call things, and what each of them shows at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """A social platform an account or a video lives on."""

    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"
    YOUTUBE = "youtube"
    TWITTER = "twitter"
    FACEBOOK = "facebook"
    LINKEDIN = "linkedin"


class VideoKind(StrEnum):
    """What sort of post it is. We say "video" for every post, as the field does."""

    VIDEO = "video"
    REEL = "reel"
    IMAGE = "image"
    CAROUSEL = "carousel"
    TEXT = "text"


class ViewsKind(StrEnum):
    """What a platform counted as one view; views of two kinds never meet in one series."""

    PLAYS = "plays"
    THREE_SECOND_VIEWS = "three_second_views"
    IMPRESSIONS = "impressions"


class LookUp(StrEnum):
    """Something asked of a platform at once, without tracking anything."""

    POST_STATS = "post_stats"
    PROFILE = "profile"
    RECENT_VIDEOS = "recent_videos"
    MEDIAN_VIEWS = "median_views"
    CONTACT_EMAIL = "contact_email"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a platform shows at all; a counter not named here is unknown for whatever lives on it."""

    name: str
    """As people write it."""
    post_counters: tuple[str, ...]
    """Those of `metrics.POST_COUNTERS` a post of it can have, in their order."""
    account_counters: tuple[str, ...] = ()
    """Those of `metrics.ACCOUNT_COUNTERS` an account of it can have, in their order."""
    look_ups: tuple[LookUp, ...] = (LookUp.POST_STATS,)
    tracks_accounts: bool = False
    """Whether accounts can be tracked; posts can on every platform."""


TRAITS: Mapping[Platform, Traits] = {
    Platform.TIKTOK: Traits(
        "TikTok",
        post_counters=("views", "plays", "likes", "comments", "shares", "saves"),
        account_counters=("followers", "following", "profile_posts", "total_likes"),
        look_ups=tuple(LookUp),
        tracks_accounts=True,
    ),
    Platform.INSTAGRAM: Traits(
        "Instagram",
        post_counters=("views", "plays", "likes", "comments", "shares", "saves"),
        account_counters=("followers", "following", "profile_posts"),
        look_ups=tuple(LookUp),
        tracks_accounts=True,
    ),
    Platform.YOUTUBE: Traits(
        "YouTube",
        post_counters=("views", "likes", "comments"),
        account_counters=("followers", "profile_posts"),
        look_ups=tuple(LookUp),
        tracks_accounts=True,
    ),
    Platform.TWITTER: Traits("X (Twitter)", post_counters=("views", "likes", "comments", "shares", "saves")),
    Platform.FACEBOOK: Traits("Facebook", post_counters=("views", "likes", "comments", "shares")),
    Platform.LINKEDIN: Traits("LinkedIn", post_counters=("likes", "comments")),
}
