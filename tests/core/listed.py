"""A plain reading of what a list is: rows chosen, put in order, cut into pages. And an organization of all sorts."""

import json
import random
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from app.domain.cursors import PageRequest
from app.domain.records import Page
from app.domain.search import folded
from app.domain.viewer import Viewer
from app.store.db import execute
from app.store.ids import new_id
from tests.factories import at

Row = TypeVar("Row", bound="AnyRow")
Read = Callable[[PageRequest], Awaitable[Page[Any]]]

START = at("2026-01-01 00:00")
HOUR = timedelta(hours=1)
TEXTS = (None, "Zoë", "zoe cooks", "ZEBRA", r"50% off\n", "50x off", "a_b", "axb", "\\", "Éclair\nzoo", "ant", "Ant")
"""With accents, cases, what LIKE takes for wildcards, and two lines."""


@dataclass(frozen=True)
class AnyRow:
    """What every listed row has."""

    id: UUID
    organization_id: UUID
    is_removed: bool


@dataclass(frozen=True)
class CreatorRow(AnyRow):
    """A creator as it is stored."""

    name: str
    is_active: bool
    metadata: tuple[tuple[str, str], ...]
    added_at: datetime


@dataclass(frozen=True)
class AccountRow(AnyRow):
    """An account as it is stored."""

    platform: str
    handle: str
    display_name: str | None
    category: str | None
    creator_id: UUID | None
    linked_at: datetime | None
    is_active: bool
    is_unavailable: bool
    is_verified: bool
    is_private: bool
    metadata: tuple[tuple[str, str], ...]
    added_at: datetime
    last_refreshed_at: datetime | None
    followers: int | None
    profile_posts: int | None
    total_likes: int | None
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None


@dataclass(frozen=True)
class VideoRow(AnyRow):
    """A video as it is stored."""

    account_id: UUID | None
    platform: str
    external_id: str
    kind: str | None
    caption: str | None
    published_at: datetime | None
    duration_seconds: int | None
    is_pinned: bool
    is_unavailable: bool
    discovered_at: datetime | None
    added_at: datetime | None
    views: int | None
    plays: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None


class Stock:
    """Makes rows of all sorts, the same ones for the same seed: values are few, so there are ties and unknown ones."""

    def __init__(self, viewer: Viewer, seed: int) -> None:
        self.viewer = viewer
        self.creators: list[CreatorRow] = []
        self.accounts: list[AccountRow] = []
        self.videos: list[VideoRow] = []
        self._random = random.Random(seed)

    async def add(self, creators: int = 0, accounts: int = 0, videos: int = 0) -> None:
        """Adds so many of each."""
        for _ in range(creators):
            await self.add_creator()
        for _ in range(accounts):
            await self.add_account()
        for _ in range(videos):
            await self.add_video()

    async def add_creator(self) -> CreatorRow:
        """Adds a creator."""
        row = CreatorRow(
            id=new_id(),
            organization_id=self.viewer.organization_id,
            is_removed=False,
            name=self._one_of(*(text for text in TEXTS if text)),
            is_active=self._one_of(True, False),
            metadata=self._metadata(),
            added_at=self._time(),
        )
        await _insert("creator", row, search_text=folded(row.name))
        self.creators.append(row)
        return row

    async def add_account(self) -> AccountRow:
        """Adds an account, of some creator or of none."""
        creator = self._one_of(None, *self.creators)
        row = AccountRow(
            id=new_id(),
            organization_id=self.viewer.organization_id,
            is_removed=self._random.random() < 0.1,
            platform=self._one_of("tiktok", "instagram"),
            handle=f"{self._one_of('zoe', 'ant', 'a_b', 'axb')}{len(self.accounts)}",
            display_name=self._one_of(*TEXTS),
            category=self._one_of(None, "food", "Food", "10%"),
            creator_id=creator and creator.id,
            linked_at=self._time() if creator else None,
            **{
                name: self._one_of(True, False) for name in ("is_active", "is_unavailable", "is_verified", "is_private")
            },
            metadata=self._metadata(),
            added_at=self._time(),
            last_refreshed_at=self._one_of(None, self._time()),
            **{name: self._count() for name in ("followers", "profile_posts", "total_likes")},
            **{name: self._count() for name in ("views", "plays", "likes", "comments", "shares", "saves")},
        )
        more = {
            "refresh_interval_hours": 24,
            **dict.fromkeys(("is_paused_by_creator", "is_backfilling"), False),
            **dict.fromkeys(("failures", "discovered_posts"), 0),
            **{f"{name}_known": 0 for name in ("views", "plays", "likes", "comments", "shares", "saves")},
            **{f"viewed_{name}_known": 0 for name in ("likes", "comments", "shares", "saves")},
        }
        await _insert("account", row, search_text=folded(row.handle, row.display_name), **more)
        self.accounts.append(row)
        return row

    async def add_video(self) -> VideoRow:
        """Adds a video, of some account or of none."""
        account = self._one_of(None, *self.accounts)
        row = VideoRow(
            id=new_id(),
            organization_id=self.viewer.organization_id,
            is_removed=self._random.random() < 0.1 or bool(account and account.is_removed),
            account_id=account and account.id,
            platform=account.platform if account else self._one_of("tiktok", "instagram"),
            external_id=str(len(self.videos)),
            kind=self._one_of(None, "video", "reel", "image"),
            caption=self._one_of(*TEXTS),
            published_at=self._one_of(None, self._time(), self._time()),
            duration_seconds=self._one_of(None, 15, 60),
            is_pinned=self._one_of(True, False),
            is_unavailable=self._one_of(True, False),
            discovered_at=self._time() if account else None,
            added_at=self._one_of(None, self._time()) if account else self._time(),
            **{name: self._count() for name in ("views", "plays", "likes", "comments", "shares", "saves")},
        )
        await _insert("video", row, search_text=folded(row.caption), grows_from_zero=False, metadata={})
        self.videos.append(row)
        return row

    def creator_of(self, video: VideoRow) -> UUID | None:
        """The creator of a video's account."""
        return next((account.creator_id for account in self.accounts if account.id == video.account_id), None)

    def accounts_of(self, creator: CreatorRow) -> list[AccountRow]:
        """The accounts that are linked to a creator."""
        return [account for account in self.accounts if account.creator_id == creator.id and not account.is_removed]

    def _one_of(self, *values: Any) -> Any:
        return self._random.choice(values)

    def _count(self) -> int | None:
        return self._one_of(None, 0, 1, 7, 2**53)

    def _time(self) -> datetime:
        return START + self._random.randrange(8) * HOUR

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return self._one_of((), (("team", "a"),), (("team", "a"), ("tier", "1")), (("team", "b"), ("tier", "1")))


async def _insert(table: str, row: AnyRow, **more: object) -> None:
    values = {name: value for name, value in vars(row).items() if name != "is_removed"} | more
    if "metadata" in values:
        values["metadata"] = json.dumps(dict(values["metadata"]))
    if row.is_removed:
        values["removed_at"] = START
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())


def plain(text: str | None) -> str:
    """A text without case and accents."""
    letters = unicodedata.normalize("NFD", (text or "").lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def holds(wanted: str, *texts: str | None) -> bool:
    """Whether one of the texts holds a piece of text: anywhere, or a short one at the start of a line."""
    lines = [line for text in texts if text for line in plain(text).split("\n")]
    if len(wanted) < 3:
        return any(line.startswith(plain(wanted)) for line in lines)
    return any(plain(wanted) in plain(text) for text in texts)


def in_order(rows: Iterable[Row], *keys: tuple[Callable[[Row], Any], bool]) -> list[UUID]:
    """The ids of the rows that are not removed, by these keys, each with whether the greatest comes first.

    What is unknown comes last. Ids decide last of all, in the direction of the last key.
    """
    ordered = sorted((row for row in rows if not row.is_removed), key=lambda row: row.id.bytes, reverse=keys[-1][1])
    for value, descending in reversed(keys):
        known = [row for row in ordered if value(row) is not None]
        unknown = [row for row in ordered if value(row) is None]
        ordered = sorted(known, key=value, reverse=descending) + unknown
    return [row.id for row in ordered]


async def check_pages(read: Read, expected: Sequence[UUID], sizes: Sequence[int], about: object) -> None:
    """The pages of any size, walked forwards and backwards, are the list."""
    for size in sizes:
        forward: list[UUID] = []
        page = await read(PageRequest(size))
        while True:
            assert page.total_count == len(expected), about
            forward += [node.id for node in page.nodes]
            assert len(forward) <= len(expected), about
            if not page.has_next_page:
                break
            page = await read(PageRequest(size, page.cursors[-1]))
            assert page.has_previous_page, about
        assert forward == list(expected), (about, size)

        backward: list[UUID] = []
        page = await read(PageRequest(size, backward=True))
        while True:
            backward[:0] = [node.id for node in page.nodes]
            assert len(backward) <= len(expected), about
            if not page.has_previous_page:
                break
            page = await read(PageRequest(size, page.cursors[0], backward=True))
            assert page.has_next_page, about
        assert backward == list(expected), (about, size, "backwards")
