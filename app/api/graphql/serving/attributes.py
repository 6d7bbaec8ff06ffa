"""Attributes: what a document may read of the records it comes upon, so that nothing else is fetched."""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from app.domain.records import Attributes


def attributes_read(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str, Attributes]:
    """By object type, the attributes that the fields of a valid document read of its records, whatever is included.

    Fields with a resolver of their own are left out: they need no more of a record than its ids.
    """
    read: dict[str, set[str]] = {}
    for field, parent in _fields(schema, document):
        found = schema.get_field(parent, field.name.value)  # type: ignore[arg-type]
        definition = found.extensions.get("strawberry-definition") if found else None
        if definition is not None and definition.base_resolver is None:
            for type_ in schema.get_possible_types(parent) if is_abstract_type(parent) else (parent,):
                read.setdefault(type_.name, set()).add(definition.python_name)
    return {name: frozenset(attributes) for name, attributes in read.items()}


def _fields(schema: GraphQLSchema, document: DocumentNode) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
    """Every field of a document, each fragment's once, with the type it is of."""
    waiting: list[tuple[SelectionSetNode, GraphQLNamedType]] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            assert root is not None
            waiting.append((definition.selection_set, root))
        elif isinstance(definition, FragmentDefinitionNode):
            waiting.append((definition.selection_set, schema.type_map[definition.type_condition.name.value]))
    while waiting:
        selections, parent = waiting.pop()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield selection, parent
                found = schema.get_field(parent, selection.name.value)  # type: ignore[arg-type]
                if found and selection.selection_set:
                    waiting.append((selection.selection_set, get_named_type(found.type)))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                narrowed = schema.type_map[condition.name.value] if condition else parent
                waiting.append((selection.selection_set, narrowed))
