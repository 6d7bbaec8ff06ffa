"""Keys: who asks, read from the Authorization header."""

from starlette.requests import Request

from app.domain.clock import utc_now
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.runtime import Runtime


async def read_viewer(request: Request) -> Viewer:
    """The viewer of `Authorization: Bearer KEY`. Raises Unauthenticated without one, or with a key not known."""
    runtime: Runtime = request.app.state.runtime
    return await runtime.keys.authenticate(read_key(request.headers.get("authorization", "")), now=utc_now())


def read_key(authorization: str) -> str:
    """The key in `Bearer KEY`. Raises Unauthenticated when there is none."""
    scheme, _, key = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("An API key is needed. Send it as Authorization: Bearer KEY.")
    return key.strip()
