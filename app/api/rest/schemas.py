"""JSON schemas of the types that requests are checked against and answers are shaped by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct, inspect

REFERENCE = "#/components/schemas/{name}"
GENERIC = re.compile(r"^(\w+?)_(\w+?)_$")
Schema = dict[str, Any]


def shown_schemas(kinds: Sequence[Any]) -> tuple[Mapping[Any, Schema], Mapping[str, Schema]]:
    """The schemas of what is answered, by type, and the components they refer to. Every member is always there."""
    made, components = _made(kinds)
    for schema in [*made.values(), *components.values()]:
        if "properties" in schema:
            schema["required"] = list(schema["properties"])
            for member in schema["properties"].values():
                member.pop("default", None)
    return made, components


def body_schemas(kinds: Sequence[Any]) -> tuple[Mapping[Any, Schema], Mapping[str, Schema]]:
    """The schemas of what is sent, by type, and the components they refer to. What may all be left out takes one."""
    made, components = _made(kinds)
    for schema in components.values():
        if "properties" in schema and not any("default" in one for one in schema["properties"].values()):
            schema.setdefault("required", [])
            if not schema["required"]:
                schema["minProperties"] = 1
    return made, components


def parameter_schemas(kind: type[Struct]) -> Iterator[tuple[str, Schema, bool]]:
    """The parameters of a query string: the name of each, its schema, and whether it is needed. None can be null."""
    [reference], components = msgspec.json.schema_components([kind], ref_template=REFERENCE)
    orders = dict(_orders([kind]))
    described = components[_component(reference)]
    for name, schema in described["properties"].items():
        plain = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
        if "anyOf" in plain:
            kinds = [one for one in plain.pop("anyOf") if one != {"type": "null"}]
            plain = {**(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}), **plain}
        if "$ref" in plain:
            named = components[_component(plain)]
            plain = {**named, **{key: value for key, value in plain.items() if key != "$ref"}}
        yield name, _tidied(plain, orders), name in described.get("required", ())


def _made(kinds: Sequence[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    made, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    orders = dict(_orders(kinds))
    named = {_name(name): _tidied(schema, orders) for name, schema in components.items() if not _is_unnamed(name)}
    return (
        {kind: _tidied(_inlined(schema, components), orders) for kind, schema in zip(kinds, made, strict=True)},
        named,
    )


def _tidied(value: Any, orders: Mapping[frozenset[str], list[str]]) -> Any:
    """A schema as people like to read it: no titles, no needless alternatives, values of enums in their own order."""
    if isinstance(value, list):
        return [_tidied(one, orders) for one in value]
    if not isinstance(value, dict):
        return value
    tidied = {
        name: _tidied(inner, orders)
        for name, inner in value.items()
        if not (name == "title" and isinstance(inner, str))
    }
    if isinstance(tidied.get("$ref"), str):
        tidied["$ref"] = REFERENCE.format(name=_name(_component(tidied)))
    if isinstance(values := tidied.get("enum"), list):
        del tidied["enum"]
        values = orders.get(frozenset(values), values)
        tidied = {"type": "string", **({"const": values[0]} if len(values) == 1 else {"enum": values}), **tidied}
    if isinstance(kinds := tidied.get("anyOf"), list):
        plain = [one for one in kinds if one != {"type": "null"}]
        if (
            len(plain) == 1 != len(kinds)
            and isinstance(plain[0].get("type"), str)
            and not {"enum", "const"} & {*plain[0]}
        ):
            del tidied["anyOf"]
            tidied = {**plain[0], **tidied, "type": [plain[0]["type"], "null"]}
    return tidied


def _orders(kinds: Sequence[Any]) -> Iterator[tuple[frozenset[str], list[str]]]:
    """The values of every enum that types hold, in the order in which they are declared."""
    seen: set[int] = set()
    waiting: list[Any] = list(inspect.multi_type_info(kinds))
    while waiting:
        kind = waiting.pop()
        if id(kind) in seen:
            continue
        seen.add(id(kind))
        if isinstance(kind, inspect.EnumType) and issubclass(kind.cls, Enum):
            values = [one.value for one in kind.cls]
            yield frozenset(values), values
        for name in kind.__struct_fields__ if isinstance(kind, Struct) else ():
            inner = getattr(kind, name)
            waiting.extend(inner if isinstance(inner, tuple) else [inner])


def _inlined(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """A schema in the place of the reference to it, where nobody could make anything of its name."""
    if not _is_unnamed(_component(schema)):
        return schema
    return {name: value for name, value in components[_component(schema)].items() if name != "description"}


def _is_unnamed(name: str) -> bool:
    """Whether a component is a generic type over something that has no name of its own."""
    return "__" in name or "." in name


def _component(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _name(text: str) -> str:
    """A name for people in the place of one that is made for a generic type: AccountCollection."""
    found = GENERIC.fullmatch(text)
    return f"{found[2]}{found[1]}" if found else text
