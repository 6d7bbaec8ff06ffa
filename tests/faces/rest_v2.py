"""REST v2, over HTTP: days in UTC, and those metrics that it shows as all faces do."""

from collections.abc import Sequence
from typing import Any

from app.domain.series import SubjectKind
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
)

MODES = {"gain": "gain", "level": "cumulative"}
CARDS = {
    "views": "total_views",
    "engagementRate": "engagement_rate",
    "activeAccounts": "active_accounts",
    "accountVideos": "account_videos",
    "individualVideos": "tracked_videos",
}


async def _send(asker: Asker, method: str, path: str, **arguments: Any) -> Any:
    headers = {"Authorization": f"Bearer {asker.caller.key}"}
    answer = await asker.caller.client.request(method, f"/v2{path}", headers=headers, **arguments)
    body = answer.json()
    if answer.status_code == 422:
        (error,) = body["errors"]
        raise Refused(error["message"], error["field"].removesuffix("_date"))
    return body if answer.status_code == 200 else None


def _days(asked: Window) -> dict[str, str]:
    if isinstance(asked, Last):
        return {"period": f"{asked.days}d"}
    return {"period": "custom", "start_date": asked.start, "end_date": asked.end}


async def _timeseries(asker: Asker, subject: Subject, window: Window, mode: str) -> Any:
    """Videos are at two paths: those that are tracked by themselves, and those found in feeds."""
    kind, id = subject
    paths = {
        SubjectKind.ORGANIZATION: [""],
        SubjectKind.ACCOUNT: [f"/accounts/{id}"],
        SubjectKind.CREATOR: [f"/creators/{id}"],
        SubjectKind.VIDEO: [f"/videos/{id}", f"/account-videos/{id}"],
    }
    parameters = {**_days(window), "mode": mode}
    for path in paths[kind]:
        found = await _send(asker, "GET", f"{path}/analytics/timeseries", params=parameters)
        if found is not None:
            return found
    raise AssertionError(f"{subject} is nowhere")


async def _series(asker: Asker, asked: SeriesQuestion) -> list[Row]:
    rows = []
    for subject in asked.subjects:
        found = await _timeseries(asker, subject, asked.window, MODES[asked.mode])
        for row in found["data"]:
            day = {"id": global_id(subject), "start": row["date"], "end": row["date"]}
            flags = {name: row[f"is_{name}"] for name in ("partial", "baseline", "observed")}
            rows.append(day | flags | {public_name(name): row[name] for name in asked.metrics})
    return rows


async def _metrics(asker: Asker, asked: MetricsQuestion) -> list[Row]:
    rows = []
    for subject in asked.subjects:
        meta = (await _timeseries(asker, subject, asked.window, "gain"))["meta"]
        changes = {
            public_name(name): {
                "current": meta["totals"][name],
                "previous": meta["previous"][name],
                "changePercent": meta["changes"][f"{name}_pct"] if meta["changes_available"][name] else None,
            }
            for name in asked.metrics
        }
        rows.append({"id": global_id(subject), "isComplete": meta["is_complete"]} | changes)
    return rows


async def _leaderboard(asker: Asker, asked: BoardQuestion) -> list[Row]:
    parameters = {**_days(asked.window), "metric": asked.metric, "limit": "25"}
    found = await _send(asker, "GET", "/creators/top", params=parameters)
    return [
        {"id": global_id((asked.kind, row["creator_id"])), "rank": row["rank"], "value": row[asked.metric]}
        for row in found["data"]
    ]


async def _overview(asker: Asker, asked: Last) -> Row:
    found = (await _send(asker, "GET", "/overview", params=_days(asked)))["data"]
    return {
        card: {
            "current": found["current"][name],
            "previous": found["previous"][name],
            "changePercent": found["changes"][f"{name}_pct"] if found["changes_available"][name] else None,
        }
        for card, name in CARDS.items()
    }


async def _batch(asker: Asker, asked: MetricsQuestion) -> list[Row]:
    kind = asked.subjects[0][0].value
    body = {f"{kind}_ids": [str(id) for _, id in asked.subjects], **_days(asked.window)}
    found = (await _send(asker, "POST", f"/{kind}s/metrics", json=body))["data"]
    return [
        {"id": global_id(subject), **{public_name(name): found[str(subject[1])][name] for name in asked.metrics}}
        for subject in asked.subjects
    ]


async def _deltas(asker: Asker, videos: Sequence[Subject], days: Sequence[int]) -> list[Row]:
    body = {"video_ids": [str(id) for _, id in videos], "windows": list(days)}
    found = (await _send(asker, "POST", "/videos/deltas", json=body))["data"]
    return [
        {"id": global_id(video), **{str(number): found[str(video[1])][f"{number}d"] for number in days}}
        for video in videos
    ]


REST_V2 = Face(
    "REST v2",
    _series,
    _leaderboard,
    metrics=_metrics,
    overview=_overview,
    batch=_batch,
    deltas=_deltas,
    shows=("views", "plays", "likes", "comments", "shares", "engagement_rate"),
    takes=lambda window, length: window.timezone == "UTC" and length == "day",
)
