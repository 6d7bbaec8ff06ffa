"""Builds the ASGI application: faces, routes, middleware, and what is open while it runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from app.api.exports.server import ExportServer
from app.api.graphql.serving.server import GraphQLServer
from app.api.headers import AnswerHeaders
from app.api.health import show_health
from app.api.problems import show_failure, show_method_not_allowed, show_not_found
from app.api.rest.v1_lookup.server import rest_v1_lookup
from app.api.rest.v2.server import rest_v2
from app.core.access.usage import kept_up
from app.domain.clock import utc_now
from app.runtime import open_runtime
from app.settings import Settings
from app.web.files import BundledFiles
from app.web.reference import reference_page


class WholePath(PathConvertor):
    """A path with whatever is in it, line ends as well."""

    regex = "(?s:.*)"


register_url_convertor("whole", WholePath())


def create_app(settings: Settings) -> Starlette:
    """The whole API as one ASGI application; its lifespan opens and closes the runtime."""
    graphql = GraphQLServer(settings, utc_now)
    v1 = rest_v1_lookup(
        settings, utc_now, {"docs": reference_page(settings.graphiql_key, "Look-up API v1", "/v1", "/ping")}
    )
    v2 = rest_v2(settings, utc_now, {"docs": reference_page(settings.graphiql_key, "API v2", "/v2", "/whoami")})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_runtime(settings) as runtime:
            app.state.runtime = runtime
            async with kept_up(runtime.usage), graphql.hub.running():
                yield

    app = Starlette(
        routes=[
            Route("/graphql", graphql),  # what is asked for most comes first
            WebSocketRoute("/graphql", graphql.sockets),
            Route("/v2/{path:whole}", v2),
            Route("/v2", v2),
            Route("/", show_entrance),
            Route("/health", show_health),
            Route("/exports/{name}.{ending}", ExportServer(utc_now), methods=["GET"]),
            Route("/v1/{path:whole}", v1),
            Route("/v1", v1),
            Mount("/assets", BundledFiles()),
        ],
        middleware=[Middleware(AnswerHeaders)],
        exception_handlers={
            HTTPStatus.NOT_FOUND: show_not_found,
            HTTPStatus.METHOD_NOT_ALLOWED: show_method_not_allowed,
            HTTPStatus.INTERNAL_SERVER_ERROR: show_failure,
        },
        lifespan=lifespan,
    )
    app.state.hub = graphql.hub
    return app


async def show_entrance(_request: Request) -> Response:
    """Leads whoever opens the address in a browser to GraphiQL."""
    return RedirectResponse("/graphql")
