"""What the door notes about a request before a surface answers it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope

KEY = "creatorgraph.asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """The instant a request is answered for, and whether it is to be answered with somebody else's data."""

    at: int
    is_wrong_entity: bool = False


def note(scope: Scope, asked: Asked) -> None:
    """Leaves word for the surface."""
    scope[KEY] = asked


def asked_of(request: Request) -> Asked:
    """The word left for the surface that answers this request."""
    asked = request.scope[KEY]
    assert isinstance(asked, Asked)
    return asked
