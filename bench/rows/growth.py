"""Growth: the same series of an organization with ten times the history and ten times the posts."""

from uuid import UUID

from app.core.analytics.series import subject_series
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import Window, WindowPreset, preset_window, read_zone
from app.store.db import close_database, open_database
from bench.dataset import make_dataset, organization_id, viewer_of
from bench.engines import connection, fresh_database
from bench.goals import Finding, Goal
from bench.measuring import take_turns
from bench.rows.row import Bench, Row
from bench.sizes import NOW, OrganizationSize, Size
from bench.statements import Statement, run, statements_of

GOAL = Goal("Growth: 90-day series of an organization, 10x history and posts", 1.2, 1.0)
DAYS = 120
POSTS = 120
ACCOUNTS = 4
TIMES = 10
METRICS = ("views", "likes", "comments", "shares", "saves", "followers", "engagement_rate")


def _size(times: int) -> Size:
    return Size(f"growth{times}", (OrganizationSize(0, ACCOUNTS * times, POSTS * times),), DAYS * times)


async def _statements(url: str, size: Size) -> list[Statement]:
    """A data set made in the database, and what the series asks of it."""
    await open_database(url, 2)
    try:
        await make_dataset(size)
        return await statements_of(lambda: _series(organization_id(0)))
    finally:
        await close_database()


async def _series(identity: UUID) -> object:
    window: Window = preset_window(WindowPreset.LAST_90_DAYS, read_zone("UTC"), NOW)
    kind, mode = SubjectKind.ORGANIZATION, SeriesMode.GAIN
    return await subject_series(viewer_of(0), kind, [identity], window, Granularity.DAY, mode, METRICS, now=NOW)


async def measure_growth(bench: Bench) -> list[Finding]:
    """Two databases, the statements of the series in each, taking turns."""
    once, tenfold = _size(1), _size(TIMES)
    async with (
        fresh_database(bench.administration, once.name) as small_url,
        fresh_database(bench.administration, tenfold.name) as large_url,
    ):
        bench.progress("growth", 0, 3)
        small_asks = await _statements(small_url, once)
        bench.progress("growth", 1, 3)
        large_asks = await _statements(large_url, tenfold)
        bench.progress("growth", 2, 3)
        async with connection(small_url) as small, connection(large_url) as large:
            timings = await take_turns(
                {"once": lambda: run(small, small_asks), "tenfold": lambda: run(large, large_asks)}, bench.rounds
            )
        bench.progress("growth", 3, 3)
    return [
        Finding(
            GOAL,
            timings.ratio("tenfold", "once"),
            {name: f"{timings.of(name) * 1000:.2f} ms" for name in timings.seconds},
        )
    ]


ROW = Row("growth", (GOAL,), measure_growth, reads_dataset=False)
