"""Batches: metrics of 200 videos at once, beside SQL that probes the two days at a window's edges."""

from datetime import timedelta
from uuid import UUID

from app.core.analytics.batch import batch_metrics
from app.domain.records import BatchMetrics
from app.domain.series import SubjectKind
from app.domain.windows import Window, read_zone
from app.store.db import fetch
from bench.dataset import organization_id, viewer_of
from bench.engines import connection, dataset_url
from bench.goals import Finding, Goal
from bench.measuring import take_turns
from bench.rows import by_hand
from bench.rows.row import Bench, Row
from bench.sizes import LARGEST, NOW
from bench.statements import Statement, run, statements_of

STATEMENTS = Goal("Batch metrics of 200 videos: statements", 1, None, unit="")
TIME = Goal("Batch metrics of 200 videos: SQL against two probes by hand", 1.3, None)
OWNER = organization_id(LARGEST)
WINDOW = Window(NOW.date() - timedelta(days=40), NOW.date() - timedelta(days=11), read_zone("UTC"))
METRICS = ("views", "likes", "comments", "shares", "engagement_rate")
SIZE = 200


async def measure_batches(bench: Bench) -> list[Finding]:
    """Videos spread over the whole organization, over dates some of them were last observed before."""
    bench.progress("batches", 0, 1)
    rows = await fetch(
        "SELECT id FROM video WHERE organization_id = $1 ORDER BY hashtext(id::text), id LIMIT $2", OWNER, SIZE
    )
    ids: list[UUID] = [row["id"] for row in rows]

    async def ask() -> BatchMetrics:
        return await batch_metrics(viewer_of(LARGEST), SubjectKind.VIDEO, ids, WINDOW, METRICS)

    ours = await statements_of(ask)
    probes = [Statement(by_hand.BATCH, (OWNER, ids, WINDOW.start - timedelta(days=1), WINDOW.end))]
    async with connection(dataset_url(bench.administration, bench.size)) as connected:
        gains = {
            row["id"]: None if row["views"] is None else row["views"] - row["views_before"]
            for row in (await run(connected, probes))[0]
        }
        found = (await ask()).values
        assert {video_id: values["views"].value for video_id, values in found.items()} == gains, "the probes differ"
        timings = await take_turns(
            {"ours": lambda: run(connected, ours), "by hand": lambda: run(connected, probes), "use case": ask},
            bench.rounds,
        )
    bench.progress("batches", 1, 1)
    details = {f"{name} ms": timings.of(name) * 1000 for name in timings.seconds}
    return [Finding(STATEMENTS, len(ours)), Finding(TIME, timings.ratio("ours", "by hand"), details)]


ROW = Row("batches", (STATEMENTS, TIME), measure_batches, reads_dataset=True)
