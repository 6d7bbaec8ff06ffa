"""The sandbox as an ASGI application: the first path segment is the real host."""

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from app.domain.clock import Clock, utc_now
from app.sandbox.allowances import Allowances
from app.sandbox.control import Control
from app.sandbox.door import Door
from app.sandbox.ledger import Ledger
from app.sandbox.surfaces.facebook.pages import Facebook
from app.sandbox.surfaces.images import Images
from app.sandbox.surfaces.instagram.accounts import Instagram
from app.sandbox.surfaces.instagram.discovery import BusinessDiscovery
from app.sandbox.surfaces.linkedin.pages import LinkedIn
from app.sandbox.surfaces.scrapecreators.service import ScrapeCreators
from app.sandbox.surfaces.tiktok.pages import TikTok
from app.sandbox.surfaces.twitter.guest import Twitter
from app.sandbox.surfaces.youtube.data_api import YouTubeDataApi
from app.sandbox.surfaces.youtube.pages import YouTubePages
from app.sandbox.times import SandboxClock
from app.sandbox.troubles.faults import Faults
from app.sandbox.troubles.limits import Limits
from app.sandbox.troubles.statuses import teach_server
from app.sandbox.truth import Truth
from app.sandbox.world.world import World


def create_app(seed: int = 1, clock: Clock = utc_now) -> Starlette:
    """A sandbox over the world of that seed. `https://HOST/PATH?Q` is found at `/HOST/PATH?Q`.

    Plain ASGI without lifespan; a factory for `uvicorn --factory app.sandbox.server:create_app`.
    """
    teach_server()
    world, ledger, faults, limits, allowances = World(seed), Ledger(), Faults(), Limits(), Allowances()
    sandbox_clock = SandboxClock(clock)
    hosts = _hosts(world, allowances)
    return Starlette(
        routes=[
            *Control(sandbox_clock, faults, limits, allowances, ledger).routes.routes,
            *Truth(world, sandbox_clock).routes.routes,
            Mount("/", Door(hosts, sandbox_clock, faults, limits, ledger)),
        ]
    )


def _hosts(world: World, allowances: Allowances) -> dict[str, ASGIApp]:
    tiktok, instagram, youtube, twitter = TikTok(world), Instagram(world), YouTubePages(world), Twitter(world)
    facebook, linkedin = Facebook(world), LinkedIn(world)
    return {
        "www.tiktok.com": tiktok.www,
        "vm.tiktok.com": tiktok.short,
        "vt.tiktok.com": tiktok.short,
        "www.instagram.com": instagram.www,
        "i.instagram.com": instagram.i,
        "graph.facebook.com": BusinessDiscovery(world, allowances).routes,
        "www.googleapis.com": YouTubeDataApi(world, allowances).routes,
        "www.youtube.com": youtube.www,
        "youtu.be": youtube.short,
        "api.x.com": twitter.api,
        "x.com": twitter.www,
        "cdn.syndication.twimg.com": twitter.syndication,
        "t.co": twitter.short,
        "www.facebook.com": facebook.www,
        "m.facebook.com": facebook.www,
        "fb.watch": facebook.short,
        "www.linkedin.com": linkedin.www,
        "lnkd.in": linkedin.short,
        "api.scrapecreators.com": ScrapeCreators(world, allowances, instagram).routes,
        "img.sandbox": Images().routes,
    }
