"""Every setting: name, default, one line of meaning. Read once from the environment and handed down."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, get_type_hints

import msgspec
from msgspec import Meta

PREFIX = "CREATORGRAPH_"
UNPREFIXED = ("port", "data_dir")
"""Settings that are also read without the prefix, as `make run PORT=8001` passes them."""


class SettingsError(Exception):
    """A setting with a value that cannot be used; the text names it as it is written in the environment."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of one process. In the environment each name is upper case with the prefix CREATORGRAPH_."""

    port: Annotated[int, Meta(ge=1, le=65535, description="Port the API listens on (also read as PORT).")] = 8000
    host: Annotated[str, Meta(description="Address the API listens on.")] = "127.0.0.1"
    data_dir: Annotated[
        str, Meta(description="Folder of the bundled servers' data and of the logs (also read as DATA_DIR).")
    ] = ".creatorgraph"
    database_url: Annotated[
        str | None,
        Meta(
            description="PostgreSQL, postgresql://user:password@host/name or ?host=/socket/folder. Bundled when unset."
        ),
    ] = None
    redis_url: Annotated[str | None, Meta(description="Valkey or Redis, redis://host:port/0. Bundled when unset.")] = (
        None
    )
    bootstrap_key: Annotated[
        Annotated[str, Meta(min_length=8)] | None,
        Meta(description="Known value of the first organization's API key, taken as it is."),
    ] = None
    upstream_base_template: Annotated[
        str,
        Meta(
            pattern=r"^https?://.*\{host\}",
            description="Where a platform's host is found; {host} stands for the real host.",
        ),
    ] = "https://{host}"
    database_pool_size: Annotated[int, Meta(ge=1, le=200, description="Database connections one process may hold.")] = (
        10
    )
    worker_threads: Annotated[int, Meta(ge=1, le=256, description="Refreshes one worker process runs at a time.")] = 8
    worker_processes: Annotated[
        int, Meta(ge=1, le=64, description="Worker processes `creatorgraph worker` starts.")
    ] = 1
    sweep_interval_seconds: Annotated[
        float, Meta(gt=0, le=60, description="How often a scheduler looks for what is due.")
    ] = 1.0
    lease_seconds: Annotated[
        float, Meta(ge=1, le=3600, description="How long a refresh owns what it works on before another may take it.")
    ] = 300.0
    recent_facts_seconds: Annotated[
        int,
        Meta(
            ge=0,
            le=3600,
            description="Age up to which a refresh may use facts fetched for another organization; 0 never.",
        ),
    ] = 300
    tiktok_enabled: Annotated[bool, Meta(description="Whether TikTok's public pages are asked at all.")] = True
    instagram_enabled: Annotated[bool, Meta(description="Whether Instagram's public pages are asked at all.")] = True
    request_timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest wait for one answer of an upstream.")
    ] = 15.0
    log_level: Annotated[
        str, Meta(pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    ] = "info"
    introspection: Annotated[
        bool, Meta(description="Whether GraphQL introspection and field suggestions are offered.")
    ] = True
    graphiql_key: Annotated[
        str | None, Meta(description="Key GraphiQL is filled with on this machine alone (the demo sets it).")
    ] = None
    max_request_bytes: Annotated[
        int, Meta(ge=1024, le=64 * 2**20, description="Largest request body the API reads.")
    ] = 1 << 20

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().absolute()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of `environment` (that of the process when None); an empty value counts as unset.

    Raises SettingsError naming the variable and what it takes.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        names = [PREFIX + field.name.upper()] + ([field.name.upper()] if field.name in UNPREFIXED else [])
        for name in names:
            text = environment.get(name, "").strip()
            if not text:
                continue
            try:
                values[field.name] = msgspec.convert(text, field.type, strict=False)
            except msgspec.ValidationError as error:
                raise SettingsError(f"{name}={text!r}: {error}. {describe(field.name)}") from None
            break
    return Settings(**values)  # type: ignore[arg-type]


def describe(name: str) -> str:
    """The one line of meaning of a setting."""
    hint = get_type_hints(Settings, include_extras=True)[name]
    return str(hint.__metadata__[-1].description)
