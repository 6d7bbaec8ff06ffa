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
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "eight"),
        ("CREATORGRAPH_PORT", "65536"),
        ("CREATORGRAPH_LEASE_SECONDS", "0.5"),
        ("CREATORGRAPH_LOG_LEVEL", "loud"),
        ("CREATORGRAPH_TIKTOK_ENABLED", "perhaps"),
        ("CREATORGRAPH_UPSTREAM_BASE_TEMPLATE", "https://example.com/"),
        ("CREATORGRAPH_BOOTSTRAP_KEY", "short"),
    ],
)
def test_an_unusable_value_names_its_variable_and_what_it_takes(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({name: text})
    assert str(caught.value).startswith(f"{name}={text!r}: ")
    assert str(caught.value).endswith(describe(name.removeprefix("CREATORGRAPH_").lower()))


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
