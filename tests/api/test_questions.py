"""Growth, N-day buckets, breakdowns, overviews, comparisons and deltas through GraphQL."""

from typing import Any

from app.api.graphql.values.ids import encode_id
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.store.db import fetch
from app.store.ids import new_id
from tests.api.conftest import Caller
from tests.api.test_metrics import WINDOW, observed
from tests.factories import account_facts, at, new_account, post, record

LAST_TWO = '{ between: { start: "2026-03-04", end: "2026-03-05" } }'


async def test_growth_is_beside_the_values(caller: Caller) -> None:
    account = await observed(caller)
    data = await caller.data(
        f"""query($id: ID!) {{ account(id: $id) {{
          timeseries(window: {LAST_TWO}, bucketDays: 1) {{ buckets {{ views growth {{ views followers }} }} }}
        }} }}""",
        id=encode_id("Account", account.id),
    )
    # 500 on the second, 0 on the third; followers 104, 104, 110, 110.
    assert data["account"]["timeseries"]["buckets"] == [
        {"views": 660, "growth": {"views": None, "followers": 5.7692}},
        {"views": -10, "growth": {"views": -101.5152, "followers": 0.0}},
    ]


async def test_buckets_of_some_days(caller: Caller) -> None:
    await observed(caller)
    asked = (
        f"timeseries(window: {WINDOW}, granularity: MONTH, bucketDays: 3) {{ buckets {{ start end partial views }} }}"
    )
    data = await caller.data(f"{{ viewer {{ organization {{ {asked} }} }} }}")
    assert data["viewer"]["organization"]["timeseries"]["buckets"] == [
        {"start": "2026-03-02", "end": "2026-03-04", "partial": False, "views": 1160},
        {"start": "2026-03-05", "end": "2026-03-05", "partial": True, "views": -10},
    ]
    for days in (0, 732):
        body = await caller.ask(f"{{ viewer {{ organization {{ timeseries(bucketDays: {days}) {{ start }} }} }} }}")
        assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "bucketDays"}
        assert body["errors"][0]["message"] == f"A bucket of {days} days; it takes 1 to 731."


async def test_breakdowns(caller: Caller) -> None:
    account = await observed(caller)
    creator = await create_creator(caller.viewer, NewCreator("Somebody"), now=at("2026-03-01 08:00"))
    await link_account(caller.viewer, creator.id, account.id, now=at("2026-03-01 08:00"))
    shape = """{
      start end previousStart previousEnd timezone
      total { current previous changePercent }
      rows {
        subject { __typename ... on Account { handle } ... on Creator { name } ... on Video { externalId } }
        platform value { current } sharePercent
      }
      rest { count value { current } sharePercent }
    }"""
    data = await caller.data(
        f"""{{
          viewer {{ organization {{
            creators: breakdown(by: CREATOR, window: {WINDOW}) {shape}
            platforms: breakdown(by: PLATFORM, window: {WINDOW}) {shape}
          }} }}
          creators {{ nodes {{ breakdown(by: ACCOUNT, metric: LIKES, window: {WINDOW}) {shape} }} }}
          accounts {{ nodes {{
            breakdown(by: VIDEO, metric: ENGAGEMENT_RATE, window: {WINDOW}, timezone: "Asia/Tokyo") {shape}
          }} }}
        }}"""
    )

    def breakdown(total: float, rows: list[Any], zone: str = "UTC") -> dict[str, Any]:
        return {
            "start": "2026-03-02",
            "end": "2026-03-05",
            "previousStart": "2026-02-26",
            "previousEnd": "2026-03-01",
            "timezone": zone,
            "total": {
                "current": total,
                "previous": None if isinstance(total, float) else 0,
                "changePercent": None,
            },
            "rows": [
                {"subject": subject, "platform": platform, "value": {"current": value}, "sharePercent": share}
                for subject, platform, value, share in rows
            ],
            "rest": {"count": 0, "value": {"current": None}, "sharePercent": None},
        }

    organization = data["viewer"]["organization"]
    somebody = {"__typename": "Creator", "name": "Somebody"}
    assert organization["creators"] == breakdown(1150, [(somebody, None, 1150, 100.0)])
    assert organization["platforms"] == breakdown(1150, [(None, "TIKTOK", 1150, 100.0)])
    of_account = {"__typename": "Account", "handle": account.handle}
    assert data["creators"]["nodes"][0]["breakdown"] == breakdown(39, [(of_account, None, 39, 100.0)])
    videos = [{"__typename": "Video", "externalId": f"{name}-{account.id}"} for name in "AB"]
    assert data["accounts"]["nodes"][0]["breakdown"] == breakdown(
        3.3913, [(videos[0], None, 3.5294, None), (videos[1], None, 3.0, None)], "Asia/Tokyo"
    )
    body = await caller.ask("{ accounts { nodes { breakdown(by: CREATOR) { start } } } }")
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "by"}


async def test_the_overview(caller: Caller) -> None:
    await observed(caller)
    shape = "{ current previous changePercent }"
    data = await caller.data(
        f"""{{ viewer {{ organization {{ overview(window: {WINDOW}) {{
          start end previousStart previousEnd timezone isComplete
          views {{ current previous level changePercent }} engagementRate {shape} followers {shape}
          activeAccounts {shape} accountVideos {shape} individualVideos {shape} creators {shape}
        }} }} }} }}"""
    )
    assert data["viewer"]["organization"]["overview"] == {
        "start": "2026-03-02",
        "end": "2026-03-05",
        "previousStart": "2026-02-26",
        "previousEnd": "2026-03-01",
        "timezone": "UTC",
        "isComplete": True,
        "views": {"current": 1150, "previous": 0, "level": 2150, "changePercent": None},
        "engagementRate": {"current": 3.3913, "previous": None, "changePercent": None},
        "followers": {"current": 110, "previous": 100, "changePercent": 10.0},
        "activeAccounts": {"current": 1, "previous": 1, "changePercent": 0.0},
        "accountVideos": {"current": 2, "previous": 1, "changePercent": 100.0},
        "individualVideos": {"current": 0, "previous": 0, "changePercent": 0.0},
        "creators": {"current": 0, "previous": 0, "changePercent": 0.0},
    }


async def test_comparisons(caller: Caller) -> None:
    account = await observed(caller)
    (video, *_) = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY external_id", account.id)
    ids = [encode_id("Video", video["id"]), encode_id("Creator", new_id()), encode_id("Account", account.id)]
    query = f"""query($ids: [ID!]!) {{ compare(ids: $ids, window: {WINDOW}, bucketDays: 2) {{
      subjects {{
        subject {{ __typename ... on Node {{ id }} }}
        metrics {{ views {{ current }} }}
        timeseries {{ buckets {{ likes growth {{ views }} }} }}
      }}
      notFound
    }} }}"""
    data = await caller.data(query, ids=ids)
    assert data["compare"] == {
        "subjects": [
            {
                "subject": {"__typename": "Video", "id": ids[0]},
                "metrics": {"views": {"current": 850}},
                "timeseries": {
                    "buckets": [{"likes": 10, "growth": {"views": None}}, {"likes": 20, "growth": {"views": 83.3333}}]
                },
            },
            {
                "subject": {"__typename": "Account", "id": ids[2]},
                "metrics": {"views": {"current": 1150}},
                "timeseries": {
                    "buckets": [{"likes": 16, "growth": {"views": None}}, {"likes": 23, "growth": {"views": 30.0}}]
                },
            },
        ],
        "notFound": [ids[1]],
    }
    for wrong in (
        [],
        [ids[0], ids[0]],
        [*ids, *ids],
        [ids[0], encode_id("Organization", new_id())],
        ["x", "y"],
    ):
        body = await caller.ask(query, ids=wrong)
        assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "ids"}


async def test_video_deltas(caller: Caller) -> None:
    now = utc_now()
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    for captured_at, views in ((at("2026-03-01 08:05"), 100), (now, 130)):
        await record(account, account_facts(account, captured_at, [post(f"A-{account.id}", None, {"views": views})]))
    (video,) = await fetch("SELECT id FROM video WHERE account_id = $1", account.id)
    ids = [encode_id("Video", video["id"]), encode_id("Video", new_id())]
    query = """query($ids: [ID!]!, $days: [Int!]! = [7, 1]) {
      videoDeltas(ids: $ids, days: $days, timezone: "Asia/Kathmandu") {
        timezone days rows { video { id } deltas { days views } } notFound
      }
    }"""
    data = await caller.data(query, ids=ids)
    assert data["videoDeltas"] == {
        "timezone": "Asia/Kathmandu",
        "days": [1, 7],
        "rows": [{"video": {"id": ids[0]}, "deltas": [{"days": 1, "views": 30}, {"days": 7, "views": 30}]}],
        "notFound": [ids[1]],
    }
    usual = await caller.data("query($ids: [ID!]!) { videoDeltas(ids: $ids) { days today } }", ids=ids)
    assert usual["videoDeltas"]["days"] == [1, 7, 14, 30]
    for days in ([], [0], [366], list(range(1, 12))):
        body = await caller.ask(query, ids=ids, days=days)
        assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "days"}
    body = await caller.ask(query, ids=[encode_id("Account", account.id)])
    assert body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "argument": "ids"}


async def test_nobody_reads_anothers(caller: Caller, stranger: Caller) -> None:
    account = await observed(caller)
    videos = await fetch("SELECT id FROM video WHERE account_id = $1 ORDER BY external_id", account.id)
    ids = [encode_id("Video", video["id"]) for video in videos]
    data = await stranger.data(
        "query($ids: [ID!]!) { compare(ids: $ids) { subjects { subject { __typename } } notFound } "
        "videoDeltas(ids: $ids) { rows { video { id } } notFound } }",
        ids=ids,
    )
    assert data == {"compare": {"subjects": [], "notFound": ids}, "videoDeltas": {"rows": [], "notFound": ids}}
