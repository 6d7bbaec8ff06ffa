"""Enums of the domain as GraphQL shows them; the types of this face import them from here, described."""

from collections.abc import Mapping
from enum import Enum, StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from app.domain.answers import AnswerClass
from app.domain.filters import AccountOrderField, CreatorOrderField, OrderDirection, VideoCounter, VideoOrderField
from app.domain.platforms import LookUp, Platform, VideoKind, ViewsKind
from app.domain.records import RunState
from app.domain.series import Division, Granularity, SeriesMode
from app.domain.viewer import Scope
from app.domain.windows import WindowPreset

__all__ = [
    "AccountCounter",
    "AccountOrderField",
    "AnswerClass",
    "CreatorOrderField",
    "Division",
    "ErrorCode",
    "Granularity",
    "LookUp",
    "LookUpErrorCode",
    "Metric",
    "OrderDirection",
    "Platform",
    "RunState",
    "Scope",
    "SeriesMode",
    "VideoCounter",
    "VideoKind",
    "VideoOrderField",
    "ViewsKind",
    "WindowPreset",
]


class Metric(StrEnum):
    """A metric; counters by what they gained in the window."""

    VIEWS = "views"
    PLAYS = "plays"
    LIKES = "likes"
    COMMENTS = "comments"
    SHARES = "shares"
    SAVES = "saves"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    PROFILE_POSTS = "profile_posts"
    TOTAL_LIKES = "total_likes"
    POSTS_PUBLISHED = "posts_published"
    ENGAGEMENT_RATE = "engagement_rate"
    ENGAGEMENT_RATE_BY_VIEWS = "engagement_rate_by_views"
    ENGAGEMENT_RATE_BY_FOLLOWERS = "engagement_rate_by_followers"
    POSTS_PER_WEEK = "posts_per_week"
    AVERAGE_VIEWS_PER_POST = "avg_views_per_post"


class AccountCounter(StrEnum):
    """A counter of accounts."""

    FOLLOWERS = "followers"
    FOLLOWING = "following"
    PROFILE_POSTS = "profile_posts"
    TOTAL_LIKES = "total_likes"


class ErrorCode(StrEnum):
    """What a mutation error is about."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    HANDLE_TAKEN = "HANDLE_TAKEN"
    NOT_FOUND = "NOT_FOUND"
    VIDEO_TAKEN = "VIDEO_TAKEN"
    ACCOUNT_LINKED_ELSEWHERE = "ACCOUNT_LINKED_ELSEWHERE"
    QUOTA_REACHED = "QUOTA_REACHED"
    REFRESHED_RECENTLY = "REFRESHED_RECENTLY"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    LAST_ADMIN_KEY = "LAST_ADMIN_KEY"


class LookUpErrorCode(StrEnum):
    """What a look-up without an answer is about."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    LOOK_UP_FAILED = "LOOK_UP_FAILED"


def _show(enum: type[Enum], description: str, values: Mapping[Enum, str], name: str | None = None) -> None:
    """Registers an enum of the domain, which stays free of GraphQL; every value is described."""
    strawberry.enum(enum, name=name, description=description)
    definition: StrawberryEnumDefinition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values[enum[value.name]]


_show(
    Metric,
    "A metric; counters by what they gained in the window.",
    {
        Metric.VIEWS: "Views gained.",
        Metric.PLAYS: "Plays gained.",
        Metric.LIKES: "Likes gained.",
        Metric.COMMENTS: "Comments gained.",
        Metric.SHARES: "Shares gained.",
        Metric.SAVES: "Saves gained.",
        Metric.FOLLOWERS: "Followers gained.",
        Metric.FOLLOWING: "Accounts followed more.",
        Metric.PROFILE_POSTS: "Posts the profiles count more.",
        Metric.TOTAL_LIKES: "Likes the profiles count more.",
        Metric.POSTS_PUBLISHED: "Posts published.",
        Metric.ENGAGEMENT_RATE: "Likes, comments and shares for each 100 views.",
        Metric.ENGAGEMENT_RATE_BY_VIEWS: "Likes, comments, shares and saves for each 100 views.",
        Metric.ENGAGEMENT_RATE_BY_FOLLOWERS: "Likes, comments, shares and saves for each 100 followers.",
        Metric.POSTS_PER_WEEK: "Posts published for each seven days.",
        Metric.AVERAGE_VIEWS_PER_POST: "Views gained for each post ever published.",
    },
)
_show(
    Platform,
    "A social platform an account or a video lives on.",
    {
        Platform.TIKTOK: "TikTok.",
        Platform.INSTAGRAM: "Instagram.",
        Platform.YOUTUBE: "YouTube.",
        Platform.TWITTER: "X, formerly Twitter.",
        Platform.FACEBOOK: "Facebook.",
        Platform.LINKEDIN: "LinkedIn.",
    },
)
_show(
    AccountCounter,
    "A counter of accounts.",
    {
        AccountCounter.FOLLOWERS: "Followers, or subscribers.",
        AccountCounter.FOLLOWING: "Accounts it follows.",
        AccountCounter.PROFILE_POSTS: "Posts the profile counts.",
        AccountCounter.TOTAL_LIKES: "Likes the profile counts.",
    },
)
_show(
    LookUp,
    "What can be asked of a platform at once, without tracking anything.",
    {
        LookUp.POST_STATS: "The counters of a post.",
        LookUp.PROFILE: "A profile.",
        LookUp.RECENT_VIDEOS: "The recent posts of an account.",
        LookUp.MEDIAN_VIEWS: "The median of their views.",
        LookUp.CONTACT_EMAIL: "The address for contact that a profile shows.",
    },
)
_show(
    VideoKind,
    "What sort of post a video is.",
    {
        VideoKind.VIDEO: "A video.",
        VideoKind.REEL: "An Instagram reel.",
        VideoKind.IMAGE: "A single picture.",
        VideoKind.CAROUSEL: "Several pictures or videos in one post.",
        VideoKind.TEXT: "Words alone.",
    },
)
_show(
    ViewsKind,
    "What the platform counted as one view.",
    {
        ViewsKind.PLAYS: "Every start of playing.",
        ViewsKind.THREE_SECOND_VIEWS: "Views of at least three seconds.",
        ViewsKind.IMPRESSIONS: "Times it was shown.",
    },
)
_show(
    WindowPreset,
    "That many days ending today, today included.",
    {
        WindowPreset.LAST_7_DAYS: "Today and the 6 days before.",
        WindowPreset.LAST_30_DAYS: "Today and the 29 days before.",
        WindowPreset.LAST_90_DAYS: "Today and the 89 days before.",
    },
)
_show(
    Granularity,
    "How long a bucket of a series is.",
    {
        Granularity.DAY: "One local day.",
        Granularity.WEEK: "An ISO week, Monday to Sunday.",
        Granularity.MONTH: "A calendar month.",
    },
)
_show(
    Division,
    "What a breakdown tells apart: creators of an organization; accounts or platforms of one or of a creator; videos.",
    {
        Division.CREATOR: "Creators, of an organization.",
        Division.ACCOUNT: "Accounts, of an organization or a creator.",
        Division.PLATFORM: "Platforms, of an organization or a creator.",
        Division.VIDEO: "Videos, of anything but a video.",
    },
)
_show(
    SeriesMode,
    "What a bucket's values are.",
    {SeriesMode.GAIN: "The change within the bucket.", SeriesMode.LEVEL: "The level at the bucket's end."},
)
_show(
    Scope,
    "What a key may do.",
    {
        Scope.READ: "Read everything of the organization.",
        Scope.WRITE: "Read, and track and change.",
        Scope.ADMIN: "Read, write, and manage keys.",
    },
)
_show(
    ErrorCode,
    "What a mutation error is about.",
    {
        ErrorCode.BAD_USER_INPUT: "A value is malformed or out of its bounds.",
        ErrorCode.HANDLE_TAKEN: "The organization tracks this account already.",
        ErrorCode.VIDEO_TAKEN: "The organization tracks this video by itself already.",
        ErrorCode.NOT_FOUND: "Nothing of that id is in the organization.",
        ErrorCode.ACCOUNT_LINKED_ELSEWHERE: "The account is linked to another creator.",
        ErrorCode.QUOTA_REACHED: "The organization tracks as many accounts as it may.",
        ErrorCode.REFRESHED_RECENTLY: "It was refreshed a moment ago.",
        ErrorCode.IDEMPOTENCY_CONFLICT: "The idempotency key was used for another request.",
        ErrorCode.LAST_ADMIN_KEY: "Without this key nobody could manage the organization's keys any more.",
    },
)
_show(
    LookUpErrorCode,
    "What a look-up without an answer is about.",
    {
        LookUpErrorCode.BAD_USER_INPUT: "What was given is no link of a post, or contradicts the platform.",
        LookUpErrorCode.LOOK_UP_FAILED: "No source told of it; the outcome says why.",
    },
)
_show(
    OrderDirection,
    "Which end of an order comes first.",
    {OrderDirection.ASC: "The least, the earliest, A.", OrderDirection.DESC: "The greatest, the latest, Z."},
)
_show(
    AccountOrderField,
    "What accounts can be ordered by.",
    {
        AccountOrderField.ADDED_AT: "When tracking began.",
        AccountOrderField.HANDLE: "The handle.",
        AccountOrderField.DISPLAY_NAME: "The display name, whatever its case.",
        AccountOrderField.PLATFORM: "The platform, by its name.",
        AccountOrderField.LINKED_AT: "When it was linked to its creator.",
        AccountOrderField.LAST_REFRESHED_AT: "The latest refresh.",
        AccountOrderField.FOLLOWER_COUNT: "Followers.",
        AccountOrderField.PROFILE_POST_COUNT: "Posts the profile counts.",
        AccountOrderField.TOTAL_LIKE_COUNT: "Likes the profile counts.",
        AccountOrderField.VIEW_COUNT: "Views of its discovered videos.",
        AccountOrderField.PLAY_COUNT: "Plays of its discovered videos.",
        AccountOrderField.LIKE_COUNT: "Likes of its discovered videos.",
        AccountOrderField.COMMENT_COUNT: "Comments on its discovered videos.",
        AccountOrderField.SHARE_COUNT: "Shares of its discovered videos.",
        AccountOrderField.SAVE_COUNT: "Saves of its discovered videos.",
    },
)
_show(
    CreatorOrderField,
    "What creators can be ordered by.",
    {
        CreatorOrderField.ADDED_AT: "When it was made.",
        CreatorOrderField.NAME: "The name, whatever its case.",
        CreatorOrderField.ACCOUNT_COUNT: "Accounts linked to it.",
        CreatorOrderField.FOLLOWER_COUNT: "Followers of its accounts.",
    },
)
_show(
    VideoOrderField,
    "What videos can be ordered by, beside what they gained.",
    {
        VideoOrderField.PUBLISHED_AT: "When it was posted.",
        VideoOrderField.DURATION_SECONDS: "How long it plays.",
        VideoOrderField.ADDED_AT: "When tracking of it by itself began.",
        VideoOrderField.DISCOVERED_AT: "When it was found in its account's feed.",
        VideoOrderField.VIEW_COUNT: "Views.",
        VideoOrderField.PLAY_COUNT: "Plays.",
        VideoOrderField.LIKE_COUNT: "Likes.",
        VideoOrderField.COMMENT_COUNT: "Comments.",
        VideoOrderField.SHARE_COUNT: "Shares.",
        VideoOrderField.SAVE_COUNT: "Saves.",
    },
)
_show(
    VideoCounter,
    "A counter of videos that gains.",
    {
        VideoCounter.VIEWS: "Views.",
        VideoCounter.PLAYS: "Plays.",
        VideoCounter.LIKES: "Likes.",
        VideoCounter.COMMENTS: "Comments.",
        VideoCounter.SHARES: "Shares.",
        VideoCounter.SAVES: "Saves.",
    },
)
_show(
    RunState,
    "How far a refresh has come.",
    {
        RunState.QUEUED: "Somebody asked for it; the next worker that is free begins it.",
        RunState.RUNNING: "The platform is being asked.",
        RunState.SUCCEEDED: "Figures came back and are stored, all or a part of them.",
        RunState.FAILED: "Nothing came back that could be stored; the outcome says why.",
        RunState.LOST: "Its worker went away. Another refresh took over, and nothing of this one was stored.",
        RunState.CANCELLED: "What it was for was removed before it began.",
    },
    name="RefreshState",
)
_show(
    AnswerClass,
    "What the answers of a platform amounted to.",
    {
        AnswerClass.OK: "Everything that was asked for.",
        AnswerClass.PARTIAL: "A part of it; the rest is asked for again soon.",
        AnswerClass.HIDDEN: "It is there, and its counters are hidden from the public.",
        AnswerClass.NOT_FOUND: "The platform says that it is not there any more.",
        AnswerClass.PRIVATE: "It is private.",
        AnswerClass.UNAVAILABLE: "Gone, or refused to us; nobody can tell.",
        AnswerClass.LOGIN_REQUIRED: "The platform shows it to its users alone.",
        AnswerClass.REGION_BLOCKED: "The platform does not show it where the server is.",
        AnswerClass.RATE_LIMITED: "Too many requests; the platform, or the server itself, asks for a pause.",
        AnswerClass.BLOCKED: "The platform refuses the server.",
        AnswerClass.CHALLENGE: "The platform asks for a proof that a person is there.",
        AnswerClass.SESSION_INVALID: "The session the platform was asked with is not valid any more.",
        AnswerClass.ACCOUNT_CHALLENGED: "The platform wants the account of that session to be confirmed.",
        AnswerClass.AUTH_INVALID: "The credentials of the provider are not valid.",
        AnswerClass.QUOTA_EXHAUSTED: "What the provider allows is used up.",
        AnswerClass.SCHEMA_CHANGED: "The answer cannot be read: the platform has changed its pages.",
        AnswerClass.UPSTREAM_ERROR: "The platform failed, or something on the way.",
        AnswerClass.NETWORK_TIMEOUT: "No answer came in time.",
        AnswerClass.UNSUPPORTED: "No provider is there for it, or it is switched off.",
    },
    name="RefreshOutcome",
)
