"""Settings come from the environment, each checked and each with its line of meaning."""

from pathlib import Path

import msgspec
import pytest

from app.settings import Settings, SettingsError, describe, read_settings


def test_defaults() -> None:
    assert read_settings({}) == Settings()
    assert Settings().data_path == Path.cwd() / ".creatorgraph"


def test_values_are_read_in_their_types() -> None:
    settings = read_settings(
        {
            "CREATORGRAPH_LEASE_SECONDS": "2.5",
            "CREATORGRAPH_TIKTOK_ENABLED": "false",
            "CREATORGRAPH_DATABASE_POOL_SIZE": " 7 ",
            "CREATORGRAPH_REDIS_URL": "redis://localhost/0",
        }
    )
    assert settings == Settings(
        lease_seconds=2.5, tiktok_enabled=False, database_pool_size=7, redis_url="redis://localhost/0"
    )


def test_port_and_data_dir_are_read_without_the_prefix_and_the_prefix_wins() -> None:
    assert read_settings({"PORT": "8001", "DATA_DIR": "/srv/cg"}) == Settings(port=8001, data_dir="/srv/cg")
    assert read_settings({"PORT": "8001", "CREATORGRAPH_PORT": "8002"}).port == 8002


def test_an_empty_value_counts_as_unset() -> None:
    assert read_settings({"PORT": "", "CREATORGRAPH_DATABASE_URL": "  "}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("PORT", "0", "PORT='0' is not a whole number from 1 to 65535"),
        ("PORT", "eight", "PORT='eight' is not a whole number from 1 to 65535"),
        ("CREATORGRAPH_PORT", "65536", "CREATORGRAPH_PORT='65536' is not a whole number from 1 to 65535"),
        ("CREATORGRAPH_LEASE_SECONDS", "0.5", "CREATORGRAPH_LEASE_SECONDS='0.5' is not a number from 1 to 3600"),
        (
            "CREATORGRAPH_SWEEP_INTERVAL_SECONDS",
            "0",
            "CREATORGRAPH_SWEEP_INTERVAL_SECONDS='0' is not a number above 0 to 60",
        ),
        (
            "CREATORGRAPH_LOG_LEVEL",
            "loud" * 20,
            f"CREATORGRAPH_LOG_LEVEL='{'loud' * 15}…' is not one of debug, info, warning, error",
        ),
        ("CREATORGRAPH_TIKTOK_ENABLED", "perhaps", "CREATORGRAPH_TIKTOK_ENABLED='perhaps' is not true or false"),
    ]
    + [
        (
            "CREATORGRAPH_UPSTREAM_BASE_TEMPLATE",
            text,
            f"CREATORGRAPH_UPSTREAM_BASE_TEMPLATE={text!r} is not a URL like https://{{host}},"
            " with no other part in braces",
        )
        for text in ("https://example.com/", "http://{host}/{foo}", "http://{host", "http://{host.a}/", "{host}")
    ],
)
def test_an_unusable_value_names_its_variable_and_what_it_takes(name: str, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: text})
    assert str(caught.value) == f"{complaint}. {describe(name.removeprefix('CREATORGRAPH_').lower())}"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("BOOTSTRAP_KEY", "s3cret", "a text of at least 8 characters"),
        ("REDIS_URL", "s3cret", "a URL like redis://host:6379/0"),
        ("REDIS_URL", "redis://:s3cret/@host:6379/0", "a URL like redis://host:6379/0"),
        ("DATABASE_URL", "postgresql://me:s3cret/@host/x", "a URL like postgresql://user:password@host:5432/name"),
        ("YOUTUBE_API_KEY", "s3 cret", "a key: ASCII characters without blanks"),
        ("SCRAPECREATORS_KEY", "s3cr\u00e9t", "a key: ASCII characters without blanks"),
        ("INSTAGRAM_BUSINESS_TOKEN", "s3\ncret", "a token: ASCII characters without blanks"),
    ],
)
def test_a_secret_is_never_repeated(name: str, text: str, expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"CREATORGRAPH_{name}": text})
    described = describe(name.lower())
    assert str(caught.value) == f"CREATORGRAPH_{name}: what it is set to is not {expected}. {described}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("redis_url", "unix:///srv/a%20b/valkey.sock?db=0"),
        ("redis_url", "rediss://user:word@host:6380/1"),
        ("database_url", "postgresql://postgres@/creatorgraph?host=/srv/postgres"),
        ("database_url", "postgres:///creatorgraph"),
        ("upstream_base_template", "http://127.0.0.1:8900/{host}"),
        ("upstream_base_template", "https://{host}"),
    ],
)
def test_every_form_of_a_url_is_taken(name: str, text: str) -> None:
    assert getattr(read_settings({f"CREATORGRAPH_{name.upper()}": text}), name) == text


def test_every_setting_has_a_line_of_meaning() -> None:
    for name in Settings.__struct_fields__:
        assert describe(name).endswith(".")


DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def documented_settings() -> str:
    """The table of docs/settings.md, as the code says it."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for field in msgspec.structs.fields(Settings):
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `CREATORGRAPH_{field.name.upper()}` | {default} | {describe(field.name)} |")
    return "\n".join(rows) + "\n"


def test_every_setting_is_documented() -> None:
    assert documented_settings() in DOCUMENT.read_text(), documented_settings()
