"""Limits on what a request may bring, kept before anything is parsed."""

import asyncio

from starlette.requests import Request

LONGEST_WAIT_SECONDS = 10.0
"""For a whole body: who sends it more slowly holds a connection for nothing."""


class BodyTooLarge(Exception):
    """The body has more bytes than are read."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The body is larger than the {most_bytes} bytes that are read.")


class BodyTooSlow(Exception):
    """The body did not come in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body did not arrive within {seconds:g} seconds.")


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The body of a request.

    Raises BodyTooLarge by its declared length or as soon as that many bytes came in, and BodyTooSlow.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > most_bytes:
        raise BodyTooLarge(most_bytes)
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise BodyTooLarge(most_bytes)
    except TimeoutError:
        raise BodyTooSlow(LONGEST_WAIT_SECONDS) from None
    return bytes(body)
