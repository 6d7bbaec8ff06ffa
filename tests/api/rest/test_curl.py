"""The contract's examples in curl, typed as they stand but for the base URL; a second client is told the same."""

import argparse
import asyncio
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest

from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.settings import Settings
from tests.api.live import served
from tests.api.rest.conftest import RestCaller, problem_of
from tests.api.rest.measured import NOW, today, worked_example
from tests.end_to_end.programs import environment
from tests.factories import new_account

__all__ = ["today"]

THEIRS = "https://api.creatoraudit.com"
CURLRC = 'silent\nshow-error\ninclude\nnoproxy = "*"\n'
"""Says how to print the answer, so that the commands need not."""


@dataclass
class Terminal:
    """Where commands are typed, into curl or into something that reads its options."""

    url: str
    program: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    async def type(self, command: str) -> httpx.Response:
        """What a command is answered; the base URL in it is changed."""
        ours = command.replace(THEIRS, self.url)
        return await (self._curl(ours) if self.program == "curl" else self._httpx(ours))

    async def _curl(self, command: str) -> httpx.Response:
        (self.folder / ".curlrc").write_text(CURLRC)
        variables = environment(CURL_HOME=str(self.folder), **self.variables)
        said = await asyncio.to_thread(subprocess.check_output, ["bash", "-e", "-c", command], env=variables)
        head, _, body = said.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        return httpx.Response(int(status.split()[1]), headers=headers, content=body)

    async def _httpx(self, command: str) -> httpx.Response:
        options = argparse.ArgumentParser()
        options.add_argument("url")
        options.add_argument("-X", default="GET")
        options.add_argument("-H", action="append", default=[])
        options.add_argument("-d")
        words = [Template(word).substitute(self.variables) for word in shlex.split(command.replace("\\\n", ""))]
        typed = options.parse_args(words[1:])
        headers = dict(header.split(": ", 1) for header in typed.H)
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.request(typed.X, typed.url, headers=headers, content=typed.d)


@pytest.fixture(params=["curl", "httpx"])
async def terminal(
    request: pytest.FixtureRequest, rest: RestCaller, settings: Settings, tmp_path: Path
) -> AsyncIterator[Terminal]:
    """In front of a real server, with a key at hand."""
    if request.param == "curl" and shutil.which("curl") is None and "CI" not in os.environ:
        pytest.skip("there is no curl here")
    async with served(settings) as api:
        yield Terminal(f"http://127.0.0.1:{api.port}", request.param, tmp_path, {"KEY": rest.key})


def body_of(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


async def test_who_asks_and_where_the_api_stands(terminal: Terminal, rest: RestCaller) -> None:
    whoami = body_of(await terminal.type('curl https://api.creatoraudit.com/v2/whoami -H "Authorization: Bearer $KEY"'))
    assert whoami["data"]["type"] == "whoami"
    assert whoami["data"]["organization_id"] == str(rest.viewer.organization_id)
    meta = body_of(await terminal.type("curl https://api.creatoraudit.com/v2/meta"))
    assert meta["data"] == {
        "type": "api_meta",
        "api_version": "v2",
        "status": "current",
        "deprecation": None,
        "sunset": None,
        "docs_url": f"{terminal.url}/v2/docs",
        "openapi_url": f"{terminal.url}/v2/openapi.json",
        "whoami_url": f"{terminal.url}/v2/whoami",
    }


async def test_a_list_and_its_next_page(terminal: Terminal, rest: RestCaller) -> None:
    accounts = [await new_account(rest.viewer, NOW) for _ in range(3)]
    first = await terminal.type("""
        curl "https://api.creatoraudit.com/v2/accounts?platform=tiktok&sort=username&limit=2&include_total=true" \\
          -H "Authorization: Bearer $KEY"
    """)
    page = body_of(first)
    names = sorted(account.handle for account in accounts)
    assert [row["username"] for row in page["data"]] == names[:2]
    cursor = page["pagination"].pop("next_cursor")
    assert page["pagination"] == {"has_next": True, "limit": 2, "total_count": 3}
    assert page["filters"] == {"platform": "tiktok", "order_by": "username", "order_direction": "asc"}
    whole = f"{terminal.url}/v2/accounts?platform=tiktok&sort=username&limit=2&include_total=true"
    assert first.headers["link"] == f'<{whole}>; rel="first", <{whole}&cursor={cursor}>; rel="next"'
    terminal.variables["CURSOR"] = cursor
    page = body_of(
        await terminal.type("""
        curl "https://api.creatoraudit.com/v2/accounts?platform=tiktok&sort=username&limit=2&cursor=$CURSOR" \\
          -H "Authorization: Bearer $KEY"
    """)
    )
    assert [row["username"] for row in page["data"]] == names[2:]
    assert page["pagination"] == {"has_next": False, "limit": 2, "next_cursor": None, "total_count": None}


async def test_creating_under_an_idempotency_key(terminal: Terminal) -> None:
    command = """
        curl -X POST https://api.creatoraudit.com/v2/accounts \\
          -H "Authorization: Bearer $KEY" \\
          -H "Content-Type: application/json" \\
          -H "Idempotency-Key: track-rival-one" \\
          -d '{"platform": "instagram", "username": "rival_one", "metadata": {"set": "competitors"}}'
    """
    first = await terminal.type(command)
    account = body_of(first, 201)["data"]
    assert (account["platform"], account["username"], account["type"]) == ("instagram", "rival_one", "account")
    assert (account["metadata"], account["scrape_interval_hours"]) == ({"set": "competitors"}, 24)
    assert (account["last_scrape_time"], account["follower_count"]) == (None, 0)
    assert datetime.fromisoformat(account["added_at"]) == NOW.astimezone(UTC)
    assert first.headers["location"] == f"/v2/accounts/{account['id']}"
    again = await terminal.type(command)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    problem_of(await terminal.type(command.replace("rival_one", "rival_three")), 409, "CONFLICT")
    taken = await terminal.type(command.replace("track-rival-one", "track-rival-one-again"))
    assert problem_of(taken, 409, "CONFLICT")["existing_id"] == account["id"]
    video = await terminal.type("""
        curl -X POST https://api.creatoraudit.com/v2/videos \\
          -H "Authorization: Bearer $KEY" \\
          -H "Content-Type: application/json" \\
          -d '{"platform": "instagram", "identifier": "https://www.instagram.com/reel/ABC123/"}'
    """)
    shown = body_of(video, 201)["data"]
    assert (shown["shortcode"], shown["is_active"], shown["view_count"]) == ("ABC123", True, None)


async def test_a_creator_and_its_series(terminal: Terminal, rest: RestCaller) -> None:
    account = await worked_example(rest.viewer)
    made = await terminal.type("""
        curl -X POST https://api.creatoraudit.com/v2/creators \\
          -H "Authorization: Bearer $KEY" \\
          -H "Content-Type: application/json" \\
          -d '{"name": "Rival Two", "metadata": {"set": "competitors"}}'
    """)
    creator = body_of(made, 201)["data"]["id"]
    terminal.variables |= {"CREATOR": creator, "ACCOUNT": str(account.id)}
    link = """
        curl -X PUT https://api.creatoraudit.com/v2/creators/$CREATOR/accounts/$ACCOUNT \\
          -H "Authorization: Bearer $KEY"
    """
    linked = await terminal.type(link)
    again = await terminal.type(link)
    assert (body_of(linked, 201), again.status_code) == (body_of(again), 200)
    series = body_of(
        await terminal.type("""
        curl "https://api.creatoraudit.com/v2/creators/$CREATOR/analytics?start_date=2026-03-01&end_date=2026-03-05" \\
          -H "Authorization: Bearer $KEY"
    """)
    )
    assert [(row["date"], row["views"], row["followers"]) for row in series["data"]] == [
        ("2026-03-01", 0, 100),
        ("2026-03-02", 500, 104),
        ("2026-03-03", 0, 104),
        ("2026-03-04", 660, 99),
        ("2026-03-05", -10, 99),
    ]
    assert (series["meta"]["totals"]["views"], series["meta"]["totals"]["followers"]) == (1150, 99)
    month = body_of(
        await terminal.type("""
        curl "https://api.creatoraudit.com/v2/creators/$CREATOR/analytics/timeseries?period=30d" \\
          -H "Authorization: Bearer $KEY"
    """)
    )
    assert (len(month["data"]), month["data"][-2]) == (30, series["data"][-1])


async def test_a_leaderboard_and_a_batch(terminal: Terminal, rest: RestCaller) -> None:
    creator = await create_creator(rest.viewer, NewCreator("Rival Two"), now=NOW)
    await link_account(rest.viewer, creator.id, (await worked_example(rest.viewer)).id, now=NOW)
    top = 'curl "https://api.creatoraudit.com/v2/creators/top?period=7d&limit=10" -H "Authorization: Bearer $KEY"'
    (row,) = body_of(await terminal.type(top))["data"]
    assert (row["rank"], row["creator_id"], row["name"]) == (1, str(creator.id), "Rival Two")
    assert (row["views"], row["followers"], row["account_count"]) == (1150, 99, 1)
    found = body_of(
        await terminal.type("""
        curl "https://api.creatoraudit.com/v2/account-videos?order_by=view_count&limit=1" \\
          -H "Authorization: Bearer $KEY"
    """)
    )
    terminal.variables["VIDEO"] = video = found["data"][0]["id"]
    deltas = body_of(
        await terminal.type("""
        curl -X POST https://api.creatoraudit.com/v2/videos/deltas \\
          -H "Authorization: Bearer $KEY" \\
          -H "Content-Type: application/json" \\
          -d "{\\"video_ids\\": [\\"$VIDEO\\", \\"00000000-0000-4000-8000-000000000000\\"], \\"windows\\": [1, 3]}"
    """)
    )
    missing = ["00000000-0000-4000-8000-000000000000"]
    assert deltas == {
        "data": {video: {"1d": 0, "3d": 550}},
        "meta": {"windows": [1, 3], "video_count": 1, "not_found": missing},
    }


async def test_refusals_are_problems(terminal: Terminal) -> None:
    stranger = await terminal.type("curl https://api.creatoraudit.com/v2/accounts")
    problem_of(stranger, 401, "UNAUTHORIZED")
    nowhere = await terminal.type("""
        curl https://api.creatoraudit.com/v2/accounts/00000000-0000-4000-8000-000000000000 \\
          -H "Authorization: Bearer $KEY"
    """)
    problem_of(nowhere, 404, "NOT_FOUND")
    elsewhere = await terminal.type("""
        curl -X POST https://api.creatoraudit.com/v2/accounts \\
          -H "Authorization: Bearer $KEY" \\
          -H "Content-Type: application/json" \\
          -d '{"platform": "myspace", "username": "tom"}'
    """)
    problem = problem_of(elsewhere, 422, "VALIDATION_ERROR")
    assert problem["errors"] == [{"field": "platform", "message": "It takes one of instagram, tiktok."}]
    assert json.loads(elsewhere.content) == problem
