"""Faults on order: which requests go wrong, how, and how often."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, structs

from app.sandbox.world.draws import draws


class FaultMode(StrEnum):
    """How a request goes wrong. Those up to `http_500` get a refusal, the next two wait, the rest a wrong answer.

    `rotated_ids`: Instagram's and X's stored queries go by other ids than the ones known.
    """

    LOGIN_REDIRECT = "login_redirect"
    SOFT_BLOCK_401 = "soft_block_401"
    TOO_MANY_429 = "too_many_429"
    CAPTCHA = "captcha"
    POW_CHALLENGE = "pow_challenge"
    EMPTY_BODY = "empty_body"
    HTTP_403 = "http_403"
    HTTP_404 = "http_404"
    HTTP_999 = "http_999"
    HTTP_500 = "http_500"
    SLOW = "slow"
    HANG = "hang"
    TRUNCATED_JSON = "truncated_json"
    MISSING_SCRIPT = "missing_script"
    RENAMED_KEYS = "renamed_keys"
    ROUNDED = "rounded"
    HIDDEN = "hidden"
    MINUS_ONE = "minus_one"
    ROTATED_IDS = "rotated_ids"
    WRONG_ENTITY = "wrong_entity"
    STALE = "stale"


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order. Of `times`, `until` and `probability` those that are given all have to hold; none means always."""

    match: Annotated[str, Meta(min_length=1, max_length=512)]
    """Text contained in HOST/PATH?QUERY: a host, a path, a handle or an id."""
    mode: FaultMode
    times: Annotated[int, Meta(ge=1)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    """Compared with the instant the request is answered for."""
    probability: Annotated[float, Meta(gt=0, le=1)] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=86_400)] = 30
    """Seconds, in the header of a 429."""
    delay_ms: Annotated[int, Meta(ge=1, le=60_000)] = 1000
    """How late a slow answer is."""
    stale_seconds: Annotated[int, Meta(ge=1, le=366 * 86_400)] = 86_400
    """How old a stale answer is."""


class Faults:
    """The orders in force, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._asked = 0

    def add(self, fault: Fault) -> None:
        self._orders.append(fault)

    def clear(self) -> None:
        self._orders.clear()
        self._asked = 0

    def listed(self) -> list[Fault]:
        """Those in force, `times` counted down."""
        return list(self._orders)

    def strike(self, target: str, at: datetime, immune: Collection[FaultMode] = ()) -> Fault | None:
        """The first fault that strikes a request for `target`, used up by one; those it is immune to do not."""
        for position, fault in enumerate(self._orders):
            if fault.match not in target or fault.mode in immune or (fault.until is not None and fault.until <= at):
                continue
            if fault.probability is not None:
                self._asked += 1
                if draws("fault", fault.match, fault.mode.value, self._asked)[0] >= fault.probability:
                    continue
            if fault.times == 1:
                del self._orders[position]
            elif fault.times is not None:
                self._orders[position] = structs.replace(fault, times=fault.times - 1)
            return fault
        return None
