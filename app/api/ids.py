"""Global ids: opaque to callers, a type and a uuid to us. Every face that shows them reads them here."""

import base64
import binascii
from collections.abc import Callable
from uuid import UUID

from app.domain.problems import InvalidInput

LONGEST_ID = 128


def encode_id(type_name: str, id: UUID) -> str:
    """The global id of an object.

    >>> encode_id("Account", UUID(int=1))
    'QWNjb3VudDowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDE='
    """
    return id_encoder(type_name)(id)


def id_encoder(type_name: str) -> Callable[[UUID], str]:
    """What makes the global ids of one type: a page has a hundred of them."""
    prefix = f"{type_name}:"

    def encode(id: UUID) -> str:
        return binascii.b2a_base64((prefix + str(id)).encode(), newline=False).decode()

    return encode


def decode_id(text: str, *path: str) -> tuple[str, UUID]:
    """The type and uuid of a global id. Raises InvalidInput naming `path` for anything `encode_id` does not give."""
    problem = InvalidInput(f"{text[:64]!r} is not an id of ours. Use an id that the API gave.", *path)
    if len(text) > LONGEST_ID:
        raise problem
    try:
        type_name, _, uuid = base64.b64decode(text, validate=True).decode("ascii").partition(":")
        id = UUID(uuid)
    except (binascii.Error, ValueError):
        raise problem from None
    if encode_id(type_name, id) != text:
        raise problem
    return type_name, id


def decode_id_of(type_name: str, text: str, *path: str) -> UUID:
    """The uuid of a global id of that type. Raises InvalidInput naming `path` for any other."""
    found, id = decode_id(text, *path)
    if found != type_name:
        raise InvalidInput(f"This is the id of another type ({found[:64]}); an id of {type_name} is wanted.", *path)
    return id
