"""Arguments: what an export is asked for, read from names and texts as a query string or a command line gives them."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from app.api.exports.tables import (
    ACCOUNT_COLUMNS,
    METRIC_COLUMNS,
    TYPE_NAMES,
    VIDEO_COLUMNS,
    Table,
    leaderboard_table,
    records_table,
    series_table,
)
from app.api.ids import decode_id, decode_id_of
from app.core.analytics.export import (
    Pages,
    export_accounts,
    export_leaderboard,
    export_series,
    export_videos,
)
from app.domain.filters import AccountFilter, VideoFilter
from app.domain.metrics import METRICS
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import LONGEST_WINDOW_DAYS, Window, WindowPreset, dated_window, preset_window, read_zone

WINDOW = ("window", "start", "end", "timezone")
SCOPE = ("accountId", "creatorId", "platform")
ARGUMENTS: Mapping[str, Sequence[str]] = {
    "series": ("kind", "id", *SCOPE, *WINDOW, "granularity", "bucketDays", "mode", "metrics"),
    "leaderboard": ("kind", "metric", *SCOPE, *WINDOW),
    "videos": SCOPE,
    "accounts": ("platform",),
}
"""The exports there are, and what each can be asked."""
REPEATABLE = {"id"}
LONGEST_SHOWN = 64
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
KINDS = {type_name: kind for kind, type_name in TYPE_NAMES.items()}
RANKED_KINDS = (SubjectKind.ACCOUNT, SubjectKind.CREATOR, SubjectKind.VIDEO)

Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True)
class Export:
    """What was asked for: a name for the file without its ending, the table, and its records."""

    name: str
    table: Table
    records: Pages[Any]


async def open_export(name: str, viewer: Viewer, given: Iterable[tuple[str, str]], now: datetime) -> Export:
    """The export of that name in `ARGUMENTS` with these arguments; nothing of it has been read.

    Raises Forbidden, InvalidInput and NotFound naming the argument.
    """
    return await OPENERS[name](viewer, _Arguments(name, given), now)


class _Arguments:
    """The texts given to one export, by argument. Raises InvalidInput for unknown and doubled ones."""

    def __init__(self, export: str, given: Iterable[tuple[str, str]]) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in given:
            if name not in ARGUMENTS[export]:
                known = ", ".join(ARGUMENTS[export])
                shown = name[:LONGEST_SHOWN]
                raise InvalidInput(f"There is no argument {shown!r}; {export} takes {known}.", shown)
            self._texts.setdefault(name, []).append(text)
            if len(self._texts[name]) > 1 and name not in REPEATABLE:
                raise InvalidInput(f"{name} is given more than once.", name)

    def has(self, name: str) -> bool:
        return name in self._texts

    def text(self, name: str) -> str | None:
        return self._texts[name][0] if name in self._texts else None

    def texts(self, name: str) -> Sequence[str]:
        return self._texts.get(name, ())

    def choice(self, name: str, choices: Iterable[Choice], default: Choice) -> Choice:
        text = self.text(name)
        return default if text is None else _choose(text, choices, name)


def _choose(text: str, choices: Iterable[Choice], name: str) -> Choice:
    """The choice of that value, or of the name that GraphQL shows, in either case."""
    by_text = {spelling.lower(): choice for choice in choices for spelling in (choice.name, str(choice.value))}
    if text.lower() not in by_text:
        known = ", ".join(str(choice.value) for choice in dict.fromkeys(by_text.values()))
        raise InvalidInput(f"{text[:LONGEST_SHOWN]!r} is no {name}; there are {known}.", name)
    return by_text[text.lower()]


async def _open_accounts(viewer: Viewer, arguments: _Arguments, now: datetime) -> Export:
    records = await export_accounts(viewer, AccountFilter(_platforms(arguments)))
    return Export(f"accounts-{_today(now)}", records_table(ACCOUNT_COLUMNS), records)


async def _open_videos(viewer: Viewer, arguments: _Arguments, now: datetime) -> Export:
    records = await export_videos(viewer, _scope(arguments))
    return Export(f"videos-{_today(now)}", records_table(VIDEO_COLUMNS), records)


async def _open_leaderboard(viewer: Viewer, arguments: _Arguments, now: datetime) -> Export:
    kind = arguments.choice("kind", RANKED_KINDS, SubjectKind.ACCOUNT)
    metric = _metric(arguments.text("metric") or "views", "metric")
    window = _window(arguments, now)
    scope = _scope_of(kind, arguments)
    records = await export_leaderboard(viewer, kind, metric, window, scope=scope)
    return Export(f"leaderboard-{kind.value}-{metric}-{_dates(window)}", leaderboard_table(), records)


async def _open_series(viewer: Viewer, arguments: _Arguments, now: datetime) -> Export:
    window = _window(arguments, now)
    granularity: Granularity | int = arguments.choice("granularity", Granularity, Granularity.DAY)
    if arguments.has("bucketDays"):
        granularity = _whole_number(arguments, "bucketDays")
    mode = arguments.choice("mode", SeriesMode, SeriesMode.GAIN)
    metrics = METRICS
    if (listed := arguments.text("metrics")) is not None:
        metrics = tuple(dict.fromkeys(_metric(name.strip(), "metrics") for name in listed.split(",")))
    subjects = _subjects(arguments)
    kind = subjects if isinstance(subjects, SubjectKind) else None
    records = await export_series(
        viewer, subjects, window, granularity, mode, metrics, now=now, scope=_scope_of(kind, arguments)
    )
    return Export(f"series-{_dates(window)}", series_table(metrics), records)


OPENERS: Mapping[str, Callable[[Viewer, _Arguments, datetime], Awaitable[Export]]] = {
    "series": _open_series,
    "leaderboard": _open_leaderboard,
    "videos": _open_videos,
    "accounts": _open_accounts,
}


def _subjects(arguments: _Arguments) -> SubjectKind | list[tuple[SubjectKind, UUID]]:
    """All of a kind, or those of the ids, which are of that kind when one is given. The organization by default."""
    kind = arguments.choice("kind", SubjectKind, SubjectKind.ORGANIZATION)
    if not arguments.has("id"):
        return kind
    if arguments.has("kind"):
        return [(kind, decode_id_of(TYPE_NAMES[kind], text, "id")) for text in arguments.texts("id")]
    subjects = []
    for text in arguments.texts("id"):
        type_name, id = decode_id(text, "id")
        if type_name not in KINDS:
            raise InvalidInput(f"There is no series of {type_name[:LONGEST_SHOWN]}; it takes {', '.join(KINDS)}.", "id")
        subjects.append((KINDS[type_name], id))
    return subjects


def _scope_of(kind: SubjectKind | None, arguments: _Arguments) -> VideoFilter:
    """The scope of all videos, which nothing else has."""
    if kind is not SubjectKind.VIDEO:
        for name in SCOPE:
            if arguments.has(name):
                raise InvalidInput(f"{name} chooses among all videos; it goes with kind=video, without ids.", name)
    return _scope(arguments)


def _scope(arguments: _Arguments) -> VideoFilter:
    account_id, creator_id = arguments.text("accountId"), arguments.text("creatorId")
    return VideoFilter(
        creator_ids=None if creator_id is None else frozenset({decode_id_of("Creator", creator_id, "creatorId")}),
        account_ids=None if account_id is None else frozenset({decode_id_of("Account", account_id, "accountId")}),
        platforms=_platforms(arguments),
    )


def _platforms(arguments: _Arguments) -> frozenset[Platform] | None:
    text = arguments.text("platform")
    return None if text is None else frozenset({_choose(text, Platform, "platform")})


def _metric(text: str, name: str) -> str:
    """The metric of a column, or of a value of GraphQL's enum."""
    folded = text.replace("_", "").lower()
    for metric, column in METRIC_COLUMNS.items():
        if folded in (metric.replace("_", ""), column.lower()):
            return metric
    raise InvalidInput(f"{text[:LONGEST_SHOWN]!r} is no metric; there are {', '.join(METRIC_COLUMNS.values())}.", name)


def _window(arguments: _Arguments, now: datetime) -> Window:
    """A preset, 30d by default, or two dates."""
    timezone = arguments.text("timezone")
    zone = read_zone("UTC" if timezone is None else timezone, "timezone")
    dates = [name for name in ("start", "end") if arguments.has(name)]
    if not dates:
        return preset_window(arguments.choice("window", WindowPreset, WindowPreset.LAST_30_DAYS), zone, now)
    if arguments.has("window"):
        raise InvalidInput(f"Give either window or start and end, not window and {dates[0]}.", "window")
    if len(dates) == 1:
        missing = "end" if dates == ["start"] else "start"
        raise InvalidInput(f"{dates[0]} is given without {missing}.", missing)
    return dated_window(_date(arguments, "start"), _date(arguments, "end"), zone, now)


def _date(arguments: _Arguments, name: str) -> date:
    text = arguments.text(name) or ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        _refuse_date(name)
    # Python reads week dates too, and dates without hyphens.
    return day if day.isoformat() == text else _refuse_date(name)


def _refuse_date(name: str) -> NoReturn:
    raise InvalidInput(f"{name} takes a calendar date, such as 2026-03-08.", name)


def _whole_number(arguments: _Arguments, name: str) -> int:
    text = arguments.text(name) or ""
    if not WHOLE_NUMBER.fullmatch(text):
        raise InvalidInput(f"{name} takes a whole number, 1 to {LONGEST_WINDOW_DAYS}.", name)
    return int(text)


def _dates(window: Window) -> str:
    return f"{window.start}-to-{window.end}"


def _today(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
