"""The sandbox's guide says what is there: its hosts, names, keys and faults, and each of its commands works."""

import re
import shlex
from pathlib import Path

import pytest

from app.sandbox import credentials
from app.sandbox.troubles.faults import FaultMode
from tests.sandbox.reading import Sandbox

GUIDE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
COMMANDS = [line.strip() for line in GUIDE.splitlines() if line.startswith("    curl ")]
BASE = "http://127.0.0.1:8900"


def first_cells(heading: str) -> list[str]:
    """What stands in backticks in the first column of the table below a heading line."""
    table = GUIDE.split(heading, 1)[1].strip().split("\n\n", 1)[0]
    return [name for row in table.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


async def test_the_hosts_are_those_that_answer(sandbox: Sandbox) -> None:
    refused = (await sandbox.get("/unknown.host/")).json()["error"]
    assert refused.endswith(f"these are: {', '.join(first_cells('| host | what is imitated |'))}.")


def test_the_faults_are_those_to_be_had() -> None:
    assert sorted(first_cells("| mode | what the request gets |")) == sorted(FaultMode)


def test_the_keys_are_those_it_takes() -> None:
    values = {value for name, value in vars(credentials).items() if name.isupper()}
    table = GUIDE.split("| for | value |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"`([^`]+)`", table)) == values


async def test_the_named_posts_exist(sandbox: Sandbox) -> None:
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` \| `([^`]+)` \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 6
    for platform, handle, post in rows:
        truth = await sandbox.truth(platform, "video", post)
        assert (truth["handle"], truth["is_public"]) == (handle, True)
        assert post in (truth["external_id"], truth["shortcode"])


@pytest.mark.parametrize("command", COMMANDS)
async def test_each_command_works(sandbox: Sandbox, command: str) -> None:
    words = shlex.split(command)[1:]
    url = words.pop()
    assert url.startswith(BASE)
    path = url.removeprefix(BASE)
    if words:
        option, body = words
        assert option == "-d"
        response = await sandbox.http.post(path, content=body)
    else:
        response = await sandbox.http.get(path)
    assert response.status_code < 300, response.text
