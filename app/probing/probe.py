"""The `providers` table, and the probe: one call of each provider about one thing, told to whoever asked for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.domain.clock import utc_now
from app.domain.facts import AccountFacts, Counts, PostFacts
from app.domain.links import LinkName, PostName, ProfileName, ShortLink, canonical_handle, read_link
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.probing.shapes import Drift, drift_of
from app.providers.base import (
    AccountIdentity,
    AccountProvider,
    Fetched,
    Operation,
    PostBounds,
    PostIdentity,
    PostProvider,
    Provider,
    Visit,
)
from app.providers.chain import Chains
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply, Upstream, open_client
from app.providers.limits import Pacing
from app.providers.registry import AnyProvider, Entry, Registry, build_registry
from app.settings import PREFIX, REAL_HOSTS_TEMPLATE, Settings

WITHIN = timedelta(minutes=2)
POSTS = 12
"""Of an account's posts so many are asked for: what most upstreams show at once."""
ACCOUNT_OPERATIONS = (Operation.PROFILE, Operation.RECENT_VIDEOS)
SHAPED = frozenset({AnswerClass.OK, AnswerClass.PARTIAL, AnswerClass.SCHEMA_CHANGED})
"""Answers that have the shape of facts, or should: what a refusal looks like says nothing of it."""
GOOD = frozenset({AnswerClass.OK, AnswerClass.PARTIAL, AnswerClass.HIDDEN, AnswerClass.PRIVATE})


def show_providers(settings: Settings, console: Console) -> None:
    """Prints every provider's place: platform, operation, order, name, and whether it is ready or why not.

    Settings go by their names without the prefix, so that none is cut in a narrow terminal.
    """
    table = Table("Platform", "Operation", "Order", "Provider", "Ready", box=None, header_style="bold", pad_edge=False)
    for entry in build_registry(settings).entries:
        ready = "yes" if entry.why_not_ready is None else f"no: {entry.why_not_ready.replace(PREFIX, '')}"
        table.add_row(entry.platform, entry.operation, str(entry.order), entry.provider.name, escape(ready))
    console.print(table)
    console.print(f"The names of settings begin with {PREFIX}.", style="dim", highlight=False)


class NotingVisit(Visit):
    """A visit that keeps the last answer of each route."""

    def __init__(self, provider: str, upstream: Upstream, pacing: Pacing) -> None:
        super().__init__(provider, upstream, pacing, asyncio.get_running_loop().time() + WITHIN.total_seconds())
        self.replies: dict[str, Reply] = {}

    async def _ask(self, route: str, *more: Any) -> Reply:
        reply = await super()._ask(route, *more)
        self.replies[route] = reply
        return reply


@dataclass(frozen=True, slots=True)
class Probed:
    """What one call of a provider came to."""

    provider: str
    outcome: Fetched[Any] | None
    """None where it was not called."""
    why_not_ready: str | None = None
    drifts: Sequence[tuple[str, Drift]] = ()
    """By route."""


async def run_probe(
    settings: Settings, platform: Platform, target: str, provider: str | None, console: Console
) -> bool:
    """Calls each provider that tells of a handle or a post once, or the one named, and prints what came of it.

    Whether all that were called told of it. Raises InvalidInput for a target that names nothing of the platform, and
    for a provider that does not tell of such things.
    """
    registry = build_registry(settings)
    pacing = Pacing(None, is_on=settings.upstream_base_template == REAL_HOSTS_TEMPLATE)
    async with open_client(settings) as client:
        upstream = Upstream.of(client, settings)
        name = _named(registry, platform, target)
        if isinstance(name, ShortLink):
            name = await _resolved(Chains(settings, upstream, pacing, registry), name)
        if isinstance(name, PostName):
            probed = [
                await _probe_post(entry, name, upstream, pacing)
                for entry in _asked(registry.posts.get(platform, ()), provider)
            ]
        else:
            chains = [registry.accounts.get((platform, operation), ()) for operation in ACCOUNT_OPERATIONS]
            probed = [
                await _probe_account(entry, name, upstream, pacing)
                for entry in _asked([entry for chain in chains for entry in chain], provider)
            ]
    for each in probed:
        _show(each, console)
    outcomes = [each.outcome for each in probed if each.outcome is not None]
    return bool(outcomes) and all(outcome.answer_class in GOOD for outcome in outcomes)


def _named(registry: Registry, platform: Platform, target: str) -> LinkName:
    """What is probed: a plain word is a handle where accounts are told of, and a post by its id elsewhere."""
    if "/" in target or (platform, Operation.PROFILE) not in registry.accounts:
        return read_link(target, platform, "target")
    return ProfileName(platform, canonical_handle(platform, target, "target"))


async def _resolved(chains: Chains, link: ShortLink) -> PostName | ProfileName:
    found = await chains.resolve(link, within=WITHIN)
    if isinstance(found, Refusal):
        raise InvalidInput(f"The short link could not be followed: {found.reason}.", "target")
    return found


def _asked(entries: Sequence[Entry[AnyProvider]], provider: str | None) -> list[Entry[AnyProvider]]:
    """The providers to call, each once."""
    by_name: dict[str, Entry[AnyProvider]] = {}
    for entry in entries:
        by_name.setdefault(entry.provider.name, entry)
    if provider is None:
        return list(by_name.values())
    if provider not in by_name:
        known = ", ".join(by_name) or "nobody does"
        raise InvalidInput(f"{provider} does not tell of such things. Those that do: {known}.", "provider")
    return [by_name[provider]]


async def _probe_post(entry: Entry[PostProvider], name: PostName, upstream: Upstream, pacing: Pacing) -> Probed:
    if entry.why_not_ready is not None:
        return Probed(entry.provider.name, None, entry.why_not_ready)
    visit = NotingVisit(entry.provider.name, upstream, pacing)
    identity = PostIdentity(name.platform, name.external_id, name.author_handle)
    return _probed(visit, entry, await entry.provider.fetch_post(visit, identity, utc_now()))


async def _probe_account(
    entry: Entry[AccountProvider], name: ProfileName, upstream: Upstream, pacing: Pacing
) -> Probed:
    if entry.why_not_ready is not None:
        return Probed(entry.provider.name, None, entry.why_not_ready)
    visit = NotingVisit(entry.provider.name, upstream, pacing)
    identity = AccountIdentity(name.platform, name.handle)
    return _probed(visit, entry, await entry.provider.fetch_account(visit, identity, PostBounds(POSTS), utc_now()))


def _probed(visit: NotingVisit, entry: Entry[Provider], outcome: Fetched[Any]) -> Probed:
    shaped = {call.route for call in outcome.calls if call.answer_class in SHAPED}
    drifts = [
        (route, drift)
        for route, reply in visit.replies.items()
        if reply.answer_class is AnswerClass.OK and route in shaped
        for drift in drift_of(entry.provider.name, route, reply.body)
    ]
    return Probed(entry.provider.name, outcome, drifts=drifts)


def _show(probed: Probed, console: Console) -> None:
    def say(text: str) -> None:
        # Wrapped by words, further lines indented: some are long, and all are read in narrow terminals, too.
        lines = fill(text, console.width, initial_indent="  ", subsequent_indent="      ", break_long_words=False)
        console.print(escape(lines), highlight=False, soft_wrap=True)

    console.print(f"[bold]{escape(probed.provider)}[/]", highlight=False)
    outcome = probed.outcome
    if outcome is None:
        say(f"not ready: {probed.why_not_ready}")
        return
    say(f"class: {outcome.answer_class.value}" + (f" ({outcome.reason})" if outcome.reason else ""))
    for line in _facts(outcome.facts):
        say(line)
    for call in outcome.calls:
        status = "no status" if call.http_status is None else f"status {call.http_status}"
        code = f", code {call.upstream_code}" if call.upstream_code else ""
        sent = f"{call.requests} request{'' if call.requests == 1 else 's'}"
        say(
            f"route {call.route}: {call.answer_class.value}, {status}{code}, {call.elapsed_ms} ms, {sent},"
            f" cost {call.cost}"
        )
    for route, drift in probed.drifts:
        say(f"shape of {route}, {'.'.join(drift.path) or 'the whole'}: {_drift(drift)}")


def _facts(facts: AccountFacts | PostFacts | None) -> list[str]:
    """What was told, in lines."""
    if facts is None:
        return []
    if isinstance(facts, PostFacts):
        hidden = f"; hidden: {', '.join(sorted(facts.hidden))}" if facts.hidden else ""
        author = f" by {facts.author_handle}" if facts.author_handle is not None else ""
        return [f"post {facts.external_id}{author}: {_counts(facts.counts)}{hidden}"]
    profile, posts = facts.profile, facts.posts
    complete = "complete" if facts.posts_complete else "incomplete"
    return [
        f"account {profile.external_id or 'without an id'} @{profile.handle}: {_counts(profile.counts)}",
        f"posts: {len(posts)}, {complete}",
        *(f"post {post.external_id}: {_counts(post.counts)}" for post in posts[:1]),
    ]


def _counts(counts: Counts) -> str:
    if not counts:
        return "no figures"
    return ", ".join(f"{name} {'~' if count.is_approximate else ''}{count.value}" for name, count in counts.items())


def _drift(drift: Drift) -> str:
    if not drift.is_found:
        return "not found"
    parts = [
        f"{what} {', '.join(keys)}" for what, keys in (("missing", drift.missing), ("unknown", drift.unknown)) if keys
    ]
    return "; ".join(parts) or "as expected"
