"""Members of subjects, as a breakdown tells them apart: the accounts and posts whose figures add up to theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.metrics import POST_COUNTERS
from app.domain.platforms import Platform
from app.domain.series import SubjectKind
from app.store.db import fetch


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """An account, and the subject it is a member of."""

    subject_id: UUID
    id: UUID
    platform: Platform
    handle: str
    creator_id: UUID | None


@dataclass(frozen=True, slots=True)
class MemberVideo:
    """A post, and the subject it is a member of."""

    subject_id: UUID
    id: UUID
    platform: Platform
    name: str
    """What ties are told apart by: its caption in lower case."""
    alike: int
    """How many posts it stands for, itself included, that gain just the same as it."""
    level: int | None
    """Where these stand together in the counter asked for, while they are no longer observed."""


NAME = "left(lower(coalesce(v.caption, '')), 255)"
"""A post's name; captions are told apart by their beginning."""

SUBJECT = {SubjectKind.ORGANIZATION: "a.organization_id", SubjectKind.CREATOR: "a.creator_id"}


async def select_present(organization_id: UUID, kind: SubjectKind, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` that are the organization's and not removed."""
    owner = "id" if kind is SubjectKind.ORGANIZATION else "organization_id"
    present = "removed_at IS NULL" if kind in (SubjectKind.ACCOUNT, SubjectKind.VIDEO) else "true"
    rows = await fetch(
        f"SELECT id FROM {kind.value} WHERE {owner} = $1 AND id = ANY($2) AND {present}", organization_id, list(ids)
    )
    return {row["id"] for row in rows}


async def select_member_accounts(organization_id: UUID, kind: SubjectKind, ids: Sequence[UUID]) -> list[MemberAccount]:
    """The accounts of organizations or creators."""
    rows = await fetch(
        f"""
        SELECT {SUBJECT[kind]} AS subject_id, a.id, a.platform, a.handle, a.creator_id
        FROM account a
        WHERE a.organization_id = $1 AND {SUBJECT[kind]} = ANY($2) AND a.removed_at IS NULL
        """,
        organization_id,
        list(ids),
    )
    return [
        MemberAccount(row["subject_id"], row["id"], Platform(row["platform"]), row["handle"], row["creator_id"])
        for row in rows
    ]


async def select_creator_names(organization_id: UUID) -> dict[UUID, str]:
    """The name of every creator of an organization as ties are told apart by it: in the database's lower case."""
    rows = await fetch(
        "SELECT id, left(lower(name), 255) AS name FROM creator WHERE organization_id = $1", organization_id
    )
    return {row["id"]: row["name"] for row in rows}


async def select_member_videos(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    first_day: date,
    instants: Sequence[datetime],
    *,
    counter: str,
    singles: int,
    outside_accounts: bool = False,
) -> list[MemberVideo]:
    """The posts of subjects, or only those that are in no account.

    Posts that were not observed since `first_day` gain nothing from then on: where they also have the same counters
    known and were published in the same stretch between `instants` they gain the same, whatever is asked. Of each
    such group the first `singles` by name and id stand for themselves and one more for all the others, so that the
    answer follows the number of posts that are still observed.
    """
    member = {SubjectKind.ACCOUNT: "v.account_id", SubjectKind.CREATOR: "a.creator_id"}.get(kind, "v.organization_id")
    join = (
        "JOIN account a ON a.organization_id = v.organization_id AND a.id = v.account_id"
        if kind is SubjectKind.CREATOR
        else ""
    )
    rows = await fetch(
        f"""
        SELECT subject_id, id, platform, name, CASE WHEN place > $5 THEN alike - $5 ELSE 1 END AS alike, level
        FROM (
            SELECT {member} AS subject_id, v.id, v.platform, {NAME} AS name,
                   row_number() OVER (alike ORDER BY {NAME} COLLATE "C", v.id) AS place, count(*) OVER alike AS alike,
                   sum(v.{counter}) OVER (
                       alike ORDER BY {NAME} COLLATE "C", v.id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
                   )::bigint AS level
            FROM video v {join}
            WHERE v.organization_id = $1 AND {member} = ANY($2) AND v.removed_at IS NULL
              AND (NOT $6 OR v.account_id IS NULL)
            WINDOW alike AS (
                PARTITION BY {member}, v.platform, CASE WHEN v.last_observed_day >= $3 THEN v.id END,
                             {", ".join(f"v.{name} IS NULL" for name in POST_COUNTERS)},
                             width_bucket(v.published_at, $4::timestamptz[])
            )
        ) AS numbered
        WHERE place <= $5 + 1
        """,
        organization_id,
        list(ids),
        first_day,
        list(instants),
        singles,
        outside_accounts,
    )
    return [
        MemberVideo(row["subject_id"], row["id"], Platform(row["platform"]), row["name"], row["alike"], row["level"])
        for row in rows
    ]
