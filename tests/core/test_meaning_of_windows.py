"""What windows are: dates of a zone, the window before, buckets that are cut or not over, and what is complete."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from app.core.analytics.export import Subject
from app.core.analytics.series import subject_series
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.core.tracking.removal import remove_account
from app.domain.metrics import change_percent
from app.domain.records import Account
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import WindowPreset, preset_window, read_zone
from tests.core.asking import gains, levels, name_of, over, see, series, video_of, window
from tests.factories import at, new_account, new_video, new_viewer, post, record_video

HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("preset", "zone", "start", "end"),
    [
        (WindowPreset.LAST_7_DAYS, "UTC", "2026-03-04", "2026-03-10"),
        (WindowPreset.LAST_30_DAYS, "UTC", "2026-02-09", "2026-03-10"),
        (WindowPreset.LAST_90_DAYS, "UTC", "2025-12-11", "2026-03-10"),
        (WindowPreset.LAST_7_DAYS, "Asia/Tokyo", "2026-03-05", "2026-03-11"),
        (WindowPreset.LAST_7_DAYS, "America/New_York", "2026-03-04", "2026-03-10"),
    ],
)
async def test_a_preset_is_that_many_dates_and_today_the_last(
    database: None, preset: WindowPreset, zone: str, start: str, end: str
) -> None:
    viewer = await new_viewer()
    now = at("2026-03-10 20:00")
    asked = preset_window(preset, read_zone(zone), now)
    found = await subject_series(
        viewer,
        SubjectKind.ORGANIZATION,
        [viewer.organization_id],
        asked,
        Granularity.DAY,
        SeriesMode.GAIN,
        ["views"],
        now=now,
    )
    days = found[viewer.organization_id]
    assert (str(days.start), str(days.end), days.timezone, len(days.buckets)) == (start, end, zone, preset.days)
    # Today has not ended.
    assert [bucket.is_partial for bucket in days.buckets] == [False] * (preset.days - 1) + [True]


async def stair(viewer: Viewer) -> Account:
    """An account whose one post has 10 times the day of March squared as its views at noon of each of eleven days."""
    account = await new_account(viewer, at("2026-03-01 08:00"))
    for day in range(1, 12):
        await see(account, f"03-{day:02} 12:00", {"A": {"views": 10 * day * day}}, {"followers": 100 + day})
    return account


async def test_the_window_before_has_as_many_days_and_ends_on_the_eve(database: None) -> None:
    viewer = await new_viewer()
    account = await stair(viewer)
    for zone in ("UTC", "Europe/Berlin"):
        # 640 - 250 after 250 - 40: of the sixth to eighth, after the third to fifth.
        found = await over(viewer, account, window("03-06", "03-08", zone))
        assert (found.current, found.previous, found.change_percent) == (390, 210, Fraction(100 * 180, 210))
        one_day = await over(viewer, account, window("03-08", "03-08", zone))
        assert (one_day.current, one_day.previous) == (150, 130)


@pytest.mark.parametrize(
    ("current", "previous", "percent"),
    [
        (150, 100, 50),
        (50, 100, -50),
        (-50, 100, -150),
        (0, 100, -100),
        (0, 0, 0),
        (5, 0, None),
        (-5, 0, None),
        (5, -1, None),
        (0, -1, None),
        (-2, -1, None),
        (None, 100, None),
        (5, None, None),
        (None, None, None),
        (Fraction(1, 3), Fraction(1, 4), Fraction(100, 3)),
    ],
)
def test_a_change_is_in_percent_of_what_was_before(
    current: int | None, previous: int | None, percent: Fraction | None
) -> None:
    assert change_percent(current, previous) == percent


async def test_a_change_after_nothing_or_a_correction_is_unknown(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-01 08:00"))
    for day, views in (("01", 100), ("02", 100), ("03", 100), ("04", 90), ("05", 120)):
        await see(account, f"03-{day} 12:00", {"A": {"views": views}})
    changes = [
        ((found := await over(viewer, account, window(day, day))).current, found.previous, found.change_percent)
        for day in ("03-01", "03-02", "03-03", "03-04", "03-05", "03-06")
    ]
    assert changes == [
        (0, None, None),
        (0, 0, Fraction(0)),
        (0, 0, Fraction(0)),
        (-10, 0, None),
        (30, -10, None),
        (0, 30, Fraction(-100)),
    ]


def spans(*texts: str) -> list[tuple[str, str, bool]]:
    """ "03-02 03-08" for a whole bucket, with "cut" or "open" behind it for a partial one."""
    return [(start, end, bool(partial)) for start, end, *partial in (text.split() for text in texts)]


@pytest.mark.parametrize(
    ("asked", "granularity", "today", "expected"),
    [
        # Weeks begin on Monday: 2026-03-02 is one.
        (("03-01", "03-15"), Granularity.WEEK, "03-20", ["03-01 03-01 cut", "03-02 03-08", "03-09 03-15"]),
        (("03-02", "03-10"), Granularity.WEEK, "03-20", ["03-02 03-08", "03-09 03-10 cut"]),
        (("03-02", "03-15"), Granularity.WEEK, "03-15", ["03-02 03-08", "03-09 03-15 open"]),
        (("01-31", "03-31"), Granularity.MONTH, "04-02", ["01-31 01-31 cut", "02-01 02-28", "03-01 03-31"]),
        (("03-01", "03-07"), 3, "03-20", ["03-01 03-03", "03-04 03-06", "03-07 03-07 cut"]),
        (("03-01", "03-03"), 3, "03-03", ["03-01 03-03 open"]),
        (("03-01", "03-02"), 731, "03-20", ["03-01 03-02 cut"]),
        (("03-01", "03-02"), Granularity.DAY, "03-03", ["03-01 03-01", "03-02 03-02"]),
        (("03-01", "03-02"), Granularity.DAY, "03-02", ["03-01 03-01", "03-02 03-02 open"]),
    ],
)
async def test_buckets_are_cut_to_the_window_and_partial_until_they_are_over(
    database: None, asked: tuple[str, str], granularity: Granularity | int, today: str, expected: list[str]
) -> None:
    viewer = await new_viewer()
    for zone in ("UTC", "Asia/Kathmandu"):
        # The last minute of today, there.
        now = datetime.fromisoformat(f"2026-{today} 23:59").replace(tzinfo=read_zone(zone))
        found = await subject_series(
            viewer,
            SubjectKind.ORGANIZATION,
            [viewer.organization_id],
            window(*asked, zone),
            granularity,
            SeriesMode.GAIN,
            [],
            now=now,
        )
        buckets = found[viewer.organization_id].buckets
        assert [(f"{b.start:%m-%d}", f"{b.end:%m-%d}", b.is_partial) for b in buckets] == spans(*expected)


@pytest.mark.parametrize(("day", "first", "hours"), [("03-29", "03-28 23:00", 23), ("10-25", "10-24 22:00", 25)])
async def test_a_day_is_as_long_as_the_clocks_make_it(database: None, day: str, first: str, hours: int) -> None:
    viewer = await new_viewer()
    start = at(f"2026-{first}")
    account = await new_account(viewer, start - 48 * HOUR)
    for hour in range(-2, hours + 2):
        await see(account, start + hour * HOUR, {"A": {"views": 1000 + hour}}, {"followers": 1000 + hour})
    asked = window(day, day, "Europe/Berlin")
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        assert await gains(viewer, subject, asked) == [hours]
        assert (await over(viewer, subject, asked)).current == hours
    assert await gains(viewer, account, asked, "followers") == [hours]


async def test_every_series_of_a_window_is_as_long_whatever_is_known(database: None) -> None:
    viewer = await new_viewer()
    asked = window("03-01", "03-10")
    late, unseen = await new_account(viewer, at("2026-03-08 08:00")), await new_account(viewer, at("2026-03-01 08:00"))
    await see(late, "03-08 09:00", {"A": {"views": 5}})
    await see(late, "03-10 09:00", {"A": {"views": 9}})
    never = await new_video(viewer, "7301234567890123456", at("2026-03-01 08:00"))
    seen = await video_of(viewer, name_of(late, "A"))
    for subject, expected in (
        (late, [None] * 7 + [0, 0, 4]),
        (seen, [None] * 7 + [0, 0, 4]),
        (viewer, [None] * 7 + [0, 0, 4]),
        (unseen, [None] * 10),
        (never, [None] * 10),
    ):
        for granularity, buckets in ((Granularity.DAY, 10), (Granularity.WEEK, 3), (4, 3)):
            found = await series(viewer, subject, asked, "views", granularity=granularity)
            assert len(found.buckets) == buckets
            assert (found.buckets[0].start, found.buckets[-1].end) == (asked.start, asked.end)
        assert await gains(viewer, subject, asked) == expected
    assert await levels(viewer, late, asked) == [None] * 7 + [5, 5, 9]


async def test_a_window_from_before_the_first_observation_has_what_was_gained_since(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-01 08:00"))
    await see(account, "03-03 09:00", {"A": {"views": 100, "likes": 5}})
    await see(account, "03-05 09:00", {"A": {"views": 160, "likes": 9}})
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        for asked in (window("02-20", "03-06"), window("03-03", "03-06")):
            found = await over(viewer, subject, asked)
            assert (found.current, found.previous, found.change_percent) == (60, None, None)


@pytest.mark.parametrize(("since_midnight", "complete"), [(timedelta(0), True), (INSTANT, False), (-HOUR, True)])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
async def test_a_window_is_complete_from_the_first_observation_on(
    database: None, zone: str, since_midnight: timedelta, complete: bool
) -> None:
    viewer = await new_viewer()
    midnight = datetime(2026, 3, 3, tzinfo=read_zone(zone))
    account = await new_account(viewer, midnight - 24 * HOUR)
    await see(account, midnight + since_midnight, {"A": {"views": 100}})
    video = await video_of(viewer, name_of(account, "A"))
    for subject in (account, viewer, video):
        assert (await series(viewer, subject, window("03-03", "03-05", zone), "views")).is_complete is complete
        assert not (await series(viewer, subject, window("03-02", "03-05", zone), "views")).is_complete


async def test_what_was_never_observed_is_not_complete(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-03-01 08:00"))
    video = await new_video(viewer, "7301234567890123456", at("2026-03-01 08:00"))
    for subject in (account, video, viewer):
        found = await series(viewer, subject, window("03-08", "03-09"), "views")
        assert not found.is_complete
        assert [bucket.values["views"] for bucket in found.buckets] == [None, None]


async def test_a_set_is_complete_from_its_first_part_on(database: None) -> None:
    viewer = await new_viewer()
    early, late = [await new_account(viewer, at("2026-03-01 08:00")) for _ in range(2)]
    lone = await new_video(viewer, "7301234567890123456", at("2026-03-01 08:00"))
    await see(early, "03-01 09:00", {"A": {"views": 1}})
    await record_video(lone, post(lone.external_id, None, {"views": 1}), at("2026-03-02 09:00"))
    await see(late, "03-05 09:00", {"A": {"views": 1}})

    creator = await create_creator(viewer, NewCreator("Somebody"), now=at("2026-03-01 08:00"))
    for account in (early, late):
        await link_account(viewer, creator.id, account.id, now=at("2026-03-01 08:00"))

    async def complete_from(subject: Subject) -> str:
        days = [f"03-0{day}" for day in range(1, 8)]
        found = [day for day in days if (await series(viewer, subject, window(day, "03-08"), "views")).is_complete]
        return found[0]

    assert [await complete_from(subject) for subject in (viewer, creator)] == ["03-02", "03-02"]
    await remove_account(viewer, early.id, now=at("2026-03-06 08:00"))
    # The first part is now the post tracked by itself, and of the creator the other account.
    assert [await complete_from(subject) for subject in (viewer, creator)] == ["03-03", "03-06"]
