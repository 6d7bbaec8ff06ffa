"""Filters: which rows a list holds; None leaves a condition out."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.platforms import Platform


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts a list holds."""

    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class CreatorFilter:
    """Which creators a list holds."""

    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class VideoScope:
    """Which of an organization's videos are meant: those that fulfil all its conditions."""

    creator_id: UUID | None = None
    """Discovered in an account that is linked to this creator now."""
    account_id: UUID | None = None
    """Discovered in this account."""
    platform: Platform | None = None


EVERY_VIDEO = VideoScope()
"""All of an organization's videos."""
