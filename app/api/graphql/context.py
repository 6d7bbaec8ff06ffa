"""What a resolver is handed: who asks, when, and the loaders of this one request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import strawberry

from app.api.graphql.loaders import Loaders
from app.core.access.budgets import Standing
from app.core.lookups.sources import Sources
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
    look_ups: Sources | None = None
    """What look-ups are answered from; None where an event is shown, which has none."""

    @property
    def sources(self) -> Sources:
        """What look-ups are answered from."""
        assert self.look_ups is not None
        return self.look_ups


Info: TypeAlias = strawberry.Info[Context, None]
