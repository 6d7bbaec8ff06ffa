"""GraphQL, over HTTP."""

import re
from collections.abc import Sequence
from typing import Any

from app.api.exports.tables import ACCOUNT_COLUMNS, VIDEO_COLUMNS
from tests.faces.questions import (
    Asker,
    BoardQuestion,
    Face,
    Last,
    MetricsQuestion,
    Refused,
    Row,
    SeriesQuestion,
    Subject,
    Window,
    global_id,
    public_name,
    with_instants,
)


async def _graph(asker: Asker, query: str, **variables: Any) -> Any:
    body = await asker.caller.ask(query, **variables)
    if "errors" in body:
        error = body["errors"][0]
        raise Refused(error["message"], error["extensions"]["argument"].rpartition(".")[2])
    return body["data"]


def _days(asked: Window) -> Row:
    if isinstance(asked, Last):
        return {"window": {"last": f"LAST_{asked.days}_DAYS"}, "timezone": asked.timezone}
    return {"window": {"between": {"start": asked.start, "end": asked.end}}, "timezone": asked.timezone}


async def _series(asker: Asker, asked: SeriesQuestion) -> list[Row]:
    length = {"bucketDays": asked.length} if isinstance(asked.length, int) else {"granularity": asked.length.upper()}
    query = f"""
        query($ids: [ID!]!, $window: Window, $timezone: String, $granularity: Granularity, $bucketDays: Int,
              $mode: SeriesMode) {{
          nodes(ids: $ids) {{ id ... on HasAnalytics {{
            timeseries(window: $window, timezone: $timezone, granularity: $granularity, bucketDays: $bucketDays,
                       mode: $mode) {{
              buckets {{ start end partial baseline observed {" ".join(map(public_name, asked.metrics))} }}
            }}
          }} }}
        }}
        """
    ids = [global_id(subject) for subject in asked.subjects]
    found = await _graph(asker, query, ids=ids, mode=asked.mode.upper(), **length, **_days(asked.window))
    return [{"id": node["id"], **bucket} for node in found["nodes"] for bucket in node["timeseries"]["buckets"]]


async def _metrics(asker: Asker, asked: MetricsQuestion) -> list[Row]:
    values = " ".join(f"{public_name(name)} {{ current previous changePercent }}" for name in asked.metrics)
    query = f"""
        query($ids: [ID!]!, $window: Window, $timezone: String) {{
          nodes(ids: $ids) {{ id ... on HasAnalytics {{
            metrics(window: $window, timezone: $timezone) {{ isComplete {values} }}
          }} }}
        }}
        """
    ids = [global_id(subject) for subject in asked.subjects]
    found = await _graph(asker, query, ids=ids, **_days(asked.window))
    return [{"id": node["id"], **node["metrics"]} for node in found["nodes"]]


async def _leaderboard(asker: Asker, asked: BoardQuestion) -> list[Row]:
    kind = asked.kind.value
    query = f"""
        query($metric: Metric, $window: Window, $timezone: String) {{
          board: top{kind.capitalize()}s(metric: $metric, window: $window, timezone: $timezone, first: 200) {{
            nodes {{ rank previousRank value previousValue isComplete {kind} {{ id }} }}
          }}
        }}
        """
    metric = re.sub("([A-Z])", r"_\1", public_name(asked.metric)).upper()
    found = await _graph(asker, query, metric=metric, **_days(asked.window))
    return [{"id": row.pop(kind)["id"], **row} for row in found["board"]["nodes"]]


async def _overview(asker: Asker, asked: Last) -> Row:
    cards = " ".join(
        f"{card} {{ current previous changePercent }}"
        for card in ("views", "engagementRate", "activeAccounts", "accountVideos", "individualVideos")
    )
    query = f"query($window: Window) {{ viewer {{ organization {{ overview(window: $window) {{ {cards} }} }} }} }}"
    found = await _graph(asker, query, window=_days(asked)["window"])
    return dict(found["viewer"]["organization"]["overview"])


async def _batch(asker: Asker, asked: MetricsQuestion) -> list[Row]:
    return [
        {name: value if name == "id" else value["current"] for name, value in row.items() if name != "isComplete"}
        for row in await _metrics(asker, asked)
    ]


async def _deltas(asker: Asker, videos: Sequence[Subject], days: Sequence[int]) -> list[Row]:
    query = """
        query($ids: [ID!]!, $days: [Int!]!) {
          videoDeltas(ids: $ids, days: $days) { rows { video { id } deltas { days views } } }
        }
        """
    found = await _graph(asker, query, ids=[global_id(video) for video in videos], days=list(days))
    return [
        {"id": row["video"]["id"], **{str(delta["days"]): delta["views"] for delta in row["deltas"]}}
        for row in found["videoDeltas"]["rows"]
    ]


async def _accounts(asker: Asker) -> list[Row]:
    fields = " ".join(name for name in ACCOUNT_COLUMNS if name != "creatorId")
    found = await _graph(asker, f"{{ accounts(first: 200) {{ nodes {{ {fields} creator {{ id }} }} }} }}")
    return [_from_node(node, "creator") for node in found["accounts"]["nodes"]]


async def _videos(asker: Asker) -> list[Row]:
    """A leaderboard lists every video, also those of which nothing is known."""
    fields = " ".join(name for name in VIDEO_COLUMNS if name != "accountId")
    query = f"{{ topVideos(first: 200) {{ nodes {{ video {{ {fields} account {{ id }} }} }} }} }}"
    found = await _graph(asker, query)
    return [_from_node(row["video"], "account") for row in found["topVideos"]["nodes"]]


def _from_node(node: Row, linked: str) -> Row:
    """Times as instants, the values of enums in lower case, and the id of what is linked in the place of its object."""
    other = node.pop(linked)
    enums = {name: node[name] and node[name].lower() for name in ("platform", "kind", "viewsKind") if name in node}
    return with_instants({**node, **enums, f"{linked}Id": other and other["id"]})


GRAPHQL = Face("GraphQL", _series, _leaderboard, _accounts, _videos, _metrics, _overview, _batch, _deltas)
