"""What a new schema breaks is named, and has to be announced."""

from pathlib import Path

import pytest

from app.api.graphql.changes import breaking_changes, dangerous_changes, main, unannounced
from app.api.graphql.export import sorted_schema

OLD = """
type Query { account(id: ID!): Account accounts(first: Int): [Account!]! }
type Account { handle: String! viewCount: Int platform: Platform! }
enum Platform { TIKTOK INSTAGRAM }
input TrackInput { handle: String! category: String }
"""
REMOVED = "Field Account.viewCount was removed."


def changed(before: str, after: str) -> str:
    assert before in OLD
    return OLD.replace(before, after)


@pytest.mark.parametrize(
    ("new", "named"),
    [
        (OLD, []),
        (changed("viewCount: Int ", ""), [REMOVED]),
        (changed("viewCount: Int", "viewCount: Int! plays: Int"), []),
        (changed("handle: String! viewCount", "handle: String viewCount"), ["Account.handle"]),
        (changed("(first: Int)", "(first: Int!)"), ["Query.accounts(first:)"]),
        (changed("(id: ID!)", "(id: ID!, platform: Platform!)"), ["Query.account(platform:)"]),
        (changed("TIKTOK ", ""), ["TIKTOK"]),
        (changed("category: String", "category: String!"), ["TrackInput.category"]),
    ],
)
def test_what_breaks_clients_is_named(new: str, named: list[str]) -> None:
    found = breaking_changes(OLD, new)
    assert len(found) == len(named)
    for sentence, part in zip(found, named, strict=True):
        assert part in sentence


def test_a_new_value_of_an_enum_is_dangerous() -> None:
    new = changed("TIKTOK", "TIKTOK YOUTUBE")
    assert breaking_changes(OLD, new) == []
    [sentence] = dangerous_changes(OLD, new)
    assert "YOUTUBE" in sentence


@pytest.mark.parametrize(
    ("changelog", "missing"),
    [
        ("# Changelog\n\n## Unreleased\n\n- Nothing.\n", [REMOVED]),
        ("# Changelog\n\n## Unreleased\n\n### Breaking\n\n- Field `Account.viewCount` was removed: use views.\n", []),
        (
            "# Changelog\n\n## Unreleased\n\n### Breaking\n\n### Added\n\n- Field Account.viewCount was removed\n",
            [REMOVED],
        ),
        ("# Changelog\n\n## 2.0\n\n## 1.0\n\n### Breaking\n\n- Field Account.viewCount was removed.\n", [REMOVED]),
    ],
)
def test_what_breaks_is_announced_in_the_newest_section(changelog: str, missing: list[str]) -> None:
    assert unannounced([REMOVED], changelog) == missing


def test_the_check_names_what_is_missing_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    promised, changelog = tmp_path / "promised.graphql", tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## Unreleased\n\n- Nothing.\n", encoding="utf-8")
    promised.write_text(sorted_schema(), encoding="utf-8")
    assert main(promised, changelog) == 0
    assert capsys.readouterr().out == ""

    promised.write_text(
        sorted_schema().replace("  keyName: String!", "  keyName: String!\n  keyAge: Int"), encoding="utf-8"
    )
    assert main(promised, changelog) == 1
    assert "BREAKING: Field Viewer.keyAge was removed." in capsys.readouterr().out

    changelog.write_text(
        "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- Field `Viewer.keyAge` was removed.\n", encoding="utf-8"
    )
    assert main(promised, changelog) == 0
    assert "breaking, announced: Field Viewer.keyAge was removed." in capsys.readouterr().out
