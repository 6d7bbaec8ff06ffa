"""Examining: what the observations of posts and accounts make of them, compared with what is stored, and put right."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from app.core.collect.differences import Findings, When, day_row, state_row, sums_row
from app.core.collect.folding import Changes, fold_post, fold_profile, move_state
from app.domain.levels import Change, Observation, Standing
from app.domain.metrics import ACCOUNT_COUNTERS, ENGAGEMENT_COUNTERS, POST_COUNTERS
from app.domain.problems import InvalidInput
from app.domain.rollups import (
    WIDTH,
    Vector,
    VideoDay,
    add_vector,
    known_change,
    level_change,
    total_of,
    utc_day,
    viewed_known_change,
)
from app.store.collect.rebuilding import (
    PostWeight,
    delete_empty_account_rows,
    delete_empty_own_rows,
    delete_video_days,
    read_account_changes_before,
    read_account_figures,
    read_account_rows,
    read_own_rows,
    read_standings_before,
    read_video_days,
    select_video_states,
    update_account_figures,
    update_video_figures,
    weigh_posts,
)
from app.store.observations import read_account_observations, read_video_observations
from app.store.partitions import hold_observations
from app.store.rollups import account_sums, add_sums, video_slots, write_video_days
from app.store.videos import VideoState

HEAVIEST_BATCH = 20_000
"""Observations and days worked on at a time: some tens of megabytes. A post with more is a batch by itself."""
UNITS = ("day", "slot")


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first instant of them."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first instant after them."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    def bounds(self, unit: str) -> tuple[When, When]:
        """Where the rows of a unit begin, and before what they end."""
        return (self.first, self.last + timedelta(days=1)) if unit == "day" else (self.start, self.end)

    async def hold(self) -> None:
        """Keeps the days' observations until the transaction ends. Raises InvalidInput for days without them."""
        if self.first > self.last:
            raise InvalidInput(f"The days from {self.first} to {self.last} end before they begin.", "from")
        kept = await hold_observations()
        if self.first < kept:
            gone = min(self.last, kept - timedelta(days=1))
            raise InvalidInput(
                f"No observations are kept of the days from {self.first} to {gone}: begin at {kept} or later.", "from"
            )


@dataclass(slots=True)
class Corrections:
    """What is to be added to the rows of an organization's parts, by unit."""

    units: Mapping[str, dict[When, Vector]] = field(default_factory=lambda: {unit: {} for unit in UNITS})

    def add(self, unit: str, when: When, vector: Vector) -> None:
        """Adds to one row."""
        add_vector(self.units[unit], when, vector)


@dataclass(frozen=True, slots=True)
class Examination:
    """Things of one organization under examination over some days: what differs is noted, and mended if asked to."""

    organization_id: UUID
    days: Days
    findings: Findings
    mend: bool

    async def examine_account(self, account_id: UUID) -> Corrections:
        """Compares an account and its posts; by how much its rows are wrong, or were before they were put right."""
        organization_id, days, corrections = self.organization_id, self.days, Corrections()
        stored = await read_account_figures(organization_id, account_id)
        if stored is None:
            return corrections
        changes = Changes()
        for batch in batches(await weigh_posts(organization_id, account_id, days.start)):
            await self.examine_posts(account_id, batch, changes)
        before = await read_account_changes_before(organization_id, account_id, days.first)
        levels = {name: level_change(before, name) for name in ACCOUNT_COUNTERS if known_change(before, name) > 0}
        seen = await read_account_observations(organization_id, {account_id: days.start})
        changes.add(fold_profile(Standing(levels), seen.get(account_id, [])), 1)
        figures = _figures(total_of([before, *changes.days.values()]))
        if self.findings.compare("account", account_id, None, stored, figures) and self.mend:
            await update_account_figures(organization_id, account_id, figures)
        for unit, expected in (("day", changes.days), ("slot", changes.slots)):
            await self._examine_sums(account_id, unit, expected, corrections)
        return corrections

    async def examine_posts(self, account_id: UUID | None, ids: Sequence[UUID], changes: Changes) -> Corrections:
        """Compares posts, their day rows and their own sums, and adds to `changes` what their observations changed.

        Those that are not the account's any more (with None: not lone any more) are left out. By how much the own sums
        are wrong, or were before they were put right.
        """
        organization_id, days = self.organization_id, self.days
        states = await select_video_states(organization_id, ids, lock=self.mend)
        states = [state for state in states if state.account_id == account_id]
        ids = [state.id for state in states]
        before = await read_standings_before(organization_id, states, days.first)
        observations = await read_video_observations(organization_id, {state.id: days.start for state in states})
        stored = await read_video_days(organization_id, ids, days.first, days.last)
        moved: list[VideoState] = []
        written: list[tuple[UUID, VideoDay]] = []
        gone: list[tuple[UUID, date]] = []
        own: dict[UUID, Changes] = {}
        for state in states:
            last_day, standing = before.get(state.id, (None, Standing()))
            after, rows, changed = _make_again(state, last_day, standing, observations.get(state.id, []), days.first)
            changes.add(changed, 1)
            if state.added_at is not None:
                own.setdefault(state.id, Changes()).add(changed, 1)
            if self.findings.compare("video", state.id, None, state_row(state), state_row(after)):
                moved.append(after)
            expected = {row.day: row for row in rows if days.first <= row.day <= days.last}
            found = stored.get(state.id, {})
            for day in sorted(expected.keys() | found.keys()):
                row = expected.get(day)
                if self.findings.compare("video_day", state.id, day, day_row(found.get(day)), day_row(row)):
                    if row is None:
                        gone.append((state.id, day))
                    else:
                        written.append((state.id, row))
        if self.mend:
            await write_video_days(organization_id, written)
            await delete_video_days(organization_id, gone)
            await update_video_figures(organization_id, moved)
        return await self._examine_own_sums(ids, own)

    async def _examine_own_sums(self, ids: Sequence[UUID], own: Mapping[UUID, Changes]) -> Corrections:
        """Compares the rows of posts that are tracked by themselves; others have none."""
        corrections = Corrections()
        stored = await read_own_rows(self.organization_id, ids, self.days.start, self.days.end)
        differences: dict[tuple[UUID, datetime], Vector] = {}
        for id in sorted(own.keys() | stored.keys()):
            expected = own[id].slots if id in own else {}
            found = stored.get(id, {})
            for slot in sorted(expected.keys() | found.keys()):
                was, should_be = found.get(slot), expected.get(slot)
                if slot < self.days.end and self.findings.compare(
                    "video_slot", id, slot, sums_row(was), sums_row(should_be)
                ):
                    differences[id, slot] = difference = minus(should_be, was)
                    corrections.add("slot", slot, difference)
                    corrections.add("day", utc_day(slot), difference)
        if self.mend:
            await add_sums(self.organization_id, video_slots(differences))
            await delete_empty_own_rows(self.organization_id, differences.keys())
        return corrections

    async def _examine_sums(
        self,
        account_id: UUID,
        unit: str,
        changes: Mapping[date, Vector] | Mapping[datetime, Vector],
        corrections: Corrections,
    ) -> None:
        """Compares an account's rows of a unit; adds by how much they are wrong to `corrections`."""
        first, end = self.days.bounds(unit)
        stored = await read_account_rows(self.organization_id, account_id, unit, first, end)
        expected = {when: vector for when, vector in changes.items() if when < end}
        differences: dict[When, Vector] = {}
        for when in sorted(expected.keys() | stored.keys()):
            was, should_be = stored.get(when), expected.get(when)
            if self.findings.compare(f"account_{unit}", account_id, when, sums_row(was), sums_row(should_be)):
                differences[when] = minus(should_be, was)
                corrections.add(unit, when, differences[when])
        if self.mend:
            keyed = {(account_id, when): vector for when, vector in differences.items()}
            await add_sums(self.organization_id, account_sums(unit, keyed))
            await delete_empty_account_rows(self.organization_id, account_id, unit, differences)


def batches(posts: Sequence[PostWeight]) -> Iterator[list[UUID]]:
    """The posts in lots whose histories fit into memory together."""
    batch: list[UUID] = []
    weight = 0
    for post in posts:
        if batch and weight + post.weight > HEAVIEST_BATCH:
            yield batch
            batch, weight = [], 0
        batch.append(post.id)
        weight += post.weight + 1
    if batch:
        yield batch


def minus(one: Vector | None, other: Vector | None) -> Vector:
    """The difference of two rows, None being no row."""
    nothing = [0] * WIDTH
    return [a - b for a, b in zip(one or nothing, other or nothing, strict=True)]


def _make_again(
    state: VideoState, last_day: date | None, standing: Standing, observations: Sequence[Observation], first: date
) -> tuple[VideoState, list[VideoDay], list[Change]]:
    """A post as recording its observations since `first` one by one would have left it; its day rows, what changed.

    When exactly views became known before `first` no row says: then it stays as stored.
    """
    after = copy(state)
    after.levels, after.starts, after.last_observed_day = dict(standing.levels), dict(standing.starts), last_day
    if "views" not in standing.levels:
        after.views_known_late_at = None
    changes = fold_post(after, standing, observations)
    return after, move_state(after, standing, changes, first) if changes else [], changes


def _figures(total: Vector) -> dict[str, int | None]:
    """The columns of an account that follow from all its rows together."""
    figures: dict[str, int | None] = {
        name: level_change(total, name) if known_change(total, name) else None
        for name in (*ACCOUNT_COUNTERS, *POST_COUNTERS)
    }
    figures |= {f"{name}_known": known_change(total, name) for name in POST_COUNTERS}
    return figures | {f"viewed_{name}_known": viewed_known_change(total, name) for name in ENGAGEMENT_COUNTERS}
