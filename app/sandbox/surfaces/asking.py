"""What the door notes about a request before a surface answers it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope

from app.sandbox.world.personas import Persona

KEY = "creatorgraph.asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """The instant a request is answered for, and in which way it is to be answered wrongly."""

    at: int
    is_wrong_entity: bool = False
    """With somebody else's data."""
    is_hidden: bool = False
    """As though the owner had switched off the counters that can be."""
    has_rotated_ids: bool = False
    """As though stored queries went by other ids by now."""

    def hides_likes(self, persona: Persona) -> bool:
        """Whether the like and view counts of somebody's posts are switched off."""
        return self.is_hidden or persona.hides_likes


def note(scope: Scope, asked: Asked) -> None:
    """Leaves word for the surface."""
    scope[KEY] = asked


def asked_of(request: Request) -> Asked:
    """The word left for the surface that answers this request."""
    asked = request.scope[KEY]
    assert isinstance(asked, Asked)
    return asked
