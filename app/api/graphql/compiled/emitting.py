"""Emitting: the source of one Python function for one operation.

No text of the caller gets into it: what a document names is looked up in the schema or put into a table of constants,
and every name in the source is a letter and a number, or an attribute or parameter of our own code.
"""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet, collect_fields
from graphql.pyutils import Path
from strawberry.types.scalar import identity

from app.api.graphql.compiled.plainness import (
    PLAIN,
    admit,
    check_type,
    chooser,
    enum_names,
    leaf_writer,
    refuse,
)
from app.api.graphql.compiled.plans import Asked, Deferred, Plan
from app.api.graphql.compiled.readings import Attribute, Function, Reading, Relation, Resolver, read_by

MOST_FIELDS = 600
"""Fields of an operation with its fragments expanded, which take some 80 ms to compile; larger ones are not."""
MOST_DEPTH = 50

AS_THEY_ARE = {
    GraphQLString.coerce_output_value: "{0}.__class__ is str",
    GraphQLID.coerce_output_value: "{0}.__class__ is str",
    GraphQLInt.coerce_output_value: "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
    GraphQLFloat.coerce_output_value: "{0}.__class__ is float and {0} - {0} == 0.0",
    GraphQLBoolean.coerce_output_value: "({0} is True or {0} is False)",
    identity: "{0}.__class__ in PLAIN",
}
"""When a value of a scalar, by how the scalar writes it, is shown as it is."""


class NotCompiled(Exception):
    """The operation has something that is left to graphql-core."""


def emit(schema: strawberry.Schema, executor: Executor[Any]) -> Plan:
    """The plan of the operation that an executor was built for, with the fields its variables include.

    Raises NotCompiled.
    """
    root = executor.schema.get_root_type(executor.operation.operation)
    if root is None:
        raise NotCompiled
    emitter = _Emitter(schema, executor)
    try:
        fields = collect_fields(executor.schema, executor.fragments, executor.variable_values, root, executor.operation)
    except GraphQLError:  # a condition that has no value
        raise NotCompiled from None
    write_root = emitter.fields(root, fields.grouped_field_set, None, depth=1)
    return emitter.plan(write_root)


class _Emitter:
    """The source so far, the constants it uses, and what it asks of an execution."""

    def __init__(self, schema: strawberry.Schema, executor: Executor[Any]) -> None:
        self._strawberry = schema
        self._executor = executor
        self._functions: list[str] = []
        self._constants: dict[str, Any] = {
            "PLAIN": PLAIN,
            "LISTS": (list, tuple),
            "admit": admit,
            "check_type": check_type,
            "chooser": chooser,
            "refuse": refuse,
        }
        self._names: dict[tuple[str, str | int], str] = {}
        self._asked: list[Asked] = []
        self._deferred: list[Deferred] = []
        self._readers: dict[int, str] = {}
        self._field_count = 0
        self._name_count = 0

    def plan(self, write_root: str) -> Plan:
        """The plan, whose root object is written by the function of that name."""
        handed = [f"    i{n}, j{n}, a{n}, p{n} = asked[{n}]" for n in range(len(self._asked))]
        pairs = "".join(f"(r{n}, w{n}), " for n in self._readers)
        body = [*handed, *self._functions, f"    return {write_root}, ({pairs})"]
        source = "\n".join(["def operation(asked):", *body, ""])
        exec(compile(source, "<compiled document>", "exec"), self._constants)  # noqa: S102 - written above, of our names
        return Plan(self._constants["operation"], tuple(self._asked), tuple(self._deferred), source)

    def fields(
        self, type_: GraphQLObjectType, grouped: GroupedFieldSet, path: Path | None, depth: int, info: int | None = None
    ) -> str:
        """The name of a function that writes an object of that type, as the field `info` returns it."""
        if depth > MOST_DEPTH:
            raise NotCompiled
        name = self._next("o")
        checks: list[str] = []
        reads: list[str] = []
        entries: list[str] = []
        handed_on: list[str] = []
        if info is not None:
            checks.append("if v.__class__ not in PLAIN: admit(v)")
            if type_.is_type_of is not None:
                test = f"{self._constant('t', type_.is_type_of)}(v, i{info})"
                checks.append(f"if (t := {test}) is not True: check_type(t)")
        for key, details in grouped.items():
            self._field_count += 1
            if self._field_count > MOST_FIELDS:
                raise NotCompiled
            entry = self._constant("k", key)
            if details[0].node.name.value == "__typename":
                entries.append(f"{entry}: {self._constant('k', type_.name)}")
                continue
            x = f"x{len(reads)}"
            value = self._field(type_, key, details, Path(path, key, type_.name), depth, x)
            if isinstance(value, int):
                entries.append(f"{entry}: None")
                handed_on.append(f"p{value}((d, v))")
            else:
                read, written = value
                reads.append(f"{x} = {read}")
                entries.append(f"{entry}: {written}")
        display = f"{{{', '.join(entries)}}}"
        shown = [f"d = {display}", *handed_on, "return d"] if handed_on else [f"return {display}"]
        self._function(name, "v", [*checks, *reads, *shown])
        return name

    def _field(
        self, type_: GraphQLObjectType, key: str, details: FieldDetailsList, path: Path, depth: int, x: str
    ) -> tuple[str, str] | int:
        """How a field is read into `x` and written of it; or the number under which it is asked for, when deferred."""
        definition = type_.fields.get(details[0].node.name.value)
        reading = read_by(self._strawberry, definition) if definition else None
        if definition is None or reading is None:
            raise NotCompiled
        named = get_named_type(definition.type)
        asked = Asked(
            definition,
            [detail.node for detail in details],
            type_,
            path,
            reading.field if isinstance(reading, Function) and reading.info_parameter else None,
            isinstance(reading, Resolver) and bool(definition.args),
        )
        inline = isinstance(reading, Attribute) or (
            isinstance(reading, Function) and not reading.is_async and is_leaf_type(named)
        )
        number = -1
        if not inline or asked.field is not None or self._looks_at_info(named):
            number = len(self._asked)
            self._asked.append(asked)
        read = self._read(reading, number)
        if inline:
            return read, self._value(definition.type, x, details, path, depth, number)
        depth_of_lists = _list_depth(definition.type)
        self._readers[number] = read
        is_shared = not depth_of_lists and not is_leaf_type(named)
        relation = reading if isinstance(reading, Relation) else None
        self._deferred.append(Deferred(number, key, is_shared, depth_of_lists, relation))
        self._function(f"r{number}", "v", [f"return {read}"])
        self._function(f"w{number}", "x", [f"return {self._value(definition.type, 'x', details, path, depth, number)}"])
        return number

    def _read(self, reading: Reading, number: int) -> str:
        """The expression that reads a field of the object `v`."""
        if isinstance(reading, Attribute):
            return f"v.{reading.name}"
        if isinstance(reading, Relation):
            return f"v.{reading.key}"
        function = self._constant("f", reading.call)
        if isinstance(reading, Resolver):
            return f"{function}(v, i{number}, **a{number})"
        arguments = []
        if reading.object_parameter:
            arguments.append(f"{reading.object_parameter}=v")
        if reading.info_parameter:
            arguments.append(f"{reading.info_parameter}=j{number}")
        return f"{function}({', '.join(arguments)})"

    def _value(self, type_: Any, x: str, details: FieldDetailsList, path: Path, depth: int, info: int) -> str:
        """The expression that writes the value `x` of a type."""
        if not isinstance(type_, GraphQLNonNull):
            return f"None if {x} is None else {self._value(GraphQLNonNull(type_), x, details, path, depth, info)}"
        inner = type_.of_type
        if isinstance(inner, GraphQLList):
            item = f"y{x[1:]}" if x[0] == "x" else f"{x}y"
            written = self._value(inner.of_type, item, details, path, depth, info)
            return f"[{written} for {item} in ({x} if {x}.__class__ in LISTS else refuse({x}))]"
        if isinstance(inner, GraphQLInterfaceType | GraphQLUnionType):
            return f"{self._choice(inner, details, path, depth, info)}({x})"
        if isinstance(inner, GraphQLObjectType):
            return f"{self._object(inner, details, path, depth, info)}({x})"
        return self._leaf(inner, x)

    def _object(self, type_: GraphQLObjectType, details: FieldDetailsList, path: Path, depth: int, info: int) -> str:
        try:
            collected = self._executor.collect_subfields(type_, details)
        except GraphQLError:  # a condition that has no value
            raise NotCompiled from None
        return self.fields(type_, collected.grouped_field_set, path, depth + 1, info)

    def _choice(
        self,
        type_: GraphQLInterfaceType | GraphQLUnionType,
        details: FieldDetailsList,
        path: Path,
        depth: int,
        info: int,
    ) -> str:
        if type_.resolve_type is None:
            raise NotCompiled
        functions = [
            f"{self._constant('k', possible.name)}: {self._object(possible, details, path, depth, info)}"
            for possible in self._executor.schema.get_possible_types(type_)
        ]
        name = self._next("c")
        abstract = self._constant("b", type_)
        self._functions.append(f"    {name} = chooser({abstract}, {{{', '.join(functions)}}}, i{info})")
        return name

    def _leaf(self, type_: GraphQLLeafType, x: str) -> str:
        write = f"{self._constant('l', type_, leaf_writer)}({x})"
        members = getattr(type_, "wrapped_cls", None)
        if isinstance(type_, GraphQLEnumType) and members is not None:
            names = self._constant("e", type_, lambda enum: enum_names(enum, members))
            return f"{names}[{x}] if {x}.__class__ is {self._constant('m', members)} else {write}"
        as_it_is = AS_THEY_ARE.get(type_.coerce_output_value)
        return f"{x} if {as_it_is.format(x)} else {write}" if as_it_is else write

    def _looks_at_info(self, type_: GraphQLNamedType) -> bool:
        """Whether telling the type of a value takes the info of the field that returns it."""
        return is_abstract_type(type_) or (isinstance(type_, GraphQLObjectType) and type_.is_type_of is not None)

    def _function(self, name: str, parameter: str, lines: Iterable[str]) -> None:
        self._functions += [f"    def {name}({parameter}):", *(f"        {line}" for line in lines)]

    def _constant(self, letter: str, value: Any, make: Callable[[Any], Any] = identity) -> str:
        """The name of a constant: the value, or what is made of it."""
        key = letter, value if isinstance(value, str) else id(value)
        if key not in self._names:
            self._names[key] = self._next(letter)
            self._constants[self._names[key]] = make(value)
        return self._names[key]

    def _next(self, letter: str) -> str:
        self._name_count += 1
        return f"{letter}_{self._name_count}"


def _list_depth(type_: Any) -> int:
    nullable = get_nullable_type(type_)
    return 1 + _list_depth(nullable.of_type) if is_list_type(nullable) else 0
