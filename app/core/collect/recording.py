"""Recording: facts become observations, latest counters and rollups, in the transaction of one refresh."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from app.core.collect.folding import Changes, fold_post, fold_profile, move_state
from app.domain.facts import AccountFacts, PostFacts
from app.domain.levels import Change, Observation, Standing, merge_observations
from app.domain.rollups import Vector, VideoDay, add_vector, known_change, level_change, total_of, utc_day
from app.store.accounts import AccountRefresh, add_account_counters, update_profile
from app.store.observations import (
    Source,
    read_account_observations,
    read_video_observations,
    store_account_observations,
    store_video_observations,
)
from app.store.partitions import hold_observations
from app.store.rollups import (
    account_sums,
    add_sums,
    organization_sums,
    organization_total,
    read_account_changes_since,
    read_video_slots,
    read_video_standings,
    video_slots,
    write_video_days,
)
from app.store.videos import (
    VideoState,
    insert_discovered_videos,
    lock_post_owners,
    lock_video_states,
    set_account,
    update_observed_videos,
)


@dataclass(slots=True)
class Recorded:
    """What recording changed, for the caller to write where every refresh of the organization meets."""

    posts: int = 0
    accounts: dict[UUID, Changes] = field(default_factory=dict)
    videos: dict[UUID, Changes] = field(default_factory=dict)
    """Of the posts that are tracked by themselves, whichever account they belong to besides."""
    lone: Changes = field(default_factory=Changes)
    """Of the posts that no account has: the organization is its accounts and these."""

    seen: dict[UUID, datetime] = field(default_factory=dict)
    """When a part of each account was observed, the earliest."""

    observed: Sequence[UUID] = ()
    """The posts that were observed."""

    def account(self, account_id: UUID) -> Changes:
        """The changes of one account."""
        return self.accounts.setdefault(account_id, Changes())

    def see(self, account_id: UUID, instant: datetime | None) -> None:
        """Notes that a part of an account was observed then."""
        if instant is not None:
            self.seen[account_id] = min(instant, self.seen.get(account_id, instant))

    def add(self, state: VideoState, changes: Sequence[Change], sign: int) -> None:
        """Adds what observations of a post changed to all that it counts in, or takes it out with sign -1."""
        owner = self.lone if state.account_id is None else self.account(state.account_id)
        owner.add(changes, sign)
        if state.added_at is not None:
            self.videos.setdefault(state.id, Changes()).add(changes, sign)

    def move(self, account_id: UUID, slots: Mapping[datetime, Vector]) -> None:
        """Moves all that a lone post added up until now to the account that has found it."""
        self.account(account_id).add_slots(slots, 1)
        self.lone.add_slots(slots, -1)


async def lock_for_recording(organization_id: UUID, account_id: UUID, facts: AccountFacts) -> set[UUID]:
    """Locks the accounts a recording writes to: its own, and those that brought in posts its feed shows too.

    All in one order for everybody, before any other lock of the transaction.
    """
    ids = [post.external_id for post in facts.posts]
    return await lock_post_owners(organization_id, account_id, facts.profile.platform, ids)


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
    await _record_profile(account, facts, source, recorded.account(account.id))
    recorded.see(account.id, facts.captured_at)
    await _add_sums_of_parts(organization_id, recorded)
    for account_id, changes in sorted(recorded.accounts.items()):
        change, seen_at = total_of(changes.days.values()), recorded.seen.get(account_id)
        if account_id == account.id:
            await update_profile(account, facts.profile, facts.captured_at, new_posts, change, seen_at)
        else:
            await add_account_counters(organization_id, account_id, change, seen_at)
    return recorded


async def record_post(
    organization_id: UUID, state: VideoState, post: PostFacts, captured_at: datetime, source: Source, now: datetime
) -> Recorded:
    """Stores what a refresh of one post learnt, except for the organization's own rows; as `record_facts` does.

    The caller has locked the post's account, where it has one, and then the post.
    """
    if captured_at > now:
        raise ValueError(f"facts captured at {captured_at} come from the future of {now}")
    recorded = Recorded(posts=1, observed=(state.id,))
    if state.first_refreshed_at is None and state.account_id is None and state.added_at is not None:
        # The first that is known of it: whether it grows from zero is decided here, and kept.
        state.grows_from_zero = begins_from_zero(post.published_at, state.added_at)
    await _observe_posts(organization_id, [(state, post)], captured_at, source, recorded, found_at=None)
    await write_sums(organization_id, recorded)
    return recorded


async def record_organization(organization_id: UUID, recorded: Recorded) -> None:
    """Adds a refresh's changes to the organization's rows. All refreshes meet here: nothing may follow but the end."""
    days: dict[date, Vector] = {}
    slots: dict[datetime, Vector] = {}
    for changes in (*recorded.accounts.values(), recorded.lone):
        for day, vector in changes.days.items():
            add_vector(days, day, vector)
        for slot, vector in changes.slots.items():
            add_vector(slots, slot, vector)
    await add_sums(
        organization_id,
        organization_sums("day", days),
        organization_sums("slot", slots),
        organization_total(total_of(days.values())),
    )


async def write_sums(organization_id: UUID, recorded: Recorded) -> None:
    """Adds to the rows of accounts and of posts that are tracked by themselves, and to the accounts' counters."""
    await _add_sums_of_parts(organization_id, recorded)
    for account_id, changes in sorted(recorded.accounts.items()):
        change, seen_at = total_of(changes.days.values()), recorded.seen.get(account_id)
        await add_account_counters(organization_id, account_id, change, seen_at)


async def _add_sums_of_parts(organization_id: UUID, recorded: Recorded) -> None:
    accounts, videos = recorded.accounts.items(), recorded.videos.items()
    await add_sums(
        organization_id,
        account_sums("day", {(id, day): vector for id, changes in accounts for day, vector in changes.days.items()}),
        account_sums(
            "slot", {(id, slot): vector for id, changes in accounts for slot, vector in changes.slots.items()}
        ),
        video_slots({(id, slot): vector for id, changes in videos for slot, vector in changes.slots.items()}),
    )


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
    lone = [(state, posts[state.external_id]) for state in states.values() if state.account_id is None]
    await adopt_lone_posts(account, lone, facts.captured_at, recorded)
    # One that another account brought in since the locks were taken is that account's to observe this time.
    ours = [state for state in states.values() if state.account_id in locked]
    await _observe_posts(
        organization_id,
        [(state, posts[state.external_id]) for state in ours],
        facts.captured_at,
        source,
        recorded,
        found_at=facts.captured_at,
    )
    recorded.posts = len(ours)
    recorded.observed = [state.id for state in ours]
    return len(lone) + sum(1 for post in unseen if post.external_id in states)


async def adopt_lone_posts(
    account: AccountRefresh, lone: Sequence[tuple[VideoState, PostFacts]], found_at: datetime, recorded: Recorded
) -> None:
    """Makes lone posts found in an account's feed its own, their whole past included. Sets the states' account."""
    if not lone:
        return
    slots = await read_video_slots(account.organization_id, [state.id for state, _ in lone])
    for state, post in lone:
        since = min(account.added_at, state.added_at or account.added_at)  # tracking of it began with the earlier
        if not state.grows_from_zero and begins_from_zero(state.published_at or post.published_at, since):
            await _let_grow_from_zero(account.organization_id, state, recorded)
        recorded.move(account.id, slots.get(state.id, {}))
        if state.id in recorded.videos:
            recorded.move(account.id, recorded.videos[state.id].slots)
        recorded.see(account.id, state.first_refreshed_at)
        state.account_id = account.id
    await set_account(account.organization_id, [state.id for state, _ in lone], account.id, found_at)


async def _let_grow_from_zero(organization_id: UUID, state: VideoState, recorded: Recorded) -> None:
    """Makes the first values of a lone post growth instead of baselines, as far back as they were observed.

    A post whose first observations are no longer kept stays as it is.
    """
    first = state.first_refreshed_at
    if first is not None and utc_day(first) < await hold_observations():
        return
    found = {} if first is None else await read_video_observations(organization_id, {state.id: first})
    observations = found.get(state.id, [])
    recorded.add(state, fold_post(state, Standing(), observations), -1)
    state.grows_from_zero = True
    changes = fold_post(state, Standing(), observations)
    recorded.add(state, changes, 1)
    if changes:
        rows = move_state(state, Standing(), changes, utc_day(changes[0].captured_at))
        await write_video_days(organization_id, [(state.id, row) for row in rows])


async def _observe_posts(
    organization_id: UUID,
    posts: Sequence[tuple[VideoState, PostFacts]],
    captured_at: datetime,
    source: Source,
    recorded: Recorded,
    *,
    found_at: datetime | None,
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
    # What comes after all that is stored needs no look at what is there.
    are_new = all(state.last_refreshed_at is None or state.last_refreshed_at < captured_at for state, _ in posts)
    observations: list[tuple[UUID, Observation]] = []
    day_rows: list[tuple[UUID, VideoDay]] = []
    described: dict[UUID, PostFacts] = {}
    for state, post in posts:
        standing = (
            standings.get(state.id, Standing()) if state.id in is_crowded else Standing(state.levels, state.starts)
        )
        state.views_kind = state.views_kind or post.views_kind
        state.published_at = state.published_at or post.published_at
        old = stored.get(state.id, [])
        merged = merge_observations([*old, Observation(captured_at, post.counts, post.views_kind)], state.views_kind)
        observations += [(state.id, seen) for seen in merged if seen.captured_at == captured_at]
        was = fold_post(state, standing, old)
        is_now = fold_post(state, standing, merged)
        recorded.add(state, is_now, 1)
        recorded.add(state, was, -1)
        if state.account_id is not None:
            recorded.see(state.account_id, captured_at)
        if state.last_refreshed_at is None or captured_at >= state.last_refreshed_at:
            described[state.id] = post
            state.last_refreshed_at = captured_at
        state.first_refreshed_at = min(captured_at, state.first_refreshed_at or captured_at)
        if is_now:
            day_rows += [(state.id, row) for row in move_state(state, standing, is_now, day)]
    await store_video_observations(organization_id, observations, source, are_new=are_new)
    await write_video_days(organization_id, day_rows, are_new=not crowded)
    await update_observed_videos(organization_id, [state for state, _ in posts], described, found_at)


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


def begins_from_zero(published_at: datetime | None, tracked_since: datetime) -> bool:
    """Whether a post's first values are growth: it was published at or after the moment its tracking began."""
    return published_at is not None and published_at >= tracked_since


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
