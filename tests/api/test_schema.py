"""The contract: the exported schema, and that everything in it is described."""

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInputObjectType, is_introspection_type

from app.api.graphql.export import sorted_schema
from app.api.graphql.schema import executable

BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}


def test_the_exported_schema_is_that_of_the_code() -> None:
    exported = Path(__file__).parents[2] / "schema.graphql"
    assert exported.read_text(encoding="utf-8") == sorted_schema(), "run make schema"


def test_everything_is_described() -> None:
    undescribed = []
    for name, type in executable.type_map.items():
        if is_introspection_type(type) or name in BUILT_IN:
            continue
        if not type.description:
            undescribed.append(name)
        if isinstance(type, GraphQLEnumType):
            undescribed += [f"{name}.{value}" for value, entry in type.values.items() if not entry.description]
        for field_name, field in getattr(type, "fields", {}).items():
            if not field.description:
                undescribed.append(f"{name}.{field_name}")
            if not isinstance(type, GraphQLInputObjectType):
                undescribed += [
                    f"{name}.{field_name}({a}:)" for a, entry in field.args.items() if not entry.description
                ]
    assert undescribed == []
