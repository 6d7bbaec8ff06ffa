"""Execution: one operation run to its end, to the end of its time, or until the caller who waits for it is gone."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType

from app.api.connected import while_connected
from app.api.graphql.compiled.operations import Operations
from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.schema import schema
from app.api.graphql.serving.callers import Caller
from app.api.graphql.serving.requests import GraphQLRequest
from app.settings import Settings

compiled = Operations(schema)
"""Queries of plain fields run compiled; whatever else there is, graphql-core runs."""


class OutOfTime(Exception):
    """The operation ran for longer than it may, and was cancelled."""


async def run(
    caller: Caller,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    asked: GraphQLRequest,
    context: Context,
    settings: Settings,
) -> ExecutionResult:
    """The result of a query or mutation. Errors suggest names only where introspection is on.

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
    async with ended_reads(context.loaders):
        try:
            async with asyncio.timeout(settings.graphql_timeout_seconds) as time:
                if operation.operation is not OperationType.QUERY or caller.receive is None:
                    return await result
                return await while_connected(caller.receive, result)
        except TimeoutError:
            if time.expired():
                raise OutOfTime from None
            raise


@asynccontextmanager
async def ended_reads(loaders: Loaders) -> AsyncIterator[None]:
    """When the block ends, so do reads that loaders began in tasks of their own and that nobody waits for any more."""
    try:
        yield
    finally:
        await loaders.end()
