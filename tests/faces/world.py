"""The world that faces are asked about, and what the oracle says of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from app.core.access.keys import authenticate
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.series import SubjectKind
from app.domain.viewer import Viewer
from app.settings import Settings
from app.store.db import fetch
from tests import oracle
from tests.api.conftest import Caller, opened_app
from tests.faces.questions import Asker, Days, Subject
from tests.factories import account_facts, at, new_account, new_key, new_video, post, record, record_video

ADDED_AT = at("2026-03-01 08:00")
PUBLISHED = {"A": at("2026-02-10 12:00"), "B": at("2026-03-02 20:00"), "lone": at("2026-03-03 21:00")}
Seen = dict[str, dict[str, int]]
HISTORY: list[tuple[str, dict[str, int], Seen]] = [
    ("2026-03-01 08:05", {"followers": 100}, {"A": {"views": 1000, "likes": 10, "comments": 3}}),
    ("2026-03-02 20:05", {"followers": 104}, {"A": {"views": 1300, "likes": 20}, "B": {"views": 200, "shares": 6}}),
    ("2026-03-04 19:05", {"followers": 99, "total_likes": 7}, {"A": {"views": 1900, "likes": 35, "saves": 2}}),
    ("2026-03-05 08:05", {}, {"A": {"views": 1850, "comments": 9}, "B": {"views": 307, "shares": 9, "saves": 4}}),
]
"""Of each account; some of it on another day in Kathmandu than in UTC. The lone post is seen as B is, a day later."""

Members = tuple[list[tuple[oracle.Entity, datetime | None]], list[oracle.Entity]]


@dataclass(frozen=True)
class World:
    """An organization that somebody asks about: what each subject consists of, and the names that tell ties apart."""

    asker: Asker
    members: dict[Subject, Members]
    names: dict[Subject, str]

    def of_kind(self, kind: SubjectKind) -> list[Subject]:
        return [subject for subject in self.members if subject[0] is kind]


@asynccontextmanager
async def opened_world(
    settings: Settings, folder: Path, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[World]:
    """Two accounts with the same history of other sizes, a creator that has the first, and a post of no account."""
    key = await new_key()
    viewer = await authenticate(key, now=clock())
    members, names = await fill(viewer)
    async with (
        opened_app(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client,
    ):
        yield World(Asker(Caller(client, key, viewer), settings, folder, clock), members, names)


async def fill(viewer: Viewer) -> tuple[dict[Subject, Members], dict[Subject, str]]:
    """What each subject consists of, and the names of accounts and creators."""
    accounts: list[Subject] = []
    members: dict[Subject, Members] = {}
    names: dict[Subject, str] = {}
    for size in (1, 3):
        account = await new_account(viewer, ADDED_AT)
        ids = {name: f"7{account.id.int % 10**16:016}{ord(name)}" for name in "AB"}
        for instant, profile, posts in HISTORY:
            facts = [post(ids[name], PUBLISHED[name], scaled(seen, size)) for name, seen in posts.items()]
            await record(account, account_facts(account, at(instant), facts, scaled(profile, size)))
        accounts.append((SubjectKind.ACCOUNT, account.id))
        of_account: Members = [], [entity([(at(instant), scaled(seen, size)) for instant, seen, _ in HISTORY])]
        for name in "AB":
            seen = [(at(instant), scaled(posts[name], size)) for instant, _, posts in HISTORY if name in posts]
            of_account[0].append((entity(seen, from_zero=name == "B"), PUBLISHED[name]))
            (row,) = await fetch(
                "SELECT id FROM video WHERE account_id = $1 AND external_id = $2", account.id, ids[name]
            )
            members[SubjectKind.VIDEO, row["id"]] = [of_account[0][-1]], []
        members[accounts[-1]] = of_account
        names[accounts[-1]] = account.handle
    lone = await new_video(viewer, "7301234567890123456", ADDED_AT)
    seen = [(at(instant) + timedelta(days=1), posts["B"]) for instant, _, posts in HISTORY if "B" in posts]
    for captured_at, values in seen:
        await record_video(lone, post(lone.external_id, PUBLISHED["lone"], values), captured_at)
    of_lone = entity(seen, from_zero=True), PUBLISHED["lone"]
    members[SubjectKind.VIDEO, lone.id] = [of_lone], []
    creators = [await create_creator(viewer, NewCreator(name), now=ADDED_AT) for name in ("Somebody", "Nobody")]
    await link_account(viewer, creators[0].id, accounts[0][1], now=ADDED_AT)
    for creator, of_creator in zip(creators, (members[accounts[0]], ([], [])), strict=True):
        members[SubjectKind.CREATOR, creator.id] = of_creator
        names[SubjectKind.CREATOR, creator.id] = creator.name
    members[SubjectKind.ORGANIZATION, viewer.organization_id] = (
        [one for account in accounts for one in members[account][0]] + [of_lone],
        [profile for account in accounts for profile in members[account][1]],
    )
    return members, names


def scaled(values: dict[str, int], size: int) -> dict[str, int]:
    return {counter: size * value for counter, value in values.items()}


def entity(seen: list[tuple[datetime, dict[str, int]]], *, from_zero: bool = False) -> oracle.Entity:
    return oracle.Entity([(at, {name: (value, 1) for name, value in of.items()}) for at, of in seen], from_zero)


def metrics_of(world: World, subject: Subject, window: Days, back: int) -> dict[str, int | Fraction | None]:
    """The metrics of a subject over the window that lies that many windows back."""
    start, end = date.fromisoformat(window.start), date.fromisoformat(window.end)
    days = (end - start).days + 1
    zone = ZoneInfo(window.timezone)
    since, until = (
        oracle.first_instant(day - back * timedelta(days=days), zone) for day in (start, end + timedelta(days=1))
    )
    return oracle.metrics(*world.members[subject], since, until, days)


def change(value: int | Fraction | None, before: int | Fraction | None) -> Fraction | None:
    if value == before == 0:
        return Fraction(0)
    if value is None or before is None or before <= 0:
        return None
    return Fraction(100 * (value - before)) / before


def is_complete(world: World, subject: Subject, window: Days) -> bool:
    """Whether anything of the subject had been observed when the window began."""
    posts, profiles = world.members[subject]
    since = oracle.first_instant(date.fromisoformat(window.start), ZoneInfo(window.timezone))
    return any(at <= since for one in [*(one for one, _ in posts), *profiles] for at, _ in one.observations)
