"""The words of graphql-transport-ws: its messages, its close codes, and where a client may put its key."""

from collections.abc import Mapping
from enum import IntEnum

import msgspec

from app.api.auth import read_key
from app.api.graphql.serving.requests import GraphQLRequest, Refused, read_json, read_operation
from app.domain.problems import Unauthenticated

NAME = "graphql-transport-ws"
LONGEST_ID = 256
LONGEST_REASON = 120
"""Bytes of UTF-8: a close frame takes 123."""


class CloseCode(IntEnum):
    """Why a socket is closed, in the protocol's numbers; the first three are those of WebSockets in general."""

    GOING_AWAY = 1001
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    READS_TOO_SLOWLY = 4413
    TOO_MANY_INITS = 4429
    INTERNAL_ERROR = 4500


class Closing(Exception):
    """The socket is to be closed with a code and a reason."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


def read_message(text: str | None) -> Mapping[str, object]:
    """A message; None is a binary frame. Raises Closing for what is none."""
    if text is None:
        raise Closing(CloseCode.BAD_REQUEST, "A message is text, not binary.")
    try:
        message = read_json(text.encode(), "The message")
    except Refused as refused:
        raise Closing(CloseCode.BAD_REQUEST, str(refused)) from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Closing(CloseCode.BAD_REQUEST, "A message is a JSON object with a type.")
    return message


def read_id(message: Mapping[str, object]) -> str:
    """The id of an operation. Raises Closing without one."""
    id = message.get("id")
    if not isinstance(id, str) or not 1 <= len(id) <= LONGEST_ID:
        raise Closing(CloseCode.BAD_REQUEST, f"id is a string of 1 to {LONGEST_ID} characters.")
    return id


def read_payload(message: Mapping[str, object]) -> Mapping[str, object]:
    """The payload, empty where there is none. Raises Closing for one that is no object."""
    payload = message.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise Closing(CloseCode.BAD_REQUEST, "payload is not an object.")
    return payload


def read_subscribe(message: Mapping[str, object]) -> GraphQLRequest:
    """The operation of a subscribe message. Raises Closing for what is none."""
    try:
        return read_operation(read_payload(message))
    except Refused as refused:
        raise Closing(CloseCode.BAD_REQUEST, str(refused)) from None


def key_of_init(payload: Mapping[str, object], handshake: str | None) -> str:
    """The key of a connection_init, else that of the handshake's Authorization header. Raises Unauthenticated.

    It is read from `Authorization: "Bearer KEY"`, also below `headers`, and from `apiKey: "KEY"`.
    """
    for place in (payload, payload.get("headers")):
        if isinstance(place, dict):
            said = {name.lower(): value for name, value in place.items() if isinstance(value, str)}
            if "authorization" in said:
                return read_key(said["authorization"])
            if key := said.get("apikey", "").strip():
                return key
    if handshake is None:
        raise Unauthenticated('An API key is needed. Send it in connection_init: {"Authorization": "Bearer KEY"}.')
    return read_key(handshake)


def write(type: str, id: str | None = None, payload: str | None = None) -> str:
    """A message; id and payload are JSON already."""
    members = [f'"type":"{type}"']
    if id is not None:
        members.insert(0, f'"id":{id}')
    if payload is not None:
        members.append(f'"payload":{payload}')
    return "{" + ",".join(members) + "}"


def as_json(value: object) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()
