"""The worked examples GraphiQL opens with: documents that run against the demo as they stand."""

from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).with_name("examples")


class Example(msgspec.Struct, frozen=True):
    """One document, which begins with a comment that says what it shows."""

    name: str
    """In plain words: "creator page"."""
    query: str
    variables: str
    """A JSON object, laid out for people; empty where the document takes none."""


@cache
def worked_examples() -> tuple[Example, ...]:
    """All of them, in their order."""
    return tuple(_example(file) for file in sorted(FOLDER.glob("*.graphql")))


def _example(file: Path) -> Example:
    _, _, name = file.stem.partition("_")
    variables = file.with_suffix(".json")
    return Example(
        name=name.replace("_", " "),
        query=file.read_text(encoding="utf-8"),
        variables=variables.read_text(encoding="utf-8").rstrip() if variables.exists() else "",
    )
