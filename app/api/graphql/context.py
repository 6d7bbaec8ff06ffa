"""What a resolver is handed: who asks, when, and the loaders of this one request."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry

from app.api.graphql.loaders import Loaders
from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Context:
    """One request at work."""

    viewer: Viewer
    now: datetime
    loaders: Loaders


Info: TypeAlias = strawberry.Info[Context, None]
