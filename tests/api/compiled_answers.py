"""Two answers to one operation compared: the data byte for byte, the errors in no order."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from graphql import ExecutionResult, GraphQLError


async def answered(result: ExecutionResult | Awaitable[ExecutionResult]) -> ExecutionResult:
    """The result, awaited where it has to be."""
    return result if isinstance(result, ExecutionResult) else await result


def formatted(error: GraphQLError) -> Any:
    return error.formatted


def assert_same(
    found: ExecutionResult, expected: ExecutionResult, show: Callable[[GraphQLError], Any] = formatted
) -> None:
    """Asserts the same data and, as `show` shows them, the same errors.

    Where something non-null fails, what goes on beside it is given up, so it is a matter of time which errors below
    the place that it empties are told: such places are compared instead.
    """
    assert encoded(found.data) == encoded(expected.data)
    places = [emptied_places(result) for result in (found, expected)]
    if shown(found, show) != shown(expected, show):
        assert any(not is_own for every in places for _, is_own in every), (found.errors, expected.errors)
        assert {place for place, _ in places[0]} == {place for place, _ in places[1]}


def encoded(data: object) -> bytes:
    return msgspec.json.encode(data, enc_hook=repr)


def shown(result: ExecutionResult, show: Callable[[GraphQLError], Any]) -> Counter[bytes]:
    return Counter(encoded(show(error)) for error in result.errors or ())


def emptied_places(result: ExecutionResult) -> list[tuple[tuple[str | int, ...], bool]]:
    """For each error the place that is null because of it, and whether that is where it happened."""
    return [emptied_place(result.data, error.path or []) for error in result.errors or ()]


def emptied_place(data: Any, path: list[str | int]) -> tuple[tuple[str | int, ...], bool]:
    """The highest place on `path` that is null, and whether that is its end."""
    for depth, step in enumerate(path):
        if data is None:
            return tuple(path[:depth]), False
        data = data[step]
    return tuple(path), True
