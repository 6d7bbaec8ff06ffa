"""What `/v1` tells of itself."""

from collections.abc import Mapping

from app.api.rest.operations import Answer, Call, Operations
from app.api.rest.v1_lookup.shapes.envelopes import Cached, Told
from app.api.rest.v1_lookup.shapes.system import Platforms, Pong, SupportedPlatform
from app.core.lookups.sources import list_look_ups
from app.domain.platforms import TRAITS, LookUp

TAG = "System"
ENDPOINTS: Mapping[LookUp, str] = {
    LookUp.POST_STATS: "post/stats",
    LookUp.PROFILE: "profile",
    LookUp.RECENT_VIDEOS: "channel/videos",
    LookUp.MEDIAN_VIEWS: "median-views",
    LookUp.CONTACT_EMAIL: "email",
}

routes = Operations()


@routes.add("GET", "/platforms", TAG)
async def list_platforms(call: Call[None, None]) -> Answer[Told[Platforms]]:
    """The platforms, and what can be looked up on each.

    What the operator has switched off is not there.
    """
    supported = [
        SupportedPlatform(
            platform=platform, name=TRAITS[platform].name, endpoints=[ENDPOINTS[look_up] for look_up in look_ups]
        )
        for platform, look_ups in list_look_ups(call.viewer, call.runtime.look_ups).items()
    ]
    return Answer(Told(data=Platforms(platforms=supported), meta=Cached(cached=False)))


@routes.add("GET", "/ping", TAG)
async def ping(_call: Call[None, None]) -> Answer[Pong]:
    """Whether the API runs, and the key is known."""
    return Answer(Pong())
