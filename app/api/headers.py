"""Headers of every answer: the request's id and no guessing of types."""

import re
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = "X-Request-ID"
NO_GUESSING = (b"x-content-type-options", b"nosniff")
USABLE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class AnswerHeaders:
    """Middleware: echoes a usable X-Request-ID or makes one, and keeps it as `request.state.request_id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if USABLE_ID.fullmatch(given) else token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), NO_GUESSING]
            await send(message)

        await self.app(scope, receive, send_with_headers)
