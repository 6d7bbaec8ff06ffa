"""What REST v2 is asked about: accounts and videos with a history, on a day that does not end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from app import main
from app.domain.facts import PostFacts
from app.domain.platforms import Platform
from app.domain.records import Account, Video
from app.domain.viewer import Viewer
from tests.factories import account_facts, at, new_account, new_video, post, record, record_video

NOW = at("2026-03-06 18:00")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sixth of March, for the applications that are opened after this."""
    monkeypatch.setattr(main, "utc_now", lambda: NOW)


def on(day: str, hour: int = 9) -> datetime:
    """An instant of March 2026: "05"."""
    return at(f"2026-03-{day} {hour:02}:00")


def custom(start: str, end: str) -> dict[str, str]:
    """The parameters of a window within March 2026."""
    return {"period": "custom", "start_date": f"2026-03-{start}", "end_date": f"2026-03-{end}"}


async def worked_example(viewer: Viewer, platform: Platform = Platform.TIKTOK) -> Account:
    """The account of the worked example: post A is older than its tracking, post B grows from nothing."""
    account = await new_account(viewer, at("2026-03-01 08:00"), platform)
    a, b = f"7{account.id.int % 10**17}1", f"7{account.id.int % 10**17}2"
    history: list[tuple[str, Mapping[str, int], Mapping[str, Mapping[str, int]]]] = [
        ("01", {"followers": 100}, {a: {"views": 1000, "likes": 10, "saves": 1}}),
        ("02", {"followers": 104}, {a: {"views": 1300, "likes": 22, "saves": 4}, b: {"views": 200, "likes": 8}}),
        ("04", {"followers": 99}, {a: {"views": 1900, "likes": 40, "saves": 9}, b: {"views": 260, "likes": 10}}),
        ("05", {}, {a: {"views": 1850, "likes": 40}, b: {"views": 300, "likes": 10, "comments": 2}}),
    ]
    published = {a: at("2026-02-10 12:00"), b: at("2026-03-02 07:00")}
    for day, profile, posts in history:
        facts = [there(post(name, published[name], values), platform) for name, values in posts.items()]
        await record(account, account_facts(account, on(day), facts, profile))
    return account


def there(facts: PostFacts, platform: Platform) -> PostFacts:
    """The same on another platform."""
    return replace(facts, platform=platform)


async def lone_video(viewer: Viewer, external_id: str, views: Mapping[str, int]) -> Video:
    """A video that is tracked by itself since the first of March, with its views by day."""
    video = await new_video(viewer, external_id, at("2026-03-01 08:00"))
    for day, number in views.items():
        await record_video(video, post(external_id, at("2026-02-01 08:00"), {"views": number}), on(day))
    return video
