"""What metrics are: sums of what is known, ratios of sums, and whose posts and followers they are made of."""

from fractions import Fraction

import pytest

from app.core.analytics.ranking import rank_subjects
from app.core.tracking.creators import CreatorChange, NewCreator, create_creator, link_account, update_creator
from app.domain.cursors import PageRequest
from app.domain.metrics import METRICS, growth_percent, rounded
from app.domain.records import Account, Creator
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from tests.core.asking import gains, levels, name_of, over, see, series, video_of, window
from tests.factories import at, new_account, new_video, new_viewer, post, record_video

ADDED_AT = at("2026-03-01 08:00")
ASKED = window("03-02", "03-05")
ID = "7301234567890123456"


async def linked(viewer: Viewer, *accounts: Account, name: str = "Somebody") -> Creator:
    creator = await create_creator(viewer, NewCreator(name), now=ADDED_AT)
    for account in accounts:
        await link_account(viewer, creator.id, account.id, now=ADDED_AT)
    return creator


async def observed(viewer: Viewer) -> Account:
    """A post from before tracking, one published in the window, and a profile."""
    account = await new_account(viewer, ADDED_AT)
    old = {"views": 1000, "plays": 1200, "likes": 10, "comments": 1, "shares": 0, "saves": 5}
    await see(
        account,
        "03-01 09:00",
        {"A": old},
        {"followers": 100, "following": 7, "profile_posts": 20, "total_likes": 300},
        A="02-10 12:00",
    )
    old = {"views": 1850, "plays": 2300, "likes": 40, "comments": 4, "shares": 7, "saves": 6}
    new = {"views": 300, "likes": 9, "shares": 1}
    await see(
        account,
        "03-05 09:00",
        {"A": old, "B": new},
        {"followers": 110, "following": 5, "profile_posts": 21, "total_likes": 339},
        A="02-10 12:00",
        B="03-02 06:00",
    )
    return account


# 850 views, 1100 plays, 30 likes, 3 comments, 7 shares and 1 save of the one; 300 views, 9 likes and 1 share of the
# other, which grew from nothing.
OF_SETS = {
    "views": 1150,
    "plays": 1100,
    "likes": 39,
    "comments": 3,
    "shares": 8,
    "saves": 1,
    "followers": 10,
    "following": -2,
    "profile_posts": 1,
    "total_likes": 39,
    "posts_published": 1,
    "engagement_rate": Fraction(100 * (39 + 3 + 8), 1150),
    "engagement_rate_by_views": Fraction(100 * (39 + 3 + 8 + 1), 1150),
    "engagement_rate_by_followers": Fraction(100 * (39 + 3 + 8 + 1), 110),
    "posts_per_week": Fraction(1 * 7, 4),
    "avg_views_per_post": Fraction(1150, 2),
}
OF_THE_OLD_POST = {
    **dict.fromkeys(("followers", "following", "profile_posts", "total_likes")),
    "views": 850,
    "plays": 1100,
    "likes": 30,
    "comments": 3,
    "shares": 7,
    "saves": 1,
    "posts_published": 0,
    "engagement_rate": Fraction(100 * 40, 850),
    "engagement_rate_by_views": Fraction(100 * 41, 850),
    "engagement_rate_by_followers": None,
    "posts_per_week": Fraction(0),
    "avg_views_per_post": Fraction(850),
}
LEVELS = {
    "views": 2150,
    "plays": 2300,
    "likes": 49,
    "comments": 4,
    "shares": 8,
    "saves": 6,
    "followers": 110,
    "following": 5,
    "profile_posts": 21,
    "total_likes": 339,
}


async def test_every_metric_of_every_scope(database: None) -> None:
    viewer = await new_viewer()
    account = await observed(viewer)
    creator = await linked(viewer, account)
    assert OF_SETS.keys() == OF_THE_OLD_POST.keys() == set(METRICS)
    for subject in (account, creator, viewer):
        for metric, value in OF_SETS.items():
            found = await over(viewer, subject, ASKED, metric)
            assert (metric, found.current, found.level) == (metric, value, LEVELS.get(metric))
    video = await video_of(viewer, name_of(account, "A"))
    for metric, value in OF_THE_OLD_POST.items():
        assert (metric, (await over(viewer, video, ASKED, metric)).current) == (metric, value)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
async def test_as_levels_counters_are_sums_of_levels_and_ratios_stay_those_of_gains(database: None, zone: str) -> None:
    viewer = await new_viewer()
    account = await observed(viewer)
    creator = await linked(viewer, account)
    asked = window("03-02", "03-05", zone)
    for subject in (account, creator, viewer):
        found = await series(viewer, subject, asked, *METRICS, granularity=4, mode=SeriesMode.LEVEL)
        assert dict(found.buckets[0].values) == OF_SETS | LEVELS


async def test_a_sum_counts_those_that_have_the_counter(database: None) -> None:
    viewer = await new_viewer()
    one, other, empty = [await new_account(viewer, ADDED_AT) for _ in range(3)]
    creator, nobody = await linked(viewer, one, other, empty), await linked(viewer, name="Nobody")
    for day, views in (("01", 100), ("02", 130)):
        await see(one, f"03-{day} 09:00", {"A": {"views": views}, "B": {"likes": views}}, {"followers": views})
        await see(other, f"03-{day} 10:00", {}, {"following": 5})
    for subject in (one, creator, viewer):
        assert [(await over(viewer, subject, ASKED, counter)).current for counter in ("views", "likes")] == [30, 30]
        assert (await over(viewer, subject, ASKED, "followers")).level == 130
        assert (await over(viewer, subject, ASKED, "saves")).current is None
    for subject in (nobody, empty, await new_viewer()):
        whose = viewer if subject in (nobody, empty) else subject
        assert isinstance(whose, Viewer)
        for metric in METRICS:
            # Counts of things are never unknown.
            counted = {"posts_published": 0, "posts_per_week": 0}.get(metric)
            assert (metric, (await over(whose, subject, ASKED, metric)).current) == (metric, counted)


@pytest.mark.parametrize(
    ("gained", "rate"),
    [
        ({"views": 200, "likes": 3}, Fraction(3, 2)),  # what is unknown counts nothing beside what is known
        ({"views": 200, "likes": 3, "comments": 1, "shares": 4}, Fraction(4)),
        ({"views": 200, "likes": -3}, Fraction(-3, 2)),
        ({"views": 200, "saves": 3}, None),  # no term of it is known
        ({"views": 200}, None),
        ({"views": 0, "likes": 3}, None),
        ({"views": -10, "likes": 3}, None),
        ({"likes": 3}, None),
    ],
)
async def test_a_ratio_needs_a_term_and_something_to_divide_by(
    database: None, gained: dict[str, int], rate: Fraction | None
) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 09:00", {"A": dict.fromkeys(gained, 1000)})
    await see(account, "03-02 09:00", {"A": {counter: 1000 + gain for counter, gain in gained.items()}})
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        assert (await over(viewer, subject, ASKED, "engagement_rate")).current == rate


async def test_a_ratio_of_a_set_is_of_sums_and_no_average(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 09:00", {"A": {"views": 0, "likes": 0}, "B": {"views": 0, "likes": 0}})
    await see(account, "03-02 09:00", {"A": {"views": 10, "likes": 5}, "B": {"views": 990, "likes": 5}})
    assert (await over(viewer, account, ASKED, "engagement_rate")).current == Fraction(100 * 10, 1000)
    # Also over several buckets: 10 of 1000, and 40 of 500 the day after.
    await see(account, "03-03 09:00", {"A": {"views": 510, "likes": 45}})
    assert (await gains(viewer, account, ASKED, "engagement_rate"))[:2] == [Fraction(1), Fraction(8)]
    assert (await over(viewer, account, ASKED, "engagement_rate")).current == Fraction(100 * 50, 1500)


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(1, 20000), 0.0001),
        (Fraction(-1, 20000), -0.0001),
        (Fraction(49999, 10**9), 0.0),
        (Fraction(25, 10**5), 0.0003),  # halves go away from zero, not to the even one
        (Fraction(35, 10**5), 0.0004),
        (Fraction(-25, 10**5), -0.0003),
        (Fraction(2, 3), 0.6667),
        (Fraction(10**15 + 1, 3), 333333333333333.6667),
        (7, 7.0),
    ],
)
def test_a_ratio_is_shown_to_four_places(exact: Fraction | int, shown: float) -> None:
    assert rounded(exact) == shown


async def test_a_ratio_over_views_leaves_out_posts_without_views(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    hidden = {"likes": 500, "comments": 50, "saves": 5}
    await see(account, "03-01 09:00", {"A": {"views": 0, "likes": 0}, "B": dict.fromkeys(hidden, 0)}, {"followers": 10})
    await see(account, "03-02 09:00", {"A": {"views": 200, "likes": 6}, "B": hidden})
    for subject in (account, viewer):
        assert (await over(viewer, subject, ASKED, "engagement_rate")).current == Fraction(3)
        assert (await over(viewer, subject, ASKED, "engagement_rate_by_views")).current == Fraction(3)
        # Over followers every post takes part.
        assert (await over(viewer, subject, ASKED, "engagement_rate_by_followers")).current == 100 * Fraction(561, 10)
    assert (await over(viewer, await video_of(viewer, name_of(account, "B")), ASKED, "engagement_rate")).current is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
async def test_a_post_takes_part_once_its_views_are_known_by_the_end_of_the_bucket(database: None, zone: str) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for day, seen in (
        ("01", {"likes": 0}),
        ("02", {"likes": 7}),
        ("03", {"likes": 10, "views": 1000}),
        ("04", {"likes": 13, "views": 1100}),
    ):
        await see(account, f"03-{day} 09:00", {"A": seen})
    asked = window("03-02", "03-05", zone)
    for subject in (account, viewer, await video_of(viewer, name_of(account, "A"))):
        # On the second its views are unknown; on the third they are, and gained nothing.
        assert await gains(viewer, subject, asked, "engagement_rate") == [None, None, Fraction(3), None]
        # By the end of the whole window they are known, so all its likes take part: 13 of 100 views.
        assert (await over(viewer, subject, asked, "engagement_rate")).current == Fraction(13)
        assert await gains(viewer, subject, asked, "engagement_rate", granularity=4) == [Fraction(13)]


async def test_followers_are_those_of_accounts(database: None) -> None:
    viewer = await new_viewer()
    one, other = [await new_account(viewer, ADDED_AT) for _ in range(2)]
    creator = await linked(viewer, one)
    lone = await new_video(viewer, ID, ADDED_AT)
    for day, followers in (("01", 100), ("03", 150)):
        await see(one, f"03-{day} 09:00", {}, {"followers": followers})
        await see(other, f"03-{day} 10:00", {}, {"followers": 10 * followers})
        await record_video(lone, post(ID, None, {"likes": followers}), at(f"2026-03-{day} 11:00"))
    days = window("03-01", "03-04")
    assert await levels(viewer, one, days, "followers") == [100, 100, 150, 150]
    assert await levels(viewer, creator, days, "followers") == [100, 100, 150, 150]
    assert await levels(viewer, viewer, days, "followers") == [1100, 1100, 1650, 1650]
    assert await levels(viewer, lone, days, "followers") == [None] * 4
    # As the last known level, also where nobody looked: 50 likes of the lone post on the third.
    by_followers = await gains(viewer, viewer, days, "engagement_rate_by_followers")
    assert by_followers == [0, 0, Fraction(100 * 50, 1650), 0]
    assert (await over(viewer, lone, days, "engagement_rate_by_followers")).current is None


async def test_growth_is_of_gains_for_posts_and_of_levels_for_profiles(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for day, value in (("01", 100), ("02", 120), ("03", 150), ("04", 150)):
        await see(account, f"03-{day} 09:00", {"A": {"views": value}}, {"followers": value})
    found = await series(viewer, account, ASKED, growth=("views", "followers"))
    of_posts, of_profile = ([bucket.growth[name] for bucket in found.buckets] for name in ("views", "followers"))
    # Gains 0, 20, 30, 0, 0 and levels 100, 120, 150, 150, 150 from the first of March.
    assert of_posts == [None, Fraction(50), Fraction(-100), None]
    assert of_profile == [Fraction(20), Fraction(25), Fraction(0), Fraction(0)]
    # The change of a window is of the gains for both.
    for counter in ("views", "followers"):
        change = await over(viewer, account, window("03-03", "03-03"), counter)
        assert (change.current, change.previous, change.change_percent) == (30, 20, Fraction(50))
    assert growth_percent(5, -5) is None


@pytest.mark.parametrize(
    ("start", "granularity", "first"),
    [("03-03", Granularity.WEEK, None), ("03-02", Granularity.WEEK, Fraction(50)), ("03-03", 1, Fraction(50))],
)
async def test_a_first_bucket_that_is_cut_has_no_growth(
    database: None, start: str, granularity: Granularity | int, first: Fraction | None
) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, at("2026-02-22 08:00"))
    for day, value in (("02-22", 0), ("03-01", 100), ("03-02", 200), ("03-03", 350), ("03-08", 250)):
        await see(account, f"{day} 09:00", {"A": {"views": value}})
    found = await series(viewer, account, window(start, "03-15"), granularity=granularity, growth=("views",))
    assert found.buckets[0].growth["views"] == first


async def test_days_are_those_of_the_bucket_as_it_is_cut(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-07 09:00", {"A": {"views": 1}, "B": {"views": 1}}, A="03-01 09:00", B="03-05 09:00")
    # Cut to the first of March, whole, and cut to two days.
    asked = window("03-01", "03-10")
    assert await gains(viewer, account, asked, "posts_per_week", granularity=Granularity.WEEK) == [7, 1, 0]
    assert (await over(viewer, account, asked, "posts_per_week")).current == Fraction(2 * 7, 10)


async def test_posts_published_are_all_of_the_scope_whenever_they_came(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    creator = await linked(viewer, account)
    lone = await new_video(viewer, ID, ADDED_AT)
    published = {"A": "01-05 09:00", "B": "03-02 23:30"}
    await see(account, "03-04 09:00", {"A": {"views": 1}, "B": {"views": 60}, "C": {"views": 1}}, **published)
    await record_video(lone, post(ID, at("2026-03-02 10:00"), {"views": 9}), at("2026-03-04 09:00"))
    # Long before tracking began, and before anything was observed; the one without a time was never published.
    assert (await over(viewer, account, window("01-01", "01-31"), "posts_published")).current == 1
    for subject in (account, creator):
        assert await gains(viewer, subject, ASKED, "posts_published") == [1, 0, 0, 0]
        assert (await gains(viewer, subject, ASKED, "avg_views_per_post"))[2:] == [Fraction(60, 2), 0]
    assert await gains(viewer, viewer, ASKED, "posts_published") == [2, 0, 0, 0]
    assert (await gains(viewer, viewer, ASKED, "avg_views_per_post"))[2:] == [Fraction(60 + 9, 3), 0]
    assert await gains(viewer, lone, ASKED, "posts_published") == [1, 0, 0, 0]
    # It is published on a day of the zone.
    in_berlin = window("03-02", "03-05", "Europe/Berlin")
    assert await gains(viewer, account, in_berlin, "posts_published") == [0, 1, 0, 0]
    # A post counts among the published ones from its day on.
    assert (await over(viewer, account, window("01-01", "01-31"), "avg_views_per_post")).current is None


async def test_ranks_go_by_value_then_name_then_id(database: None) -> None:
    viewer = await new_viewer()
    gained = {"b": 5, "a": 5, "C": 9, "B": 5, "zero": 0, "none": None, "fallen": -4, "Über": 5, "zz": 5}
    ids = {}
    for name, gain in gained.items():
        account = await new_account(viewer, ADDED_AT)
        creator = await linked(viewer, account, name="x")
        # Named only now, so that no name goes by the order they were made in.
        ids[(await update_creator(viewer, creator.id, CreatorChange(name=name), now=ADDED_AT)).id] = name
        if gain is not None:
            await see(account, "03-01 09:00", {"A": {"views": 10}})
            await see(account, "03-02 09:00", {"A": {"views": 10 + gain}})
    board = await rank_subjects(viewer, SubjectKind.CREATOR, "views", ASKED, PageRequest(20))
    assert [(row.rank, ids[row.subject_id], row.value) for row in board.nodes] == [
        (1, "C", 9),
        (2, "a", 5),
        (3, "b", 5),  # made before the other one
        (4, "B", 5),
        (5, "zz", 5),
        (6, "Über", 5),  # by its letters' codes
        (7, "zero", 0),
        (8, "fallen", -4),
        (9, "none", None),
    ]
