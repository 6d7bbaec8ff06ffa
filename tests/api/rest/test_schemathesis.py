"""REST v2 under thousands of requests that are made of its document, good ones and bad ones, always the same."""

from pathlib import Path

import msgspec

from app.core.access.keys import authenticate, create_key
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.viewer import Scope
from app.settings import Settings
from tests.api.live import served
from tests.api.rest.measured import lone_video, worked_example
from tests.api.rest.schemathesis_runs import run_schemathesis

EXAMPLES = 8
"""Of each operation and phase; more find nothing else, they only take longer."""


async def is_up() -> bool:
    return True


async def test_no_request_made_of_the_document_finds_a_fault(
    database: None, settings: Settings, tmp_path: Path
) -> None:
    now = utc_now()
    key = await create_key(f"Schemathesis {now}", "schemathesis", frozenset({Scope.ADMIN}), now=now)
    viewer = await authenticate(key, now=now)
    creator = await create_creator(viewer, NewCreator("Somebody"), now=now)
    await link_account(viewer, creator.id, (await worked_example(viewer)).id, now=now)
    await lone_video(viewer, "7301234567890123456", {"02": 50, "04": 80})
    generous = msgspec.structs.replace(settings, rest_v2_requests_per_minute=10**6)
    async with served(generous) as api:
        api.app.state.runtime.database_is_up = api.app.state.runtime.redis_is_up = is_up
        run = await run_schemathesis(f"http://127.0.0.1:{api.port}/v2/openapi.json", key, tmp_path, examples=EXAMPLES)
    assert run.cases >= 1500
    assert run.operations >= 43
