"""The platforms we know, and what they call things."""

from enum import StrEnum


class Platform(StrEnum):
    """A social platform an account or a video lives on."""

    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"


class VideoKind(StrEnum):
    """What sort of post it is. We say "video" for every post, as the field does."""

    VIDEO = "video"
    REEL = "reel"
    IMAGE = "image"
    CAROUSEL = "carousel"


class ViewsKind(StrEnum):
    """What a platform counted as one view; views of two kinds never meet in one series."""

    PLAYS = "plays"
    THREE_SECOND_VIEWS = "three_second_views"
    IMPRESSIONS = "impressions"
