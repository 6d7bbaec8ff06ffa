"""Chance that is not left to chance: uniform numbers that depend on their name alone."""

import math
import struct
from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_NORMAL = NormalDist()
_LANES = struct.Struct("<8Q")


def draws(*name: object) -> tuple[float, ...]:
    """Eight independent numbers, uniform in [0, 1), the same for the same name wherever and whenever they are drawn."""
    digest = blake2b("\x1f".join(map(str, name)).encode()).digest()
    return tuple((lane >> 11) * 2.0**-53 for lane in _LANES.unpack(digest))


def whole(draw: float, low: int, high: int) -> int:
    """A whole number of [low, high], both included."""
    return low + int(draw * (high - low + 1))


def chosen(draw: float, options: Sequence[T]) -> T:
    """One of the options."""
    return options[int(draw * len(options))]


def spread(draw: float, sigma: float) -> float:
    """A factor around 1, log-normal: half the draws are above 1, and rare ones far above. Cut at three sigma."""
    return math.exp(sigma * min(max(_NORMAL.inv_cdf(draw or 2.0**-53), -3.0), 3.0))
