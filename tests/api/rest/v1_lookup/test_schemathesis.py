"""`/v1` under hundreds of requests that are made of its document, good ones and bad ones, always the same."""

from pathlib import Path

from app.runtime import Runtime
from tests.api.rest.schemathesis_runs import run_schemathesis
from tests.api.rest.v1_lookup.conftest import LookUpCaller, listening, often

EXAMPLES = 40
"""Of each operation and phase."""


async def test_no_request_made_of_the_document_finds_a_fault(
    lookups: LookUpCaller, runtime: Runtime, tmp_path: Path
) -> None:
    async with listening(runtime, often(runtime.settings)) as url:
        run = await run_schemathesis(f"{url}/v1/openapi.json", lookups.key, tmp_path, examples=EXAMPLES)
    assert run.cases >= 500
    assert run.operations == 7
