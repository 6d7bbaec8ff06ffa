"""Analytics: the largest organization's series, leaderboard and overview, beside hand-written SQL and raw rows.

Only SQL is compared; the whole use case, Python included, is among the details.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from app.core.analytics.overview import organization_overview
from app.core.analytics.ranking import rank_subjects
from app.core.analytics.series import subject_series
from app.domain.cursors import page_request
from app.domain.series import Granularity, SeriesMode, SubjectKind
from app.domain.windows import WindowPreset, preset_window, read_zone, window_instants
from bench.dataset import organization_id, viewer_of
from bench.engines import connection, dataset_url
from bench.goals import Finding, Goal
from bench.measuring import take_turns
from bench.rows import by_hand, raw
from bench.rows.row import Bench, Row
from bench.sizes import LARGEST, NOW
from bench.statements import Statement, run, statements_of

OWNER = organization_id(LARGEST)
VIEWER = viewer_of(LARGEST)
METRICS = ("views", "likes", "comments", "shares", "saves", "followers", "engagement_rate")
LIMIT = 10
QUARTER = preset_window(WindowPreset.LAST_90_DAYS, read_zone("UTC"), NOW)
MONTH = preset_window(WindowPreset.LAST_30_DAYS, read_zone("UTC"), NOW)
BY_HAND_GATE, BY_HAND_AIM = 1.2, 1.05
RAW_GATE, RAW_AIM = 1 / 100, 1 / 1000

Answer = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in three forms, and what of the answers must be the same."""

    name: str
    ask: Callable[[], Awaitable[Answer]]
    """Our use case; the part of its answer that is compared."""
    by_hand: Sequence[Statement]
    of_rollups: Callable[[list[list[asyncpg.Record]]], Answer]
    raw: Statement
    of_raw: Callable[[list[asyncpg.Record]], Answer]

    @property
    def goals(self) -> tuple[Goal, Goal]:
        """Against hand-written SQL on the rollups, and against raw observations."""
        title = f"{self.name.capitalize()}: SQL against"
        return (
            Goal(f"{title} hand-written SQL on the rollups", BY_HAND_GATE, BY_HAND_AIM),
            Goal(f"{title} raw observations", RAW_GATE, RAW_AIM),
        )


async def _series() -> Answer:
    kind, mode = SubjectKind.ORGANIZATION, SeriesMode.GAIN
    found = await subject_series(VIEWER, kind, [OWNER], QUARTER, Granularity.DAY, mode, METRICS, now=NOW)
    return [
        (bucket.start, bucket.values["views"], bucket.values["likes"], bucket.values["followers"])
        for bucket in found[OWNER].buckets
    ]


async def _leaderboard() -> Answer:
    found = await rank_subjects(VIEWER, SubjectKind.ACCOUNT, "views", MONTH, page_request(first=LIMIT))
    return [(row.subject_id, row.value, row.previous_value) for row in found.nodes]


async def _overview() -> Answer:
    found = await organization_overview(VIEWER, MONTH)
    return [(found.views.current, found.views.previous)]


def _questions() -> tuple[Question, ...]:
    (quarter_start, quarter_end), (start, end) = window_instants(QUARTER), window_instants(MONTH)
    before = MONTH.previous.start
    two_months = start - timedelta(days=MONTH.days)
    return (
        Question(
            "series of 90 days",
            _series,
            (
                Statement(by_hand.SERIES, (OWNER, QUARTER.start, QUARTER.end)),
                Statement(by_hand.SERIES_END, (OWNER,)),
            ),
            lambda rows: [(row["day"], row["views_gain"], row["likes_gain"], row["followers_gain"]) for row in rows[0]],
            Statement(raw.SERIES, (OWNER, quarter_start, quarter_end)),
            lambda rows: [(row["day"], row["views_gain"], row["likes_gain"], row["followers_gain"]) for row in rows],
        ),
        Question(
            "leaderboard of accounts",
            _leaderboard,
            (Statement(by_hand.LEADERBOARD, (OWNER, before, MONTH.start, MONTH.end, LIMIT)),),
            lambda rows: [(row["id"], row["views"], row["views_before"]) for row in rows[0]],
            Statement(raw.LEADERBOARD, (OWNER, two_months, end, start, LIMIT)),
            lambda rows: [(row["account_id"], row["views"], row["views_before"]) for row in rows],
        ),
        Question(
            "overview",
            _overview,
            (Statement(by_hand.OVERVIEW, (OWNER, before, MONTH.start, MONTH.end, start)),),
            lambda rows: [(row["views"], row["views_before"]) for row in rows[0]],
            Statement(raw.OVERVIEW, (OWNER, two_months, end, start)),
            lambda rows: [(row["views"], row["views_before"]) for row in rows],
        ),
    )


QUESTIONS = _questions()


async def measure_analytics(bench: Bench) -> list[Finding]:
    """Each question: our statements, the hand-written ones and the one on raw observations, taking turns."""
    findings: list[Finding] = []
    for number, question in enumerate(QUESTIONS):
        bench.progress("analytics", number, len(QUESTIONS))
        findings += await _compare(bench, question)
    bench.progress("analytics", len(QUESTIONS), len(QUESTIONS))
    return findings


async def _compare(bench: Bench, question: Question) -> list[Finding]:
    ours = await statements_of(question.ask)
    async with connection(dataset_url(bench.administration, bench.size)) as connected:
        answer = await question.ask()
        assert question.of_rollups(await run(connected, question.by_hand)) == answer, "hand-written SQL differs"
        assert question.of_raw((await run(connected, [question.raw]))[0]) == answer, "SQL on raw observations differs"
        timings = await take_turns(
            {
                "ours": lambda: run(connected, ours),
                "by hand": lambda: run(connected, question.by_hand),
                "raw": lambda: run(connected, [question.raw]),
                "use case": question.ask,
            },
            bench.rounds,
        )
    milliseconds = {f"{name} ms": timings.of(name) * 1000 for name in timings.seconds}
    return [
        Finding(goal, timings.ratio("ours", other), milliseconds | {"statements": len(ours)})
        for goal, other in zip(question.goals, ("by hand", "raw"), strict=True)
    ]


ROW = Row(
    "analytics", [goal for question in QUESTIONS for goal in question.goals], measure_analytics, reads_dataset=True
)
