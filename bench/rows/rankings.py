"""Rankings: the videos of the 21,000-post organization over dates of one's choice, beside probing raw observations."""

from datetime import timedelta

from app.core.analytics.ranking import rank_subjects
from app.domain.cursors import page_request
from app.domain.records import Leaderboard
from app.domain.series import SubjectKind
from app.domain.windows import Window, read_zone, window_instants
from bench.dataset import organization_id, viewer_of
from bench.engines import connection, dataset_url
from bench.goals import Finding, Goal
from bench.measuring import take_turns
from bench.rows import raw
from bench.rows.row import Bench, Row
from bench.sizes import NAMED, NOW
from bench.statements import Statement, run, statements_of

GOAL = Goal("Ranked videos, custom window: SQL against probing raw observations", 1 / 6, 1 / 10)
OWNER = organization_id(NAMED)
WINDOW = Window(NOW.date() - timedelta(days=40), NOW.date() - timedelta(days=11), read_zone("UTC"))
LIMIT = 50


async def _rank(*, with_previous: bool) -> Leaderboard:
    page = page_request(first=LIMIT)
    return await rank_subjects(viewer_of(NAMED), SubjectKind.VIDEO, "views", WINDOW, page, with_previous=with_previous)


async def measure_rankings(bench: Bench) -> list[Finding]:
    """One page of the ranking, without and with the ranks of the window before, and the same page from raw rows."""
    bench.progress("rankings", 0, 1)
    plain = await statements_of(lambda: _rank(with_previous=False))
    beside = await statements_of(lambda: _rank(with_previous=True))
    probing = [Statement(raw.RANKED_VIDEOS, (OWNER, *window_instants(WINDOW), LIMIT))]
    async with connection(dataset_url(bench.administration, bench.size)) as connected:
        ranked = await _rank(with_previous=False)
        expected = [row["views"] for row in (await run(connected, probing))[0]]
        assert [row.value for row in ranked.nodes] == expected, "SQL on raw observations differs"
        timings = await take_turns(
            {
                "ours": lambda: run(connected, plain),
                "with previous ranks": lambda: run(connected, beside),
                "raw": lambda: run(connected, probing),
                "use case": lambda: _rank(with_previous=True),
            },
            bench.rounds,
        )
    bench.progress("rankings", 1, 1)
    details = {f"{name} ms": timings.of(name) * 1000 for name in timings.seconds}
    return [Finding(GOAL, timings.ratio("ours", "raw"), details | {"videos": ranked.ranked_count})]


ROW = Row("rankings", (GOAL,), measure_rankings, reads_dataset=True)
