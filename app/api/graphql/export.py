"""Prints the schema, sorted: the contract kept in schema.graphql."""

import sys

from graphql import lexicographic_sort_schema, print_schema

from app.api.graphql.schema import executable


def sorted_schema() -> str:
    """The schema in its definition language."""
    return print_schema(lexicographic_sort_schema(executable)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(sorted_schema())
