"""Global ids as GraphQL types them."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

import strawberry

from app.api import ids
from app.api.ids import decode_id, decode_id_of

__all__ = ["decode_id", "decode_id_of", "encode_id", "id_encoder"]


id_encoder = cast(Callable[[str], Callable[[UUID], strawberry.ID]], ids.id_encoder)
"""What makes the global ids of the objects of one type."""
encode_id = cast(Callable[[str, UUID], strawberry.ID], ids.encode_id)
"""The global id of an object."""
