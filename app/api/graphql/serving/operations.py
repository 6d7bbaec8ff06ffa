"""Operations: one of a request from its document to its answer, measured, charged and bounded in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from graphql import DocumentNode, ExecutionResult, OperationDefinitionNode, OperationType

from app.api.budgets import budget_headers, spent_headers
from app.api.graphql.context import Context
from app.api.graphql.loaders import Loaders
from app.api.graphql.schema import executable
from app.api.graphql.serving.callers import Caller
from app.api.graphql.serving.cost import LEAST_COST, most_cost
from app.api.graphql.serving.documents import Documents, choose_operation
from app.api.graphql.serving.errors import (
    BAD_REQUEST,
    BAD_USER_INPUT,
    METHOD_NOT_ALLOWED,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_NOT_SUPPORTED,
    TIMEOUT,
    Error,
    show_document_error,
    show_execution_error,
    show_message,
    show_unavailable,
)
from app.api.graphql.serving.execution import OutOfTime, run
from app.api.graphql.serving.persisted import PersistedDocuments
from app.api.graphql.serving.requests import GraphQLRequest, Refused
from app.core.access.budgets import Budget, BudgetSpent, Standing
from app.domain.clock import Clock
from app.domain.records import Attributes
from app.domain.viewer import Viewer
from app.runtime import Runtime, is_database_away
from app.settings import Settings

FACE = "graphql"
SUBSCRIPTION_WANTS_STREAM = (
    "A subscription is a stream. Send it over a WebSocket (graphql-transport-ws), or with Accept: text/event-stream."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one operation comes to. Clients of plain application/json get it with 200, whatever the status."""

    status: HTTPStatus
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be executed and what that costs, or the errors for which nothing is."""

    cost: int
    errors: Sequence[Error] = ()
    document: DocumentNode | None = None
    operation: OperationDefinitionNode | None = None
    text: str = ""
    """Of the document."""
    attributes: Mapping[str, Attributes] = field(default_factory=dict)
    """What it may read of the records of each type."""

    @property
    def is_subscription(self) -> bool:
        """Whether it is to be kept, and executed for each event."""
        return self.operation is not None and self.operation.operation is OperationType.SUBSCRIPTION

    @property
    def charge(self) -> int:
        return LEAST_COST if self.errors else self.cost


class Operations:
    """Answers the operations of one process."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self.documents = Documents(executable, settings)
        self._persisted = PersistedDocuments(settings.graphql_persisted_documents)
        self._budget = Budget(FACE, settings.graphql_points_per_minute)

    async def answer(self, caller: Caller, viewer: Viewer, asked: GraphQLRequest) -> Answer:
        """The answer to one operation, whose cost the key is charged; to errors found before, a charge of one point.

        Raises Refused where the method does not allow it or the database is away, and ClientDisconnect.
        """
        plan = await self.prepare(caller, viewer, asked)
        if plan.is_subscription:
            plan = Plan(plan.cost, [show_message(SUBSCRIPTION_WANTS_STREAM, BAD_REQUEST)])
        return await self.execute(caller, viewer, asked, plan)

    async def execute(self, caller: Caller, viewer: Viewer, asked: GraphQLRequest, plan: Plan) -> Answer:
        """The same of an operation that was prepared, and is no subscription."""
        runtime, now = caller.runtime, self._clock()
        try:
            standing = await self.charge(runtime, viewer, plan.charge, now)
        except BudgetSpent as problem:
            body = {"errors": [show_spent(problem)], "extensions": self._show_cost(plan, problem.standing)}
            return Answer(HTTPStatus.TOO_MANY_REQUESTS, body, spent_headers(problem))
        if plan.document is None or plan.operation is None:
            answer = Answer(HTTPStatus.BAD_REQUEST, {"errors": plan.errors})
        else:
            await self.keep(runtime, viewer, asked)
            spacing = timedelta(seconds=self._settings.refresh_now_spacing_seconds)
            loaders = Loaders(viewer, now, plan.attributes)
            context = Context(viewer, now, loaders, plan.cost, standing, spacing, runtime.look_ups)
            answer = await self._execute(caller, plan.document, plan.operation, asked, context)
        body = {**answer.body, "extensions": self._show_cost(plan, standing)}
        return Answer(answer.status, body, budget_headers(standing))

    async def charge(self, runtime: Runtime, viewer: Viewer, points: int, now: datetime) -> Standing:
        """Takes points from the key's minute. Raises BudgetSpent."""
        standing = await self._budget.charge(runtime.redis, viewer.key_id, points, now=now)
        runtime.usage.note(viewer.organization_id, FACE, points=points, now=now)
        return standing

    async def keep(self, runtime: Runtime, viewer: Viewer, asked: GraphQLRequest) -> None:
        """Keeps the document of an operation that is valid and paid for, when it came with its hash."""
        if asked.sha256 and asked.query:
            await self._persisted.keep(runtime.redis, viewer.organization_id, asked.sha256, asked.query)

    async def prepare(self, caller: Caller, viewer: Viewer, asked: GraphQLRequest) -> Plan:
        """What is to be executed; nothing is charged for it yet. Raises Refused where the method does not allow it."""
        runtime = caller.runtime
        if asked.sha256 and not self._persisted.is_on:
            error = show_message("PersistedQueryNotSupported", PERSISTED_QUERY_NOT_SUPPORTED)
            return Plan(LEAST_COST, [error])
        text = asked.query
        if text is None:
            assert asked.sha256 is not None
            text = await self._persisted.find(runtime.redis, viewer.organization_id, asked.sha256)
        if text is None:
            return Plan(LEAST_COST, [show_message("PersistedQueryNotFound", PERSISTED_QUERY_NOT_FOUND)])
        document = self.documents.read(text)
        if document.errors or document.node is None:
            return Plan(LEAST_COST, document.errors)
        operation = choose_operation(document, asked.operation_name)
        if not isinstance(operation, OperationDefinitionNode):
            return Plan(LEAST_COST, [operation])
        if operation.operation is OperationType.MUTATION and not caller.may_write:
            raise not_allowed("GET only reads. Send mutations by POST.", "POST")
        cost = self.documents.cost(document, operation, asked.variables)
        if cost.refusal is not None:
            return Plan(cost.points, [cost.refusal])
        return Plan(cost.points, (), document.node, operation, text, document.attributes)

    async def _execute(
        self,
        caller: Caller,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        asked: GraphQLRequest,
        context: Context,
    ) -> Answer:
        try:
            result = await run(caller, document, operation, asked, context, self._settings)
        except OutOfTime:
            return Answer(HTTPStatus.GATEWAY_TIMEOUT, {"errors": [self._show_timeout(operation)]})
        for error in result.errors or ():
            if error.original_error is not None and is_database_away(error.original_error):
                raise unavailable(error.original_error, caller.request_id)
        return show_result(result, caller.request_id)

    def _show_timeout(self, operation: OperationDefinitionNode) -> Error:
        message = f"The operation ran for {self._settings.graphql_timeout_seconds:g} seconds and was cancelled."
        if operation.operation is OperationType.MUTATION:
            message += " Its fields run one after the other: what the earlier ones changed stays changed."
        return show_message(message, TIMEOUT)

    def _show_cost(self, plan: Plan, standing: Standing) -> Mapping[str, Any]:
        cost = {
            "requested": plan.cost,
            "limit": most_cost(self._settings),
            "remaining": standing.remaining,
            "resetAt": standing.resets_at,
        }
        return {"cost": cost}


def show_result(result: ExecutionResult, request_id: str) -> Answer:
    """The answer of what was executed. Without data and places, it failed before the first field."""
    if result.data is None and result.errors and not any(error.path for error in result.errors):
        errors = [show_document_error(error, BAD_USER_INPUT) for error in result.errors]
        return Answer(HTTPStatus.BAD_REQUEST, {"errors": errors})
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [show_execution_error(error, request_id) for error in result.errors]
    return Answer(HTTPStatus.OK, body)


def show_spent(problem: BudgetSpent) -> Error:
    """The key's points are spent."""
    return show_message(problem.message, problem.code, retryAfter=problem.retry_after_seconds)


def not_allowed(message: str, allowed: str) -> Refused:
    """A method that is not for this."""
    return Refused(HTTPStatus.METHOD_NOT_ALLOWED, show_message(message, METHOD_NOT_ALLOWED), {"Allow": allowed})


def unavailable(cause: BaseException, request_id: str) -> Refused:
    """The database is away."""
    error = show_unavailable(cause, request_id)
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, error, {"Retry-After": "1"})
