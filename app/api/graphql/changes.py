"""What a new schema takes away from clients of an old one, by name."""

import sys
from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from app.api.graphql.export import sorted_schema

ANNOUNCED = "### Breaking"
"""Under this heading of the changelog stands what the next release takes away."""


def breaking_changes(old: str, new: str) -> list[str]:
    """What makes documents of the old schema invalid, or changes what they are answered; a sentence for each."""
    return [change.description for change in find_breaking_changes(build_schema(old), build_schema(new))]


def dangerous_changes(old: str, new: str) -> list[str]:
    """What a client that did not expect it may trip over, such as another value of an enum."""
    return [change.description for change in find_dangerous_changes(build_schema(old), build_schema(new))]


def unannounced(changes: list[str], changelog: str) -> list[str]:
    """Those changes that the newest section of a changelog does not name under its heading for them."""
    newest = changelog.partition("\n## ")[2].partition("\n## ")[0]
    announced = newest.partition(ANNOUNCED)[2].partition("\n###")[0].replace("`", "")
    return [change for change in changes if change.removesuffix(".") not in announced]


def main(promised: Path, changelog: Path) -> int:
    """Names the changes since the promised schema; 1 when a breaking one is not announced."""
    old, new = promised.read_text(encoding="utf-8"), sorted_schema()
    breaking = breaking_changes(old, new)
    missing = unannounced(breaking, changelog.read_text(encoding="utf-8"))
    for change in breaking:
        sys.stdout.write(f"{'BREAKING' if change in missing else 'breaking, announced'}: {change}\n")
    for change in dangerous_changes(old, new):
        sys.stdout.write(f"dangerous: {change}\n")
    if missing:
        sys.stdout.write(f'Say so under "{ANNOUNCED}" in the newest section of {changelog.name}, in these words.\n')
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
