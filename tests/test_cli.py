"""The command says what is wrong in one line, naming the setting, and ends with code 2."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from app.settings import Settings
from tests.end_to_end.programs import free_port, run


@pytest.mark.parametrize(
    ("arguments", "settings", "line"),
    [
        (
            ["up"],
            {"PORT": "99999"},
            "PORT='99999' is not a whole number from 1 to 65535. Port the API listens on (also read as PORT).",
        ),
        (
            ["api"],
            {"CREATORGRAPH_DATABASE_URL": "mysql://localhost/x", "CREATORGRAPH_REDIS_URL": "redis://127.0.0.1:1/0"},
            "CREATORGRAPH_DATABASE_URL: what it is set to is not a URL like postgresql://user:password@host:5432/name."
            " PostgreSQL, postgresql://user:password@host/name or ?host=/socket/folder. Bundled when unset.",
        ),
        (
            ["migrate"],
            {"CREATORGRAPH_DATABASE_URL": "postgresql://127.0.0.1:1/x", "CREATORGRAPH_REDIS_URL": "redis://localhost"},
            "CREATORGRAPH_DATABASE_URL: no database answers at 127.0.0.1:1/x: "
            "[Errno 111] Connect call failed ('127.0.0.1', 1)",
        ),
        (
            ["up"],
            {"CREATORGRAPH_HOST": "no.such.host.invalid"},
            "CREATORGRAPH_HOST=no.such.host.invalid is no address of this machine: Name or service not known",
        ),
        (
            ["up"],
            {"DATA_DIR": "/" + "a/" * 494},
            "DATA_DIR is too long: 988 bytes, at most 800",
        ),
    ],
)
def test_expected_failures(tmp_path: Path, arguments: list[str], settings: dict[str, str], line: str) -> None:
    ended = run(*arguments, cwd=tmp_path, **({"DATA_DIR": str(tmp_path / "data")} | settings))
    assert (ended.returncode, ended.stderr) == (2, f"creatorgraph: {line}\n")


@pytest.mark.parametrize("arguments", [["up"], ["keys", "create", "--organization", "A", "--scopes", "read"]])
def test_a_data_folder_that_cannot_be_written(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    ended = run(*arguments, cwd=tmp_path, DATA_DIR=str(file / "data"), PORT=str(free_port()))
    line = f"creatorgraph: DATA_DIR={file / 'data'} cannot be written: Not a directory\n"
    assert (ended.returncode, ended.stderr) == (2, line)


@pytest.mark.parametrize("part", ["up", "api", "worker", "scheduler"])
def test_parts_say_when_valkey_does_not_answer(tmp_path: Path, database_url: str, part: str) -> None:
    ended = run(
        part,
        cwd=tmp_path,
        DATA_DIR=str(tmp_path / "data"),
        PORT=str(free_port()),
        CREATORGRAPH_DATABASE_URL=database_url,
        CREATORGRAPH_REDIS_URL="redis://127.0.0.1:1/0",
    )
    assert ended.returncode == 2
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("creatorgraph: CREATORGRAPH_REDIS_URL: nothing answers there: ")
    assert "Traceback" not in ended.stderr


async def test_keys_create(tmp_path: Path, settings: Settings) -> None:
    urls = {
        "CREATORGRAPH_DATABASE_URL": str(settings.database_url),
        "CREATORGRAPH_REDIS_URL": str(settings.redis_url),
    }
    options = ["--organization", "Keys of the command", "--scopes", "read, WRITE", "--name", "laptop"]
    made = await asyncio.to_thread(run, "keys", "create", *options, cwd=tmp_path, **urls)
    assert (made.returncode, made.stderr) == (0, "")
    connection = await asyncpg.connect(str(settings.database_url))
    rows = await connection.fetch(
        "SELECT k.name, k.scopes FROM api_key k JOIN organization o ON o.id = k.organization_id WHERE o.name = $1",
        "Keys of the command",
    )
    await connection.close()
    assert [(row["name"], row["scopes"]) for row in rows] == [("laptop", "read,write")]
    assert made.stdout.strip() not in str(rows)


def test_an_unknown_scope_is_refused(tmp_path: Path) -> None:
    ended = run("keys", "create", "--organization", "A", "--scopes", "read,root", cwd=tmp_path)
    assert ended.returncode == 2
    assert "'read,root' is not made of read, write, admin with commas between." in ended.stderr


def test_settings_lists_every_setting(tmp_path: Path) -> None:
    listed = run("settings", cwd=tmp_path, COLUMNS="80").stdout
    for name in Settings.__struct_fields__:
        assert f"CREATORGRAPH_{name.upper()} = " in listed
    assert "(also read as PORT)" in listed


def test_help_cuts_no_line(tmp_path: Path) -> None:
    helped = run("--help", cwd=tmp_path, COLUMNS="80").stdout
    assert "  demo       Fill the demo's history from a running sandbox.\n" in helped
    assert "..." not in helped.partition("Commands:")[2]


async def test_an_operator_bounds_the_accounts_of_an_organization(tmp_path: Path, settings: Settings) -> None:
    urls = {
        "CREATORGRAPH_DATABASE_URL": str(settings.database_url),
        "CREATORGRAPH_REDIS_URL": str(settings.redis_url),
    }
    made = await asyncio.to_thread(
        run, "keys", "create", "--organization", "Bounded", "--scopes", "admin", cwd=tmp_path, **urls
    )
    assert made.returncode == 0
    for options, line in (
        (("Bounded", "--accounts", "3"), "Bounded tracks 0 accounts and may track at most 3.\n"),
        (("Bounded", "--unlimited"), "Bounded tracks 0 accounts and may track as many as it likes.\n"),
    ):
        ended = await asyncio.to_thread(run, "quota", "--organization", *options, cwd=tmp_path, **urls)
        assert (ended.returncode, ended.stdout) == (0, line)
    for options, line in (
        (("Nobody", "--unlimited"), "creatorgraph: There is no organization 'Nobody'.\n"),
        (("Bounded",), "Give either --accounts NUMBER or --unlimited.\n"),
    ):
        ended = await asyncio.to_thread(run, "quota", "--organization", *options, cwd=tmp_path, **urls)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.endswith(line)
