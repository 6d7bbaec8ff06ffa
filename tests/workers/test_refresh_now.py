"""Real scheduler and worker processes: what somebody asks for is refreshed by the very run that was answered."""

from datetime import timedelta

import msgspec

from app.core.tracking.accounts import NewAccount, load_accounts, set_account_active, track_account
from app.core.tracking.refreshes import load_runs, refresh_now
from app.domain.answers import AnswerClass
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.records import Refreshable, Run, RunState
from app.settings import Settings
from app.store.db import fetch
from tests.factories import new_viewer
from tests.upstream import Sandbox
from tests.workers.test_killed_workers import FROZEN, part, until

SPACING = timedelta(minutes=1)


async def test_it_is_refreshed_by_the_run_that_was_answered(own_engines: Settings, sandbox: Sandbox) -> None:
    settings = msgspec.structs.replace(own_engines, upstream_base_template=sandbox.template, worker_threads=2)
    await sandbox.client.post("/_ctl/clock", json={"freeze_at": FROZEN.isoformat()})
    viewer = await new_viewer()
    now = utc_now()
    accounts = [
        await track_account(viewer, NewAccount(Platform.INSTAGRAM, handle), now=now) for handle in ("rival_one", "kai")
    ]
    for account in accounts:
        await set_account_active(viewer, account.id, False, now=now)
    paused, untouched = accounts
    (run,) = await refresh_now(viewer, [(Refreshable.ACCOUNT, paused.id)], SPACING, now=now)
    assert isinstance(run, Run)

    async def has_ended() -> bool:
        return (await load_runs(viewer, [run.id]))[run.id].finished_at is not None

    async with part("scheduler", settings), part("worker", settings):
        await until(has_ended)
    ended = (await load_runs(viewer, [run.id]))[run.id]
    assert (ended.state, ended.answer_class, ended.queued_at) == (RunState.SUCCEEDED, AnswerClass.OK, now)
    assert ended.started_at is not None
    assert ended.started_at > now
    assert ended.calls
    stored = await load_accounts(viewer, [paused.id, untouched.id])
    truth = await sandbox.truth("instagram", "account", "rival_one", FROZEN)
    assert stored[paused.id].followers == truth["followers"]
    assert (stored[paused.id].is_active, stored[paused.id].next_refresh_at) == (False, None)
    assert stored[untouched.id].last_refreshed_at is None
    runs = await fetch("SELECT id FROM run WHERE organization_id = $1", viewer.organization_id)
    assert [row["id"] for row in runs] == [run.id], "once, and nothing else"
