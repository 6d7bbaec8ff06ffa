"""The commands of the guide to `/v1` work as they stand there, against the sandbox."""

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from app.runtime import Runtime
from tests.api.rest.v1_lookup.conftest import LookUpCaller, listening
from tests.end_to_end.programs import environment

GUIDE = Path(__file__).parents[4] / "docs" / "rest-v1-lookup.md"
COMMANDS = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)


async def run(runtime: Runtime, key: str, commands: str) -> list[Any]:
    """What the commands print, one answer after the other."""
    async with listening(runtime, runtime.settings) as url:
        variables = environment(URL=url, KEY=key, PATH=os.environ["PATH"], no_proxy="*")
        said = await asyncio.to_thread(
            subprocess.check_output, ["bash", "-e", "-c", commands], env=variables, text=True, timeout=60
        )
    answers, place = [], 0
    decoder = json.JSONDecoder()
    while place < len(said.rstrip()):
        answer, place = decoder.raw_decode(said, place)
        answers.append(answer)
    return answers


async def test_every_command_works_as_it_stands(runtime: Runtime, lookups: LookUpCaller) -> None:
    first, others = COMMANDS
    (post,) = await run(runtime, lookups.key, first)
    assert (post["data"]["platform"], post["data"]["post_id"], post["meta"]["cached"]) == (
        "tiktok",
        "7123456789",
        False,
    )
    answers = await run(runtime, lookups.key, others)
    assert all(answer["ok"] for answer in answers)
    reel, watched, status, profile, videos, median, email, platforms, pong = [answer["data"] for answer in answers]
    posts = [(one["platform"], one["post_id"]) for one in (reel, watched, status)]
    assert posts == [("instagram", "ABC123"), ("youtube", "dQw4w9WgXcQ"), ("twitter", "1234567890")]
    assert profile["username"] == videos["username"] == median["username"] == "charlidamelio"
    assert profile["followers"] > 0
    assert videos["count"] == len(videos["videos"]) > 0
    assert median["videos_analyzed"] == len(median["raw_view_counts"]) > 0
    assert (email["found"], email["source"]) == (True, "bio")
    assert len(platforms["platforms"]) == 6
    assert pong == "pong"


async def test_so_does_the_one_of_the_readme(runtime: Runtime, lookups: LookUpCaller) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (GUIDE.parents[1] / "README.md").read_text(), re.DOTALL)
    (command,) = [block for block in blocks if "/v1/" in block]
    command = command.replace("http://127.0.0.1:8000", "$URL").replace("$(cat .creatorgraph/demo-key)", "$KEY")
    (post,) = await run(runtime, lookups.key, command)
    assert (post["data"]["platform"], post["data"]["post_id"]) == ("youtube", "dQw4w9WgXcQ")
    assert post["data"]["views"] > 0
