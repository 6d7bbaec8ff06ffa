"""Rollups made again from the observations they are a function of: compared with what is stored, and put right."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from app.core.collect.differences import Findings, When, sums_row
from app.core.collect.examining import UNITS, Corrections, Days, Examination, batches, minus
from app.core.collect.folding import Changes
from app.domain.rollups import Vector, add_vector, total_of
from app.store.accounts import lock_accounts
from app.store.collect.rebuilding import (
    delete_empty_organization_rows,
    is_removed,
    lock_reconciling,
    read_organization_rows,
    read_organization_total,
    select_tracking,
    snapshot,
    weigh_posts,
)
from app.store.db import transaction
from app.store.partitions import hold_observations
from app.store.rollups import add_sums, organization_sums, organization_total

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
    observations since `first` and the day rows before it. Account by account, then the posts that no account has, each
    in one transaction that its refreshes wait for, so it can run beside them and be interrupted; in the end the
    organizations' rows are compared with their parts'. Memory does not grow with the history. `on_progress` is told the
    steps done and those there are. Raises InvalidInput for days whose observations are not kept.
    """
    return await _examine(Days(first, last), organization_ids, on_progress, mend=True)


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
    return await _examine(Days(first, last), organization_ids, on_progress, mend=False)


async def _examine(
    days: Days, organization_ids: Collection[UUID] | None, on_progress: Report, *, mend: bool
) -> Findings:
    findings = Findings()
    async with transaction():
        await days.hold()
    tracking = await select_tracking(organization_ids)
    done, total = 0, sum(len(accounts) + 1 for accounts in tracking.values())
    on_progress(done, total)
    for organization_id, account_ids in tracking.items():
        examination = Examination(organization_id, days, findings, mend)
        unmended = Corrections()
        for account_id in account_ids:
            await _examine_account(examination, account_id, unmended)
            done += 1
            on_progress(done, total)
        await _examine_lone_posts(examination, unmended)
        await _examine_organization(examination, unmended)
        done += 1
        on_progress(done, total)
    return findings


async def _examine_account(examination: Examination, account_id: UUID, unmended: Corrections) -> None:
    async with transaction() if examination.mend else snapshot():
        if examination.mend:
            await lock_accounts(examination.organization_id, [account_id])
        await examination.days.hold()
        corrections = await examination.examine_account(account_id)
        if not await is_removed(examination.organization_id, account_id):  # it is no part of the organization's rows
            await _settle(examination, corrections, unmended)


async def _examine_lone_posts(examination: Examination, unmended: Corrections) -> None:
    posts = await weigh_posts(examination.organization_id, None, examination.days.start)
    for batch in batches(posts):
        async with transaction() if examination.mend else snapshot():
            await examination.days.hold()
            await _settle(examination, await examination.examine_posts(None, batch, Changes()), unmended)


async def _settle(examination: Examination, corrections: Corrections, unmended: Corrections) -> None:
    """Adds to the organization's rows what was added to those of a part of it, or remembers that nothing was."""
    if examination.mend:
        await _add_to_organization(examination.organization_id, corrections.units)
        total = organization_total(total_of(corrections.units["day"].values()))
        await add_sums(examination.organization_id, total)
        return
    for unit in UNITS:
        for when, vector in corrections.units[unit].items():
            add_vector(unmended.units[unit], when, vector)


async def _examine_organization(examination: Examination, unmended: Corrections) -> None:
    """Compares an organization's rows with those of its parts, corrected where they were found wrong."""
    organization_id, findings, mend = examination.organization_id, examination.findings, examination.mend
    async with transaction() if mend else snapshot():
        if mend:
            await lock_reconciling()
        differences: dict[str, dict[When, Vector]] = {}
        for unit in UNITS:
            differences[unit] = {}
            bounds = examination.days.bounds(unit)
            differing = await read_organization_rows(organization_id, unit, *bounds, unmended.units[unit])
            for when, (was, should_be) in differing.items():
                findings.compare(f"organization_{unit}", organization_id, when, sums_row(was), sums_row(should_be))
                differences[unit][when] = minus(should_be, was)
        if mend:
            await _add_to_organization(organization_id, differences)
        stored, of_days = await read_organization_total(organization_id)
        expected = of_days if mend else total_of([of_days, *differences["day"].values()])
        if findings.compare("organization_total", organization_id, None, sums_row(stored), sums_row(expected)) and mend:
            await add_sums(organization_id, organization_total(minus(expected, stored)))


async def _add_to_organization(organization_id: UUID, differences: Mapping[str, Mapping[When, Vector]]) -> None:
    """Adds, as refreshes do, so that whatever they add meanwhile stays."""
    for unit in UNITS:
        await add_sums(organization_id, organization_sums(unit, differences[unit]))
        await delete_empty_organization_rows(organization_id, unit, differences[unit].keys())
