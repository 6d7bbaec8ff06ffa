"""What becomes of a right answer on order: cut short, robbed of its scripts, its counters renamed, rounded or lost."""

import re
from collections.abc import Callable, Mapping

from app.sandbox.troubles.faults import FaultMode

COUNTER = re.compile(rb'(?P<key>"(?:\w*[cC]ount(?:_reduced|Int)?|heart)":\s*)(?P<quote>"?)(?P<digits>\d+)(?P=quote)')
"""A counter written in JSON, as a number or in digits."""
SCRIPT = re.compile(rb"<script\b.*?</script>", re.DOTALL)
KEPT = 0.6
"""The share of an answer that is cut short which arrives."""


def distortion_of(mode: FaultMode) -> Callable[[bytes], bytes] | None:
    """What a fault does to the body of an answer; None for a fault that leaves it as it is."""
    return DISTORTIONS.get(mode)


def _cut_short(body: bytes) -> bytes:
    return body[: int(len(body) * KEPT)]


def _without_scripts(body: bytes) -> bytes:
    return SCRIPT.sub(b"", body)


def _renamed(body: bytes) -> bytes:
    return COUNTER.sub(
        lambda found: b'"x_' + found["key"][1:] + found["quote"] + found["digits"] + found["quote"], body
    )


def _rounded(body: bytes) -> bytes:
    def two_digits(found: re.Match[bytes]) -> bytes:
        digits = found["digits"]
        step = 10 ** max(len(digits) - 2, 0)
        value = str(int(digits) // step * step).encode()
        return found["key"] + found["quote"] + value + found["quote"]

    return COUNTER.sub(two_digits, body)


def _minus_one(body: bytes) -> bytes:
    return COUNTER.sub(lambda found: found["key"] + found["quote"] + b"-1" + found["quote"], body)


DISTORTIONS: Mapping[FaultMode, Callable[[bytes], bytes]] = {
    FaultMode.TRUNCATED_JSON: _cut_short,
    FaultMode.MISSING_SCRIPT: _without_scripts,
    FaultMode.RENAMED_KEYS: _renamed,
    FaultMode.ROUNDED: _rounded,
    FaultMode.MINUS_ONE: _minus_one,
}
