"""Sums of day and slot rows, read for the local days of a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from app.domain.metrics import POST_COUNTERS
from app.domain.series import Sums, Totals
from app.domain.windows import Window, day_start, window_dates
from app.store.db import fetch

PARTS = ("gain", "start", "known")


@dataclass(frozen=True, slots=True)
class AccountSums:
    """An account's day rows inside a window, and its totals at the window's end."""

    first_observed_at: datetime | None
    rows: Sequence[Sums]
    totals: Totals


async def read_account_sums(
    organization_id: UUID, account_ids: Sequence[UUID], window: Window, counters: Sequence[str]
) -> dict[UUID, AccountSums]:
    """The sums of each account for the local days of a window: from UTC day rows, or from slots in other zones.

    One statement, so that rows and totals are of one moment. The cost follows the days from the window's start to now,
    not the history before it.
    """
    dates = window_dates(window)
    # Bounds of the local days; what lies after the last one is one group more, to be taken off the totals of now.
    if window.zone.key == "UTC":
        unit, bounds, kind = "day", [*dates, window.end + timedelta(days=1)], "date"
    else:
        bounds = [day_start(day, window.zone) for day in [*dates, window.end + timedelta(days=1)]]
        unit, kind = "slot", "timestamptz"
    sums = "".join(f", sum({name}_{part})::bigint AS {name}_{part}" for name in counters for part in PARTS)
    known_now = "".join(
        f", a.{name} AS {name}_now, "
        + (f"a.{name}_known" if name in POST_COUNTERS else f"(a.{name} IS NOT NULL)::int")
        + f" AS {name}_known_now"
        for name in counters
    )
    rows = await fetch(
        f"""
        SELECT a.id, a.first_refreshed_at, s.*{known_now}
        FROM account a
        LEFT JOIN LATERAL (
            SELECT width_bucket({unit}, $4::{kind}[]) AS place, sum(observations)::bigint AS observations,
                   sum(baselines)::bigint AS baselines{sums}
            FROM account_{unit}
            WHERE organization_id = $1 AND account_id = a.id AND {unit} >= $3
            GROUP BY place
        ) s ON true
        WHERE a.organization_id = $1 AND a.id = ANY($2)
        """,
        organization_id,
        list(account_ids),
        bounds[0],
        bounds,
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    result = {}
    for account_id, of_account in found.items():
        inside: list[Sums] = []
        levels = {name: of_account[0][f"{name}_now"] or 0 for name in counters}
        known = {name: of_account[0][f"{name}_known_now"] for name in counters}
        for row in of_account:
            if row["place"] is None:
                continue
            if row["place"] <= len(dates):
                day = dates[row["place"] - 1]
                gains, starts, became = ({name: row[f"{name}_{part}"] for name in counters} for part in PARTS)
                inside.append(Sums(day, row["observations"], row["baselines"], gains, starts, became))
                continue
            for name in counters:
                levels[name] -= row[f"{name}_gain"] + row[f"{name}_start"]
                known[name] -= row[f"{name}_known"]
        result[account_id] = AccountSums(of_account[0]["first_refreshed_at"], inside, Totals(levels, known))
    return result
