"""Filters: which rows a list holds; None leaves a condition out."""

from dataclasses import dataclass

from app.domain.platforms import Platform


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts a list holds."""

    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class CreatorFilter:
    """Which creators a list holds."""

    is_active: bool | None = None
