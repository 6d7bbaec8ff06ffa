"""Batches: many things in one call, each by itself: what one is refused for stops no other."""

from app.domain.problems import InvalidInput

LARGEST_BATCH = 200


def check_batch(size: int, *path: str) -> None:
    """Raises InvalidInput naming `path` unless there are 1 to 200 things."""
    if not 1 <= size <= LARGEST_BATCH:
        raise InvalidInput(f"There are {size} of them; 1 to {LARGEST_BATCH} are allowed.", *path)
