"""Recording: facts become observations, latest counters and rollups, in the transaction of one refresh."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from app.core.collect.folding import Changes, fold_post, fold_profile, move_state
from app.domain.facts import AccountFacts, PostFacts
from app.domain.levels import Observation, Standing, merge_observations
from app.domain.rollups import Vector, VideoDay, add_vector, known_change, level_change, total_of, utc_day
from app.store.accounts import AccountRefresh, add_account_counters, lock_accounts, update_profile
from app.store.observations import (
    Source,
    read_account_observations,
    read_video_observations,
    store_account_observations,
    store_video_observations,
)
from app.store.rollups import (
    add_account_sums,
    add_organization_sums,
    add_organization_total,
    read_account_changes_since,
    read_video_standings,
    write_video_days,
)
from app.store.videos import (
    VideoState,
    insert_discovered_videos,
    lock_video_states,
    select_post_owners,
    update_observed_videos,
)


@dataclass(slots=True)
class Recorded:
    """What recording changed, for the caller to write where every refresh of the organization meets."""

    posts: int = 0
    accounts: dict[UUID, Changes] = field(default_factory=dict)

    def of(self, account_id: UUID) -> Changes:
        """The changes of one account."""
        return self.accounts.setdefault(account_id, Changes())


async def lock_for_recording(organization_id: UUID, account_id: UUID, facts: AccountFacts) -> set[UUID]:
    """Locks the accounts a recording writes to: its own, and those that brought in posts its feed shows too.

    All in one order for everybody, before any other lock of the transaction.
    """
    ids = [post.external_id for post in facts.posts]
    locked = {account_id} | await select_post_owners(organization_id, facts.profile.platform, ids)
    await lock_accounts(organization_id, locked)
    return locked


async def record_facts(
    account: AccountRefresh, facts: AccountFacts, run_id: UUID, locked: Collection[UUID], now: datetime
) -> Recorded:
    """Stores what a refresh learnt about an account and its posts, except for the organization's own rows.

    Idempotent, and the same whatever the order facts arrive in: each entity is folded again from the day of the
    earliest new observation, and the difference to what was stored is added to the sums. A post counts for the account
    that brought it in first, whoever's feed shows it now. The caller holds the locks of `locked`
    (`lock_for_recording`), and writes the organization's rows last (`record_organization`).
    """
    if facts.captured_at > now:
        raise ValueError(f"facts captured at {facts.captured_at} come from the future of {now}")
    organization_id = account.organization_id
    source = Source(run_id, facts.provider, facts.route)
    recorded = Recorded()
    new_posts = await _record_posts(account, facts, source, locked, recorded)
    await _record_profile(account, facts, source, recorded.of(account.id))
    for unit in ("day", "slot"):
        rows: dict[tuple[UUID, date | datetime], Vector] = {}
        for account_id, changes in recorded.accounts.items():
            rows |= {(account_id, when): vector for when, vector in getattr(changes, f"{unit}s").items()}
        await add_account_sums(organization_id, unit, rows)
    await update_profile(account, facts.profile, facts.captured_at, new_posts)
    for account_id, changes in sorted(recorded.accounts.items()):
        await add_account_counters(organization_id, account_id, total_of(changes.days.values()))
    return recorded


async def record_organization(organization_id: UUID, recorded: Recorded) -> None:
    """Adds a refresh's changes to the organization's rows. All refreshes meet here: nothing may follow but the end."""
    days: dict[date, Vector] = {}
    slots: dict[datetime, Vector] = {}
    for changes in recorded.accounts.values():
        for day, vector in changes.days.items():
            add_vector(days, day, vector)
        for slot, vector in changes.slots.items():
            add_vector(slots, slot, vector)
    await add_organization_sums(organization_id, "day", days)
    await add_organization_sums(organization_id, "slot", slots)
    await add_organization_total(organization_id, total_of(days.values()))


async def _record_posts(
    account: AccountRefresh, facts: AccountFacts, source: Source, locked: Collection[UUID], recorded: Recorded
) -> int:
    posts = {post.external_id: post for post in facts.posts}
    if not posts:
        return 0
    organization_id = account.organization_id
    states = await lock_video_states(organization_id, account.platform, sorted(posts))
    unseen = [post for external_id, post in posts.items() if external_id not in states]
    if unseen:
        states |= await insert_discovered_videos(
            organization_id, account.id, unseen, facts.captured_at, account.added_at
        )
    # One that another account brought in since the locks were taken is that account's to observe this time.
    ours = [state for state in states.values() if state.account_id in locked]
    await _observe_posts(
        organization_id, [(state, posts[state.external_id]) for state in ours], facts.captured_at, source, recorded
    )
    recorded.posts = len(ours)
    return sum(1 for post in unseen if post.external_id in states)


async def _observe_posts(
    organization_id: UUID,
    posts: Sequence[tuple[VideoState, PostFacts]],
    captured_at: datetime,
    source: Source,
    recorded: Recorded,
) -> None:
    day = utc_day(captured_at)
    # Only what has an observation on that day or later needs a look back; for the rest the latest counters will do.
    crowded = [state for state, _ in posts if state.last_observed_day is not None and state.last_observed_day >= day]
    before = day - timedelta(days=1)
    standings = await read_video_standings(
        organization_id, {state.id: before for state in crowded}, {state.id: state.starts for state in crowded}
    )
    stored = await read_video_observations(organization_id, {state.id: _midnight(day) for state in crowded})
    is_crowded = {state.id for state in crowded}
    observations: list[tuple[UUID, Observation]] = []
    day_rows: list[tuple[UUID, VideoDay]] = []
    described: dict[UUID, PostFacts] = {}
    for state, post in posts:
        standing = (
            standings.get(state.id, Standing()) if state.id in is_crowded else Standing(state.levels, state.starts)
        )
        state.views_kind = state.views_kind or post.views_kind
        old = stored.get(state.id, [])
        merged = merge_observations([*old, Observation(captured_at, post.counts, post.views_kind)], state.views_kind)
        observations += [(state.id, seen) for seen in merged if seen.captured_at == captured_at]
        was = fold_post(state, standing, old)
        is_now = fold_post(state, standing, merged)
        assert state.account_id is not None
        recorded.of(state.account_id).add(is_now, 1)
        recorded.of(state.account_id).add(was, -1)
        if state.last_refreshed_at is None or captured_at >= state.last_refreshed_at:
            described[state.id] = post
            state.last_refreshed_at = captured_at
        state.first_refreshed_at = min(captured_at, state.first_refreshed_at or captured_at)
        if is_now:
            day_rows += [(state.id, row) for row in move_state(state, standing, is_now, day)]
    await store_video_observations(organization_id, observations, source)
    await write_video_days(organization_id, day_rows)
    await update_observed_videos(organization_id, [state for state, _ in posts], described)


async def _record_profile(account: AccountRefresh, facts: AccountFacts, source: Source, changes: Changes) -> None:
    captured_at = facts.captured_at
    day = utc_day(captured_at)
    levels = dict(account.levels)
    old: list[Observation] = []
    if account.last_refreshed_at is not None and utc_day(account.last_refreshed_at) >= day:
        # Levels at the end of the day before: the latest ones less all that changed since.
        since = await read_account_changes_since(account.organization_id, account.id, day)
        levels = {
            counter: level - level_change(since, counter)
            for counter, level in levels.items()
            if known_change(since, counter) == 0
        }
        found = await read_account_observations(account.organization_id, {account.id: _midnight(day)})
        old = found.get(account.id, [])
    merged = merge_observations([*old, Observation(captured_at, facts.profile.counts)], None)
    standing = Standing(levels)
    changes.add(fold_profile(standing, merged), 1)
    changes.add(fold_profile(standing, old), -1)
    await store_account_observations(
        account.organization_id,
        [(account.id, seen) for seen in merged if seen.captured_at == captured_at],
        source,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
