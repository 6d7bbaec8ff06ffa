"""The house's habits that a machine can check; import contracts stand in pyproject.toml."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "workers")
LONGEST_FILE = 400
LARGEST_FOLDER = 16
VAGUE = {"utils", "helpers", "common", "manager", "misc", "base_utils", "tools"}


def modules() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_its_one_job(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < LONGEST_FILE
    assert path.stem not in VAGUE
    tree = ast.parse(text)
    if path.name != "__init__.py" or tree.body:
        docstring = ast.get_docstring(tree)
        assert docstring, "a module starts with a line saying its one job"
        assert len(docstring.splitlines()[0]) <= 120


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = [child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)]
            assert not inside, f"{node.name} imports in line {inside[0].lineno}"


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_module_is_short_too(path: Path) -> None:
    assert len(path.read_text().splitlines()) < LONGEST_FILE


def test_folders_are_small() -> None:
    folders: dict[Path, int] = {}
    for path in modules():
        folders[path.parent] = folders.get(path.parent, 0) + 1
    assert {folder: n for folder, n in folders.items() if n > LARGEST_FOLDER} == {}


def test_sql_lives_in_the_store() -> None:
    verbs = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    offenders = []
    for path in modules():
        if (ROOT / "app" / "store") in path.parents or path.name == "runtime.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.lstrip()
                if text.startswith(verbs) and "\n" in text:
                    offenders.append(f"{path}:{node.lineno}")
    assert offenders == []
