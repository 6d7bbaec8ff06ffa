"""Plans: what a compiled operation is made of, and what it asks for when it runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from app.api.graphql.compiled.readings import Relation


@dataclass(frozen=True, slots=True)
class Asked:
    """A field whose reading or whose type wants to know about the execution."""

    definition: GraphQLField
    nodes: list[FieldNode]
    parent_type: GraphQLObjectType
    path: Path
    """Where it stands in the response, without the indices of lists: one info serves a field wherever it occurs."""
    field: StrawberryField | None
    """Set where the reading takes Strawberry's Info."""
    takes_arguments: bool


@dataclass(frozen=True, slots=True)
class Deferred:
    """A field whose values are asked for all objects of a level at once, since they may have to be awaited."""

    number: int
    """Of it in the plan's `asked`."""
    key: str
    """Under which it is returned."""
    is_shared: bool
    """Whether one object read in several places is written once, which all of them show."""
    list_depth: int
    """How many lists are within each other, whose entries may have to be awaited too."""
    relation: Relation | None
    """Set where reading it gives a key by which it is loaded."""


Read = Callable[[Any], Any]
"""An object to the value of a field, or to what is awaited for it."""
Write = Callable[[Any], Any]
"""A value to what the response shows of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation."""

    operation: Callable[[Sequence[Any]], tuple[Write, Sequence[tuple[Read, Write]]]]
    """Given what was asked, by field: what writes the root object, and what reads and writes each deferred field."""
    asked: Sequence[Asked]
    deferred: Sequence[Deferred]
    """In the order of the document, so a field stands before those below it."""
    source: str
