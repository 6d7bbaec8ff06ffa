"""REST v2 under thousands of requests that are made of its document, good ones and bad ones, always the same."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import msgspec

from app.core.access.keys import authenticate, create_key
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.viewer import Scope
from app.settings import Settings
from tests.api.live import served
from tests.api.rest.measured import lone_video, worked_example
from tests.end_to_end.programs import environment

SEED = 20
EXAMPLES = 8
"""Of each operation and phase; more find nothing else, they only take longer."""
PATIENCE_SECONDS = 180
FEWEST_CASES = 1500
NOT_HELD = "positive_data_acceptance"
"""A schema cannot say that one date is before another, or that a cursor was issued."""


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
        command = [
            *(Path(sys.executable).with_name("schemathesis"), "run", f"http://127.0.0.1:{api.port}/v2/openapi.json"),
            *("--header", f"Authorization: Bearer {key}"),
            *("--checks", "all", "--exclude-checks", NOT_HELD, "--continue-on-failure"),
            *("--seed", str(SEED), "--max-examples", str(EXAMPLES), "--workers", "1"),
            *("--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "20"),
        ]
        variables = environment(NO_COLOR="1", COLUMNS="200")
        ended = await asyncio.to_thread(
            subprocess.run,
            command,
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said[-6000:]
    cases = re.search(r"([\d,]+) generated", said)
    assert cases is not None, said[-6000:]
    assert int(cases[1].replace(",", "")) >= FEWEST_CASES
    operations = re.search(r"Tested: (\d+)", said)
    assert operations is not None
    assert int(operations[1]) >= 43
