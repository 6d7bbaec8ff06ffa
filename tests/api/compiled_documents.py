"""Documents made from a schema: every construct of a query, put together at random. Few of them are not valid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

FLAGS = {"on": "Boolean = true", "off": "Boolean = false", "given": "Boolean!"}
"""Variables for conditions; `given` has no default."""


@dataclass
class Maker:
    """Makes one document. Shapes are drawn from `random`, arguments from what `literals` offers for their type."""

    random: Random
    schema: GraphQLSchema
    literals: Mapping[str, Sequence[Any]]
    """GraphQL literals by "field.argument", by ".argument", or by the printed nullable type of an argument."""
    depth: int
    variables: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name to type and literal."""
    fragments: dict[str, str] = field(default_factory=dict)
    """Name to text."""
    conditions: dict[str, str] = field(default_factory=dict)
    """Name of a fragment to the type it is on."""
    arguments: dict[str, str] = field(default_factory=dict)
    """Arguments by response name, so fields of one response name merge."""

    def document(self) -> tuple[str, dict[str, str]]:
        """The text of a document of one operation, and the literals of the variables that it declares."""
        assert self.schema.query_type is not None
        body = self.selection(self.schema.query_type, self.depth)
        text = "\n".join([body, *self.fragments.values()])
        used = {name: type_ for name, (type_, _) in self.variables.items()}
        used |= {name: type_ for name, type_ in FLAGS.items() if f"${name})" in text}
        declared = ", ".join(f"${name}: {type_}" for name, type_ in used.items())
        head = f"query Q({declared})" if declared else "query Q"
        return f"{head} {text}", {name: literal for name, (_, literal) in self.variables.items()}

    def selection(self, type_: GraphQLCompositeType, depth: int) -> str:
        """A selection set on a type."""
        return "{ " + " ".join(self.item(type_, depth) for _ in range(self.random.randint(1, 5))) + " }"

    def item(self, type_: GraphQLCompositeType, depth: int) -> str:
        draw = self.random.random()
        if draw < 0.08 or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            if draw < 0.04 or depth <= 0:
                return f"{self.random.choice(['', 'kind: '])}__typename{self.condition()}"
            return self.fragment(type_, depth)
        if draw < 0.25 and depth > 0:
            return self.fragment(type_, depth)
        return self.field(type_, depth)

    def field(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        fields = [
            (name, definition)
            for name, definition in type_.fields.items()
            if depth > 0 or not is_composite_type(get_named_type(definition.type))
        ]
        if not fields:
            return "__typename"
        name, definition = self.random.choice(fields)
        alias = self.random.choice(["", "", "", "first", "second"])
        response = f"{alias}_{name}" if alias else name
        text = f"{response}: {name}" if alias else name
        key = f"{type_.name if definition.args else ''}.{response}"
        if key not in self.arguments:
            self.arguments[key] = self.given(name, definition)
        named = get_named_type(definition.type)
        below = f" {self.selection(named, depth - 1)}" if is_composite_type(named) else ""
        return f"{text}{self.arguments[key]}{self.condition()}{below}"

    def given(self, field_name: str, definition: GraphQLField) -> str:
        parts = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self.random.random() < 0.4:
                literal = self.literal(field_name, name, argument)
                if literal is not None:
                    parts.append(f"{name}: {literal}")
        return f"({', '.join(parts)})" if parts else ""

    def literal(self, field_name: str, name: str, argument: GraphQLArgument) -> str | None:
        bare = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
        keys = f"{field_name}.{name}", f".{name}", str(bare)
        offered = next((self.literals[key] for key in keys if key in self.literals), ())
        if isinstance(bare, GraphQLEnumType):
            offered = list(bare.values)
        if not offered:
            return None
        literal = str(self.random.choice(offered))
        if self.random.random() < 0.5:
            return literal
        variable = f"v{len(self.variables)}"
        self.variables[variable] = (str(argument.type), literal)
        return f"${variable}"

    def fragment(self, type_: GraphQLCompositeType, depth: int) -> str:
        conditions = [type_.name, *(other.name for other in self.overlapping(type_))]
        known = [name for name, condition in self.conditions.items() if condition in conditions]
        draw = self.random.random()
        if draw < 0.3 and known:
            return f"...{self.random.choice(known)}{self.condition()}"
        condition = self.random.choice(conditions)
        on: Any = self.schema.type_map[condition]
        if draw < 0.6:
            name = f"F{len(self.fragments)}"
            self.fragments[name] = ""  # its place, which its own fragments come after
            body = self.selection(on, depth - 1)
            self.fragments[name] = f"fragment {name} on {condition} {body}"
            self.conditions[name] = condition
            return f"...{name}{self.condition()}"
        written = "" if condition == type_.name and draw < 0.8 else f" on {condition}"
        return f"...{written}{self.condition()} {self.selection(on, depth - 1)}"

    def overlapping(self, type_: GraphQLCompositeType) -> list[GraphQLCompositeType]:
        def possible(each: Any) -> set[str]:
            if isinstance(each, GraphQLObjectType):
                return {each.name}
            return {member.name for member in self.schema.get_possible_types(each)}

        return [
            other
            for other in self.schema.type_map.values()
            if is_composite_type(other) and not other.name.startswith("__") and possible(other) & possible(type_)
        ]

    def condition(self) -> str:
        if self.random.random() < 0.85:
            return ""
        value = self.random.choice(["true", "false", *(f"${name}" for name in FLAGS)])
        return f" @{self.random.choice(['skip', 'include'])}(if: {value})"
