"""Videos tracked one by one: alone, beside a tracked account, found by one later, and given up."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.analytics.series import subject_series
from app.core.analytics.window_metrics import subject_metrics
from app.core.collect.rebuilding import verify_rollups
from app.core.tracking.accounts import load_accounts
from app.core.tracking.videos import NewVideo, load_videos, remove_video, set_video_active, track_video
from app.domain.cursors import page_request
from app.domain.platforms import Platform
from app.domain.problems import Forbidden, InvalidInput, NotFound, VideoTaken
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Scope, Viewer
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record, record_video

DAY = timedelta(days=1)
FIRST = at("2026-03-01 10:00")
WINDOW = Window(date(2026, 3, 1), date(2026, 3, 5), read_zone("UTC"))
NOW = at("2026-03-06 00:00")
URL = "https://www.tiktok.com/@somebody/video/7301234567890123456"
ID = "7301234567890123456"


async def gains(viewer: Viewer, kind: SubjectKind, id: UUID, counter: str = "views") -> list[int | None]:
    """The gains of the days of the window."""
    found = await subject_series(viewer, kind, [id], WINDOW, Granularity.DAY, SeriesMode.GAIN, [counter], now=NOW)
    return [bucket.values[counter] for bucket in found[id].buckets]  # type: ignore[misc]


async def organization_gains(viewer: Viewer) -> list[int | None]:
    return await gains(viewer, SubjectKind.ORGANIZATION, viewer.organization_id)


async def assert_rollups_are_right(viewer: Viewer) -> None:
    found = await verify_rollups(None, NOW.date(), organization_ids=[viewer.organization_id])
    assert found.shown == []


async def test_a_video_is_due_at_once_and_known_by_its_name(database: None) -> None:
    viewer = await new_viewer()
    new = NewVideo(Platform.TIKTOK, URL, {"campaign": "spring"}, refresh_interval_hours=12)
    video = await track_video(viewer, new, now=FIRST)
    assert (video.external_id, video.added_at, video.discovered_at, video.account_id) == (ID, FIRST, None, None)
    assert (video.next_refresh_at, video.refresh_interval_hours, video.metadata) == (FIRST, 12, {"campaign": "spring"})
    assert (video.kind, video.views, video.is_active, video.url) == (None, None, True, URL)
    with pytest.raises(VideoTaken) as refused:
        await track_video(viewer, NewVideo(Platform.TIKTOK, ID), now=FIRST + DAY)
    assert (refused.value.video, refused.value.path) == (video, ("identifier",))
    assert await load_videos(await new_viewer(), [video.id]) == {}


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewVideo(Platform.TIKTOK, "https://www.instagram.com/p/DEiyb48AeB9/"), "identifier"),
        (NewVideo(Platform.TIKTOK, ID, {"k": "v" * 256}), "metadata"),
        (NewVideo(Platform.TIKTOK, ID, refresh_interval_hours=5), "refresh_interval_hours"),
    ],
)
async def test_bad_input_is_named_and_leaves_no_trace(database: None, new: NewVideo, path: str) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await track_video(viewer, new, now=FIRST)
    assert refused.value.path == (path,)
    assert await fetch("SELECT id FROM video WHERE organization_id = $1", viewer.organization_id) == []


async def test_reading_keys_change_nothing(database: None) -> None:
    viewer = await new_viewer(frozenset({Scope.READ}))
    with pytest.raises(Forbidden):
        await track_video(viewer, NewVideo(Platform.TIKTOK, ID), now=FIRST)
    with pytest.raises(Forbidden):
        await remove_video(viewer, viewer.organization_id, now=FIRST)


async def test_a_lone_video_counts_for_the_organization(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, ID, FIRST)
    for number, views in enumerate((100, 130, 190)):
        await record_video(video, post(ID, at("2026-02-01 00:00"), {"views": views}), FIRST + number * DAY)
    assert await gains(viewer, SubjectKind.VIDEO, video.id) == [0, 30, 60, 0, 0]
    assert await organization_gains(viewer) == [0, 30, 60, 0, 0]
    stored = (await load_videos(viewer, [video.id]))[video.id]
    assert (stored.views, stored.last_refreshed_at) == (190, FIRST + 2 * DAY)
    await assert_rollups_are_right(viewer)


async def test_one_published_after_its_tracking_began_grows_from_zero(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, ID, FIRST)
    await record_video(video, post(ID, FIRST, {"views": 70}), FIRST + DAY)
    assert await organization_gains(viewer) == [None, 70, 0, 0, 0]
    await assert_rollups_are_right(viewer)


async def test_a_video_of_a_tracked_account_counts_once(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, FIRST)
    await record(account, account_facts(account, FIRST, [post(ID, None, {"views": 100})]))
    await record(account, account_facts(account, FIRST + DAY, [post(ID, None, {"views": 150})]))
    video = await new_video(viewer, ID, FIRST + DAY)
    assert (video.account_id, video.discovered_at, video.added_at) == (account.id, FIRST, FIRST + DAY)
    await record_video(video, post(ID, None, {"views": 175}), FIRST + 2 * DAY)
    expected = [0, 50, 25, 0, 0]
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id) == expected
    assert await organization_gains(viewer) == expected
    await assert_rollups_are_right(viewer)
    await remove_video(viewer, video.id, now=FIRST + 3 * DAY)
    stays = (await load_videos(viewer, [video.id]))[video.id]
    assert (stays.added_at, stays.next_refresh_at, stays.views) == (None, None, 175)
    assert await organization_gains(viewer) == expected
    await assert_rollups_are_right(viewer)


async def test_an_account_that_finds_a_lone_video_takes_its_past_in(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, ID, FIRST)
    await record_video(video, post(ID, None, {"views": 100}), FIRST)
    await record_video(video, post(ID, None, {"views": 130}), FIRST + DAY)
    account = await new_account(viewer, FIRST + DAY)
    await record(account, account_facts(account, FIRST + 2 * DAY, [post(ID, None, {"views": 190})]))
    expected = [0, 30, 60, 0, 0]
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id) == expected
    assert await organization_gains(viewer) == expected
    found = (await load_videos(viewer, [video.id]))[video.id]
    assert (found.account_id, found.discovered_at, found.added_at) == (account.id, FIRST + 2 * DAY, FIRST)
    stored = (await load_accounts(viewer, [account.id]))[account.id]
    assert (stored.views, stored.discovered_posts) == (190, 1)
    await assert_rollups_are_right(viewer)


async def test_the_earlier_tracking_tells_whether_it_grows_from_zero(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, FIRST)
    video = await new_video(viewer, ID, FIRST + 2 * DAY)
    published_at = FIRST + DAY
    await record_video(video, post(ID, published_at, {"views": 100, "likes": 7}), FIRST + 2 * DAY)
    await record_video(video, post(ID, published_at, {"views": 120, "likes": 9}), FIRST + 3 * DAY)
    assert await organization_gains(viewer) == [None, None, 0, 20, 0]
    # The account was tracked before the post was published: its growth began at nothing, as far back as it is known.
    await record(account, account_facts(account, FIRST + 4 * DAY, [post(ID, published_at, {"views": 150})]))
    expected = [None, None, 100, 20, 30]
    assert await organization_gains(viewer) == expected
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id) == expected
    assert await gains(viewer, SubjectKind.VIDEO, video.id) == expected
    assert await gains(viewer, SubjectKind.ACCOUNT, account.id, "likes") == [None, None, 7, 2, 0]
    await assert_rollups_are_right(viewer)


async def test_a_lone_video_that_is_given_up_leaves_nothing(database: None) -> None:
    viewer = await new_viewer()
    kept, given_up = [await new_video(viewer, id, FIRST) for id in ("11", "12")]
    for video in (kept, given_up):
        await record_video(video, post(video.external_id, None, {"views": 100}), FIRST)
        await record_video(video, post(video.external_id, None, {"views": 140}), FIRST + DAY)
    assert await organization_gains(viewer) == [0, 80, 0, 0, 0]
    await remove_video(viewer, given_up.id, now=FIRST + 3 * DAY)
    assert await organization_gains(viewer) == [0, 40, 0, 0, 0]
    assert await load_videos(viewer, [given_up.id]) == {}
    for table in ("video_observation", "video_day", "video_slot"):
        rows = await fetch(f"SELECT DISTINCT video_id FROM {table} WHERE organization_id = $1", viewer.organization_id)
        assert [row["video_id"] for row in rows] == [kept.id], table
    with pytest.raises(NotFound):
        await remove_video(viewer, given_up.id, now=FIRST + 3 * DAY)
    await assert_rollups_are_right(viewer)
    again = await new_video(viewer, "12", FIRST + 3 * DAY)
    assert (again.added_at, again.views) == (FIRST + 3 * DAY, None)


async def test_pausing_and_resuming(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, ID, FIRST)
    paused = await set_video_active(viewer, video.id, False, now=FIRST + DAY)
    assert (paused.is_active, paused.next_refresh_at) == (False, None)
    resumed = await set_video_active(viewer, video.id, True, now=FIRST + 2 * DAY)
    assert (resumed.is_active, resumed.next_refresh_at) == (True, FIRST + 2 * DAY)
    with pytest.raises(NotFound) as refused:
        await set_video_active(await new_viewer(), video.id, False, now=FIRST)
    assert refused.value.path == ("video_id",)


async def test_a_window_is_complete_since_any_part_was_observed(database: None) -> None:
    viewer = await new_viewer()
    video = await new_video(viewer, ID, FIRST)
    await record_video(video, post(ID, None, {"views": 100}), FIRST)
    account = await new_account(viewer, FIRST + DAY)
    await record(account, account_facts(account, FIRST + 2 * DAY, [post(ID, None, {"views": 190})]))
    window = Window(date(2026, 3, 2), date(2026, 3, 4), read_zone("UTC"))
    kinds = {SubjectKind.ACCOUNT: account.id, SubjectKind.ORGANIZATION: viewer.organization_id}
    for kind, id in kinds.items():
        found = await subject_metrics(viewer, kind, [id], window, ["views"])
        assert found[id].is_complete, kind
    board = await rank_subjects(viewer, SubjectKind.ACCOUNT, "views", window, page_request())
    assert [row.is_complete for row in board.nodes] == [True]
    await remove_video(viewer, video.id, now=FIRST + 3 * DAY)
    for kind, id in kinds.items():
        assert (await subject_metrics(viewer, kind, [id], window, ["views"]))[id].is_complete, kind
