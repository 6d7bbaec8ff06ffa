"""What v2 tells of itself and of who asks."""

from http import HTTPStatus

from app.api.rest.operations import Answer, Call, OpenCall, Operations
from app.api.rest.refusals import Refusal
from app.api.rest.v2.shapes.envelopes import Single
from app.api.rest.v2.shapes.system import ApiMeta, Health, WhoAmI

TAG = "System"

routes = Operations()


@routes.add("GET", "/health", TAG, scope=None, refuses=[HTTPStatus.SERVICE_UNAVAILABLE])
async def get_health(call: OpenCall) -> Answer[Single[Health]]:
    """Whether requests can be answered. Needs no key."""
    if not await call.runtime.database_is_up():
        away = "The database does not answer. Try again in a moment."
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, away, headers={"Retry-After": "1"})
    is_whole = await call.runtime.redis_is_up()
    health = Health(status="ok" if is_whole else "degraded")
    return Answer(Single(health), headers={"Cache-Control": "no-store"})


@routes.add("GET", "/meta", TAG, scope=None)
async def get_meta(call: OpenCall) -> Answer[Single[ApiMeta]]:
    """Where this version stands, and where to read about it. Needs no key."""
    base = f"{call.request.base_url}v2"
    meta = ApiMeta(docs_url=f"{base}/docs", openapi_url=f"{base}/openapi.json", whoami_url=f"{base}/whoami")
    return Answer(Single(meta))


@routes.add("GET", "/whoami", TAG)
async def get_whoami(call: Call[None, None]) -> Answer[Single[WhoAmI]]:
    """The organization a key acts for, and the key's name."""
    viewer = call.viewer
    return Answer(Single(WhoAmI(organization_id=str(viewer.organization_id), api_key_name=viewer.key_name)))
