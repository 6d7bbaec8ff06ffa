"""Health and failures, with servers that really go away."""

import logging
from contextlib import ExitStack

import httpx
import msgspec
import pytest

from app.main import create_app
from app.settings import Settings
from app.store.db import close_database
from tests import engines


async def test_what_does_not_answer_is_named(own_engines: Settings, caplog: pytest.LogCaptureFixture) -> None:
    await close_database()
    with ExitStack() as database, ExitStack() as cache:
        cluster = database.enter_context(engines.cluster())
        redis_url = cache.enter_context(engines.cache())
        settings = msgspec.structs.replace(own_engines, database_url=cluster, redis_url=redis_url)
        app = create_app(settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            up = await client.get("/health")
            assert (up.status_code, up.json()) == (200, {"data": {"type": "health", "status": "ok"}})
            assert up.headers["cache-control"] == "no-store"

            cache.close()
            degraded = await client.get("/health")
            assert (degraded.status_code, degraded.json()) == (
                200,
                {
                    "data": {
                        "type": "health",
                        "status": "degraded",
                        "detail": "Valkey does not answer: refreshes wait, rate limits are off.",
                    }
                },
            )

            database.close()
            down = await client.get("/health")
            assert (down.status_code, down.headers["content-type"]) == (503, "application/problem+json")
            assert down.json() == {
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": "The database does not answer.",
            }

            with caplog.at_level(logging.ERROR):
                failed = await client.post(
                    "/graphql",
                    json={"query": "{__typename}"},
                    headers={"Authorization": "Bearer some-key", "X-Request-ID": "the-request"},
                )
            assert (failed.status_code, failed.headers["retry-after"], failed.json()) == (
                503,
                "1",
                {
                    "errors": [
                        {
                            "message": "The database does not answer. Try again in a moment.",
                            "extensions": {"code": "SERVICE_UNAVAILABLE"},
                        }
                    ]
                },
            )
            (logged,) = (record for record in caplog.records if record.name.startswith("app.api."))
            assert logged.getMessage() == "Request the-request failed: the database does not answer (FileNotFoundError)"
            assert logged.exc_info is None
