"""What levels and gains are: carried levels, baselines, true zero starts, corrections, gaps, late news and flags."""

from datetime import timedelta

import pytest

from app.core.tracking.accounts import NewAccount, load_accounts, track_account
from app.core.tracking.removal import remove_account, restore_account
from app.core.tracking.videos import remove_video
from app.domain.series import Granularity
from tests.core.asking import flags, gains, levels, name_of, over, see, series, video_of, window
from tests.factories import at, new_account, new_video, new_viewer, post, record_video

DAYS = window("03-01", "03-05")
ADDED_AT = at("2026-03-01 08:00")
INSTANT = timedelta(microseconds=1)
ID = "7301234567890123456"


async def test_a_level_is_the_last_value_known_carried_forward(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-02 08:00", {"A": {"views": 100}}, {"followers": 10})
    await see(account, "03-04 08:00", {"A": {"views": 130}}, {"followers": 12})
    for zone in ("UTC", "Asia/Kathmandu"):
        days = window("03-01", "03-05", zone)
        assert await levels(viewer, account, days) == [None, 100, 100, 130, 130]
        assert await levels(viewer, viewer, days) == [None, 100, 100, 130, 130]
        assert await levels(viewer, await video_of(viewer, name_of(account, "A")), days) == [None, 100, 100, 130, 130]
        assert await levels(viewer, account, days, "followers") == [None, 10, 10, 12, 12]


async def test_a_counter_that_is_hidden_later_stays_where_it_was_known(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 08:00", {"A": {"views": 100, "likes": 5}}, {"followers": 10, "following": 3})
    await see(account, "03-02 08:00", {"A": {"views": 120}}, {"followers": 11})
    assert await levels(viewer, account, DAYS, "likes") == [5] * 5
    assert await gains(viewer, account, DAYS, "likes") == [0] * 5
    assert await levels(viewer, account, DAYS, "following") == [3] * 5
    latest = (await load_accounts(viewer, [account.id]))[account.id]
    assert (latest.views, latest.likes, latest.followers, latest.following) == (120, 5, 11, 3)


@pytest.mark.parametrize(
    ("zone", "day", "opens_at"),
    [
        ("UTC", "03-03", "2026-03-03 00:00"),
        ("Asia/Kathmandu", "03-03", "2026-03-02 18:15"),
        ("Europe/Berlin", "03-29", "2026-03-28 23:00"),
        ("Europe/Berlin", "03-30", "2026-03-29 22:00"),  # after a day of 23 hours
        ("Europe/Berlin", "10-26", "2026-10-25 23:00"),  # after a day of 25 hours
        ("America/Havana", "11-01", "2026-11-01 04:00"),  # the first of its two midnights
        ("Africa/Cairo", "04-24", "2026-04-23 22:00"),  # where the clocks jump over midnight
    ],
)
async def test_an_observation_at_midnight_belongs_to_the_day_it_opens(
    database: None, zone: str, day: str, opens_at: str
) -> None:
    viewer = await new_viewer()
    opens = at(opens_at)
    account = await new_account(viewer, opens - timedelta(days=3))
    for instant, views in ((opens - timedelta(days=1), 100), (opens - INSTANT, 110), (opens, 130)):
        await see(account, instant, {"A": {"views": views}}, {"followers": views})
    asked = window(day, day, zone)
    eve = asked.previous
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        assert await gains(viewer, subject, asked) == [20]
        assert await levels(viewer, subject, eve) == [110]
        assert await levels(viewer, subject, asked) == [130]
        found = await over(viewer, subject, asked)
        assert (found.current, found.level) == (20, 130)
    assert await levels(viewer, account, eve, "followers") == [110]


async def test_the_first_value_known_is_where_growth_begins(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-02 08:00", {"A": {"views": 1000}}, {"followers": 10})
    # Later the same day: this counts, and the day is marked all the same.
    await see(account, "03-02 20:00", {"A": {"views": 1070}}, {"followers": 13})
    await see(account, "03-04 08:00", {"A": {"views": 1100, "likes": 50}}, {"followers": 14})
    for subject in (account, viewer):
        assert await gains(viewer, subject, DAYS) == [None, 70, 0, 30, 0]
        assert await gains(viewer, subject, DAYS, "followers") == [None, 3, 0, 1, 0]
        # Each counter has its own.
        assert await gains(viewer, subject, DAYS, "likes") == [None, None, None, 0, 0]
        assert await flags(viewer, subject, DAYS) == ["", "ob", "", "ob", ""]
    assert (await over(viewer, account, DAYS)).current == 100


@pytest.mark.parametrize(
    ("since_tracking", "expected", "marks"),
    [
        (timedelta(days=1), [None, None, 500, 40, 0], ["", "", "o", "o", ""]),
        (timedelta(0), [None, None, 500, 40, 0], ["", "", "o", "o", ""]),
        (-INSTANT, [None, None, 0, 40, 0], ["", "", "ob", "o", ""]),
        (None, [None, None, 0, 40, 0], ["", "", "ob", "o", ""]),
    ],
    ids=["published later", "published as tracking begins", "published before", "time unknown"],
)
async def test_a_post_published_since_tracking_began_starts_from_nothing(
    database: None, since_tracking: timedelta | None, expected: list[int | None], marks: list[str]
) -> None:
    viewer = await new_viewer()
    published_at = None if since_tracking is None else ADDED_AT + since_tracking
    published = {} if published_at is None else {"A": published_at.strftime("%m-%d %H:%M:%S.%f")}
    account = await new_account(viewer, ADDED_AT)
    lone = await new_video(viewer, ID, ADDED_AT)
    for day, views in (("03-03", 500), ("03-04", 540)):
        await see(account, f"{day} 08:00", {"A": {"views": views}}, **published)
        await record_video(lone, post(ID, published_at, {"views": views}), at(f"2026-{day} 08:00"))
    # It grows when it is first seen, not when it is published.
    for subject in (await video_of(viewer, name_of(account, "A")), account, lone):
        assert await gains(viewer, subject, DAYS) == expected
        assert (await over(viewer, subject, DAYS)).current == sum(value or 0 for value in expected)
    for subject in (await video_of(viewer, name_of(account, "A")), lone):
        assert await flags(viewer, subject, DAYS) == marks


async def test_followers_always_begin_with_a_baseline(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-02 08:00", {"A": {"views": 300}}, {"followers": 40, "total_likes": 9}, A="03-01 09:00")
    assert await gains(viewer, account, DAYS) == [None, 300, 0, 0, 0]
    assert await gains(viewer, account, DAYS, "followers") == [None, 0, 0, 0, 0]
    assert await gains(viewer, account, DAYS, "total_likes") == [None, 0, 0, 0, 0]
    assert await flags(viewer, account, DAYS) == ["", "ob", "", "", ""]


async def test_a_restored_account_is_tracked_since_it_first_was(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await remove_account(viewer, account.id, now=at("2026-03-02 08:00"))
    back = await restore_account(viewer, account.id, now=at("2026-03-03 08:00"))
    assert back.added_at == ADDED_AT
    await see(back, "03-04 08:00", {"A": {"views": 300}}, A="03-02 12:00")
    assert await gains(viewer, back, DAYS) == [None, None, None, 300, 0]


async def test_what_is_tracked_anew_is_tracked_since_then(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    lone = await new_video(viewer, ID, ADDED_AT)
    await remove_account(viewer, account.id, now=at("2026-03-02 08:00"))
    await remove_video(viewer, lone.id, now=at("2026-03-02 08:00"))
    anew = await track_account(viewer, NewAccount(account.platform, account.handle), now=at("2026-03-03 08:00"))
    lone = await new_video(viewer, ID, at("2026-03-03 08:00"))
    await see(anew, "03-04 08:00", {"A": {"views": 300}}, A="03-02 12:00")
    await record_video(lone, post(ID, at("2026-03-02 12:00"), {"views": 300}), at("2026-03-04 08:00"))
    for subject in (anew, lone, viewer):
        assert await gains(viewer, subject, DAYS) == [None, None, None, 0, 0]


async def test_a_post_tracked_by_itself_first_keeps_that_beginning_in_its_account(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-03 08:00"))
    await new_video(viewer, name_of(account, "A"), ADDED_AT)
    # Its account is younger than the post, its own tracking is not; nothing had been fetched for it.
    await see(account, "03-04 08:00", {"A": {"views": 300}, "B": {"views": 70}}, A="03-02 12:00", B="03-02 12:00")
    assert await gains(viewer, await video_of(viewer, name_of(account, "A")), DAYS) == [None, None, None, 300, 0]
    assert await gains(viewer, await video_of(viewer, name_of(account, "B")), DAYS) == [None, None, None, 0, 0]
    assert await gains(viewer, account, DAYS) == [None, None, None, 300, 0]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
async def test_the_gains_of_any_buckets_add_up_to_that_of_the_window(database: None, zone: str) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for number, views in enumerate((1000, 1300, 1250, 1900, 1850, 2000)):
        instant = ADDED_AT + number * timedelta(hours=41)
        await see(account, instant, {"A": {"views": views}}, {"followers": views})
    video = await video_of(viewer, name_of(account, "A"))
    # What was gained by the end of the eve is no part of it: 2000 less 1300.
    asked = window("03-04", "03-31", zone)
    for subject, counter in ((video, "views"), (account, "views"), (viewer, "views"), (account, "followers")):
        assert (await over(viewer, subject, asked, counter)).current == 700
        for granularity in (Granularity.DAY, Granularity.WEEK, Granularity.MONTH, 2, 5):
            assert sum(await gains(viewer, subject, asked, counter, granularity=granularity)) == 700  # type: ignore[arg-type]


async def test_nothing_is_gained_while_nothing_is_known(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-04 08:00", {"A": {"likes": 3}})
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        assert await gains(viewer, subject, DAYS, "likes") == [None, None, None, 0, 0]
        assert await gains(viewer, subject, DAYS) == [None] * 5
        assert (await over(viewer, subject, DAYS)).current is None
        assert (await over(viewer, subject, window("03-01", "03-03"), "likes")).current is None


async def test_a_set_gains_what_its_posts_gained_and_not_what_its_level_rose(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-02 08:00", {"A": {"views": 100}})
    await see(account, "03-03 08:00", {"A": {"views": 110}, "B": {"views": 5000}})
    for subject in (account, viewer):
        assert await levels(viewer, subject, DAYS) == [None, 100, 5110, 5110, 5110]
        assert await gains(viewer, subject, DAYS) == [None, 0, 10, 0, 0]
        assert (await over(viewer, subject, window("03-03", "03-05"))).current == 10


async def test_the_first_observation_after_a_gap_carries_all_of_it(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 09:00", {"A": {"views": 100}})
    await see(account, "03-05 09:00", {"A": {"views": 500}})
    for zone in ("UTC", "Pacific/Chatham"):
        days = window("03-01", "03-05", zone)
        for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
            assert await gains(viewer, subject, days) == [0, 0, 0, 0, 400]
            assert await levels(viewer, subject, days) == [100, 100, 100, 100, 500]
            assert await flags(viewer, subject, days) == ["ob", "", "", "", "o"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
async def test_flags_are_of_the_bucket_whichever_metric_is_asked_for(database: None, zone: str) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    days = window("03-01", "03-05", zone)
    await see(account, "03-01 09:00", {"A": {"views": 10}}, {"followers": 5})
    await see(account, "03-02 09:00", {"A": {"likes": 4}})  # its likes become known
    await see(account, "03-03 09:00", {"B": {"shares": 4}}, B="03-02 10:00")  # from nothing, which never marks
    await see(account, "03-04 09:00", {"A": {}}, {})  # nothing is known
    await see(account, "03-05 09:00", {}, {"followers": 6})
    for metric in ("views", "followers", "plays", "engagement_rate"):
        for subject in (account, viewer):
            found = await series(viewer, subject, days, metric)
            assert [b.is_observed for b in found.buckets] == [True, True, True, False, True]
            assert [b.is_baseline for b in found.buckets] == [True, True, False, False, False]
    assert await flags(viewer, await video_of(viewer, name_of(account, "A")), days) == ["ob", "ob", "", "", ""]
    assert await flags(viewer, await video_of(viewer, name_of(account, "B")), days) == ["", "", "o", "", ""]


async def test_an_earlier_first_observation_moves_the_beginning(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    since = window("03-03", "03-05")
    published = {"B": "03-01 09:00"}
    await see(account, "03-03 09:00", {"A": {"views": 500}, "B": {"views": 500}}, {"followers": 50}, **published)
    await see(account, "03-05 09:00", {"A": {"views": 600}, "B": {"views": 600}}, {"followers": 60}, **published)
    old, new = [await video_of(viewer, name_of(account, name)) for name in "AB"]
    assert await gains(viewer, old, DAYS) == [None, None, 0, 0, 100]
    assert await gains(viewer, new, DAYS) == [None, None, 500, 0, 100]
    assert (await over(viewer, account, since)).current == 700
    await see(account, "03-02 09:00", {"A": {"views": 450}, "B": {"views": 200}}, {"followers": 47}, **published)
    assert await gains(viewer, old, DAYS) == [None, 0, 50, 0, 100]
    assert await gains(viewer, new, DAYS) == [None, 200, 300, 0, 100]
    assert await gains(viewer, account, DAYS) == await gains(viewer, viewer, DAYS) == [None, 200, 350, 0, 200]
    assert await gains(viewer, account, DAYS, "followers") == [None, 0, 3, 0, 10]
    assert await flags(viewer, old, DAYS) == ["", "ob", "o", "", "o"]
    assert [(await over(viewer, video, since)).current for video in (old, new)] == [150, 400]
    assert await gains(viewer, old, window("03-03", "03-05", "Asia/Tokyo")) == [50, 0, 100]
