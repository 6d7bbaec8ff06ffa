"""Which posts count where: once in an organization, for the account whose feed they are in, now and in the past."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.analytics.overview import organization_overview
from app.core.collect.refresh import refresh_account
from app.core.collect.sweep import take_lease
from app.core.tracking.accounts import NewAccount, load_accounts, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account, unlink_account
from app.core.tracking.removal import remove_account, restore_account
from app.domain.platforms import Platform
from app.runtime import Runtime
from app.settings import Settings
from app.store.accounts import lock_account_refresh
from app.store.db import execute, fetch, transaction
from app.store.partitions import ensure_partitions
from tests.core.asking import flags, gains, levels, name_of, over, see, video_of, window
from tests.factories import account_facts, at, new_account, new_video, new_viewer, post, record, record_video

DAYS = window("03-01", "03-05")
ADDED_AT = at("2026-03-01 08:00")
ID = "7301234567890123456"


async def test_a_post_is_one_row_of_an_organization_and_another_of_the_next(database: None) -> None:
    viewers = [await new_viewer(), await new_viewer()]
    for number, viewer in enumerate(viewers):
        one, other = [await new_account(viewer, ADDED_AT) for _ in range(2)]
        await new_video(viewer, ID, ADDED_AT)
        for day, views in (("01", 100), ("02", 110)):
            for account in (one, other):
                shared = post(ID, None, {"views": views + 1000 * number})
                await record(account, account_facts(account, at(f"2026-03-{day} 09:00"), [shared]))
        await see(other, "03-02 10:00", {"B": {"views": 7}})
        instagram = await new_account(viewer, ADDED_AT, Platform.INSTAGRAM)
        facts = replace(post(ID, None, {"views": 5}), platform=Platform.INSTAGRAM)
        await record(instagram, account_facts(instagram, at("2026-03-02 09:00"), [facts]))
        rows = await fetch(
            "SELECT platform, discovered_at IS NOT NULL, added_at IS NOT NULL, account_id, views FROM video"
            " WHERE organization_id = $1 AND external_id = $2 ORDER BY platform",
            viewer.organization_id,
            ID,
        )
        assert [tuple(row) for row in rows] == [
            ("instagram", True, False, instagram.id, 5),
            ("tiktok", True, True, one.id, 110 + 1000 * number),
        ]
    for viewer in viewers:
        assert await gains(viewer, viewer, DAYS) == [0, 10, 0, 0, 0]


async def test_a_creator_is_its_present_accounts_in_every_window(database: None) -> None:
    viewer = await new_viewer()
    account, other = [await new_account(viewer, ADDED_AT) for _ in range(2)]
    creator = await create_creator(viewer, NewCreator("Somebody"), now=at("2026-03-04 08:00"))
    for day, value in (("01", 100), ("02", 110), ("03", 130)):
        await see(account, f"03-{day} 09:00", {"A": {"views": value}}, {"followers": value})
        await see(other, f"03-{day} 10:00", {"A": {"views": 5 * value}})
    of_organization = await gains(viewer, viewer, DAYS)
    assert of_organization == [0, 60, 120, 0, 0]
    assert await gains(viewer, creator, DAYS) == [None] * 5
    # Linked on the fourth: its past comes along.
    await link_account(viewer, creator.id, account.id, now=at("2026-03-04 08:00"))
    assert await gains(viewer, creator, DAYS) == [0, 10, 20, 0, 0]
    assert await levels(viewer, creator, DAYS, "followers") == [100, 110, 130, 130, 130]
    await link_account(viewer, creator.id, other.id, now=at("2026-03-04 09:00"))
    assert await gains(viewer, creator, DAYS) == of_organization
    await unlink_account(viewer, creator.id, account.id, now=at("2026-03-05 08:00"))
    assert await gains(viewer, creator, DAYS) == [0, 50, 100, 0, 0]
    assert await levels(viewer, creator, DAYS, "followers") == [None] * 5
    assert await gains(viewer, viewer, DAYS) == of_organization


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
async def test_an_organization_is_its_accounts_and_the_posts_none_of_them_has(database: None, zone: str) -> None:
    viewer = await new_viewer()
    accounts = [await new_account(viewer, ADDED_AT) for _ in range(2)]
    lone, both = [await new_video(viewer, id, ADDED_AT) for id in (ID, name_of(accounts[0], "A"))]
    for day, value in (("01", 100), ("02", 107), ("04", 150)):
        for times, account in enumerate(accounts, 1):
            await see(account, f"03-{day} 09:00", {"A": {"views": times * value}, "B": {"views": value}})
        await record_video(lone, post(ID, None, {"views": 10 * value}), at(f"2026-03-{day} 09:30"))
        await record_video(both, post(both.external_id, None, {"views": value}), at(f"2026-03-{day} 10:00"))
    days = window("03-01", "03-05", zone)
    assert await gains(viewer, accounts[0], days) == [0, 14, 0, 86, 0]
    assert await gains(viewer, accounts[1], days) == [0, 21, 0, 129, 0]
    assert await gains(viewer, lone, days) == [0, 70, 0, 430, 0]
    assert await gains(viewer, viewer, days) == [0, 14 + 21 + 70, 0, 86 + 129 + 430, 0]
    assert await levels(viewer, viewer, days) == [1500, 1605, 1605, 2250, 2250]


async def test_a_post_that_came_both_ways_is_on_both_cards_and_counted_by_when_it_came(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-02 09:00", {"A": {"views": 1}})
    await new_video(viewer, name_of(account, "A"), at("2026-03-04 09:00"))
    await see(account, "03-05 09:00", {"B": {"views": 1}})
    cards = []
    for day in ("03-01", "03-02", "03-03", "03-04", "03-05"):
        found = await organization_overview(viewer, window(day, day))
        cards.append((found.account_videos.current, found.individual_videos.current))
    assert cards == [(0, 0), (1, 0), (1, 0), (1, 1), (2, 1)]
    await remove_account(viewer, account.id, now=at("2026-03-06 08:00"))
    # Of what is tracked now, for every window.
    found = await organization_overview(viewer, window("03-05", "03-05"))
    assert (found.account_videos.current, found.individual_videos.current) == (0, 1)


@pytest.mark.parametrize(
    ("of_organization", "of_account", "effective"),
    [
        ({}, {}, (100, 365)),
        ({"max_recent_posts": None, "post_lookback_days": None}, {}, (None, None)),
        ({}, {"max_recent_posts": 7, "post_lookback_days": 30}, (7, 30)),
        ({"max_recent_posts": None, "post_lookback_days": 10}, {"max_recent_posts": 9}, (9, 10)),
    ],
)
async def test_an_organization_bounds_its_posts_and_an_account_may_have_its_own(
    database: None, of_organization: dict[str, int | None], of_account: dict[str, int], effective: tuple[int, int]
) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    for table, bounds, id in (
        ("organization", of_organization, viewer.organization_id),
        ("account", of_account, account.id),
    ):
        for column, value in bounds.items():
            await execute(f"UPDATE {table} SET {column} = $1 WHERE id = $2", value, id)
    lease = await take_lease(viewer.organization_id, account.id, ADDED_AT, timedelta(minutes=5))
    assert lease is not None
    async with transaction():
        refreshed = await lock_account_refresh(viewer.organization_id, account.id, lease.id)
    assert refreshed is not None
    assert (refreshed.max_recent_posts, refreshed.post_lookback_days) == effective


async def test_a_refresh_pages_up_to_the_bounds(runtime: Runtime) -> None:
    viewer = await new_viewer()
    now = at("2026-10-20 09:00")
    await ensure_partitions(now, now)
    account = await track_account(viewer, NewAccount(Platform.TIKTOK, "rival_two"), now=now)
    chains = runtime.chains.at(now)
    observed = {}
    for most, days in ((5, None), (None, 60), (None, None)):
        update = "UPDATE organization SET max_recent_posts = $1, post_lookback_days = $2 WHERE id = $3"
        await execute(update, most, days, viewer.organization_id)
        lease = await take_lease(viewer.organization_id, account.id, now, timedelta(minutes=5))
        assert lease is not None
        done = await refresh_account(chains, None, lease, now=now, lease_time=timedelta(minutes=5))
        assert done is not None
        observed[most, days] = done.posts_observed
    since = "SELECT count(*) FROM video WHERE account_id = $1 AND published_at >= $2"
    (row,) = await fetch(since, account.id, now - timedelta(days=60))
    found = (await load_accounts(viewer, [account.id]))[account.id]
    assert observed == {(5, None): 5, (None, 60): row["count"], (None, None): found.discovered_posts}
    assert 5 < row["count"] < found.discovered_posts


async def test_a_post_no_longer_seen_keeps_counting_where_it_stood(database: None) -> None:
    viewer = await new_viewer()
    account = await new_account(viewer, ADDED_AT)
    await see(account, "03-01 09:00", {"A": {"views": 100}, "B": {"views": 50}, "C": {"views": 30}})
    await see(account, "03-02 09:00", {"A": {"views": 160}, "B": {"views": 55}, "C": {"views": 31}})
    await see(account, "03-03 09:00", {"B": {"views": 65}})
    gone, _, deleted = [await video_of(viewer, name_of(account, name)) for name in "ABC"]
    await execute("UPDATE video SET is_unavailable = true WHERE id = $1", deleted.id)
    await see(account, "03-05 09:00", {"B": {"views": 66}})
    # Neither fell to nothing nor was observed.
    assert await gains(viewer, gone, DAYS) == [0, 60, 0, 0, 0]
    assert await flags(viewer, gone, DAYS) == ["ob", "o", "", "", ""]
    assert await gains(viewer, deleted, DAYS) == [0, 1, 0, 0, 0]
    for subject in (account, viewer):
        assert await gains(viewer, subject, DAYS) == [0, 66, 10, 0, 1]
        assert await levels(viewer, subject, DAYS) == [180, 246, 256, 256, 257]
    assert (await load_accounts(viewer, [account.id]))[account.id].discovered_posts == 3
    # When it is back, it goes on from where it stood.
    await see(account, "03-06 09:00", {"A": {"views": 170}})
    assert (await over(viewer, gone, window("03-03", "03-06"))).current == 10


async def test_removing_takes_the_past_along_but_for_posts_tracked_by_themselves(database: None) -> None:
    viewer = await new_viewer()
    account, kept = [await new_account(viewer, ADDED_AT) for _ in range(2)]
    creator = await create_creator(viewer, NewCreator("Somebody"), now=ADDED_AT)
    for one in (account, kept):
        await link_account(viewer, creator.id, one.id, now=ADDED_AT)
    await new_video(viewer, name_of(account, "B"), at("2026-03-03 08:00"))
    for day, value in (("01", 10), ("02", 12), ("03", 15)):
        seen = {"A": {"views": value}, "B": {"views": 10 * value}}
        await see(account, f"03-{day} 09:00", seen, {"followers": value}, A="02-01 09:00", B="02-01 09:00")
        await see(kept, f"03-{day} 10:00", {"A": {"views": 100 * value}}, {"followers": 5})
    past = window("03-01", "03-03")

    async def figures() -> list[object]:
        return [
            await gains(viewer, viewer, past),
            await gains(viewer, creator, past),
            await levels(viewer, viewer, past, "followers"),
            (await over(viewer, viewer, window("02-01", "02-28"), "posts_published")).current,
        ]

    before = await figures()
    assert before == [[0, 222, 333], [0, 222, 333], [15, 17, 20], 2]
    await remove_account(viewer, account.id, now=at("2026-03-06 08:00"))
    assert await figures() == [[0, 220, 330], [0, 200, 300], [5, 5, 5], 1]
    await restore_account(viewer, account.id, now=at("2026-04-04 08:00"))
    assert await figures() == before


def test_what_is_removed_can_be_restored_for_thirty_days() -> None:
    assert Settings().removal_undo_days == 30
