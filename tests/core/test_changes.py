"""Changing accounts, videos and defaults: what is named changes, None clears, refusals leave no trace."""

from datetime import timedelta

import pytest

from app.core.tracking.accounts import load_accounts
from app.core.tracking.changes import (
    AccountChange,
    PostLimits,
    VideoChange,
    update_account,
    update_defaults,
    update_video,
)
from app.core.tracking.videos import load_videos
from app.domain.problems import Forbidden, InvalidInput, NotFound
from app.domain.viewer import Scope, Viewer
from app.store.accounts import select_account_refresh
from app.store.db import fetch
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record

NOW = at("2026-03-01 08:00")
HOUR = timedelta(hours=1)


async def bounds(viewer: Viewer, account_id: object) -> tuple[int | None, int | None]:
    account = await select_account_refresh(viewer.organization_id, account_id)  # type: ignore[arg-type]
    assert account is not None
    return account.max_recent_posts, account.post_lookback_days


async def test_what_is_named_changes_and_none_clears(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    change = AccountChange(category="Food", metadata={"a": "b"}, max_recent_posts=10, post_lookback_days=30)
    changed = await update_account(viewer, account.id, change, now=NOW)
    assert (changed.category, changed.metadata, changed.refresh_interval_hours) == ("Food", {"a": "b"}, 24)
    assert await bounds(viewer, account.id) == (10, 30)
    cleared = await update_account(viewer, account.id, AccountChange(category=None, max_recent_posts=None), now=NOW)
    assert (cleared.category, cleared.metadata) == (None, {"a": "b"})
    assert await bounds(viewer, account.id) == (100, 30)
    assert await update_account(viewer, account.id, AccountChange(), now=NOW) == cleared


async def test_the_organizations_bounds_hold_where_an_account_has_none(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    assert await bounds(viewer, account.id) == (100, 365)
    await update_defaults(viewer, PostLimits(max_recent_posts=7, post_lookback_days=None))
    assert await bounds(viewer, account.id) == (7, None)
    await update_account(viewer, account.id, AccountChange(max_recent_posts=9), now=NOW)
    assert await bounds(viewer, account.id) == (9, None)


async def test_a_shorter_interval_brings_the_refresh_forward(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    await record(account, account_facts(account, NOW, [post("1", None, {"views": 1})]))
    await fetch("UPDATE account SET next_refresh_at = $2 WHERE id = $1", account.id, NOW + 24 * HOUR)
    for hours, now, due in ((48, NOW, 24), (12, NOW, 12), (6, NOW + 8 * HOUR, 8), (24, NOW, 8)):
        changed = await update_account(viewer, account.id, AccountChange(refresh_interval_hours=hours), now=now)
        assert changed.next_refresh_at == NOW + due * HOUR


async def test_a_video_and_its_pause(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, "71", NOW)
    change = VideoChange(metadata={"a": "b"}, refresh_interval_hours=48, is_active=False)
    changed = await update_video(viewer, video.id, change, now=NOW)
    assert (changed.metadata, changed.refresh_interval_hours, changed.is_active) == ({"a": "b"}, 48, False)
    resumed = await update_video(viewer, video.id, VideoChange(is_active=True), now=NOW + HOUR)
    assert (resumed.is_active, resumed.next_refresh_at) == (True, NOW + HOUR)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (AccountChange(category="c" * 129, metadata={"a": "b"}), "category"),
        (AccountChange(metadata={"": "b"}), "metadata"),
        (AccountChange(refresh_interval_hours=5), "refresh_interval_hours"),
        (AccountChange(max_recent_posts=0), "max_recent_posts"),
        (AccountChange(max_recent_posts=1001), "max_recent_posts"),
        (AccountChange(post_lookback_days=3651), "post_lookback_days"),
    ],
)
async def test_bad_input_is_named_and_leaves_no_trace(database: None, change: AccountChange, path: str) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, NOW)
    with pytest.raises(InvalidInput) as refused:
        await update_account(viewer, account.id, change, now=NOW)
    assert refused.value.path == (path,)
    assert (await load_accounts(viewer, [account.id]))[account.id] == account


async def test_others_and_readers_change_nothing(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    writer = await new_viewer(frozenset({Scope.WRITE}))
    account, video = await new_account(viewer, NOW), await new_video(viewer, "71", NOW)
    with pytest.raises(NotFound):
        await update_account(other, account.id, AccountChange(category="x"), now=NOW)
    with pytest.raises(NotFound):
        await update_video(other, video.id, VideoChange(is_active=False), now=NOW)
    with pytest.raises(Forbidden):
        await update_defaults(writer, PostLimits(max_recent_posts=1))
    assert (await load_accounts(viewer, [account.id]))[account.id] == account
    assert (await load_videos(viewer, [video.id]))[video.id] == video
