"""Filters and orders as callers wrote them: held to their bounds, and brought into the form the store compares with."""

from collections.abc import Collection
from dataclasses import replace

from app.core.labels import LONGEST_CATEGORY, LONGEST_NAME, NOT_STORED, can_be_stored, check_metadata
from app.domain.filters import AccountFilter, CountRange, CreatorFilter, Labels, Period, VideoFilter
from app.domain.problems import InvalidInput
from app.domain.search import folded

LONGEST_TEXT = 128
MOST_CHOICES = 200
ARGUMENT = "filter"


def read_text(text: str | None, *path: str) -> str | None:
    """A text to look for, folded as the searched texts are; None for a blank one.

    Raises InvalidInput naming `path` beyond 128 characters, or for what no text can hold.
    """
    if text is None:
        return None
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"The text has {len(text)} characters; {LONGEST_TEXT} are allowed.", *path)
    if not can_be_stored(text):
        raise InvalidInput(f"The text takes {NOT_STORED}.", *path)
    wanted = folded(text)
    return wanted if wanted.strip() else None


def read_account_filter(filter: AccountFilter) -> AccountFilter:
    """The filter in its one form. Raises InvalidInput naming the field below `filter`."""
    for category in filter.categories or ():
        if len(category) > LONGEST_CATEGORY or not can_be_stored(category):
            message = f"A category takes at most {LONGEST_CATEGORY} characters, {NOT_STORED}."
            raise InvalidInput(message, ARGUMENT, "categories")
    _check_choices(filter.categories, "categories")
    _check_choices(filter.creator_ids, "creator_ids")
    return replace(
        filter,
        text=read_text(filter.text, ARGUMENT, "text"),
        handle=read_text(filter.handle, ARGUMENT, "handle"),
        metadata=_read_labels(filter.metadata),
        followers=_read_range(filter.followers, "follower_count"),
    )


def read_creator_filter(filter: CreatorFilter) -> CreatorFilter:
    """The filter in its one form. Raises InvalidInput naming the field below `filter`."""
    name = None if filter.name is None else filter.name.strip()
    if name is not None and (len(name) > LONGEST_NAME or not can_be_stored(name)):
        raise InvalidInput(f"The name takes at most {LONGEST_NAME} characters, {NOT_STORED}.", ARGUMENT, "name")
    return replace(
        filter,
        name=name,
        text=read_text(filter.text, ARGUMENT, "text"),
        metadata=_read_labels(filter.metadata),
    )


def read_video_filter(filter: VideoFilter) -> VideoFilter:
    """The filter in its one form. Raises InvalidInput naming the field below `filter`."""
    _check_choices(filter.account_ids, "account_ids")
    _check_choices(filter.creator_ids, "creator_ids")
    return replace(
        filter,
        published=None if filter.published == Period() else filter.published,
        text=read_text(filter.text, ARGUMENT, "text"),
        views=_read_range(filter.views, "view_count"),
    )


def _check_choices(values: Collection[object] | None, field: str) -> None:
    if values is not None and len(values) > MOST_CHOICES:
        raise InvalidInput(f"There are {len(values)} of them; {MOST_CHOICES} are allowed.", ARGUMENT, field)


def _read_range(bounds: CountRange | None, field: str) -> CountRange | None:
    if bounds is None or bounds == CountRange():
        return None
    if bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
        message = f"min ({bounds.min}) is greater than max ({bounds.max}). Swap them."
        raise InvalidInput(message, ARGUMENT, field, "min")
    return bounds


def _read_labels(labels: Labels | None) -> Labels | None:
    if not labels:
        return None
    values = dict(labels)
    if len(values) < len(labels):
        twice = next(key for key in values if sum(key == other for other, _ in labels) > 1)
        message = f"The metadata key {twice[:64]!r} has one value at most, and is asked for with several. Choose one."
        raise InvalidInput(message, ARGUMENT, "metadata")
    check_metadata(values, ARGUMENT, "metadata")
    return labels
