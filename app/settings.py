"""Every setting: name, default, one line of meaning. Read once from the environment and handed down."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, inspect

PREFIX = "CREATORGRAPH_"
UNPREFIXED = ("port", "data_dir")
"""Settings that are also read without the prefix, as `make run PORT=8001` passes them."""
REAL_HOSTS_TEMPLATE = "https://{host}"
"""The base template of the platforms themselves."""
LONGEST_SHOWN = 60
"""Characters of a wrong value that are repeated."""

LogLevel = Literal["debug", "info", "warning", "error"]


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
        Meta(description="Where a platform's host is found; {host} stands for the real host."),
    ] = REAL_HOSTS_TEMPLATE
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
    youtube_enabled: Annotated[bool, Meta(description="Whether YouTube is asked at all.")] = True
    twitter_enabled: Annotated[bool, Meta(description="Whether X (Twitter) is asked at all.")] = True
    facebook_enabled: Annotated[bool, Meta(description="Whether Facebook's public pages are asked at all.")] = True
    linkedin_enabled: Annotated[bool, Meta(description="Whether LinkedIn's public pages are asked at all.")] = True
    youtube_api_key: Annotated[
        str | None, Meta(description="Key of the YouTube Data API; without it YouTube is asked without one.")
    ] = None
    scrapecreators_key: Annotated[
        str | None, Meta(description="Key of ScrapeCreators, a paid upstream of all platforms; never asked when unset.")
    ] = None
    instagram_business_user_id: Annotated[
        str | None,
        Meta(description="Graph id of our own professional Instagram account, which business discovery asks as."),
    ] = None
    instagram_business_token: Annotated[
        str | None, Meta(description="Access token of that account; business discovery is never asked when unset.")
    ] = None
    providers_off: Annotated[
        str | None,
        Meta(description="Providers that are never asked, names with commas; `creatorgraph providers` lists them."),
    ] = None
    daily_caps: Annotated[
        str | None,
        Meta(
            description="What an upstream may get in a day instead of its default, such as"
            " instagram=500,youtube.api=9000; see docs/providers.md."
        ),
    ] = None
    limits_on_overridden_hosts: Annotated[
        bool,
        Meta(description="Whether pacing, breakers and daily caps hold also where UPSTREAM_BASE_TEMPLATE is another."),
    ] = False
    lookup_post_seconds: Annotated[
        int, Meta(ge=0, le=86400, description="Age up to which a looked-up post is given again.")
    ] = 300
    lookup_channel_seconds: Annotated[
        int,
        Meta(ge=0, le=86400, description="Age up to which looked-up recent videos and their median are given again."),
    ] = 600
    lookup_profile_seconds: Annotated[
        int, Meta(ge=0, le=86400, description="Age up to which a looked-up profile or its mail address is given again.")
    ] = 900
    lookup_timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest time the platforms are asked for one look-up.")
    ] = 10.0
    lookup_emails: Annotated[
        bool, Meta(description="Whether mail addresses in public biographies are told; they are personal data.")
    ] = True
    observation_retention_days: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            description="Age in days from which `creatorgraph retention apply` drops observations, by whole months."
            " Never when unset."
        ),
    ] = None
    removal_undo_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days for which a removed account can be restored; then it is deleted.")
    ] = 30
    run_history_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days for which the history of refreshes is kept.")
    ] = 90
    refresh_now_spacing_seconds: Annotated[
        int,
        Meta(ge=0, le=86400, description="How long after a refresh the next one of the same thing may be asked for."),
    ] = 60
    request_timeout_seconds: Annotated[
        float, Meta(gt=0, le=120, description="Longest wait for one answer of an upstream.")
    ] = 15.0
    log_level: Annotated[LogLevel, Meta(description="Least level that is logged.")] = "info"
    introspection: Annotated[
        bool, Meta(description="Whether GraphQL introspection and field suggestions are offered.")
    ] = True
    graphiql_key: Annotated[
        str | None, Meta(description="Key the pages are filled with on this machine alone (the demo sets it).")
    ] = None
    max_request_bytes: Annotated[
        int, Meta(ge=1024, le=64 * 2**20, description="Largest request body the API reads.")
    ] = 1 << 20
    rest_v2_requests_per_minute: Annotated[
        int, Meta(ge=1, le=10**9, description="Requests a key may send to REST v2 in a minute; see docs/rest-v2.md.")
    ] = 600
    rest_v1_lookup_requests_per_minute: Annotated[
        int, Meta(ge=1, le=10**9, description="Requests a key may send to /v1 in a minute; see docs/rest-v1-lookup.md.")
    ] = 60
    rest_timeout_seconds: Annotated[
        float, Meta(gt=0, le=600, description="Longest run of one REST request; then it is cancelled.")
    ] = 30.0
    graphql_points_per_minute: Annotated[
        int, Meta(ge=1, le=10**9, description="Points a key may spend on GraphQL in a minute; see docs/graphql.md.")
    ] = 6000
    graphql_max_cost: Annotated[int, Meta(ge=1, le=10**6, description="Points one GraphQL operation may cost.")] = 1000
    graphql_max_depth: Annotated[
        int, Meta(ge=1, le=100, description="Fields within fields of a GraphQL operation; introspection takes 15.")
    ] = 15
    graphql_max_root_fields: Annotated[
        int, Meta(ge=1, le=1000, description="Root fields of a GraphQL operation, those of fragments included.")
    ] = 30
    graphql_max_aliases: Annotated[int, Meta(ge=0, le=10**4, description="Aliases in a GraphQL document.")] = 100
    graphql_max_directives: Annotated[int, Meta(ge=0, le=10**4, description="Directives in a GraphQL document.")] = 100
    graphql_max_tokens: Annotated[int, Meta(ge=100, le=10**5, description="Tokens in a GraphQL document.")] = 3000
    graphql_max_document_bytes: Annotated[
        int, Meta(ge=1000, le=10**7, description="Largest GraphQL document, in bytes of UTF-8.")
    ] = 100_000
    graphql_timeout_seconds: Annotated[
        float, Meta(gt=0, le=600, description="Longest run of one GraphQL operation; then it is cancelled.")
    ] = 30.0
    graphql_batch_size: Annotated[
        int, Meta(ge=1, le=100, description="GraphQL operations in one request; 1 turns batches off.")
    ] = 5
    graphql_persisted_documents: Annotated[
        int,
        Meta(ge=0, le=10**5, description="GraphQL documents kept by hash for each organization; 0 turns that off."),
    ] = 500
    graphql_connections: Annotated[
        int, Meta(ge=0, le=10**5, description="WebSockets and event streams one API process holds; 0 turns both off.")
    ] = 4000
    graphql_connections_per_key: Annotated[
        int, Meta(ge=1, le=10**5, description="WebSockets and event streams of one key at one API process.")
    ] = 2000
    graphql_operations_per_connection: Annotated[
        int, Meta(ge=1, le=10**4, description="Operations that run on one WebSocket at a time.")
    ] = 100
    graphql_init_timeout_seconds: Annotated[
        float, Meta(gt=0, le=600, description="Time in which a WebSocket must have said who it is.")
    ] = 10.0
    graphql_send_timeout_seconds: Annotated[
        float, Meta(gt=0, le=600, description="How long a subscriber may read nothing; then its connection is closed.")
    ] = 10.0

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().absolute()


SECRET = {
    *("database_url", "redis_url", "bootstrap_key", "graphiql_key"),
    *("youtube_api_key", "scrapecreators_key", "instagram_business_token"),
}
"""Settings whose values hold passwords and keys, and are never repeated."""


def _is_url(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises: a slash in a password makes what stands before it the port
        return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))
    except ValueError:
        return False


def _is_template(text: str) -> bool:
    try:
        filled = text.format(host="www.example.com")
    except (LookupError, ValueError, AttributeError):
        return False
    return "www.example.com" in filled and _is_url(filled, "http", "https")


def _are_caps(text: str) -> bool:
    return all(re.fullmatch(r" *[a-z.]+ *= *[0-9]{1,9} *", part) for part in text.split(","))


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


FORMS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "database_url": (
        "a URL like postgresql://user:password@host:5432/name",
        lambda text: _is_url(text, "postgresql", "postgres"),
    ),
    "redis_url": ("a URL like redis://host:6379/0", lambda text: _is_url(text, "redis", "rediss", "unix")),
    "youtube_api_key": ("a key: ASCII characters without blanks", _is_header_value),
    "scrapecreators_key": ("a key: ASCII characters without blanks", _is_header_value),
    "instagram_business_user_id": ("an id of digits", lambda text: text.isascii() and text.isdecimal()),
    "instagram_business_token": ("a token: ASCII characters without blanks", _is_header_value),
    "daily_caps": ("numbers by name, such as instagram=500,youtube.api=9000", _are_caps),
    "log_level": (f"one of {', '.join(get_args(LogLevel))}", lambda text: True),
    "upstream_base_template": ("a URL like https://{host}, with no other part in braces", _is_template),
}
"""What a text must be, where its type does not say it: in words, and whether it is."""


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
            expected, is_right = FORMS.get(field.name, (_in_words(inspect.type_info(field.type)), lambda text: True))
            try:
                value = msgspec.convert(text, field.type, strict=False)
            except msgspec.ValidationError:
                value = None
            if value is None or not is_right(text):
                shown = f"{name}: what it is set to" if field.name in SECRET else f"{name}={_cut(text)!r}"
                raise SettingsError(f"{shown} is not {expected}. {describe(field.name)}")
            values[field.name] = value
            break
    return Settings(**values)  # type: ignore[arg-type]


def _in_words(kind: inspect.Type) -> str:
    """What a value of that type is, for people."""
    match kind:
        case inspect.Metadata(type=inner):
            return _in_words(inner)
        case inspect.UnionType(types=kinds):
            return _in_words(next(one for one in kinds if not isinstance(one, inspect.NoneType)))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number {_range('from', least, most)}"
        case inspect.FloatType(gt=None, ge=least, le=most):
            return f"a number {_range('from', least, most)}"
        case inspect.FloatType(gt=least, le=most):
            return f"a number {_range('above', least, most)}"
        case inspect.StrType(min_length=int(least)):
            return f"a text of at least {least} characters"
    return "a text"


def _range(start: str, least: float | None, most: float | None) -> str:
    return f"{start} {least} on" if most is None else f"{start} {least} to {most}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def describe(name: str) -> str:
    """The one line of meaning of a setting."""
    hint = get_type_hints(Settings, include_extras=True)[name]
    return str(hint.__metadata__[-1].description)
