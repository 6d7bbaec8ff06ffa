"""The median of view counts."""

import pytest

from app.domain.metrics import median_views


@pytest.mark.parametrize(
    ("views", "median"),
    [
        ([], None),
        ([7], 7),
        ([0], 0),
        ([1, 2], 2),
        ([1, 3], 2),
        ([2, 1], 2),
        ([1, 4], 3),
        ([3, 1, 2], 2),
        ([120_000, 450_000, 3_500_000, 9_000_000, 2_000_000], 2_000_000),
        ([10, 11, 20, 30], 16),
        ([10**12, 10**12 + 1], 10**12 + 1),
        ([5, 5, 5, 5], 5),
    ],
)
def test_half_of_them_are_above_it(views: list[int], median: int | None) -> None:
    given = list(views)
    assert median_views(views) == median
    assert views == given
