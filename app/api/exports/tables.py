"""Tables: which columns an export has, and how its records become rows. Columns are called as in GraphQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from app.api.ids import encode_id
from app.api.names import in_camel_case
from app.core.analytics.export import Place, Subject, SubjectSeries, kind_of
from app.domain.metrics import METRICS, Value, rounded
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer

Cell: TypeAlias = str | int | float | bool | date | datetime | Mapping[str, str] | None
Row: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of an export, and the rows that one of its records makes."""

    columns: Sequence[str]
    rows: Callable[[Any], Iterable[Row]]


METRIC_COLUMNS: Mapping[str, str] = {metric: in_camel_case(metric.replace("avg_", "average_")) for metric in METRICS}
"""The column of each metric."""

TYPE_NAMES = {
    SubjectKind.ORGANIZATION: "Organization",
    SubjectKind.CREATOR: "Creator",
    SubjectKind.ACCOUNT: "Account",
    SubjectKind.VIDEO: "Video",
}
"""What their global ids are made of."""

Reader: TypeAlias = Callable[[Any], Any]
NAMES: Mapping[SubjectKind, Reader] = {
    SubjectKind.CREATOR: attrgetter("name"),
    SubjectKind.ACCOUNT: attrgetter("handle"),
    SubjectKind.VIDEO: attrgetter("url"),
}
LATEST_COUNTERS: Mapping[str, Reader] = {
    "viewCount": attrgetter("views"),
    "playCount": attrgetter("plays"),
    "likeCount": attrgetter("likes"),
    "commentCount": attrgetter("comments"),
    "shareCount": attrgetter("shares"),
    "saveCount": attrgetter("saves"),
}


def _optional_id(type_name: str, attribute: str) -> Reader:
    def read(record: Any) -> str | None:
        id: UUID | None = getattr(record, attribute)
        return None if id is None else encode_id(type_name, id)

    return read


ACCOUNT_COLUMNS: Mapping[str, Reader] = {
    "id": _optional_id("Account", "id"),
    "platform": attrgetter("platform"),
    "handle": attrgetter("handle"),
    "url": attrgetter("url"),
    "creatorId": _optional_id("Creator", "creator_id"),
    "linkedAt": attrgetter("linked_at"),
    "externalId": attrgetter("external_id"),
    "displayName": attrgetter("display_name"),
    "biography": attrgetter("biography"),
    "linkInBio": attrgetter("link_in_bio"),
    "pictureUrl": attrgetter("picture_url"),
    "category": attrgetter("category"),
    "metadata": attrgetter("metadata"),
    "isVerified": attrgetter("is_verified"),
    "isActive": attrgetter("is_active"),
    "isPausedByCreator": attrgetter("is_paused_by_creator"),
    "isUnavailable": attrgetter("is_unavailable"),
    "isPrivate": attrgetter("is_private"),
    "addedAt": attrgetter("added_at"),
    "firstRefreshedAt": attrgetter("first_refreshed_at"),
    "lastRefreshedAt": attrgetter("last_refreshed_at"),
    "nextRefreshAt": attrgetter("next_refresh_at"),
    "refreshIntervalHours": attrgetter("refresh_interval_hours"),
    "maxRecentPosts": attrgetter("max_recent_posts"),
    "postLookbackDays": attrgetter("post_lookback_days"),
    "effectiveMaxRecentPosts": attrgetter("effective_max_recent_posts"),
    "effectivePostLookbackDays": attrgetter("effective_post_lookback_days"),
    "followerCount": attrgetter("followers"),
    "followingCount": attrgetter("following"),
    "profilePostCount": attrgetter("profile_posts"),
    "totalLikeCount": attrgetter("total_likes"),
    "discoveredPostCount": attrgetter("discovered_posts"),
    **LATEST_COUNTERS,
}
VIDEO_COLUMNS: Mapping[str, Reader] = {
    "id": _optional_id("Video", "id"),
    "platform": attrgetter("platform"),
    "externalId": attrgetter("external_id"),
    "authorHandle": attrgetter("author_handle"),
    "authorExternalId": attrgetter("author_external_id"),
    "shortcode": attrgetter("shortcode"),
    "accountId": _optional_id("Account", "account_id"),
    "kind": attrgetter("kind"),
    "url": attrgetter("url"),
    "caption": attrgetter("caption"),
    "publishedAt": attrgetter("published_at"),
    "durationSeconds": attrgetter("duration_seconds"),
    "thumbnailUrl": attrgetter("thumbnail_url"),
    "mediaUrl": attrgetter("video_url"),
    "isPinned": attrgetter("is_pinned"),
    "isUnavailable": attrgetter("is_unavailable"),
    "discoveredAt": attrgetter("discovered_at"),
    "addedAt": attrgetter("added_at"),
    "metadata": attrgetter("metadata"),
    "isActive": attrgetter("is_active"),
    "firstRefreshedAt": attrgetter("first_refreshed_at"),
    "lastRefreshedAt": attrgetter("last_refreshed_at"),
    "nextRefreshAt": attrgetter("next_refresh_at"),
    "refreshIntervalHours": attrgetter("refresh_interval_hours"),
    "viewsKind": attrgetter("views_kind"),
    **LATEST_COUNTERS,
    "repostCount": attrgetter("reposts"),
    "instagramPlayCount": attrgetter("ig_plays"),
    "facebookPlayCount": attrgetter("fb_plays"),
    "facebookLikeCount": attrgetter("fb_likes"),
}
SUBJECT_COLUMNS = ("kind", "id", "platform", "name")
"""Whose figures a row holds."""
BUCKET_COLUMNS = ("start", "end", "partial", "baseline", "observed")
RANK_COLUMNS = ("rank", "previousRank", "value", "previousValue", "isComplete")


def records_table(columns: Mapping[str, Reader]) -> Table:
    """A row for each record."""
    return Table(tuple(columns), lambda record: [[read(record) for read in columns.values()]])


def series_table(metrics: Sequence[str]) -> Table:
    """A row for each bucket of each subject."""

    def rows(of_subject: SubjectSeries) -> Iterator[Row]:
        subject = _subject_cells(of_subject.subject)
        for bucket in of_subject.series.buckets:
            flags = (bucket.is_partial, bucket.is_baseline, bucket.is_observed)
            values = (_number(bucket.values[metric]) for metric in metrics)
            yield [*subject, bucket.start, bucket.end, *flags, *values]

    return Table((*SUBJECT_COLUMNS, *BUCKET_COLUMNS, *(METRIC_COLUMNS[metric] for metric in metrics)), rows)


def leaderboard_table() -> Table:
    """A row for each place."""

    def rows(place: Place[Subject]) -> Iterable[Row]:
        ranked = place.ranked
        values = _number(ranked.value), _number(ranked.previous_value)
        return [
            [ranked.rank, ranked.previous_rank, *values, ranked.is_complete, *_subject_cells(place.subject)],
        ]

    return Table((*RANK_COLUMNS, *SUBJECT_COLUMNS), rows)


def _subject_cells(subject: Subject) -> Row:
    """A creator's platform is that of all its accounts, and a video goes by its address."""
    kind = kind_of(subject)
    if isinstance(subject, Viewer):
        return [kind, encode_id(TYPE_NAMES[kind], subject.organization_id), None, subject.organization_name]
    return [kind, encode_id(TYPE_NAMES[kind], subject.id), subject.platform, NAMES[kind](subject)]


def _number(value: Value) -> int | float | None:
    """Counters whole, ratios to 4 decimals."""
    return rounded(value) if isinstance(value, Fraction) else value
