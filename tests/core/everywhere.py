"""What an organization may track: accounts and posts of the two first platforms, and the same on all the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.core.tracking.creators import link_account
from app.core.tracking.removal import remove_account
from app.domain.platforms import Platform
from app.domain.records import Account, Creator
from app.domain.viewer import Viewer
from tests.factories import Value, account_facts, at, new_account, new_video, post, record, record_video

TWO = frozenset({Platform.TIKTOK, Platform.INSTAGRAM})
SINCE = at("2026-02-27 08:00")
WORD = "Everywhere"
"""In every caption."""
LONE = {
    Platform.TIKTOK: "7310000000000000001",
    Platform.INSTAGRAM: "3540614075954356349",
    Platform.YOUTUBE: "dQw4w9WgXcQ",
    Platform.TWITTER: "1234567890",
    Platform.FACEBOOK: "pfbid02Wf7aVzQm1kLpXc9RtYuGh",
    Platform.LINKEDIN: "activity:7102345678901234567",
}
"""A post of each platform that is tracked by itself."""

Day = tuple[str, Mapping[str, Value], Mapping[str, Mapping[str, Value]]]
"""An instant of March 2026, what the profile shows then, and what each post of its feed shows."""


def feed(first: str, second: str) -> Sequence[Day]:
    """A history of an account of two posts: the one older than its tracking, the other with views known late."""
    return [
        ("01 09:00", {"followers": 100, "profile_posts": 2}, {first: {"views": 1000, "likes": 10}}),
        (
            "02 19:40",
            {"followers": 140},
            {first: {"views": 1500, "likes": 25, "shares": 1}, second: {"likes": 4, "comments": 1}},
        ),
        ("04 02:10", {"followers": 130}, {first: {"views": (1900, 100)}, second: {"likes": 9, "views": 70}}),
        ("05 23:50", {}, {first: {"views": 1880, "likes": 24}, second: {"likes": 12, "views": 90, "saves": 2}}),
    ]


async def see_feed(account: Account, since: datetime, history: Sequence[Day]) -> None:
    """Refreshes of an account that show its feed."""
    for instant, profile, posts in history:
        facts = [
            replace(post(name, since, values, platform=account.platform), caption=f"{WORD} {name}")
            for name, values in posts.items()
        ]
        await record(account, account_facts(account, at(f"2026-03-{instant}"), facts, profile))


async def see_lone(viewer: Viewer, platform: Platform, added_at: datetime) -> None:
    """A post that is tracked by itself, seen from the day before it is tracked on where its time is unknown."""
    video = await new_video(viewer, LONE[platform], added_at, platform)
    for instant, values in (
        ("02 23:40", {"likes": 3}),
        ("03 10:00", {"likes": 8, "views": 300}),
        ("05 00:10", {"likes": 20, "views": 450, "comments": 1}),
    ):
        facts = replace(post(LONE[platform], at("2026-03-02 20:00"), values, platform=platform), caption=WORD)
        await record_video(video, facts, at(f"2026-03-{instant}"))


async def track_two(viewer: Viewer, creator: Creator) -> list[Account]:
    """An account on each of two platforms, one of them the creator's, and a post of each that is tracked by itself."""
    accounts = [await new_account(viewer, SINCE, platform) for platform in sorted(TWO)]
    await link_account(viewer, creator.id, accounts[-1].id, now=SINCE)
    for account in accounts:
        await see_feed(account, at("2026-02-10 12:00"), feed("7001", "7002"))
    for platform in sorted(TWO):
        await see_lone(viewer, platform, at("2026-03-01 12:00"))
    return accounts


async def track_others(viewer: Viewer, creator: Creator) -> list[Account]:
    """Channels, one of them the creator's and one removed again, and a post of every other platform.

    All was seen earlier than what is on the two platforms, and one post came both ways.
    """
    channels = [await new_account(viewer, at("2026-02-20 08:00"), Platform.YOUTUBE) for _ in range(3)]
    await link_account(viewer, creator.id, channels[0].id, now=SINCE)
    early: Day = ("01 00:05", {"followers": 7000, "profile_posts": 50}, {})
    for number, channel in enumerate(channels):
        await see_feed(channel, at("2026-03-01 07:00"), [early, *feed(f"channel{number}-1", f"channel{number}-2")])
    for platform in Platform:
        if platform not in TWO:
            await see_lone(viewer, platform, at("2026-02-21 12:00"))
    found: Day = ("05 12:00", {"followers": 9000}, {LONE[Platform.YOUTUBE]: {"views": 900, "likes": 50}})
    await see_feed(channels[1], at("2026-03-02 20:00"), [found])
    await remove_account(viewer, channels[2].id, now=at("2026-03-06 08:00"))
    return channels
