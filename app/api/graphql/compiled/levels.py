"""Levels: a compiled operation at work, asking for all that is deferred on one level before any of it is awaited."""

import asyncio
from asyncio import isfuture
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import strawberry
from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, get_argument_values
from graphql.execution import Executor
from graphql.pyutils import is_awaitable

from app.api.graphql.compiled.plainness import PLAIN, NotPlain
from app.api.graphql.compiled.plans import Asked, Deferred, Plan, Read, Write

Data = dict[str, Any]
Parents = list[tuple[Data, Any]]
"""Of each object that has a deferred field: what was written of it, and the object."""
Place = tuple[list[Any], int, int]
"""A list, where in it something is awaited, and how many lists may be within each other there."""


class _Batch(NamedTuple):
    """A deferred field, asked for the objects of one level. What is awaited gives way to what it comes to."""

    field: Deferred
    write: Write
    parents: Parents
    values: list[Any]
    """Of a relation its keys, until they give way to what they come to."""
    loaded: Awaitable[Mapping[Any, Any]] | None
    """What comes of the keys of a relation."""


class _Known:
    """An answer that had to be awaited, and may be again, as often as somebody likes."""

    __slots__ = ("_answer",)

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __await__(self) -> Generator[None, None, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer
        yield  # makes it a generator, which never gets here


class Execution:
    """One run of a plan. What its resolvers answered stays known when the operation turns out not to be plain."""

    def __init__(self, plan: Plan, executor: Executor[Any]) -> None:
        self._plan = plan
        self._executor = executor
        self._parents: list[Parents] = [[] for _ in plan.asked]
        self._batches: list[_Batch] = []
        self._settled: list[Place] = []
        self._related: list[tuple[list[Any], list[Any]]] = []
        """Of each relation that was settled: what its keys came to, and the keys."""
        self._is_plain = True

    async def data(self) -> Data:
        """The `data` of a response that has no errors. Raises NotPlain."""
        executor = self._executor
        write_root, pairs = self._plan.operation([self._hand(*each) for each in enumerate(self._plan.asked)])
        try:
            data: Data = write_root(executor.root_value)
        except Exception:
            raise NotPlain from None
        while self._is_plain:
            waiting, places = self._ask(pairs)
            if not waiting and self._is_plain:
                return data
            while places:
                await self._settle(places)
                places = [place for settled in places for place in _awaited_within(*settled)]
            for batch in waiting:
                if batch.loaded is not None:
                    await self._settle_relation(batch, batch.loaded)
            for batch in waiting:
                self._write(batch)
        raise NotPlain

    def answers(self) -> Callable[..., Any]:
        """A middleware for graphql-core that answers what was answered already, and asks for the rest.

        What had to be awaited has to be awaited again: graphql-core decides by that which of two errors comes first.
        """
        for values, index, _ in self._settled:
            values[index] = _Known(values[index])
        for values, keys in self._related:
            values[:] = [None if key is None else _Known(value) for key, value in zip(keys, values, strict=True)]
        answers = {
            _key(source, asked.parent_type.name, asked.nodes): value
            for batch in self._batches
            for asked in (self._plan.asked[batch.field.number],)
            for (_, source), value in zip(batch.parents, batch.values, strict=True)
        }

        def answer(resolve: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            key = _key(source, info.parent_type.name, info.field_nodes)
            return answers[key] if key in answers else resolve(source, info, **arguments)

        return answer

    def _hand(self, number: int, asked: Asked) -> tuple[Any, ...]:
        """What the compiled function takes of the execution for a field. Raises NotPlain."""
        executor = self._executor
        info = executor.build_resolve_info(asked.definition, asked.nodes, asked.parent_type, asked.path)
        shown = strawberry.Info(_raw_info=info, _field=asked.field) if asked.field else None
        arguments: dict[str, Any] = {}
        if asked.takes_arguments:
            variables, hidden = executor.variable_values, executor.hide_suggestions
            try:
                arguments = get_argument_values(asked.definition, asked.nodes[0], variables, hide_suggestions=hidden)
            except GraphQLError:
                raise NotPlain from None
        return info, shown, arguments, self._parents[number].append

    def _ask(self, pairs: Sequence[tuple[Read, Write]]) -> tuple[list[_Batch], list[Place]]:
        """Asks for every deferred field of the objects written so far; the batches that have to be awaited, and where.

        What is there at once is written at once, and what is deferred below it is asked for too: it stands further
        down in the plan. After a failure the rest is asked all the same, so that loaders load it in one go.
        """
        waiting: list[_Batch] = []
        places: list[Place] = []
        for field, (read, write) in zip(self._plan.deferred, pairs, strict=True):
            if parents := self._parents[field.number]:
                taken = parents.copy()
                parents.clear()
                batch = self._ask_for(field, read, write, taken)
                if batch is None:
                    continue
                self._batches.append(batch)
                awaited = [] if field.relation else list(_awaited(batch.values, field.list_depth))
                if awaited or batch.loaded is not None:
                    waiting.append(batch)
                    places += awaited
                else:
                    self._write(batch)
        return waiting, places

    def _ask_for(self, field: Deferred, read: Read, write: Write, parents: Parents) -> _Batch | None:
        """What comes of asking for a field of some objects; None where that is left to graphql-core altogether."""
        if field.relation is None:
            return _Batch(field, write, parents, [self._read(read, source) for _, source in parents], None)
        load, context = field.relation.load, self._executor.context_value
        try:
            keys = [read(source) for _, source in parents]
            wanted = list(dict.fromkeys(key for key in keys if key is not None))
            loaded = load(context, wanted) if wanted else None
        except Exception:
            self._is_plain = False
            return None
        return _Batch(field, write, parents, keys, loaded)

    def _read(self, read: Read, source: Any) -> Any:
        try:
            return read(source)
        except Exception as error:
            self._is_plain = False
            return error

    def _write(self, batch: _Batch) -> None:
        if not self._is_plain:
            return
        write, key = batch.write, batch.field.key
        try:
            if not batch.field.is_shared:
                for (shown, _), value in zip(batch.parents, batch.values, strict=True):
                    shown[key] = write(value)
                return
            written: dict[int, Any] = {}
            for (shown, _), value in zip(batch.parents, batch.values, strict=True):
                if id(value) not in written:
                    written[id(value)] = write(value)
                shown[key] = written[id(value)]
        except Exception:
            self._is_plain = False

    async def _settle(self, places: Sequence[Place]) -> None:
        """Awaits everything in these places; what fails leaves its error there."""
        if len(places) == 1:
            futures: Sequence[Any] = [values[index] for values, index, _ in places]
        else:
            futures = [_future_of(values[index]) for values, index, _ in places]
        self._settled += places
        try:
            for (values, index, _), future in zip(places, futures, strict=True):
                try:
                    values[index] = future.result() if isfuture(future) and future.done() else await future
                except Exception as error:
                    self._is_plain = False
                    values[index] = error
        except BaseException:
            if len(futures) > 1:
                for future in futures:
                    future.cancel()
                await asyncio.gather(*futures, return_exceptions=True)
            raise

    async def _settle_relation(self, batch: _Batch, loaded: Awaitable[Mapping[Any, Any]]) -> None:
        """Awaits what the keys of a relation come to; what fails leaves its error there."""
        keys = batch.values.copy()
        try:
            found = await loaded
        except Exception as error:
            found = dict.fromkeys(keys, error)
        batch.values[:] = [None if key is None else found[key] for key in keys]
        self._related.append((batch.values, keys))


def _future_of(awaitable: Any) -> Any:
    return awaitable if isfuture(awaitable) else asyncio.ensure_future(awaitable)


def _awaited(values: list[Any], list_depth: int) -> Iterator[Place]:
    """Where something is awaited, in lists within it too."""
    for index, value in enumerate(values):
        if value is None or value.__class__ in PLAIN:
            continue
        if is_awaitable(value):
            yield values, index, list_depth
        else:
            yield from _awaited_within(values, index, list_depth)


def _awaited_within(values: list[Any], index: int, list_depth: int) -> Iterator[Place]:
    """Where something is awaited in a list, which is copied then, as it belongs to somebody else."""
    if list_depth and values[index].__class__ in (list, tuple):
        entries = list(values[index])
        if places := list(_awaited(entries, list_depth - 1)):
            values[index] = entries
            yield from places


def _key(source: object, parent_type: str, nodes: Sequence[FieldNode]) -> Hashable:
    return id(source), parent_type, *map(id, nodes)
