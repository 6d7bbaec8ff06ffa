"""Exports: over HTTP in both formats, and by the command."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from tests.end_to_end.programs import run
from tests.faces.questions import (
    Asker,
    BoardQuestion,
    Face,
    Last,
    Refused,
    Row,
    SeriesQuestion,
    Window,
    global_id,
    public_name,
    with_instants,
)

Export: TypeAlias = Callable[[Asker, str, Sequence[tuple[str, str]]], Awaitable[list[Row]]]
"""The rows of a table, given its arguments."""


def _exporting(name: str, export: Export) -> Face:
    """The face that exports are, however one comes by them."""

    async def series(asker: Asker, asked: SeriesQuestion) -> list[Row]:
        length = ("bucketDays" if isinstance(asked.length, int) else "granularity"), str(asked.length)
        metrics = ",".join(map(public_name, asked.metrics))
        ids = [("id", global_id(subject)) for subject in asked.subjects]
        arguments = [*ids, *_texts(asked.window), length, ("mode", asked.mode), ("metrics", metrics)]
        return [_without(row, "kind", "platform", "name") for row in await export(asker, "series", arguments)]

    async def leaderboard(asker: Asker, asked: BoardQuestion) -> list[Row]:
        arguments = [("kind", asked.kind.value), ("metric", public_name(asked.metric)), *_texts(asked.window)]
        return [_without(row, "kind", "platform", "name") for row in await export(asker, "leaderboard", arguments)]

    async def accounts(asker: Asker) -> list[Row]:
        return [with_instants(row) for row in await export(asker, "accounts", [])]

    async def videos(asker: Asker) -> list[Row]:
        return [with_instants(row) for row in await export(asker, "videos", [])]

    return Face(name, series, leaderboard, accounts, videos)


def _texts(asked: Window) -> list[tuple[str, str]]:
    if isinstance(asked, Last):
        return [("window", f"{asked.days}d"), ("timezone", asked.timezone)]
    return [("start", asked.start), ("end", asked.end), ("timezone", asked.timezone)]


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


async def _get(asker: Asker, file: str, arguments: Sequence[tuple[str, str]]) -> str:
    headers = {"Authorization": f"Bearer {asker.caller.key}"}
    response = await asker.caller.client.get(f"/exports/{file}", params=list(arguments), headers=headers)
    if response.status_code != 200:
        problem = response.json()
        raise Refused(problem["detail"], problem["errors"][0]["path"][-1])
    return response.text


async def _get_lines(asker: Asker, table: str, arguments: Sequence[tuple[str, str]]) -> list[Row]:
    return [json.loads(line) for line in (await _get(asker, f"{table}.jsonl", arguments)).splitlines()]


async def _get_csv(asker: Asker, table: str, arguments: Sequence[tuple[str, str]]) -> list[Row]:
    rows = csv.DictReader(io.StringIO(await _get(asker, f"{table}.csv", arguments)))
    return [{name: _cell(name, text) for name, text in row.items()} for row in rows]


TEXTS = {"kind", "id", "platform", "name", "handle", "shortcode", "caption", "biography", "category", "linkInBio"}
"""Columns of text, beside those whose names end in Id, Url, Name or Kind; dates and times are texts here, too."""


def _cell(name: str, text: str) -> Any:
    if name in TEXTS or name in ("start", "end") or name.endswith(("Id", "Url", "url", "Name", "Kind", "At")):
        return text.removeprefix("'") or None
    return json.loads(text) if text else None


def _option(argument: str) -> str:
    """ "bucketDays" is --bucket-days."""
    return "--" + re.sub("([A-Z])", r"-\1", argument).lower()


async def _run_command(asker: Asker, table: str, arguments: Sequence[tuple[str, str]]) -> list[Row]:
    options = [part for name, text in arguments for part in (_option(name), text)]
    urls = {
        "CREATORGRAPH_DATABASE_URL": str(asker.settings.database_url),
        "CREATORGRAPH_REDIS_URL": str(asker.settings.redis_url),
    }
    whose = ("--organization", asker.caller.viewer.organization_name, "--format", "jsonl")
    ended = await asyncio.to_thread(run, "export", table, *whose, *options, cwd=asker.folder, **urls)
    if ended.returncode != 0:
        raise Refused(ended.stderr.removeprefix("creatorgraph: ").removesuffix("\n"), None)
    return [json.loads(line) for line in ended.stdout.splitlines()]


CSV = _exporting("CSV", _get_csv)
JSON_LINES = _exporting("JSON Lines", _get_lines)
COMMAND = _exporting("command", _run_command)
