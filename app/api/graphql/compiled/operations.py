"""Operations: each compiled once for the fields it includes, and run; what is not plain runs in graphql-core."""

from collections import OrderedDict
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import Executor
from graphql.language import DirectiveNode
from graphql.pyutils import AwaitableOrValue

from app.api.graphql.compiled.emitting import NotCompiled, emit
from app.api.graphql.compiled.levels import Execution
from app.api.graphql.compiled.plainness import NotPlain
from app.api.graphql.compiled.plans import Plan

OPERATIONS_KEPT = 512
MOST_VARIANTS = 16
"""Plans of one operation, by the values of the variables in its @skip and @include."""

CONDITIONS = {GraphQLSkipDirective.name, GraphQLIncludeDirective.name}


@dataclass(slots=True)
class _Kept:
    """An operation that was seen before."""

    operation: OperationDefinitionNode
    """Held on to, since it is found again by its identity."""
    conditions: frozenset[str] | None
    """The variables that decide which fields are included; None when the operation cannot be compiled."""
    plans: dict[tuple[object, ...], Plan | None] = field(default_factory=dict)


class Operations:
    """Executes the operations of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def execute(
        self,
        document: DocumentNode,
        *,
        context_value: object = None,
        variable_values: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        hide_suggestions: bool = False,
    ) -> AwaitableOrValue[ExecutionResult]:
        """The result of an operation of a valid document, the same as that of `graphql.execute`.

        Queries of plain fields run compiled. Where an error, or a null where none may be, comes up, graphql-core
        executes the query anew: resolvers that were deferred are not called again for what they have answered, others
        may be, so a resolver that is no coroutine function has to give the same answer twice.
        """
        executor: list[GraphQLError] | Executor[Any] = Executor.build(
            self._schema,
            document,
            None,
            context_value,
            dict(variable_values or {}),
            operation_name,
            hide_suggestions=hide_suggestions,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, errors=executor)
        plan = self.plan(executor)
        if plan is not None:
            return self._run(plan, executor)
        result = _interpreted(executor)
        return _awaited(executor, result) if executor.is_awaitable(result) else result

    def plan(self, executor: Executor[Any]) -> Plan | None:
        """The plan of the operation an executor was built for; None when it is graphql-core's."""
        operation = executor.operation
        kept = self._kept.get(id(operation))
        if kept is None:
            kept = self._kept[id(operation)] = _Kept(operation, _conditions(executor))
            if len(self._kept) > OPERATIONS_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(id(operation))
        if kept.conditions is None:
            return None
        variables = executor.variable_values.coerced
        values = tuple(variables.get(name) for name in sorted(kept.conditions))
        if values not in kept.plans:
            if len(kept.plans) == MOST_VARIANTS:
                return None
            kept.plans[values] = self._compile(executor)
        return kept.plans[values]

    def _compile(self, executor: Executor[Any]) -> Plan | None:
        try:
            return emit(self._strawberry, executor)
        except NotCompiled:
            return None

    async def _run(self, plan: Plan, executor: Executor[Any]) -> ExecutionResult:
        execution = Execution(plan, executor)
        try:
            return ExecutionResult(await execution.data(), None)
        except NotPlain:
            executor.middleware_manager = MiddlewareManager(execution.answers())
            result = _interpreted(executor)
            return await result if executor.is_awaitable(result) else cast(ExecutionResult, result)
        finally:
            _let_go(executor)


async def _awaited(executor: Executor[Any], result: AwaitableOrValue[ExecutionResult]) -> ExecutionResult:
    try:
        return await cast(Awaitable[ExecutionResult], result)
    finally:
        _let_go(executor)


def _let_go(executor: Executor[Any]) -> None:
    """Frees the context at once. An executor refers to itself, and what it holds would wait for a search for cycles."""
    executor.context_value = None


def _interpreted(executor: Executor[Any]) -> AwaitableOrValue[ExecutionResult]:
    return cast(AwaitableOrValue[ExecutionResult], executor.execute_operation())  # nothing is deferred or streamed


def _conditions(executor: Executor[Any]) -> frozenset[str] | None:
    """The variables that decide which fields an operation includes; None when it has what is not compiled."""
    operation = executor.operation
    if operation.operation is not OperationType.QUERY or operation.directives:
        return None
    names = set()
    fragments = executor.fragment_definitions.values()
    for directive in _directives(operation.selection_set, *(fragment.selection_set for fragment in fragments)):
        if directive.name.value not in CONDITIONS:
            return None
        names |= {each.value.name.value for each in directive.arguments or () if isinstance(each.value, VariableNode)}
    plain = all(not fragment.directives and not fragment.variable_definitions for fragment in fragments)
    return frozenset(names) if plain else None


def _directives(*selection_sets: SelectionSetNode) -> Iterator[DirectiveNode]:
    waiting = list(selection_sets)
    while waiting:
        for selection in waiting.pop().selections:
            yield from selection.directives or ()
            below = getattr(selection, "selection_set", None)
            if below is not None:
                waiting.append(below)
