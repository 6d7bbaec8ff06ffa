"""Exports: the bytes of each table, who gets which rows, and every argument that is refused."""

import csv
import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.api.exports.arguments import ARGUMENTS
from app.api.exports.tables import ACCOUNT_COLUMNS, METRIC_COLUMNS, VIDEO_COLUMNS
from app.api.ids import encode_id
from app.core.analytics import export
from app.domain.viewer import Scope
from app.store import db
from tests.api.conftest import Caller
from tests.api.exporting import PUBLISHED, WINDOW, creator_of, get, lines_of, observed
from tests.factories import account_facts, at, new_account, new_key, post, record


async def test_a_series_to_the_byte(caller: Caller) -> None:
    account = await observed(caller)
    id = encode_id("Account", account.id)
    response = await get(caller, "series.csv", id=id, metrics="views,engagementRate,followers,saves", **WINDOW)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"] == 'attachment; filename="series-2026-03-02-to-2026-03-05.csv"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    who = f"account,{id},tiktok,{account.handle}"
    assert response.content.decode() == (
        "kind,id,platform,name,start,end,partial,baseline,observed,views,engagementRate,followers,saves\r\n"
        f"{who},2026-03-02,2026-03-02,false,false,true,500,3.2,4,\r\n"
        f"{who},2026-03-03,2026-03-03,false,false,false,0,,0,\r\n"
        f"{who},2026-03-04,2026-03-04,false,false,true,660,2.4242,6,\r\n"
        f"{who},2026-03-05,2026-03-05,false,false,true,-10,,0,\r\n"
    )
    response = await get(caller, "series.jsonl", metrics="views,posts_per_week", bucketDays="4", **WINDOW)
    assert response.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert response.content.decode() == (
        f'{{"kind":"organization","id":"{encode_id("Organization", caller.viewer.organization_id)}","platform":null,'
        f'"name":"{caller.viewer.organization_name}","start":"2026-03-02","end":"2026-03-05","partial":false,'
        '"baseline":false,"observed":true,"views":1150,"postsPerWeek":1.75}\n'
    )


async def test_a_leaderboard_to_the_byte(caller: Caller) -> None:
    account = await observed(caller)
    creator = await creator_of(caller, account)
    id = encode_id("Creator", creator.id)
    response = await get(caller, "leaderboard.csv", kind="creator", metric="ENGAGEMENT_RATE", **WINDOW)
    assert response.headers["content-disposition"] == (
        'attachment; filename="leaderboard-creator-engagement_rate-2026-03-02-to-2026-03-05.csv"'
    )
    assert response.content.decode() == (
        "rank,previousRank,value,previousValue,isComplete,kind,id,platform,name\r\n"
        f"1,1,3.3913,,true,creator,{id},tiktok,Some Body\r\n"
    )


async def test_texts_survive_and_are_no_formulas(caller: Caller) -> None:
    account = await observed(caller)
    texts = {"A": '=HYPERLINK("http://x","y"),\r\nmore', "B": "'tis"}
    for name, text in texts.items():
        await db.execute(
            "UPDATE video SET caption = $1, metadata = $2 WHERE organization_id = $3 AND external_id = $4",
            text,
            '{"team": "=red"}',
            caller.viewer.organization_id,
            f"{name}-{account.id}",
        )
    raw = (await get(caller, "videos.csv")).content.decode()
    assert '"\'=HYPERLINK(""http://x"",""y""),\r\nmore"' in raw
    assert ",''tis," in raw
    assert raw.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert {row["externalId"][0]: row["caption"].removeprefix("'") for row in rows} == texts
    assert [row["metadata"] for row in rows] == ['{"team":"=red"}'] * 2
    plain = [json.loads(line) for line in (await get(caller, "videos.jsonl")).text.splitlines()]
    assert {row["externalId"][0]: row["caption"] for row in plain} == texts
    assert plain[0]["metadata"] == {"team": "=red"}


async def test_videos_are_chosen_by_account_creator_and_platform(caller: Caller, stranger: Caller) -> None:
    one, other = await observed(caller), await observed(caller)
    creator = await creator_of(caller, other)
    elsewhere = await observed(stranger)
    of_one, of_other = encode_id("Account", one.id), encode_id("Account", other.id)
    for arguments, owners in [
        ({}, {of_one, of_other}),
        ({"accountId": of_one}, {of_one}),
        ({"creatorId": encode_id("Creator", creator.id)}, {of_other}),
        ({"creatorId": encode_id("Creator", creator.id), "accountId": of_one}, set()),
        ({"platform": "tiktok"}, {of_one, of_other}),
        ({"platform": "INSTAGRAM"}, set()),
        ({"accountId": encode_id("Account", elsewhere.id)}, set()),
    ]:
        rows = await lines_of(caller, "videos", **arguments)
        assert {row["accountId"] for row in rows} == owners, arguments
        series = await lines_of(caller, "series", kind="video", metrics="views", bucketDays="4", **WINDOW, **arguments)
        assert {row["id"] for row in series} == {row["id"] for row in rows}
        ranked = await lines_of(caller, "leaderboard", kind="video", **WINDOW, **arguments)
        assert {row["id"] for row in ranked} == {row["id"] for row in rows}


async def test_pages_follow_each_other_without_a_gap(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await new_account(caller.viewer, at("2026-03-01 08:00"))
    posts = [post(f"{n}-{account.id}", PUBLISHED["A"], {"views": n}) for n in range(7)]
    await record(account, account_facts(account, at("2026-03-01 08:05"), posts))
    for _ in range(4):
        await new_account(caller.viewer, at("2026-03-01 08:00"))
    whole = {name: await lines_of(caller, name) for name in ("videos", "accounts")}
    whole["series"] = await lines_of(caller, "series", kind="video", **WINDOW)
    assert {name: len(rows) for name, rows in whole.items()} == {"videos": 7, "accounts": 5, "series": 28}
    monkeypatch.setattr(export, "PAGE_ROWS", 2)
    monkeypatch.setattr(export, "MOST_BUCKETS", 13)  # three subjects of four buckets
    assert await lines_of(caller, "videos") == whole["videos"]
    assert await lines_of(caller, "accounts") == whole["accounts"]
    assert await lines_of(caller, "series", kind="video", **WINDOW) == whole["series"]


async def test_nothing_is_a_header_alone(caller: Caller) -> None:
    today = datetime.now(UTC).date()
    for name, columns in (("accounts", ACCOUNT_COLUMNS), ("videos", VIDEO_COLUMNS)):
        response = await get(caller, f"{name}.csv")
        assert response.text == ",".join(columns) + "\r\n"
        days = {f'attachment; filename="{name}-{day}.csv"' for day in (today, datetime.now(UTC).date())}
        assert response.headers["content-disposition"] in days
        assert (await get(caller, f"{name}.jsonl")).content == b""
    assert (await get(caller, "leaderboard.csv", kind="video")).text.count("\n") == 1
    series = await lines_of(caller, "series", window="LAST_7_DAYS", metrics="views,posts_published")
    assert [(row["views"], row["postsPublished"]) for row in series] == [(None, 0)] * 7


PLATFORMS = "there are tiktok, instagram, youtube, twitter, facebook, linkedin."
REFUSED = [
    ("accounts", {"metric": "views"}, "metric", "There is no argument 'metric'; accounts takes platform."),
    ("videos", {"first": "3"}, "first", "There is no argument 'first'; videos takes accountId, creatorId, platform."),
    ("accounts", {"platform": "myspace"}, "platform", f"'myspace' is no platform; {PLATFORMS}"),
    ("accounts", {"platform": ""}, "platform", f"'' is no platform; {PLATFORMS}"),
    ("videos", {"accountId": "x"}, "accountId", "'x' is not an id of ours. Use an id that the API gave."),
    ("series", {"window": "31d"}, "window", "'31d' is no window; there are 7d, 30d, 90d."),
    ("series", {"timezone": "Mars"}, "timezone", "'Mars' is not an IANA time zone such as UTC or Europe/Berlin."),
    ("series", {"timezone": ""}, "timezone", "'' is not an IANA time zone such as UTC or Europe/Berlin."),
    ("series", {"start": "2026-03-02"}, "end", "start is given without end."),
    ("series", {"end": "2026-03-02"}, "start", "end is given without start."),
    (
        "series",
        {**WINDOW, "window": "7d"},
        "window",
        "Give either window or start and end, not window and start.",
    ),
    ("series", {**WINDOW, "start": "2026-W10-1"}, "start", "start takes a calendar date, such as 2026-03-08."),
    ("series", {**WINDOW, "end": "20260305"}, "end", "end takes a calendar date, such as 2026-03-08."),
    ("series", {**WINDOW, "end": "2026-02-30"}, "end", "end takes a calendar date, such as 2026-03-08."),
    (
        "leaderboard",
        {"start": "2026-03-05", "end": "2026-03-02"},
        "start",
        "start (2026-03-05) is after end (2026-03-02).",
    ),
    ("series", {**WINDOW, "start": "1999-12-31"}, "start", "start (1999-12-31) is before 2000-01-01."),
    (
        "series",
        {**WINDOW, "start": "2024-01-01"},
        "start",
        "2024-01-01 to 2026-03-05 is 795 days; a window holds at most 731.",
    ),
    ("series", {"granularity": "hour"}, "granularity", "'hour' is no granularity; there are day, week, month."),
    ("series", {"mode": "sum"}, "mode", "'sum' is no mode; there are gain, level."),
    ("series", {"bucketDays": "0"}, "bucketDays", "A bucket of 0 days; it takes 1 to 731."),
    ("series", {"bucketDays": "732"}, "bucketDays", "A bucket of 732 days; it takes 1 to 731."),
    ("series", {"bucketDays": "a"}, "bucketDays", "bucketDays takes a whole number, 1 to 731."),
    ("series", {"kind": "campaign"}, "kind", "'campaign' is no kind; there are organization, creator, account, video."),
    ("leaderboard", {"kind": "organization"}, "kind", "'organization' is no kind; there are account, creator, video."),
    (
        "leaderboard",
        {"metric": "fame"},
        "metric",
        f"'fame' is no metric; there are {', '.join(METRIC_COLUMNS.values())}.",
    ),
    ("series", {"metrics": "views,"}, "metrics", f"'' is no metric; there are {', '.join(METRIC_COLUMNS.values())}."),
    (
        "leaderboard",
        {"platform": "tiktok"},
        "platform",
        "platform chooses among all videos; it goes with kind=video, without ids.",
    ),
    ("series", {"id": "?"}, "id", "'?' is not an id of ours. Use an id that the API gave."),
]


@pytest.mark.parametrize(("name", "arguments", "argument", "message"), REFUSED)
async def test_what_cannot_be_asked_is_refused_by_name(
    caller: Caller, name: str, arguments: dict[str, str], argument: str, message: str
) -> None:
    response = await get(caller, f"{name}.csv", **arguments)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert response.json() == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": message,
        "code": "BAD_USER_INPUT",
        "errors": [{"path": [argument], "message": message}],
    }


async def test_arguments_are_given_once_and_ids_are_there(caller: Caller, stranger: Caller) -> None:
    twice = await get(caller, "accounts.csv", ("platform", "tiktok"), ("platform", "tiktok"))
    assert (twice.status_code, twice.json()["detail"]) == (422, "platform is given more than once.")
    mine, theirs = await observed(caller), await observed(stranger)
    ids = [("id", encode_id("Account", account.id)) for account in (mine, theirs)]
    missing = await get(caller, "series.csv", *ids)
    assert (missing.status_code, missing.json()) == (
        404,
        {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no such account (id number 2).",
            "code": "NOT_FOUND",
            "errors": [{"path": ["id"], "message": "There is no such account (id number 2)."}],
        },
    )
    other = await get(caller, "series.csv", ids[0], kind="creator")
    assert other.json()["detail"] == "This is the id of another type (Account); an id of Creator is wanted."
    nothing = await get(caller, "series.csv", id=encode_id("Run", mine.id))
    assert nothing.json()["detail"] == "There is no series of Run; it takes Organization, Creator, Account, Video."
    many = await get(caller, "series.csv", *[("id", encode_id("Video", UUID(int=n))) for n in range(201)])
    assert (many.status_code, many.json()["detail"]) == (422, "There are 201 ids; it takes 1 to 200.")


async def test_another_organization_is_never_in_it(caller: Caller, stranger: Caller) -> None:
    await creator_of(stranger, await observed(stranger))
    for name, arguments in [
        ("accounts", {}),
        ("videos", {}),
        *(("series", {"kind": kind, **WINDOW}) for kind in ("account", "creator", "video")),
        *(("leaderboard", {"kind": kind, **WINDOW}) for kind in ("account", "creator", "video")),
    ]:
        assert await lines_of(caller, name, **arguments) == []
        assert await lines_of(stranger, name, **arguments) != []


async def test_a_key_is_needed_and_its_scope(caller: Caller) -> None:
    nobody = await caller.client.get("/exports/accounts.csv")
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert nobody.json()["detail"] == "An API key is needed. Send it as Authorization: Bearer KEY."
    assert nobody.json()["code"] == "UNAUTHENTICATED"
    key = await new_key(frozenset({Scope.READ}))
    headers = {"Authorization": f"Bearer {key}"}
    assert (await caller.client.get("/exports/accounts.csv", headers=headers)).status_code == 200


@pytest.mark.parametrize("file", ["runs.csv", "accounts.xml", "accounts", "accounts.csv.csv", ".csv"])
async def test_other_files_are_not_there(caller: Caller, file: str) -> None:
    response = await get(caller, file)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


async def test_methods(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.key}"}
    whole = await get(caller, "accounts.csv")
    head = await caller.client.head("/exports/accounts.csv", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-disposition", "cache-control"):
        assert head.headers[name] == whole.headers[name]
    refused = await caller.client.head("/exports/accounts.csv", headers=headers, params={"platform": "x"})
    assert refused.status_code == 422
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = await caller.client.request(method, "/exports/accounts.csv", headers=headers)
        assert (response.status_code, response.headers["content-type"]) == (405, "application/problem+json")
        assert {word.strip() for word in response.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_every_export_is_tested_for_refusals() -> None:
    assert {name for name, *_ in REFUSED} == set(ARGUMENTS)
