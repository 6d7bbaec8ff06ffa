"""Bounds on a document before it is validated, which compares whatever shares a name pair by pair."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
)

from app.api.graphql.serving.errors import QUERY_TOO_LARGE, Error, show_message
from app.settings import Settings

MOST_PAIRS = 20_000
"""Pairs of fields with one name, which validation compares in about half a second."""
MOST_FRAGMENTS = 100


@dataclass(slots=True)
class _Counts:
    """What a document holds, each fragment counted once."""

    fragments: int = 0
    aliases: int = 0
    directives: int = 0
    names: Counter[str] = field(default_factory=Counter)
    """How often each name under which a field is returned occurs."""


def out_of_bounds(document: DocumentNode, settings: Settings) -> Error | None:
    """Why a document is not validated, or None when that will not take long. Linear in the document."""
    counts = _count(document)
    for what, count, most in (
        ("fragments", counts.fragments, MOST_FRAGMENTS),
        ("aliases", counts.aliases, settings.graphql_max_aliases),
        ("directives", counts.directives, settings.graphql_max_directives),
    ):
        if count > most:
            message = f"The document has {count} {what}; {most} are allowed. Split it."
            return show_message(message, QUERY_TOO_LARGE)
    pairs = sum(count * (count - 1) // 2 for count in counts.names.values())
    if pairs > MOST_PAIRS:
        (name, count), *_ = counts.names.most_common(1)
        message = (
            f"The document has {pairs} pairs of fields that share a name ({name[:64]!r} occurs {count} times); "
            f"{MOST_PAIRS} are allowed. Ask for lists, such as nodes(ids:), or split it."
        )
        return show_message(message, QUERY_TOO_LARGE)
    return None


def _count(document: DocumentNode) -> _Counts:
    counts = _Counts()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            counts.fragments += isinstance(definition, FragmentDefinitionNode)
            counts.directives += len(definition.directives or ())
            counts.directives += sum(
                len(variable.directives or ()) for variable in definition.variable_definitions or ()
            )
            for selection in _selections(definition):
                counts.directives += len(selection.directives or ())
                if isinstance(selection, FieldNode):
                    counts.aliases += selection.alias is not None
                    counts.names[(selection.alias or selection.name).value] += 1
    return counts


def _selections(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Iterator[SelectionNode]:
    """Everything that a definition selects, however deep, without what it spreads."""
    waiting = [definition.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            yield selection
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                waiting.append(selection.selection_set)
