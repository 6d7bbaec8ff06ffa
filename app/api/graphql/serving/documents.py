"""Documents: parsed and validated once, kept while they are asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from app.api.graphql.serving.errors import (
    OPERATION_UNRESOLVED,
    PARSE_FAILED,
    VALIDATION_FAILED,
    Error,
    show_document_error,
    show_message,
)
from app.api.graphql.serving.repetition import repetition

MOST_TOKENS = 3000
MOST_ERRORS = 5
DOCUMENTS_KEPT = 512
LONGEST_KEPT = 20_000
"""Characters; longer documents are read anew each time, so what is kept stays small."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read; with errors it cannot be executed."""

    node: DocumentNode | None
    operations: Mapping[str | None, OperationDefinitionNode]
    errors: Sequence[Error] = ()


class Documents:
    """Reads documents for one schema."""

    def __init__(self, schema: GraphQLSchema, *, introspection: bool) -> None:
        self._schema = schema
        self._introspection = introspection
        self._rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        self._read_and_keep = lru_cache(maxsize=DOCUMENTS_KEPT)(self._read)

    def read(self, text: str) -> Document:
        """The document of a text, parsed and validated."""
        return self._read_and_keep(text) if len(text) <= LONGEST_KEPT else self._read(text)

    def _read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, {}, [show_document_error(error, PARSE_FAILED)])
        if (repeated := repetition(node)) is not None:
            return Document(None, {}, [repeated])
        errors = validate(
            self._schema, node, self._rules, max_errors=MOST_ERRORS, hide_suggestions=not self._introspection
        )
        operations = {
            definition.name.value if definition.name else None: definition
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        return Document(node, operations, [show_document_error(error, VALIDATION_FAILED) for error in errors])


def choose_operation(document: Document, name: str | None) -> OperationDefinitionNode | Error:
    """The operation a request means, or the error that it means none."""
    if name is None and len(document.operations) != 1:
        return show_message("The document has several operations. Say which by operationName.", OPERATION_UNRESOLVED)
    if name is not None and name not in document.operations:
        return show_message("The document has no operation of that operationName.", OPERATION_UNRESOLVED)
    return document.operations[name] if name is not None else next(iter(document.operations.values()))
