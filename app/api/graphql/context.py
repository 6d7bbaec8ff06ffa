"""What a resolver is handed: who asks, when, and the loaders of this one request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import strawberry

from app.api.graphql.loaders import Loaders
from app.core.access.budgets import Standing
from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Context:
    """One request at work."""

    viewer: Viewer
    now: datetime
    loaders: Loaders
    cost: int
    """Points the operation was charged."""
    standing: Standing
    """Where the key stands in its minute after that."""
    refresh_spacing: timedelta = timedelta()
    """How long after a refresh the next one of the same thing may be asked for."""


Info: TypeAlias = strawberry.Info[Context, None]
