"""Documents: parsed and validated once, kept while they are asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
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

from app.api.graphql.serving.attributes import attributes_read
from app.api.graphql.serving.bounds import out_of_bounds
from app.api.graphql.serving.cost import Cost, measure_cost
from app.api.graphql.serving.errors import (
    OPERATION_UNRESOLVED,
    PARSE_FAILED,
    QUERY_TOO_LARGE,
    VALIDATION_FAILED,
    Error,
    show_document_error,
    show_message,
)
from app.domain.records import Attributes
from app.settings import Settings

MOST_ERRORS = 5
NOT_VALID = "The document does not fit the schema here."
DOCUMENTS_KEPT = 512
COSTS_KEPT = 32
LONGEST_VARIABLES_KEPT = 1000
"""Bytes; the cost of an operation with longer variables is measured anew each time."""
LONGEST_KEPT = 20_000
"""Characters; longer documents are read anew each time, so what is kept stays small."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read; with errors it cannot be executed."""

    node: DocumentNode | None
    operations: Mapping[str | None, OperationDefinitionNode]
    errors: Sequence[Error] = ()
    attributes: Mapping[str, Attributes] = field(default_factory=dict)
    """What it may read of the records of each type."""
    costs: dict[tuple[str | None, bytes], Cost] = field(default_factory=dict)
    """What its operations cost, by name and variables, as far as that was asked lately."""


class Documents:
    """Reads documents for one schema."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema = schema
        self._settings = settings
        self._rules = specified_rules if settings.introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
        self._read_and_keep = lru_cache(maxsize=DOCUMENTS_KEPT)(self._read)

    def read(self, text: str) -> Document:
        """The document of a text, parsed and validated."""
        return self._read_and_keep(text) if len(text) <= LONGEST_KEPT else self._read(text)

    def _read(self, text: str) -> Document:
        if (size := len(text.encode())) > (most := self._settings.graphql_max_document_bytes):
            message = f"The document has {size} bytes; {most} are allowed. Split it, and put values into variables."
            return _refused(show_message(message, QUERY_TOO_LARGE))
        try:
            node = parse(text, max_tokens=self._settings.graphql_max_tokens)
        except GraphQLError as error:
            return _refused(self._show_syntax_error(error))
        if (error_of_size := out_of_bounds(node, self._settings)) is not None:
            return _refused(error_of_size)
        errors = validate(
            self._schema, node, self._rules, max_errors=MOST_ERRORS, hide_suggestions=not self._settings.introspection
        )
        operations = {
            definition.name.value if definition.name else None: definition
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }
        if errors:
            return Document(node, operations, [self._show_validation_error(error) for error in errors])
        return Document(node, operations, attributes=attributes_read(self._schema, node))

    def _show_validation_error(self, error: GraphQLError) -> Error:
        """Where introspection is off, only the place: from what is wrong there a guesser would learn what is right."""
        shown = show_document_error(error, VALIDATION_FAILED)
        return shown if self._settings.introspection else {**shown, "message": NOT_VALID}

    def _show_syntax_error(self, error: GraphQLError) -> Error:
        most = self._settings.graphql_max_tokens
        if error.message.startswith(f"Syntax Error: Document contains more than {most} tokens"):
            message = f"The document has more than {most} tokens; {most} are allowed. Split it."
            return show_message(message, QUERY_TOO_LARGE)
        return show_document_error(error, PARSE_FAILED)

    def cost(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
        """The cost of an operation of a document without errors; measured once for variables that come again."""
        assert document.node is not None
        asked = (operation.name.value if operation.name else None, msgspec.json.encode(variables))
        if (known := document.costs.get(asked)) is not None:
            return known
        cost = measure_cost(self._schema, document.node, operation, variables, self._settings)
        if len(asked[1]) <= LONGEST_VARIABLES_KEPT:
            if len(document.costs) >= COSTS_KEPT:
                document.costs.clear()
            document.costs[asked] = cost
        return cost


def _refused(error: Error) -> Document:
    return Document(None, {}, [error])


def choose_operation(document: Document, name: str | None) -> OperationDefinitionNode | Error:
    """The operation a request means, or the error that it means none."""
    if name is None and len(document.operations) != 1:
        return show_message("The document has several operations. Say which by operationName.", OPERATION_UNRESOLVED)
    if name is not None and name not in document.operations:
        return show_message("The document has no operation of that operationName.", OPERATION_UNRESOLVED)
    return document.operations[name] if name is not None else next(iter(document.operations.values()))
