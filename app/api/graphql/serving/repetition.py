"""Repetition: bounds on a document before it is validated, which compares whatever shares a name pair by pair."""

from collections import Counter

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, InlineFragmentNode, OperationDefinitionNode

from app.api.graphql.serving.errors import QUERY_TOO_LARGE, Error, show_message

MOST_PAIRS = 20_000
"""Pairs of fields with one name, which validation compares in about half a second."""
MOST_FRAGMENTS = 100


def repetition(document: DocumentNode) -> Error | None:
    """Why a document is not validated, or None when that will not take long. Linear in the document."""
    fragments = sum(isinstance(definition, FragmentDefinitionNode) for definition in document.definitions)
    if fragments > MOST_FRAGMENTS:
        message = f"The document has {fragments} fragments; {MOST_FRAGMENTS} are allowed. Split it."
        return show_message(message, QUERY_TOO_LARGE)
    names = _field_names(document)
    pairs = sum(count * (count - 1) // 2 for count in names.values())
    if pairs > MOST_PAIRS:
        (name, count), *_ = names.most_common(1)
        message = (
            f"The document has {pairs} pairs of fields that share a name ({name[:64]!r} occurs {count} times); "
            f"{MOST_PAIRS} are allowed. Ask for lists, such as nodes(ids:), or split it."
        )
        return show_message(message, QUERY_TOO_LARGE)
    return None


def _field_names(document: DocumentNode) -> Counter[str]:
    """How often each name under which a field is returned occurs in the document."""
    names: Counter[str] = Counter()
    waiting = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                names[(selection.alias or selection.name).value] += 1
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                waiting.append(selection.selection_set)
    return names
