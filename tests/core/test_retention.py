"""Old observations go by whole months: sums and series stay, what can no longer be made again is refused by name."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.collect.rebuilding import rebuild_rollups, verify_rollups
from app.core.collect.retention import apply_retention
from app.core.tracking.removal import remove_account, restore_account
from app.domain.problems import InvalidInput
from app.domain.records import Account
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.settings import Settings
from app.store import partitions
from app.store.db import execute, fetch, transaction
from app.store.partitions import ObservationsInUse, ObservationsNotKept, drop_observations_before, ensure_partitions
from tests.end_to_end.programs import run
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record

FIRST = at("2026-01-20 08:00")
NOW = at("2026-04-10 12:00")
DAYS = 31
"""2026-04-10 less 31 days is 2026-03-10: January and February lie entirely before."""
DROPPED = [f"{table}_observation_2026_{month:02}" for table in ("video", "account") for month in (1, 2)]


async def months_of_history() -> tuple[Viewer, Account]:
    """An observation every 5 days from January to April, of an account with a post that gains 50 each time."""
    viewer = await new_viewer()
    account = await new_account(viewer, FIRST)
    for number in range(17):
        captured_at = FIRST + timedelta(days=5 * number)
        facts = [post(str(account.id.int % 10**18), None, {"views": 50 * number})]
        await record(account, account_facts(account, captured_at, facts, {"followers": 7 * number}), now=NOW)
    return viewer, account


async def months(table: str) -> list[int]:
    rows = await fetch(f"SELECT DISTINCT extract(month FROM captured_at)::int AS month FROM {table} ORDER BY month")
    return [row["month"] for row in rows]


async def test_whole_months_go_and_figures_stay(own_engines: Settings) -> None:
    viewer, account = await months_of_history()

    async def series() -> list[object]:
        found = []
        for zone in ("UTC", "Asia/Kathmandu"):
            window = Window(date(2026, 1, 15), date(2026, 4, 10), read_zone(zone))
            asked = ("views", "followers")
            for mode in SeriesMode:
                answer = await subject_series(
                    viewer, SubjectKind.ACCOUNT, [account.id], window, Granularity.MONTH, mode, asked, now=NOW
                )
                found.append([bucket.values for bucket in answer[account.id].buckets])
        return found

    before = await series()
    assert before[0] == [
        {"views": 100, "followers": 14},
        {"views": 250, "followers": 35},
        {"views": 350, "followers": 49},
        {"views": 100, "followers": 14},
    ]
    assert await apply_retention(DAYS, NOW) == DROPPED
    assert await months("video_observation") == await months("account_observation") == [3, 4]
    assert await series() == before
    assert (await verify_rollups(None, NOW.date())).shown == []
    assert await apply_retention(DAYS, NOW) == []


async def test_what_is_gone_is_refused_and_what_is_kept_is_rebuilt(own_engines: Settings) -> None:
    await months_of_history()
    await apply_retention(DAYS, NOW)
    kept = [tuple(row) for row in await fetch("SELECT * FROM video_day ORDER BY day")]
    for use_case in (rebuild_rollups, verify_rollups):
        with pytest.raises(InvalidInput) as refused:
            await use_case(date(2026, 2, 27), date(2026, 3, 5))
        assert refused.value.message == (
            "No observations are kept of the days from 2026-02-27 to 2026-02-28: begin at 2026-03-01 or later."
        )
    await execute("DELETE FROM video_day WHERE day >= '2026-03-01'")
    await execute("UPDATE video SET views = NULL")
    await rebuild_rollups(date(2026, 3, 1), NOW.date())
    assert [tuple(row) for row in await fetch("SELECT * FROM video_day ORDER BY day")] == kept
    assert [row["views"] for row in await fetch("SELECT views FROM video")] == [800]


async def test_a_dropped_month_stays_refused_when_its_partition_is_made_again(own_engines: Settings) -> None:
    _, account = await months_of_history()
    await apply_retention(DAYS, NOW)
    await ensure_partitions(FIRST, NOW)
    with pytest.raises(InvalidInput, match="begin at 2026-03-01 or later"):
        await rebuild_rollups(date(2026, 2, 1), NOW.date())
    days = await fetch("SELECT * FROM video_day ORDER BY day")
    late = account_facts(account, at("2026-02-03 09:00"), [post(str(account.id.int % 10**18), None, {"views": 7})])
    with pytest.raises(ObservationsNotKept, match="as old as 2026-02-03 are no longer kept"):
        await record(account, late, now=NOW)
    assert await fetch("SELECT * FROM video_day ORDER BY day") == days
    # Keeping longer brings nothing back, and the months made again are not taken for kept ones.
    assert await apply_retention(DAYS + 31, NOW) == [name for name in DROPPED if name.endswith("01")]
    assert await apply_retention(DAYS, NOW) == [name for name in DROPPED if name.endswith("02")]
    with pytest.raises(InvalidInput, match="begin at 2026-03-01 or later"):
        await rebuild_rollups(date(2026, 2, 1), NOW.date())


async def test_a_video_tracked_by_itself_afterwards_takes_its_days_along(own_engines: Settings) -> None:
    viewer, account = await months_of_history()
    before = await organization_gains(viewer)
    await apply_retention(DAYS, NOW)
    (row,) = await fetch("SELECT id, external_id FROM video WHERE account_id = $1", account.id)
    await new_video(viewer, row["external_id"], NOW)
    await remove_account(viewer, account.id, now=NOW)
    assert await organization_gains(viewer) == before
    await restore_account(viewer, account.id, now=NOW)
    assert await organization_gains(viewer) == before


async def test_a_restored_account_gives_up_the_whole_past_of_a_post_that_is_anothers(own_engines: Settings) -> None:
    viewer, account = await months_of_history()
    (row,) = await fetch("SELECT external_id FROM video WHERE account_id = $1", account.id)
    await apply_retention(DAYS, NOW)
    await remove_account(viewer, account.id, now=NOW)
    other = await new_account(viewer, NOW)
    await record(other, account_facts(other, NOW, [post(row["external_id"], None, {"views": 5000})]))
    await restore_account(viewer, account.id, now=NOW)
    assert set(await organization_gains(viewer)) == {None, 0}
    sums = await fetch(
        "SELECT DISTINCT views_gain, views_start, views_known FROM account_day WHERE account_id = $1", account.id
    )
    assert [tuple(row) for row in sums] == [(0, 0, 0)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
async def test_a_video_keeps_its_series_in_other_zones(own_engines: Settings, zone: str) -> None:
    viewer, account = await months_of_history()
    (row,) = await fetch("SELECT id FROM video WHERE account_id = $1", account.id)
    await apply_retention(DAYS, NOW)
    for start, gained in ((date(2026, 1, 15), [100, 250, 350, 100]), (date(2026, 2, 1), [250, 350, 100])):
        window = Window(start, NOW.date(), read_zone(zone))
        asked = (viewer, SubjectKind.VIDEO, [row["id"]], window)
        gains = (await subject_series(*asked, Granularity.MONTH, SeriesMode.GAIN, ["views"], now=NOW))[row["id"]]
        assert [bucket.values["views"] for bucket in gains.buckets] == gained
        assert [bucket.is_baseline for bucket in gains.buckets] == [start.month == 1, *[False] * (len(gained) - 1)]
        levels = (await subject_series(*asked, Granularity.MONTH, SeriesMode.LEVEL, ["views"], now=NOW))[row["id"]]
        assert [bucket.values["views"] for bucket in levels.buckets] == [100, 350, 700, 800][-len(gained) :]
        metrics = (await subject_metrics(*asked, ["views"]))[row["id"]]
        assert metrics.values["views"].current == sum(gained)


async def organization_gains(viewer: Viewer) -> list[object]:
    """The views gained on each day of the history."""
    window = Window(FIRST.date(), NOW.date(), read_zone("UTC"))
    kind, id = SubjectKind.ORGANIZATION, viewer.organization_id
    found = await subject_series(viewer, kind, [id], window, Granularity.DAY, SeriesMode.GAIN, ["views"], now=NOW)
    return [bucket.values["views"] for bucket in found[id].buckets]


async def test_later_months_follow_and_refreshes_go_on(own_engines: Settings) -> None:
    viewer, account = await months_of_history()
    await apply_retention(DAYS, NOW)
    later = NOW + timedelta(days=60)
    await record(
        account, account_facts(account, later, [post(str(account.id.int % 10**18), None, {"views": 900})]), now=later
    )
    assert await apply_retention(DAYS, later) == [
        f"{table}_observation_2026_{month:02}" for table in ("video", "account") for month in (3, 4)
    ]
    assert (await verify_rollups(None, later.date())).shown == []
    (row,) = await fetch(
        "SELECT sum(views_gain)::int AS n FROM account_day WHERE organization_id = $1", viewer.organization_id
    )
    assert row["n"] == 900


async def test_it_gives_way_to_a_long_reader(own_engines: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT_SECONDS", 0.05)
    await months_of_history()

    reading, tried = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with transaction():
            await fetch("SELECT FROM video_observation LIMIT 1")
            reading.set()
            await tried.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        await reading.wait()
        with pytest.raises(ObservationsInUse, match="video_observation is in use; try again"):
            await drop_observations_before(date(2026, 3, 1))
        tried.set()
    assert await months("video_observation") == [1, 2, 3, 4]


async def test_the_commands(own_engines: Settings, tmp_path: Path) -> None:
    _, account = await months_of_history()
    urls = {
        "CREATORGRAPH_DATABASE_URL": str(own_engines.database_url),
        "CREATORGRAPH_REDIS_URL": str(own_engines.redis_url),
    }

    async def command(*arguments: str, **more: str) -> tuple[int, str, str]:
        ended = await asyncio.to_thread(run, *arguments, cwd=tmp_path, **(urls | more))
        return ended.returncode, ended.stdout, ended.stderr

    code, out, _ = await command("retention", "apply")
    assert (code, out) == (
        0,
        "Off: CREATORGRAPH_OBSERVATION_RETENTION_DAYS is unset, observations are kept for ever.\n",
    )

    await execute("UPDATE account_day SET views_gain = 3 WHERE account_id = $1 AND day = '2026-02-04'", account.id)
    code, out, _ = await command("rollups", "verify", "--from", "2026-01-01", "--to", "2026-04-10")
    named = f"account_day {account.id} 2026-02-04: views_gain is 3, should be 50\n"
    assert (code, out) == (1, f"{named}1 difference.\n")
    code, out, progress = await command("rollups", "rebuild", "--from", "2026-01-01", "--to", "2026-04-10")
    assert code == 0
    assert out.startswith("Rebuilt 2026-01-01 to 2026-04-10: ")
    assert "2/2" in progress
    assert (await command("rollups", "verify"))[:2] == (0, "0 differences.\n")

    # The clock of the command is the machine's, so everything recorded here lies far enough back for one day.
    retained = {"CREATORGRAPH_OBSERVATION_RETENTION_DAYS": "1"}
    code, out, _ = await command("retention", "apply", **retained)
    assert code == 0
    assert set(DROPPED) <= {line.removeprefix("Dropped ") for line in out.splitlines()}
    code, out, error = await command("rollups", "rebuild", "--from", "2026-01-20", "--to", "2026-01-21")
    assert (code, out) == (2, "")
    assert error.startswith(
        "creatorgraph: No observations are kept of the days from 2026-01-20 to 2026-01-21: begin at "
    )
    assert error.count("\n") == 1
