"""Exports beside GraphQL: the same question has the same numbers, columns the same names, refusals the same words."""

import re
from typing import Any

import pytest

from app.api.exports.tables import ACCOUNT_COLUMNS, METRIC_COLUMNS, VIDEO_COLUMNS
from app.api.graphql.schema import executable
from app.api.ids import encode_id
from app.core.analytics import export
from tests.api.conftest import Caller
from tests.api.exporting import WINDOW, creator_of, get, lines_of, observed
from tests.factories import at, new_account, new_video

GRAPH_WINDOW = '{ between: { start: "2026-03-02", end: "2026-03-05" } }'


async def test_accounts_and_videos_are_those_of_graphql(caller: Caller, stranger: Caller) -> None:
    account = await observed(caller)
    await creator_of(caller, account)
    await new_account(caller.viewer, at("2026-03-03 08:00"))
    await new_video(caller.viewer, f"{account.id.int % 10**18}", at("2026-03-04 08:00"))
    await observed(stranger)
    accounts = await lines_of(caller, "accounts")
    fields = " ".join(column for column in ACCOUNT_COLUMNS if column != "creatorId")
    asked = (await caller.data(f"{{ accounts {{ nodes {{ {fields} creator {{ id }} }} }} }}"))["accounts"]["nodes"]
    assert [in_lower_case(row) for row in accounts] == [in_lower_case(with_id_of(node, "creator")) for node in asked]
    assert len(accounts) == 2
    assert accounts[1]["viewCount"] == 2150

    videos = {row["id"]: row for row in await lines_of(caller, "videos")}
    assert len(videos) == 3
    fields = " ".join(column for column in VIDEO_COLUMNS if column != "accountId")
    document = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Video {{ {fields} account {{ id }} }} }} }}"
    for node in (await caller.data(document, ids=list(videos)))["nodes"]:
        assert in_lower_case(videos[node["id"]]) == in_lower_case(with_id_of(node, "account"))


def with_id_of(node: dict[str, Any], field: str) -> dict[str, Any]:
    """The id of what is linked in the place of its object."""
    linked = node.pop(field)
    return {**node, f"{field}Id": linked and linked["id"]}


def in_lower_case(row: dict[str, Any]) -> dict[str, Any]:
    """GraphQL writes the values of enums in capitals."""
    enums = {"platform", "kind", "viewsKind"}
    return {name: value.lower() if name in enums and value else value for name, value in row.items()}


BUCKETS = f"buckets {{ start end partial baseline observed {' '.join(METRIC_COLUMNS.values())} }}"


@pytest.mark.parametrize(
    ("arguments", "in_graph"),
    [
        ({}, ""),
        ({"granularity": "week", "mode": "level"}, ", granularity: WEEK, mode: LEVEL"),
        ({"bucketDays": "3", "timezone": "Asia/Kathmandu"}, ', bucketDays: 3, timezone: "Asia/Kathmandu"'),
    ],
)
async def test_series_are_those_of_graphql(caller: Caller, arguments: dict[str, str], in_graph: str) -> None:
    creator = await creator_of(caller, await observed(caller))
    await observed(caller)
    series = f"id timeseries(window: {GRAPH_WINDOW}{in_graph}) {{ {BUCKETS} }}"
    data = await caller.data(
        f"""{{ viewer {{ organization {{ {series} }} }} creators(first: 5) {{ nodes {{ {series} }} }}
               accounts(first: 5) {{ nodes {{ {series} videos(first: 5) {{ nodes {{ {series} }} }} }} }} }}"""
    )
    accounts = data["accounts"]["nodes"]
    subjects = {
        "organization": [data["viewer"]["organization"]],
        "creator": data["creators"]["nodes"],
        "account": accounts,
        "video": sorted((video for account in accounts for video in account["videos"]["nodes"]), key=lambda v: v["id"]),
    }
    for kind, nodes in subjects.items():
        rows = await lines_of(caller, "series", kind=kind, **WINDOW, **arguments)
        expected = [{"id": node["id"], **bucket} for node in nodes for bucket in node["timeseries"]["buckets"]]
        shown = [{name: row[name] for name in expected[0]} for row in rows]
        assert sorted(shown, key=key_of) == sorted(expected, key=key_of)
        assert {row["kind"] for row in rows} == {kind}
    mixed = [accounts[1]["id"], encode_id("Creator", creator.id), accounts[0]["id"], accounts[1]["id"]]
    rows = await lines_of(caller, "series", *[("id", id) for id in mixed], bucketDays="4", metrics="views", **WINDOW)
    assert [row["id"] for row in rows] == mixed[:3]


def key_of(row: dict[str, Any]) -> tuple[str, str]:
    return row["id"], row["start"]


@pytest.mark.parametrize(("kind", "field"), [("account", "topAccounts"), ("video", "topVideos")])
@pytest.mark.parametrize("metric", ["views", "averageViewsPerPost", "followers"])
async def test_leaderboards_are_those_of_graphql(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, kind: str, field: str, metric: str
) -> None:
    for _ in range(3):
        await observed(caller)
    monkeypatch.setattr(export, "RANKED_ROWS", 2)
    enum = re.sub("([A-Z])", r"_\1", metric).upper()
    columns = "rank previousRank value previousValue isComplete"
    data = await caller.data(
        f"{{ {field}(window: {GRAPH_WINDOW}, metric: {enum}) {{ nodes {{ {columns} {kind} {{ id }} }} }} }}"
    )
    rows = await lines_of(caller, "leaderboard", kind=kind, metric=metric, **WINDOW)
    assert [{**{name: row[name] for name in columns.split()}, kind: {"id": row["id"]}} for row in rows] == data[field][
        "nodes"
    ]
    assert len(rows) == (3 if kind == "account" else 6)


def test_columns_are_called_as_in_graphql() -> None:
    for type_name, columns in (("Account", ACCOUNT_COLUMNS), ("Video", VIDEO_COLUMNS)):
        fields = executable.type_map[type_name].fields  # type: ignore[attr-defined]
        others = {"creatorId", "accountId"}
        assert set(columns) - others <= fields.keys()
        lists = {"creator", "account", "videos", "metrics", "timeseries", "breakdown"}
        assert fields.keys() - lists <= set(columns)
    assert set(METRIC_COLUMNS.values()) < executable.type_map["TimeSeriesBucket"].fields.keys()  # type: ignore[attr-defined]


async def test_windows_zones_and_sizes_are_refused_as_in_graphql(caller: Caller) -> None:
    for arguments, in_graph in [
        ({"start": "2026-03-05", "end": "2026-03-02"}, 'window: {between: {start: "2026-03-05", end: "2026-03-02"}}'),
        ({"start": "2026-03-05", "end": "2999-03-02"}, 'window: {between: {start: "2026-03-05", end: "2999-03-02"}}'),
        ({"start": "2020-03-05", "end": "2026-03-02"}, 'window: {between: {start: "2020-03-05", end: "2026-03-02"}}'),
        ({"timezone": "Mars"}, 'timezone: "Mars"'),
        ({"bucketDays": "0"}, "bucketDays: 0"),
    ]:
        body = await caller.ask(
            f"{{ viewer {{ organization {{ timeseries({in_graph}) {{ buckets {{ views }} }} }} }} }}"
        )
        problem = (await get(caller, "series.csv", **arguments)).json()
        graph = body["errors"][0]
        assert problem["detail"] == graph["message"]
        assert problem["errors"][0]["path"] == graph["extensions"]["argument"].split(".")[-1:]
