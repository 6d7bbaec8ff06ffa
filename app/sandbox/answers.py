"""How the sandbox answers about itself."""

import msgspec
from starlette.responses import Response


def answer(body: object, status: int = 200) -> Response:
    """`body` as JSON."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def refusal(message: str, status: int = 400) -> Response:
    """What is wrong, in words."""
    return answer({"error": message}, status)
