"""What people are told to type, in the README and in the guide to REST v2, works as it stands there."""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from app.core.access.keys import authenticate
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.settings import Settings
from tests.api.live import served
from tests.api.rest.measured import worked_example
from tests.end_to_end.programs import environment
from tests.factories import new_key

ROOT = Path(__file__).parents[3]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/rest-v2.md"])
async def test_commands_work_as_they_stand(database: None, settings: Settings, tmp_path: Path, page: str) -> None:
    key = await new_key()
    viewer = await authenticate(key, now=utc_now())
    for name in ("One", "Two"):
        creator = await create_creator(viewer, NewCreator(name), now=utc_now())
        await link_account(viewer, creator.id, (await worked_example(viewer)).id, now=utc_now())
    (tmp_path / ".creatorgraph").mkdir()
    (tmp_path / ".creatorgraph" / "demo-key").write_text(key)
    command, *_ = [block for block in blocks(page, "sh") if "/v2/" in block]
    async with served(settings) as api:
        url = f"http://127.0.0.1:{api.port}"
        variables = environment(URL=url, KEY=key, PATH=os.environ["PATH"])
        asked = command.replace("http://127.0.0.1:8000", url)
        said = await asyncio.to_thread(
            subprocess.check_output, ["bash", "-e", "-c", asked], cwd=tmp_path, env=variables, text=True
        )
    answer = json.loads(said)
    assert len(answer["data"]) == 2
    if page == "README.md":
        (shown,) = [json.loads(block) for block in blocks(page, "json") if '"creator_id"' in block]
        assert list(answer) == list(shown)
        assert [list(row) for row in answer["data"]] == [list(row) for row in shown["data"]]
        assert list(answer["meta"]) == list(shown["meta"])
        assert (answer["meta"]["period"], answer["meta"]["limit"]) == ("7d", 2)
