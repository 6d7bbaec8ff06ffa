"""Limits on what a request may bring, kept before anything is parsed."""

from starlette.requests import Request


class BodyTooLarge(Exception):
    """The body has more bytes than are read."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The body is larger than the {most_bytes} bytes that are read.")


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The body of a request. Raises BodyTooLarge by its declared length, or as soon as that many bytes came in."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > most_bytes:
        raise BodyTooLarge(most_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise BodyTooLarge(most_bytes)
    return bytes(body)
