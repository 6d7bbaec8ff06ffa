"""Refusals: why a request is not answered as asked, before a dialect puts it into its own words."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from app.api.budgets import spent_headers
from app.api.rest.values import FieldError
from app.core.access.budgets import BudgetSpent
from app.domain import problems
from app.domain.problems import Problem

STATUSES: Mapping[type[Problem], HTTPStatus] = {
    problems.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    problems.Forbidden: HTTPStatus.FORBIDDEN,
    problems.QuotaReached: HTTPStatus.FORBIDDEN,
    problems.NotFound: HTTPStatus.NOT_FOUND,
    problems.HandleTaken: HTTPStatus.CONFLICT,
    problems.VideoTaken: HTTPStatus.CONFLICT,
    problems.AccountLinkedElsewhere: HTTPStatus.CONFLICT,
    problems.IdempotencyConflict: HTTPStatus.CONFLICT,
    problems.StillRunning: HTTPStatus.CONFLICT,
    problems.LookUpFailed: HTTPStatus.BAD_GATEWAY,
    BudgetSpent: HTTPStatus.TOO_MANY_REQUESTS,
}
"""What is not here is about a value of the request: 422."""


class Refusal(Exception):
    """A request that is refused, with what every dialect needs to say so."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        problem: Problem | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.problem = problem
        """The expected error behind it, where a use case raised one."""


def refusal_of(problem: Problem, words: Mapping[str, str]) -> Refusal:
    """The refusal of an expected error; `words` are the dialect's names of our arguments, and of whole paths."""
    status = STATUSES.get(type(problem), HTTPStatus.UNPROCESSABLE_ENTITY)
    headers: Mapping[str, str] = {}
    if isinstance(problem, BudgetSpent):
        headers = spent_headers(problem)
    elif isinstance(problem, problems.StillRunning):
        headers = {"Retry-After": str(problem.retry_after_seconds)}
    elif status is HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    whole = "/".join(problem.path)
    field = words.get(whole) or "/".join(words.get(name, name) for name in problem.path)
    is_about_a_value = status is HTTPStatus.UNPROCESSABLE_ENTITY
    errors = [FieldError(field, problem.message)] if is_about_a_value else []
    return Refusal(status, problem.message, errors=errors, headers=headers, problem=problem)
