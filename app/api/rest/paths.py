"""Paths: which operations are at one, found without trying one after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.api.rest.operations import Operation


@dataclass(slots=True)
class _Place:
    """One segment of the paths: what is below it, and the operations that end here, by method."""

    named: dict[str, "_Place"] = field(default_factory=dict)
    any: "_Place | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()


class Paths:
    """The paths of a face. A name wins over a parameter in the same place."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Place()
        for operation in operations:
            place = self._root
            parameters: tuple[str, ...] = ()
            for segment in operation.path.strip("/").split("/"):
                if segment.startswith("{"):
                    parameters = (*parameters, segment[1:-1])
                    place.any = place.any or _Place()
                    place = place.any
                else:
                    place = place.named.setdefault(segment, _Place())
            place.operations[operation.method] = operation
            place.parameters = parameters

    def find(self, path: str) -> tuple[Mapping[str, Operation], Mapping[str, str]] | None:
        """The operations at a path, by method, and the values of its parameters; None when nothing is there."""
        place, values = self._root, []
        for segment in path.split("/"):
            below = place.named.get(segment)
            if below is None:
                if place.any is None or not segment:
                    return None
                below = place.any
                values.append(segment)
            place = below
        return (place.operations, dict(zip(place.parameters, values, strict=True))) if place.operations else None
