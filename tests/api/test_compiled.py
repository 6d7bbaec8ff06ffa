"""Compiled documents answer as graphql-core does: generated documents over faultless and over faulty records."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, execute, parse, validate, value_from_ast_untyped
from graphql.execution import Executor
from graphql.language import parse_value
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.api.graphql.compiled.operations import MOST_VARIANTS, OPERATIONS_KEPT, Operations
from app.api.graphql.compiled.plans import Plan
from tests.api.compiled_answers import answered, assert_same
from tests.api.compiled_documents import FLAGS, Maker
from tests.api.compiled_schema import BoxRecord, CatRecord, DogRecord, Mood, World, schema

pytestmark = [
    # graphql-core leaves coroutines behind where an error empties what is around them.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

executable = schema._schema

LITERALS = {
    "Int": ["1", "2", "4", "40"],
    "Wanted": ['{least: 2, name: "x"}', "{moods: [SAD]}", "{least: 3, name: null}", "null"],
    "String": ['"text"', "null", '"\\u2028 \\" __import__"'],
    "[Mood!]": ["[]", "[SAD, HAPPY]", "SAD"],
}


class Later:
    """A value that has to be awaited."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value
        yield

    def __repr__(self) -> str:
        return "Later"


class Text(str):
    """A string that is more."""


FAULTY = 0.08
"""The share of wrong values in faulty records."""

FAULTS = [
    None,
    None,
    17,
    2**40,
    -1.5,
    float("inf"),
    float("nan"),
    True,
    "text",
    "7",
    Text("text"),
    "happy",
    Mood.SAD,
    (),
    ["a", None, "b"],
    [None, [1, None]],
    {"a": 1},
    object,
    ValueError("a value that is an error"),
    Later("text"),
    Later(ValueError("awaited")),
    [Later("text"), "x"],
    datetime(2021, 1, 1, tzinfo=timezone(timedelta(hours=2))),
    date(999, 1, 2),
    DogRecord(9),
    CatRecord(2, name=None),
    CatRecord(8),
    BoxRecord(),
    (CatRecord(4), None),
    [CatRecord(4), Later(CatRecord(1))],
    [DogRecord(9)],
]


def new_world(random: Random, faults: float) -> World:
    """Cats, dogs and boxes that know each other, with that share of wrong values."""
    box = BoxRecord()
    cats = [
        CatRecord(
            key, name=f"cat{key}", age=None if key == 2 else key, friend_keys=tuple(random.sample(range(1, 6), 2))
        )
        for key in (1, 2, 3)
    ]
    cats[0].rival_key, cats[1].rival_key = random.sample(range(2, 6), 2)
    dogs = [DogRecord(4, master=cats[0], toys=("ball", None)), DogRecord(5, name="fido")]
    cats[0].kittens, cats[1].kittens, cats[0].box = [cats[1], cats[2]], (cats[2],), box
    box.inside, box.strict = dogs[0], cats[1]
    if faults:
        cats[2].friend_keys, cats[2].rival_key = (1, 99), random.choice((None, 99))
    for record in (*cats, *dogs, box):
        for name in vars(record):
            if name not in ("key", "friend_keys") and random.random() < faults:
                setattr(record, name, random.choice(FAULTS))
    return World({record.key: record for record in (*cats, *dogs)})


@dataclass(frozen=True)
class Question:
    """A valid document with its variables."""

    text: str
    variables: Mapping[str, Any]
    random: Random = field(repr=False)

    @property
    def document(self) -> DocumentNode:
        return parse(self.text)


async def interpreted(question: Question, world: World) -> ExecutionResult | None:
    """What graphql-core answers. It fails where an error cancels what a loader is loading for others too: None."""
    variables = dict(question.variables)
    try:
        result = execute(executable, question.document, context_value=world, variable_values=variables)
        return await answered(result)
    except asyncio.CancelledError:
        return None


async def compiled(question: Question, world: World, operations: Operations | None = None) -> ExecutionResult:
    """What a compiled document answers."""
    operations = operations or Operations(schema)
    return await answered(
        operations.execute(question.document, context_value=world, variable_values=question.variables)
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    random = draw(st.randoms(use_true_random=True))
    text, literals = Maker(random, executable, LITERALS, depth=random.randint(1, 4)).document()
    assume(not validate(executable, parse(text)))
    variables = {name: value_from_ast_untyped(parse_value(literal)) for name, literal in literals.items()}
    variables |= {name: random.random() < 0.5 for name in FLAGS if name == "given" or random.random() < 0.5}
    return Question(text, variables, random)


thoroughly = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))


@thoroughly
@given(questions())
async def test_faultless_records_are_answered_alike(question: Question) -> None:
    seed = question.random.getrandbits(32)
    expected = await interpreted(question, new_world(Random(seed), 0))
    assume(expected is not None)
    found = await compiled(question, new_world(Random(seed), 0))
    assert_same(found, expected)


@thoroughly
@given(questions())
async def test_faulty_records_are_answered_alike(question: Question) -> None:
    seed = question.random.getrandbits(32)
    expected = await interpreted(question, new_world(Random(seed), FAULTY))
    assume(expected is not None)
    found = await compiled(question, new_world(Random(seed), FAULTY))
    assert_same(found, expected)


HOSTILE = [
    "__class__",
    "__import__",
    "_" * 5000,
    "d",
    "asked",
    "PLAIN",
    "operation",
    "o_1",
    "None",
    "class",
    "lambda",
    "return",
]


HOSTILE_TEXTS = [
    "'); __import__('os').abort() #",
    '"""\n    raise SystemExit\n"""',
    "{0}{x.__class__}",
    "%s\\",
    "\u2028\u202e\u0000 ünïcödé 🐈",
]


def written_with(names: Sequence[str], texts: Sequence[str]) -> Question:
    """A document of one shape, with these aliases and strings."""
    aliases = " ".join(f"{name}: name" for name in names)
    echoes = " ".join(f"e{n}: echo(text: {json.dumps(text)})" for n, text in enumerate(texts))
    text = (
        f"query {names[0]}(${names[1]}: String = {json.dumps(texts[0])}, $with: Boolean = true) {{"
        f" cat {{ {aliases} ...{names[2]} }} box {{ {echoes} last: echo(text: ${names[1]}) @include(if: $with) }} }}"
        f" fragment {names[2]} on Cat {{ last: id }}"
    )
    return Question(text, {}, Random(1))


async def test_nothing_a_caller_writes_gets_into_the_source() -> None:
    question = written_with(HOSTILE, HOSTILE_TEXTS)
    assert not validate(executable, question.document)
    expected = await interpreted(question, new_world(Random(1), 0))
    found = await compiled(question, new_world(Random(1), 0))
    assert expected is not None
    assert_same(found, expected)
    assert list(found.data["cat"]) == [*HOSTILE, "last"]
    assert found.data["box"]["e4"] == f"box UNSET {HOSTILE_TEXTS[4]!r} [<Mood.SAD: 'sad'>] [] echo"
    harmless = written_with([f"a{n}" for n, _ in enumerate(HOSTILE)], ["text"] * len(HOSTILE_TEXTS))
    assert plan_of(question).source == plan_of(harmless).source


def plan_of(question: Question) -> Plan:
    executor = Executor.build(executable, question.document, raw_variable_values=dict(question.variables))
    assert isinstance(executor, Executor)
    plan = Operations(schema).plan(executor)
    assert plan is not None
    return plan


async def test_plain_answers_never_reach_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executor, "execute_operation", None)
    text = """query ($with: Boolean!) {
      cats { __typename id name age weight isTame mood size born day lives url metadata tags matrix moods ownName shout
        slowName friends { name } bestFriend { name } sureFriend { ... on Cat { id } ... on Dog { toys } }
        allFriends { name } grid { name } page { edges { node { name } cursor } } box { echo inside { __typename } } }
      pets(only: {least: 4}) @include(if: $with) { ... on Dog { bark master { __typename } } } }"""
    result = await compiled(Question(text, {"with": True}, Random(1)), new_world(Random(1), 0))
    assert result.errors is None
    assert [pet["bark"] for pet in result.data["pets"]] == ["woof", "woof"]


async def test_what_is_not_compiled_is_left_to_graphql_core_whole() -> None:
    for text in ("{ __schema { queryType { name } } cats { name } }", '{ __type(name: "Cat") { name } }'):
        question = Question(text, {}, Random(1))
        executor = Executor.build(executable, question.document)
        assert isinstance(executor, Executor)
        assert Operations(schema).plan(executor) is None
        expected = await interpreted(question, new_world(Random(1), 0))
        assert expected is not None
        assert_same(await compiled(question, new_world(Random(1), 0)), expected)


async def test_a_level_is_loaded_in_one_batch_and_nothing_answered_is_asked_again() -> None:
    text = """{ cats { bestFriend { name ... on Cat { bestFriend { name } } } allFriends { name } }
                named { ... on Cat { sureFriend { name } } } }"""
    world = new_world(Random(5), 0)
    result = await compiled(Question(text, {}, Random(5)), world)
    assert result.errors is None
    assert len(world.batches) == 1
    text = text.replace("cats {", "cats { fragile(limit: 2)")
    world = new_world(Random(5), 0)
    world.loader.cache = False
    asked, load = Counter[int](), world.loader.load

    def counted(key: int) -> Awaitable[Any]:
        asked.update([key])
        return load(key)

    world.loader.load = counted  # type: ignore[method-assign,assignment]
    result = await compiled(Question(text, {}, Random(5)), world)
    assert [error.path for error in result.errors or ()] == [["cats", 2, "fragile"]]
    once = asked.copy()
    asked.clear()
    await interpreted(Question(text, {}, Random(5)), world)
    assert once == asked


async def test_the_relations_of_a_level_are_read_together_and_not_again_by_graphql_core() -> None:
    text = "{ cats { rival { name ... on Cat { rival { name } } } other: rival { shout } } }"
    for question in (text, text.replace("cats {", "cats { fragile(limit: 2)")):
        world = new_world(Random(5), 0)
        world.records[1].rival_key, world.records[2].rival_key, world.records[3].rival_key = 2, 3, None
        result = await compiled(Question(question, {}, Random(5)), world)
        assert [error.path for error in result.errors or ()] == [["cats", 2, "fragile"]] * ("fragile" in question)
        assert world.batches == [[2, 3]]
        assert result.data is not None
        assert [cat["rival"] and cat["rival"]["name"] for cat in result.data["cats"]] == ["cat2", "cat3", None]
        assert result.data["cats"][0]["rival"]["rival"] == {"name": "cat3"}
        assert result.data["cats"][0]["other"] == {"shout": "CAT2"}


async def test_each_way_of_including_fields_has_its_plan_up_to_a_bound() -> None:
    conditions = " ".join(f"n{n}: __typename @skip(if: $b{n})" for n in range(6))
    variables = ", ".join(f"$b{n}: Boolean!" for n in range(6))
    question = Question(f"query ({variables}) {{ {conditions} box {{ label }} }}", {}, Random(1))
    document, operations = question.document, Operations(schema)
    for number in range(64):
        given = {f"b{n}": bool(number >> n & 1) for n in range(6)}
        result = await answered(operations.execute(document, context_value=World({}), variable_values=given))
        assert result.data == {f"n{n}": "Query" for n in range(6) if not given[f"b{n}"]} | {"box": {"label": "box"}}
    (kept,) = operations._kept.values()
    assert len(kept.plans) == MOST_VARIANTS
    for number in range(OPERATIONS_KEPT + 3):
        await answered(operations.execute(parse(f"{{ a{number}: __typename }}")))
    assert len(operations._kept) == OPERATIONS_KEPT


async def test_a_cancelled_execution_leaves_nothing_running() -> None:
    world = new_world(Random(1), 0)
    started, ended = asyncio.Event(), Counter[str]()

    async def load(keys: list[int]) -> list[Any]:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended["loads"] += 1
        return []

    world.loader.load_fn = load
    running = asyncio.ensure_future(compiled(Question("{ cat { name } cats { slowName } }", {}, Random(1)), world))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all(task.done() for task in asyncio.all_tasks() if "_async_resolver" in repr(task))
    assert running.cancelled()
