"""Posts whose views became known after other counters, found by a partial index that holds no others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.metrics import POST_COUNTERS
from app.domain.platforms import Platform, ViewsKind
from app.domain.series import SubjectKind
from app.store.db import fetch


@dataclass(frozen=True, slots=True)
class LateVideo:
    """Such a post, and the set it is a member of."""

    id: UUID
    set_id: UUID
    views_known_late_at: datetime
    views_kind: ViewsKind | None
    grows_from_zero: bool
    starts: Mapping[str, int]


async def select_late_videos(
    organization_id: UUID,
    kind: SubjectKind,
    ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    platforms: Collection[Platform] | None = None,
) -> list[LateVideo]:
    """The posts of these sets whose views became known late, after `start` and before `end`."""
    member = {SubjectKind.ACCOUNT: "v.account_id", SubjectKind.CREATOR: "a.creator_id"}.get(kind, "v.organization_id")
    join = "JOIN account a ON a.id = v.account_id" if kind is SubjectKind.CREATOR else ""
    rows = await fetch(
        f"""
        SELECT v.id, {member} AS set_id, v.views_known_late_at, v.views_kind, v.grows_from_zero,
               {", ".join(f"v.{name}_start" for name in POST_COUNTERS)}
        FROM video v {join}
        WHERE v.organization_id = $1 AND {member} = ANY($2)
          AND v.views_known_late_at > $3 AND v.views_known_late_at < $4 AND v.removed_at IS NULL
          AND ($5::text[] IS NULL OR v.platform = ANY($5))
        """,
        organization_id,
        list(ids),
        start,
        end,
        None if platforms is None else [platform.value for platform in platforms],
    )
    return [
        LateVideo(
            row["id"],
            row["set_id"],
            row["views_known_late_at"],
            ViewsKind(row["views_kind"]) if row["views_kind"] else None,
            row["grows_from_zero"],
            {name: row[f"{name}_start"] for name in POST_COUNTERS if row[f"{name}_start"] is not None},
        )
        for row in rows
    ]
