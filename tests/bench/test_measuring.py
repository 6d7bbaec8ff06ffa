"""What the benchmarks make of what they measured, and that capturing statements leaves nothing behind."""

import pytest

from app.store import db
from app.store.ids import new_id
from bench import measuring
from bench.goals import Finding, Goal, Verdict, skipped
from bench.measuring import Timings, take_turns
from bench.statements import statements_of

LITTLE = Goal("as little as possible", 1.2, 1.05)
MUCH = Goal("as much as possible", 0.4, 0.7, at_most=False)


@pytest.mark.parametrize(
    ("goal", "measured", "verdict"),
    [
        (LITTLE, 1.05, Verdict.AIM),
        (LITTLE, 1.06, Verdict.GATE),
        (LITTLE, 1.2, Verdict.GATE),
        (LITTLE, 1.21, Verdict.MISSED),
        (MUCH, 0.7, Verdict.AIM),
        (MUCH, 0.69, Verdict.GATE),
        (MUCH, 0.39, Verdict.MISSED),
        (Goal("no aim", 1, None), 1, Verdict.GATE),
    ],
)
def test_a_figure_is_held_against_gate_and_aim(goal: Goal, measured: float, verdict: Verdict) -> None:
    assert Finding(goal, measured).verdict is verdict


def test_what_was_not_measured_is_skipped_with_its_reason() -> None:
    finding = skipped(LITTLE, "there is no Node")
    assert (finding.verdict, finding.measured, finding.reason) == (Verdict.SKIPPED, None, "there is no Node")


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    timings = Timings({"ours": [2.0, 3.0, 40.0], "theirs": [1.0, 1.0, 10.0]})
    assert timings.of("ours") == 3.0
    assert timings.ratio("ours", "theirs") == 3.0  # of 2, 3 and 4, not of the medians


async def test_candidates_take_turns_in_both_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    monkeypatch.setattr(measuring, "QUICK_SECONDS", 0)  # every candidate counts as slow: warm after one run
    monkeypatch.setattr(measuring, "LEAST_SAMPLE_SECONDS", 0)  # and long enough to be run once for a sample

    async def work(name: str) -> None:
        turns.append(name)

    timings = await take_turns({"a": lambda: work("a"), "b": lambda: work("b")}, rounds=3)
    assert turns == ["a", "b", *"ab", *"ba", *"ab"]
    assert {name: len(seconds) for name, seconds in timings.seconds.items()} == {"a": 3, "b": 3}


async def test_statements_are_captured_with_their_values_and_undone(database: None) -> None:
    identity = new_id()

    async def use_case() -> None:
        await db.execute(
            "INSERT INTO organization (id, name, created_at, cursor_secret) VALUES ($1, $2, now(), '')",
            identity,
            f"captured {identity}",
        )
        assert await db.fetch("SELECT FROM organization WHERE id = $1", identity)

    statements = await statements_of(use_case)
    assert [(statement.sql.split()[0], statement.values[0]) for statement in statements] == [
        ("INSERT", identity),
        ("SELECT", identity),
    ]
    assert not await db.fetch("SELECT FROM organization WHERE id = $1", identity)
