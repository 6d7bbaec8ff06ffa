"""Formats: rows as CSV (RFC 4180) and as JSON Lines."""

import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from app.api.exports.tables import Cell, Row, Table
from app.core.analytics.export import Pages

CHUNK_BYTES = 64 * 1024
"""Rows are handed on in pieces of about that size."""

NEEDS_QUOTES = re.compile(r'[",\r\n]|^$')
FORMULA = re.compile(r"['=+\-@\t\r\n＝＋－＠]")
"""What a spreadsheet may take for the beginning of a formula, and the apostrophe that keeps it from doing so."""


@dataclass(frozen=True, slots=True)
class Format:
    """How rows are written: what comes first, and a row with its columns."""

    ending: str
    media_type: str
    head: Callable[[Sequence[str]], bytes]
    line: Callable[[Sequence[str], Row], bytes]


class Chunk(NamedTuple):
    """A piece of a written table, and how many rows end in it."""

    content: bytes
    rows: int


def csv_line(cells: Row) -> bytes:
    r"""A line of CSV. An unknown value is an empty field, an empty text a pair of quotes.

    Text that a spreadsheet could take for a formula has an apostrophe before it, and so has text that begins with one:
    taking off one apostrophe at the beginning gives every text back as it was.

    >>> csv_line(["=1+1", "'tis", "a, b", None, -5, 0.25, True]).decode().strip()
    '\'=1+1,\'\'tis,"a, b",,-5,0.25,true'
    """
    return (",".join([_csv_cell(cell) for cell in cells]) + "\r\n").encode()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return repr(cell)
    text = cell if isinstance(cell, str) else _in_words(cell)
    if FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def _in_words(cell: Any) -> str:
    """Dates and instants as in JSON, and metadata as JSON."""
    if isinstance(cell, Mapping):
        return json.dumps(cell, ensure_ascii=False, separators=(",", ":"))
    return str(msgspec.to_builtins(cell))


def _json_line(columns: Sequence[str], cells: Row) -> bytes:
    return msgspec.json.encode(dict(zip(columns, cells, strict=True))) + b"\n"


CSV = Format("csv", "text/csv; charset=utf-8; header=present", csv_line, lambda _, cells: csv_line(cells))
JSON_LINES = Format("jsonl", "application/jsonl; charset=utf-8", lambda _: b"", _json_line)
FORMATS: Mapping[str, Format] = {format.ending: format for format in (CSV, JSON_LINES)}


async def write_table(table: Table, records: Pages[Any], format: Format) -> AsyncGenerator[Chunk, None]:
    """The table of these records in pieces, the first one before anything is read.

    Nothing is read ahead of who takes the pieces; closing it ends the reading.
    """
    written = bytearray(format.head(table.columns))
    rows = 0
    if written:
        yield Chunk(bytes(written), rows)
    async with aclosing(records):
        async for page in records:
            written.clear()
            for record in page:
                for row in table.rows(record):
                    written += format.line(table.columns, row)
                    rows += 1
                    if len(written) >= CHUNK_BYTES:
                        yield Chunk(bytes(written), rows)
                        written.clear()
                        rows = 0
            if written:
                yield Chunk(bytes(written), rows)
                rows = 0
