"""What a document selects below a field, so that nothing else is read or counted."""

from collections.abc import Iterable

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
)

from app.api.graphql.context import Context, Info


def selected_fields(info: Info, *path: str) -> set[str]:
    """The names of the fields selected below the one being resolved, or at `path` below it.

    Each fragment is read once however often it is spread, so the work is linear in the document. (Strawberry's own
    `info.selected_fields` expands every spread: a short document can make it run for ever.)
    """
    raw = info._raw_info
    fields = list(raw.field_nodes)
    for name in path:
        fields = [field for field in _subfields(raw, fields) if field.name.value == name]
    return {field.name.value for field in _subfields(raw, fields)}


def _subfields(raw: GraphQLResolveInfo[Context], fields: Iterable[FieldNode]) -> list[FieldNode]:
    found: list[FieldNode] = []
    seen: set[str] = set()
    waiting: list[SelectionSetNode] = [field.selection_set for field in fields if field.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            if not _is_included(raw, selection):
                continue
            if isinstance(selection, FieldNode):
                found.append(selection)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                waiting.append(raw.fragments[selection.name.value].selection_set)
    return found


def _is_included(raw: GraphQLResolveInfo[Context], selection: SelectionNode) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, selection, raw.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, selection, raw.variable_values)
    return not (skip and skip["if"]) and (include is None or bool(include["if"]))
