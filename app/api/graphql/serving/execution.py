"""Execution: one operation run to its end, to the end of its time, or until the caller who waits for it is gone."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType
from starlette.requests import Request

from app.api.connected import while_connected
from app.api.graphql.compiled.operations import Operations
from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.schema import schema
from app.api.graphql.serving.requests import GraphQLRequest
from app.settings import Settings

compiled = Operations(schema)
"""Queries of plain fields run compiled; whatever else there is, graphql-core runs."""


class OutOfTime(Exception):
    """The operation ran for longer than it may, and was cancelled."""


async def run(
    request: Request,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    asked: GraphQLRequest,
    context: Context,
    settings: Settings,
) -> ExecutionResult:
    """The result of an operation, whose body has been read. Errors suggest names only where introspection is on.

    A query whose caller disconnects is cancelled: ClientDisconnect; a mutation goes on. An operation that runs out of
    its time is cancelled: OutOfTime. Statements of what is cancelled are cancelled in the database.
    """
    result = compiled.execute(
        document,
        context_value=context,
        variable_values=asked.variables,
        operation_name=asked.operation_name,
        hide_suggestions=not settings.introspection,
    )
    if not inspect.isawaitable(result):
        return result
    async with _ended_reads(context.loaders):
        try:
            async with asyncio.timeout(settings.graphql_timeout_seconds) as time:
                if operation.operation is not OperationType.QUERY:
                    return await result
                return await while_connected(request.receive, result)
        except TimeoutError:
            if time.expired():
                raise OutOfTime from None
            raise


@asynccontextmanager
async def _ended_reads(loaders: Loaders) -> AsyncIterator[None]:
    """When the block ends, so do reads that loaders began in tasks of their own and that nobody waits for any more."""
    reads: set[asyncio.Task[Any]] = set()
    for loader in vars(loaders).values():
        loader.load_fn = _noted(loader.load_fn, reads)
    try:
        yield
    finally:
        for task in reads:
            task.cancel()
        await asyncio.gather(*reads, return_exceptions=True)


def _noted(
    read: Callable[[list[Any]], Awaitable[Any]], reads: set[asyncio.Task[Any]]
) -> Callable[[list[Any]], Awaitable[Any]]:
    async def load(keys: list[Any]) -> Any:
        task = asyncio.current_task()
        assert task is not None
        reads.add(task)
        try:
            return await read(keys)
        finally:
            reads.discard(task)

    return load
