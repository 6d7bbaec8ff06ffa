"""Keys: who asks, read from the Authorization header."""

from starlette.datastructures import Headers

from app.core.access.keys import authenticate
from app.domain.clock import utc_now
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer


async def read_viewer(headers: Headers) -> Viewer:
    """The viewer of `Authorization: Bearer KEY`. Raises Unauthenticated without one, or with a key not known."""
    return await authenticate(read_key(headers.get("authorization", "")), now=utc_now())


def read_key(authorization: str) -> str:
    """The key in `Bearer KEY`. Raises Unauthenticated when there is none."""
    scheme, _, key = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("An API key is needed. Send it as Authorization: Bearer KEY.")
    return key.strip()
