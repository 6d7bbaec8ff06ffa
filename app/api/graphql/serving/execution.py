"""Execution: one operation run to its end, or until the caller who waits for a query is gone."""

import inspect

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType, execute
from starlette.requests import Request

from app.api.connected import while_connected
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
    return await while_connected(request.receive, result)
