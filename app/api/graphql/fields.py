"""Fields that a function answers, each with its description."""

from collections.abc import Callable
from typing import Any

import strawberry


def resolver(description: str, type: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Makes a field of the function below. It returns records; `type` is what the schema shows for them."""
    field: Callable[[Callable[..., Any]], Any] = strawberry.field(description=description, graphql_type=type)
    return field
