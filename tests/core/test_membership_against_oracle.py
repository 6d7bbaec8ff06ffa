"""Generated lives of posts: found in feeds, tracked by themselves, removed, restored; against the oracle.

The model below is a few lists of plain rows and says who has which post; figures come from the oracle.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.analytics.series import subject_series
from app.core.collect.rebuilding import verify_rollups
from app.core.tracking.accounts import load_accounts
from app.core.tracking.removal import remove_account, restore_account
from app.core.tracking.videos import remove_video
from app.domain.records import Account, Video
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.viewer import Viewer
from app.domain.windows import Window, read_zone
from app.store.partitions import ensure_partitions
from tests import oracle
from tests.core.test_series_against_oracle import known
from tests.factories import account_facts, new_account, new_video, new_viewer, post, record, record_video

EPOCH = datetime(2026, 3, 24, tzinfo=UTC)
ZONES = ["UTC", "Asia/Kathmandu"]
STEP = timedelta(hours=7)
NAMES = "ABC"
COUNTERS = ("views", "likes")


@dataclass(eq=False)
class Owner:
    account: Account
    added_at: datetime
    is_removed: bool = False
    profile: list[tuple[datetime, Any]] = field(default_factory=list)


@dataclass(eq=False)
class Row:
    """One row of a post: who has it, since when it is tracked by itself, whether it is hidden, what was seen."""

    name: str
    owner: Owner | None = None
    video: Video | None = None
    added_at: datetime | None = None
    left: Owner | None = None
    is_hidden: bool = False
    from_zero: bool = False
    seen: list[tuple[datetime, Any]] = field(default_factory=list)

    @property
    def entity(self) -> oracle.Entity:
        return oracle.Entity(self.seen, self.from_zero)


names = st.sampled_from(NAMES)
delays = st.integers(0, 30).map(lambda quarters: timedelta(minutes=15 * quarters))
operations = st.lists(
    st.one_of(
        st.tuples(
            st.just("feed"),
            st.integers(0, 1),
            delays,
            st.dictionaries(names, known("views", "likes"), max_size=3),
            known("followers"),
        ),
        st.tuples(st.just("look"), names, delays, known("views", "likes")),
        st.tuples(st.sampled_from(["track", "untrack"]), names),
        st.tuples(st.sampled_from(["remove", "restore", "remove", "restore"]), st.integers(0, 1)),
    ),
    max_size=14,
)
published = st.fixed_dictionaries(
    {name: st.one_of(st.none(), st.integers(0, 14).map(lambda n: EPOCH + n * STEP)) for name in NAMES}
)


class Life:
    """The program and the model, side by side."""

    def __init__(self, viewer: Viewer, times: dict[str, datetime | None]) -> None:
        self.viewer = viewer
        self.times = times
        self.owners: list[Owner] = []
        self.rows: list[Row] = []

    def row(self, name: str) -> Row | None:
        return next((row for row in self.rows if row.name == name and not row.is_hidden), None)

    def begins(self, name: str, since: datetime) -> bool:
        moment = self.times[name]
        return moment is not None and moment >= since

    def id_of(self, name: str) -> str:
        return str(NAMES.index(name) + 1)

    async def feed(self, now: datetime, number: int, delay: timedelta, posts: Any, profile: Any) -> None:
        owner = self.owners[number]
        if owner.is_removed:
            return
        facts = [post(self.id_of(name), self.times[name], values) for name, values in sorted(posts.items())]
        await record(owner.account, account_facts(owner.account, now - delay, facts, profile), now=now)
        owner.profile.append((now - delay, profile))
        for name, values in posts.items():
            row = self.row(name)
            if row is None:
                row = Row(name, owner, from_zero=self.begins(name, owner.added_at))
                self.rows.append(row)
            elif row.owner is None:
                row.owner, row.left = owner, None
                assert row.added_at is not None
                row.from_zero = row.from_zero or self.begins(name, min(owner.added_at, row.added_at))
            row.seen.append((now - delay, values))

    async def look(self, now: datetime, name: str, delay: timedelta, values: Any) -> None:
        row = self.row(name)
        if row is None or row.added_at is None:
            return
        assert row.video is not None
        if row.owner is None and not row.seen:
            row.from_zero = self.begins(name, row.added_at)
        await record_video(row.video, post(self.id_of(name), self.times[name], values), now - delay, now)
        row.seen.append((now - delay, values))

    async def track(self, now: datetime, name: str) -> None:
        row = self.row(name)
        if row is not None and row.added_at is not None:
            return
        video = await new_video(self.viewer, self.id_of(name), now)
        if row is None:
            row = Row(name)
            self.rows.append(row)
        row.video, row.added_at = video, now

    async def untrack(self, now: datetime, name: str) -> None:
        row = self.row(name)
        if row is None or row.added_at is None:
            return
        assert row.video is not None
        await remove_video(self.viewer, row.video.id, now=now)
        row.added_at = None
        if row.owner is None:
            self.rows.remove(row)

    async def remove(self, now: datetime, number: int) -> None:
        owner = self.owners[number]
        if owner.is_removed:
            return
        await remove_account(self.viewer, owner.account.id, now=now)
        owner.is_removed = True
        for row in self.rows:
            if row.owner is owner and row.added_at is not None:
                row.owner, row.left = None, owner
            elif row.owner is owner:
                row.is_hidden = True

    async def restore(self, now: datetime, number: int) -> None:
        owner = self.owners[number]
        if not owner.is_removed:
            return
        await restore_account(self.viewer, owner.account.id, now=now)
        owner.is_removed = False
        for row in list(self.rows):
            if row.owner is owner and row.is_hidden and self.row(row.name) is not None:
                self.rows.remove(row)
            elif row.owner is owner:
                row.is_hidden = False
            elif row.left is owner and row.owner is None:
                row.owner, row.left = owner, None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=operations, times=published, zone=st.sampled_from(ZONES), second=st.integers(0, 14))
async def test_figures_follow_who_has_what(
    database: None, steps: list[tuple[Any, ...]], times: dict[str, datetime | None], zone: str, second: int
) -> None:
    await ensure_partitions(EPOCH - timedelta(days=2), EPOCH)
    life = Life(await new_viewer(), times)
    for number in (0, second):
        added_at = EPOCH + number * STEP
        life.owners.append(Owner(await new_account(life.viewer, added_at), added_at))
    now = EPOCH + timedelta(hours=8)
    for operation, *arguments in steps:
        now += STEP
        await getattr(life, operation)(now, *arguments)
    window = Window(EPOCH.date() - timedelta(days=1), now.astimezone(read_zone(zone)).date(), read_zone(zone))
    for owner in life.owners:
        rows = [row for row in life.rows if row.owner is owner]
        if owner.is_removed:
            assert await load_accounts(life.viewer, [owner.account.id]) == {}
            continue
        await compare(life.viewer, SubjectKind.ACCOUNT, owner.account.id, window, now, rows, [owner])
        stored = (await load_accounts(life.viewer, [owner.account.id]))[owner.account.id]
        assert stored.discovered_posts == len(rows)
        for counter in COUNTERS:
            latest = [oracle.level(row.entity, counter, now + STEP) for row in rows]
            assert getattr(stored, counter) == oracle.total(latest)
    present = [owner for owner in life.owners if not owner.is_removed]
    visible = [row for row in life.rows if not row.is_hidden]
    organization_id = life.viewer.organization_id
    await compare(life.viewer, SubjectKind.ORGANIZATION, organization_id, window, now, visible, present)
    assert (await verify_rollups(None, now.date(), organization_ids=[organization_id])).shown == []


async def compare(
    viewer: Viewer,
    kind: SubjectKind,
    set_id: UUID,
    window: Window,
    now: datetime,
    rows: list[Row],
    owners: list[Owner],
) -> None:
    entities = [row.entity for row in rows]
    profiles = [oracle.Entity(owner.profile) for owner in owners]
    members = dict.fromkeys(COUNTERS, entities) | {"followers": profiles}
    for mode in SeriesMode:
        found = await subject_series(viewer, kind, [set_id], window, Granularity.DAY, mode, list(members), now=now)
        for bucket in found[set_id].buckets:
            begin = oracle.first_instant(bucket.start, window.zone)
            end = oracle.first_instant(bucket.end + timedelta(days=1), window.zone)
            for counter, parts in members.items():
                if mode is SeriesMode.GAIN:
                    expected = oracle.total([oracle.gain(part, counter, begin, end) for part in parts])
                else:
                    expected = oracle.total([oracle.level(part, counter, end) for part in parts])
                assert bucket.values[counter] == expected, (kind, mode, bucket, counter)
            everything = [*entities, *profiles]
            assert bucket.is_observed == oracle.is_observed(everything, begin, end)
            assert bucket.is_baseline == oracle.is_baseline(everything, (*COUNTERS, "followers"), begin, end)
