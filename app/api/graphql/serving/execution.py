"""Execution: one operation run to its end, or until the caller who waits for a query is gone."""

import asyncio
import inspect
from collections.abc import Awaitable

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType, execute
from starlette.requests import ClientDisconnect, Request

from app.api.graphql.context import Context
from app.api.graphql.schema import executable
from app.api.graphql.serving.requests import GraphQLRequest


async def run(
    request: Request,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    asked: GraphQLRequest,
    context: Context,
    *,
    hints: bool,
) -> ExecutionResult:
    """The result of an operation, whose body has been read. `hints` lets errors suggest names of the schema.

    A query whose caller disconnects is cancelled: ClientDisconnect. A mutation always runs to its end.
    """
    result = execute(
        executable,
        document,
        context_value=context,
        variable_values=dict(asked.variables),
        operation_name=asked.operation_name,
        hide_suggestions=not hints,
    )
    if not inspect.isawaitable(result):
        return result
    if operation.operation is not OperationType.QUERY:
        return await result
    return await _while_connected(request, result)


async def _while_connected(request: Request, work: Awaitable[ExecutionResult]) -> ExecutionResult:
    running, gone = asyncio.ensure_future(work), asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait((running, gone), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        raise ClientDisconnect
    finally:
        running.cancel()
        gone.cancel()
        await asyncio.gather(running, gone, return_exceptions=True)


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
