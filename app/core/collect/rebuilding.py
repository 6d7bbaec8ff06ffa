"""Rollups made again from the observations they are a function of: compared with what is stored, and put right."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from app.core.collect.differences import Findings, day_row, state_row, sums_row
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
    viewed_known_change,
)
from app.store.accounts import lock_accounts
from app.store.db import transaction
from app.store.observations import read_account_observations, read_video_observations
from app.store.partitions import hold_observations
from app.store.rebuilding import (
    PostWeight,
    When,
    delete_empty_account_rows,
    delete_empty_organization_rows,
    delete_video_days,
    lock_reconciling,
    read_account_changes_before,
    read_account_figures,
    read_account_rows,
    read_organization_rows,
    read_organization_total,
    read_standings_before,
    read_video_days,
    select_tracking,
    select_video_states,
    snapshot,
    update_account_figures,
    update_video_figures,
    weigh_posts,
)
from app.store.rollups import (
    add_account_sums,
    add_organization_sums,
    add_organization_total,
    write_video_days,
)
from app.store.videos import VideoState

HEAVIEST_BATCH = 20_000
"""Observations and days worked on at a time: some tens of megabytes. A post with more is a batch by itself."""
UNITS = ("day", "slot")

Report = Callable[[int, int], None]


async def rebuild_rollups(
    first: date,
    last: date,
    *,
    organization_ids: Collection[UUID] | None = None,
    on_progress: Report = lambda done, total: None,
) -> Findings:
    """Makes the rollup rows of the UTC days from `first` to `last` again, both included, and what differed.

    Also the figures kept with posts and accounts: latest counters, start levels, what is known. All follow from the
    observations since `first` and the day rows before it. Account by account, each in one transaction that its
    refreshes wait for, so it can run beside them and be interrupted; in the end the organizations' rows are compared
    with their accounts'. Memory does not grow with the history. `on_progress` is told the steps done and those there
    are. Raises InvalidInput for days whose observations are not kept.
    """
    return await _examine(_Days(first, last), organization_ids, on_progress, mend=True)


async def verify_rollups(
    first: date | None,
    last: date,
    *,
    organization_ids: Collection[UUID] | None = None,
    on_progress: Report = lambda done, total: None,
) -> Findings:
    """Compares what `rebuild_rollups` would make with what is stored, and writes nothing; nobody waits for it.

    From the first day whose observations are kept when `first` is None. Raises InvalidInput as rebuilding does.
    """
    if first is None:
        async with transaction():
            first = await hold_observations()
    return await _examine(_Days(first, last), organization_ids, on_progress, mend=False)


@dataclass(frozen=True, slots=True)
class _Days:
    """UTC days, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    def bounds(self, unit: str) -> tuple[When, When]:
        """Where the rows of a unit begin, and before what they end."""
        end = self.last + timedelta(days=1)
        return (self.first, end) if unit == "day" else (self.start, datetime.combine(end, time(), UTC))

    async def hold(self) -> None:
        """Keeps the days' observations until the transaction ends."""
        if self.first > self.last:
            raise InvalidInput(f"The days from {self.first} to {self.last} end before they begin.", "from")
        kept = await hold_observations()
        if self.first < kept:
            gone = min(self.last, kept - timedelta(days=1))
            raise InvalidInput(
                f"No observations are kept of the days from {self.first} to {gone}: begin at {kept} or later.", "from"
            )


async def _examine(
    days: _Days, organization_ids: Collection[UUID] | None, on_progress: Report, *, mend: bool
) -> Findings:
    findings = Findings()
    async with transaction():
        await days.hold()
    tracking = await select_tracking(organization_ids)
    done, total = 0, sum(len(accounts) + 1 for accounts in tracking.values())
    on_progress(done, total)
    for organization_id, account_ids in tracking.items():
        corrections: dict[str, dict[When, Vector]] = {unit: {} for unit in UNITS}
        for account_id in account_ids:
            async with transaction() if mend else snapshot():
                if mend:
                    await lock_accounts(organization_id, [account_id])
                await days.hold()
                account = _Account(organization_id, account_id, days, findings, mend)
                await account.examine(corrections)
            done += 1
            on_progress(done, total)
        async with transaction() if mend else snapshot():
            await _examine_organization(organization_id, days, findings, corrections, mend=mend)
        done += 1
        on_progress(done, total)
    return findings


@dataclass(frozen=True, slots=True)
class _Account:
    """One account under examination: its posts, its rows, its figures, and its part in the organization's rows."""

    organization_id: UUID
    id: UUID
    days: _Days
    findings: Findings
    mend: bool

    async def examine(self, corrections: Mapping[str, dict[When, Vector]]) -> None:
        """Compares and, when mending, puts right. What is not put right is added to `corrections`."""
        stored = await read_account_figures(self.organization_id, self.id)
        if stored is None:
            return
        changes = Changes()
        for batch in _batches(await weigh_posts(self.organization_id, self.id, self.days.start)):
            await self._examine_posts(batch, changes)
        before = await read_account_changes_before(self.organization_id, self.id, self.days.first)
        levels = {name: level_change(before, name) for name in ACCOUNT_COUNTERS if known_change(before, name) > 0}
        seen = await read_account_observations(self.organization_id, {self.id: self.days.start})
        changes.add(fold_profile(Standing(levels), seen.get(self.id, [])), 1)
        figures = _figures(total_of([before, *changes.days.values()]))
        if self.findings.compare("account", self.id, None, stored, figures) and self.mend:
            await update_account_figures(self.organization_id, self.id, figures)
        differences = {"day": await self._examine_sums("day", changes.days)}
        differences["slot"] = await self._examine_sums("slot", changes.slots)
        if self.mend:
            await _add_to_organization(self.organization_id, differences)
            await add_organization_total(self.organization_id, total_of(differences["day"].values()))
        else:
            for unit in UNITS:
                for when, vector in differences[unit].items():
                    add_vector(corrections[unit], when, vector)

    async def _examine_posts(self, ids: Sequence[UUID], changes: Changes) -> None:
        """Compares posts and their day rows, and adds to `changes` what their observations changed."""
        organization_id, days = self.organization_id, self.days
        states = await select_video_states(organization_id, ids, lock=self.mend)
        before = await read_standings_before(organization_id, states, days.first)
        observations = await read_video_observations(organization_id, {state.id: days.start for state in states})
        stored = await read_video_days(organization_id, ids, days.first, days.last)
        moved: list[VideoState] = []
        written: list[tuple[UUID, VideoDay]] = []
        gone: list[tuple[UUID, date]] = []
        for state in states:
            last_day, standing = before.get(state.id, (None, Standing()))
            after, rows, changed = _make_again(state, last_day, standing, observations.get(state.id, []), days.first)
            changes.add(changed, 1)
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

    async def _examine_sums(
        self, unit: str, changes: Mapping[date, Vector] | Mapping[datetime, Vector]
    ) -> dict[When, Vector]:
        """Compares the account's rows of a unit; what is to be added to each that differs."""
        first, end = self.days.bounds(unit)
        stored = await read_account_rows(self.organization_id, self.id, unit, first, end)
        expected = {when: vector for when, vector in changes.items() if when < end}
        differences: dict[When, Vector] = {}
        for when in sorted(expected.keys() | stored.keys()):
            was, should_be = stored.get(when), expected.get(when)
            if self.findings.compare(f"account_{unit}", self.id, when, sums_row(was), sums_row(should_be)):
                differences[when] = _minus(should_be, was)
        if self.mend:
            await add_account_sums(
                self.organization_id, unit, {(self.id, when): vector for when, vector in differences.items()}
            )
            await delete_empty_account_rows(self.organization_id, self.id, unit, differences)
        return differences


async def _examine_organization(
    organization_id: UUID,
    days: _Days,
    findings: Findings,
    corrections: Mapping[str, Mapping[When, Vector]],
    *,
    mend: bool,
) -> None:
    """Compares an organization's rows with those of its accounts, corrected where they were found wrong."""
    if mend:
        await lock_reconciling()
    differences: dict[str, dict[When, Vector]] = {}
    for unit in UNITS:
        differences[unit] = {}
        differing = await read_organization_rows(organization_id, unit, *days.bounds(unit), corrections[unit])
        for when, (was, should_be) in differing.items():
            findings.compare(f"organization_{unit}", organization_id, when, sums_row(was), sums_row(should_be))
            differences[unit][when] = _minus(should_be, was)
    if mend:
        await _add_to_organization(organization_id, differences)
    stored, of_days = await read_organization_total(organization_id)
    expected = of_days if mend else total_of([of_days, *differences["day"].values()])
    if findings.compare("organization_total", organization_id, None, sums_row(stored), sums_row(expected)) and mend:
        await add_organization_total(organization_id, _minus(expected, stored))


async def _add_to_organization(organization_id: UUID, differences: Mapping[str, Mapping[When, Vector]]) -> None:
    """Adds, as refreshes do, so that whatever they add meanwhile stays."""
    for unit in UNITS:
        await add_organization_sums(organization_id, unit, differences[unit])
        await delete_empty_organization_rows(organization_id, unit, differences[unit].keys())


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


def _batches(posts: Sequence[PostWeight]) -> Iterator[list[UUID]]:
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


def _figures(total: Vector) -> dict[str, int | None]:
    """The columns of an account that follow from all its rows together."""
    figures: dict[str, int | None] = {
        name: level_change(total, name) if known_change(total, name) else None
        for name in (*ACCOUNT_COUNTERS, *POST_COUNTERS)
    }
    figures |= {f"{name}_known": known_change(total, name) for name in POST_COUNTERS}
    return figures | {f"viewed_{name}_known": viewed_known_change(total, name) for name in ENGAGEMENT_COUNTERS}


def _minus(one: Vector | None, other: Vector | None) -> Vector:
    nothing = [0] * WIDTH
    return [a - b for a, b in zip(one or nothing, other or nothing, strict=True)]
