"""Answers as bytes: encoded once, with a strong ETag, and a 304 for whoever has them already."""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus

import msgspec
from starlette.datastructures import Headers

JSON = "application/json"

encoder = msgspec.json.Encoder()


def etag_of(body: bytes) -> str:
    """A strong entity tag: other bytes have another one."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def is_known(etag: str, headers: Headers) -> bool:
    """Whether the caller has that representation already, by `If-None-Match`."""
    given = headers.get("if-none-match")
    if given is None:
        return False
    return given.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in given.split(","))


def takes_json(headers: Headers, media_type: str = JSON) -> bool:
    """Whether `Accept` leaves room for a JSON answer; a caller that does not say takes any."""
    accept = headers.get("accept")
    if not accept or ("," not in accept and accept in ("*/*", media_type)):
        return True
    best: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        best[kind] = max(best.get(kind, 0.0), _quality(parameters))
    # The most exact entry that fits decides, whatever its place.
    for kind in (media_type, "application/*", "*/*"):
        if kind in best:
            return best[kind] > 0
    return False


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def conditional(body: bytes, headers: Mapping[str, str], asked: Headers) -> tuple[HTTPStatus, bytes, dict[str, str]]:
    """What is sent for a representation: itself, or 304 without it when the caller has it."""
    etag = etag_of(body)
    sent = {"Cache-Control": "private, no-cache", "ETag": etag, **headers}
    if is_known(etag, asked):
        return HTTPStatus.NOT_MODIFIED, b"", sent
    return HTTPStatus.OK, body, {**sent, "Content-Type": JSON}
