"""What accounts and creators rank by: sums of day rows, or of quarters of an hour in other zones."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from app.domain.metrics import (
    ACCOUNT_COUNTERS,
    DAYS,
    ENGAGEMENT_COUNTERS,
    POSTS_PUBLISHED,
    PUBLISHED_EVER,
)
from app.domain.platforms import Platform
from app.domain.series import SubjectKind
from app.store.analytics.ranking import Entrants, days_in, ranked_terms, ranked_windows
from app.store.analytics.series import MEMBER, Bounds
from app.store.db import fetch
from app.store.parameters import Parameters

NAME = {SubjectKind.ACCOUNT: "handle", SubjectKind.CREATOR: "name"}

LateGains = Mapping[UUID, Sequence[Mapping[str, int]]]
"""By subject and stretch: the engagement gained before the views of the post became known."""


async def select_subject_ids(organization_id: UUID, kind: SubjectKind) -> list[UUID]:
    """Every account or creator of an organization."""
    rows = await fetch(
        f"SELECT id FROM {kind.value} subject WHERE organization_id = $1 {_present(kind)}", organization_id
    )
    return [row["id"] for row in rows]


def rank_of_sets(
    parameters: Parameters,
    organization_id: UUID,
    kind: SubjectKind,
    bounds: Bounds,
    metric: str,
    late: LateGains,
    platforms: Collection[Platform] | None = None,
) -> Entrants:
    """The accounts or creators with the terms of a metric over the bounds' last stretch, and the one before if any.

    Of creators only accounts on `platforms` count, where some are given.
    Day and slot rows are summed account by account first: that is the bulk of the work, and done in parallel.
    """
    organization = parameters.add(organization_id, "uuid")
    members = "a.removed_at IS NULL"
    if platforms is not None:
        members += f" AND a.platform = ANY({parameters.add([platform.value for platform in platforms], 'text[]')})"
    counted = [term for term in ranked_terms(metric) if term in (POSTS_PUBLISHED, PUBLISHED_EVER)]
    added = [term for term in ranked_terms(metric) if term not in (DAYS, *counted)]
    joins, columns = [], ["subject.id"]
    if added:
        sums, amounts = _sums(parameters, organization, bounds, added)
        joins.append(f"""
            LEFT JOIN account a ON a.organization_id = {organization} AND {MEMBER[kind]} = subject.id
                               AND {members}
            LEFT JOIN ({sums}) AS sums ON sums.account_id = a.id""")
        columns += amounts
    subjects = f"""
        SELECT {", ".join(columns)} FROM {kind.value} subject {" ".join(joins)}
        WHERE subject.organization_id = {organization} {_present(kind)} GROUP BY subject.id"""
    more, terms = [], ["subject.id"]
    if counted:
        more.append(_published(parameters, organization, kind, bounds, counted, members))
    if late:
        more.append(_late(parameters, late, bounds))
    for place, window in ranked_windows(bounds):
        for term in ranked_terms(metric):
            name = f"{term}_{window}"
            if term == DAYS:
                terms.append(f"{parameters.add(days_in(bounds, place), 'bigint')} AS {name}")
            elif term in counted:
                terms.append(f"coalesce(published.{name}, 0) AS {name}")
            elif late and term.startswith("viewed_"):
                terms.append(f"subject.{name} + coalesce(late.{name}, 0) AS {name}")
            else:
                terms.append(f"subject.{name}")
    return Entrants(
        f"SELECT {', '.join(terms)} FROM ({subjects}) AS subject {' '.join(more)}",
        kind.value,
        NAME[kind],
        _first_observed_at(kind, members),
    )


def _sums(parameters: Parameters, organization: str, bounds: Bounds, terms: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The query that sums rows account by account; and the terms of a set, from those sums and where it stands now.

    How many members have a counter known at the end of a stretch is how many have it now less those that came to know
    it later, and a level likewise.
    """
    unit, type_name = ("day", "date") if bounds.zone_name == "UTC" else ("slot", "timestamptz")
    edges: Sequence[date | datetime] = bounds.days if unit == "day" else bounds.instants
    since = [f"s.{unit} >= {parameters.add(edge, type_name)}" for edge in edges]
    sums, amounts = [], []
    for place, window in ranked_windows(bounds):
        later = since[place + 1]
        for term in terms:
            counter, _, part = term.rpartition("_")
            of_profile = counter in ACCOUNT_COUNTERS
            known_now = f"count(a.{counter})" if of_profile else f"coalesce(sum(a.{counter}_known), 0)"
            sums.append(f"sum(s.{counter}_known) FILTER (WHERE {later}) AS {term}_known_{window}")
            known = f"{known_now} > coalesce(sum(sums.{term}_known_{window}), 0)"
            if part == "gain":
                sums.append(f"sum(s.{counter}_gain) FILTER (WHERE {since[place]} AND NOT {later}) AS {term}_{window}")
                amount = f"coalesce(sum(sums.{term}_{window}), 0)"
            else:
                change = f"s.{counter}_gain + s.{counter}_start"
                sums.append(f"sum({change}) FILTER (WHERE {later}) AS {term}_{window}")
                amount = f"sum(a.{counter}) - coalesce(sum(sums.{term}_{window}), 0)"
            amounts.append(f"(CASE WHEN {known} THEN {amount} END)::bigint AS {term}_{window}")
    query = f"""
        SELECT s.account_id, {", ".join(sums)} FROM account_{unit} s
        WHERE s.organization_id = {organization} AND {since[0]} GROUP BY s.account_id"""
    return query, amounts


def _published(
    parameters: Parameters, organization: str, kind: SubjectKind, bounds: Bounds, terms: Sequence[str], members: str
) -> str:
    counts = []
    for place, window in ranked_windows(bounds):
        until = f"v.published_at < {parameters.add(bounds.instants[place + 1], 'timestamptz')}"
        for term in terms:
            condition = until
            if term == POSTS_PUBLISHED:
                condition += f" AND v.published_at >= {parameters.add(bounds.instants[place], 'timestamptz')}"
            counts.append(f"count(*) FILTER (WHERE {condition}) AS {term}_{window}")
    return f"""
        LEFT JOIN (
            SELECT {MEMBER[kind]} AS subject_id, {", ".join(counts)}
            FROM video v JOIN account a ON a.id = v.account_id AND {members}
            WHERE v.organization_id = {organization} AND v.removed_at IS NULL
            GROUP BY subject_id
        ) AS published ON published.subject_id = subject.id"""


def _late(parameters: Parameters, late: LateGains, bounds: Bounds) -> str:
    names, arrays = ["subject_id"], [parameters.add(list(late), "uuid[]")]
    for place, window in ranked_windows(bounds):
        for counter in ENGAGEMENT_COUNTERS:
            names.append(f"viewed_{counter}_gain_{window}")
            gains = [stretches[place].get(counter, 0) for stretches in late.values()]
            arrays.append(parameters.add(gains, "bigint[]"))
    return f"LEFT JOIN unnest({', '.join(arrays)}) AS late ({', '.join(names)}) ON late.subject_id = subject.id"


def _first_observed_at(kind: SubjectKind, members: str) -> str:
    if kind is SubjectKind.ACCOUNT:
        return "subject.first_observed_at"
    return f"""(
        SELECT min(a.first_observed_at) FROM account a
        WHERE a.organization_id = subject.organization_id AND a.creator_id = subject.id AND {members}
    )"""


def _present(kind: SubjectKind) -> str:
    return "AND subject.removed_at IS NULL" if kind is SubjectKind.ACCOUNT else ""
