"""What yt-dlp is asked for, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.providers.ytdlp.door import Surface


@dataclass(frozen=True, slots=True)
class Plan:
    """What yt-dlp is for on one platform."""

    extractors: Mapping[str, Sequence[str]]
    """Module to the names of its extractors."""
    surfaces: Sequence[Surface]
    tolerates_no_formats: bool = True
    """Whether a post without a video in it is a post. False where "no video" is how a refusal looks."""
    arguments: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the extractors found; `failure` is what they broke off with, None where they did not."""

    info: Mapping[str, Any]
    entries: tuple[Mapping[str, Any], ...]
    failure: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a list are wanted: the first `most`, and none beyond one published before `since`."""

    most: int
    since: float | None = None
    """A Unix time in seconds."""
