"""The plans of the search: which indexes it goes by, on tables that many organizations share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest

from app.domain.search import folded
from app.settings import Settings
from app.store import db, models
from app.store.analytics import search
from app.store.ids import new_id
from tests import engines
from tests.conftest import POOL_SIZE, set_aside
from tests.factories import at, new_viewer

ORGANIZATIONS = 20
ROWS = 4000
NOW = at("2026-03-01 08:00")
Search = Callable[[UUID, str, int], Awaitable[object]]
SEARCHES: dict[str, Search] = {
    "account": search.search_accounts,
    "creator": search.search_creators,
    "video": search.search_videos,
}


@pytest.fixture
async def organization_id(database: None, settings: Settings, cluster: str) -> AsyncIterator[UUID]:
    """One of 20 organizations in a database of their own, with 4000 accounts, creators and videos between them."""
    async with engines.cloned_database(cluster) as url, set_aside(settings):
        await db.open_database(url, POOL_SIZE)
        owners = [(await new_viewer()).organization_id for _ in range(ORGANIZATIONS)]
        rows = [(owners[number % ORGANIZATIONS], number, text_of(number)) for number in range(ROWS)]
        await models.Account.bulk_create(
            models.Account(
                id=new_id(),
                organization_id=owner,
                platform="tiktok",
                handle=f"account{number}",
                search_text=folded(text),
                added_at=NOW,
            )
            for owner, number, text in rows
        )
        await models.Creator.bulk_create(
            models.Creator(organization_id=owner, name=text, search_text=folded(text), added_at=NOW)
            for owner, _, text in rows
        )
        await models.Video.bulk_create(
            models.Video(
                id=new_id(),
                organization_id=owner,
                platform="tiktok",
                external_id=str(number),
                kind="video",
                grows_from_zero=True,
                search_text=folded(text),
            )
            for owner, number, text in rows
        )
        for table in SEARCHES:
            # As autovacuum does: new entries of the index move from its waiting list into its tree.
            await db.execute(f"VACUUM (ANALYZE) {table}")
        yield owners[3]
        await db.close_database()


def text_of(number: int) -> str:
    """A caption of its own: four numbers in words nobody else has, and one in fifty about coffee."""
    words = [f"{number * factor % 1_000_003:06}" for factor in (7919, 104_729, 611_953, 15_485)]
    return " ".join(["Morning Coffee" if number % 50 == 3 else "The", *words])


async def plan_of(run: Search, organization_id: UUID, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The plan of the very statement a search runs."""
    plan: list[str] = []

    async def explain(sql: str, *values: object) -> list[object]:
        plan.extend(row[0] for row in await db.fetch(f"EXPLAIN {sql}", *values))
        return []

    with monkeypatch.context() as patch:
        patch.setattr(search, "fetch", explain)
        await run(organization_id, text, 10)
    return "\n".join(plan)


async def test_plans_go_by_indexes(organization_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    for table, run in SEARCHES.items():
        rare, common, short = [
            await plan_of(run, organization_id, text, monkeypatch) for text in ("coffee", "the", "co")
        ]
        assert f"Bitmap Index Scan on {table}_search" in rare, rare
        assert "Index Cond: (trigrams(search_text) @> '{cof,fee,ffe,off}'::text[])" in rare, rare
        for plan in (common, short):
            assert f"Index Cond: (organization_id = '{organization_id}'::uuid)" in plan, plan
        for plan in (rare, common, short):
            assert "Seq Scan" not in plan, plan
