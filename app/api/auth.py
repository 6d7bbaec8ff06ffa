"""Keys: who asks, read from the Authorization header, or from one of a face's own."""

from starlette.datastructures import Headers
from starlette.requests import Request

from app.domain.clock import utc_now
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.runtime import Runtime


async def read_viewer(request: Request) -> Viewer:
    """The viewer of `Authorization: Bearer KEY`. Raises Unauthenticated without one, or with a key not known."""
    runtime: Runtime = request.app.state.runtime
    return await runtime.keys.authenticate(read_key(request.headers.get("authorization", "")), now=utc_now())


def shows_key(headers: Headers, key_header: str | None = None) -> bool:
    """Whether a request says who sends it."""
    return "authorization" in headers or (key_header is not None and key_header in headers)


def read_shown_key(headers: Headers, key_header: str | None = None) -> str:
    """The key of a Bearer, or else the one that stands alone in a header of the face's own.

    Raises Unauthenticated when there is none.
    """
    authorization = headers.get("authorization", "")
    own = None if key_header is None else headers.get(key_header)
    return read_key(authorization) if own is None or _is_bearer(authorization) else own.strip()


def read_key(authorization: str) -> str:
    """The key in `Bearer KEY`. Raises Unauthenticated when there is none."""
    _, _, key = authorization.strip().partition(" ")
    if not _is_bearer(authorization) or not key.strip():
        raise Unauthenticated("An API key is needed. Send it as Authorization: Bearer KEY.")
    return key.strip()


def _is_bearer(authorization: str) -> bool:
    return authorization.strip().partition(" ")[0].lower() == "bearer"
