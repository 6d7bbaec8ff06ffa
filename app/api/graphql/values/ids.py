"""Global ids as GraphQL types them."""

from uuid import UUID

import strawberry

from app.api import ids
from app.api.ids import decode_id, decode_id_of

__all__ = ["decode_id", "decode_id_of", "encode_id"]


def encode_id(type_name: str, id: UUID) -> strawberry.ID:
    """The global id of an object."""
    return strawberry.ID(ids.encode_id(type_name, id))
