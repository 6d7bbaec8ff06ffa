"""How exact a number is that a page showed abbreviated and yt-dlp spelled out."""

from app.domain.facts import Count
from app.providers.values import read_count

UNITS = (10**9, 10**6, 10**3)


def read_abbreviated(value: object) -> Count | None:
    """A number shown as 1.2K, 12K, 123K, 1.2M from a thousand up, with the step it was rounded to; None for none.

    A number with more digits than that form holds was not abbreviated.

    >>> read_abbreviated(999), read_abbreviated(1_200), read_abbreviated(133_000), read_abbreviated(74_290)
    (Count(value=999, step=1), Count(value=1200, step=100), Count(value=133000, step=1000), Count(value=74290, step=1))
    """
    count = read_count(value)
    unit = next((unit for unit in UNITS if count is not None and count.value >= unit), None)
    if count is None or unit is None:
        return count
    step = unit // 10 if count.value < 10 * unit else unit
    return Count(count.value, 1 if count.value % step else step)
