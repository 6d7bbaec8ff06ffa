"""Batching: what is asked for one by one within a moment is read by one call."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

Key = TypeVar("Key", bound=Hashable)
Id = TypeVar("Id", bound=Hashable)
Arguments = TypeVar("Arguments", bound=Hashable)
Value = TypeVar("Value")

Reads: TypeAlias = "set[asyncio.Task[Any]]"
"""Reads that are under way."""


class _Batch(Generic[Key, Value]):
    """Keys that are read together: who waits for each of them, and who waits for all."""

    __slots__ = ("all", "each", "keys")

    def __init__(self) -> None:
        self.keys: dict[Key, None] = {}
        self.each: dict[Key, asyncio.Future[Value]] = {}
        self.all: list[asyncio.Future[Mapping[Key, Value | Exception]]] = []


class Loader(Generic[Key, Value]):
    """Reads each key once. Keys asked for in one turn of the event loop are read together in the next.

    A key that `read` finds nothing for comes to `absent`; one that it finds an exception for, to that.
    """

    __slots__ = ("_absent", "_found", "_known", "_next", "_read", "_reads")

    def __init__(
        self,
        read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value | Exception]]],
        reads: Reads,
        absent: Value | Exception,
    ) -> None:
        self._read = read
        self._reads = reads
        self._absent = absent
        self._found: dict[Key, Value | Exception] = {}
        self._known: dict[Key, asyncio.Future[Value]] = {}
        self._next: _Batch[Key, Value] | None = None

    def load(self, key: Key) -> "asyncio.Future[Value]":
        """What a key comes to: one future, however often it is asked for."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = asyncio.get_running_loop().create_future()
            if key in self._found:
                _settle(known, self._found[key])
            else:
                batch = self._batch()
                batch.keys[key] = None
                batch.each[key] = known
        return known

    def load_many(self, keys: Iterable[Key]) -> "asyncio.Future[list[Value]]":
        """What several keys come to, in their order."""
        return asyncio.gather(*map(self.load, keys))

    def load_all(self, keys: Iterable[Key]) -> "asyncio.Future[Mapping[Key, Value | Exception]]":
        """What several keys come to, by key and without a future for each of them; errors are among it."""
        known: asyncio.Future[Mapping[Key, Value | Exception]] = asyncio.get_running_loop().create_future()
        missing = [key for key in keys if key not in self._found]
        if missing:
            batch = self._batch()
            batch.keys.update(dict.fromkeys(missing))
            batch.all.append(known)
        else:
            known.set_result(self._found)
        return known

    def forget(self) -> None:
        """Has every key read anew when it is asked for again."""
        self._found = {}
        self._known = {}

    def _batch(self) -> _Batch[Key, Value]:
        if self._next is None:
            self._next = _Batch()
            asyncio.get_running_loop().call_soon(self._begin)
        return self._next

    def _begin(self) -> None:
        batch, self._next = self._next, None
        assert batch is not None
        task = asyncio.get_running_loop().create_task(self._answer(batch))
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)

    async def _answer(self, batch: _Batch[Key, Value]) -> None:
        kept = self._found
        try:
            found = await self._read(list(batch.keys))
        except Exception as error:
            found = dict.fromkeys(batch.keys, error)
        except asyncio.CancelledError:
            for each in batch.each.values():
                each.cancel()
            for every in batch.all:
                every.cancel()
            raise
        absent = self._absent
        kept.update({key: found.get(key, absent) for key in batch.keys})
        for key, each in batch.each.items():
            _settle(each, kept[key])
        for every in batch.all:
            _settle(every, kept)


def _settle(future: "asyncio.Future[Value]", value: Value | Exception) -> None:
    if future.done():  # given up, with whoever waited for it
        return
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)


async def read_by_arguments(
    read: Callable[[Sequence[Id], Arguments], Awaitable[Mapping[Id, Value]]], keys: Sequence[tuple[Id, Arguments]]
) -> Mapping[tuple[Id, Arguments], Value | Exception]:
    """Reads keys of an id and arguments by one call for each set of arguments; one that fails fails alone."""
    groups: dict[Arguments, list[Id]] = {}
    for id, arguments in keys:
        groups.setdefault(arguments, []).append(id)
    answers: dict[tuple[Id, Arguments], Value | Exception] = {}
    # One after the other: a request holds one database connection, however many aliases it has.
    for arguments, ids in groups.items():
        try:
            found: Mapping[Id, Value | Exception] = await read(ids, arguments)
        except Exception as error:
            found = dict.fromkeys(ids, error)
        answers.update({(id, arguments): value for id, value in found.items()})
    return answers
