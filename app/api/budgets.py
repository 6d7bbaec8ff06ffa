"""How a face tells where a key stands in its minute."""

from collections.abc import Mapping

from app.core.access.budgets import BudgetSpent, Standing


def budget_headers(standing: Standing) -> Mapping[str, str]:
    """The face's own window; the reset is in Unix seconds. Empty while nobody counts, because Valkey is away."""
    if standing.remaining is None:
        return {}
    return {
        "x-ratelimit-limit": str(standing.limit),
        "x-ratelimit-remaining": str(standing.remaining),
        "x-ratelimit-reset": str(int(standing.resets_at.timestamp())),
    }


def spent_headers(problem: BudgetSpent) -> Mapping[str, str]:
    """The same of a request that was refused, and in how many seconds it may come again."""
    return {**budget_headers(problem.standing), "Retry-After": str(problem.retry_after_seconds)}
