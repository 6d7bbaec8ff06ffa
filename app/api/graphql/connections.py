"""Relay connections over the pages that use cases return."""

from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import UNSET

from app.api.graphql.fields import resolver
from app.domain.cursors import DEFAULT_PAGE, PageRequest, page_request
from app.domain.records import Page

Node = TypeVar("Node")

First = Annotated[int | None, strawberry.argument(description="That many from the start, 1 to 200; 50 by default.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="That many from the end, 1 to 200.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]


def asked_page(
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    default_size: int = DEFAULT_PAGE,
) -> PageRequest:
    """The page that four arguments ask for, which are UNSET when left out. Raises InvalidInput naming the argument."""
    return page_request(
        None if first is UNSET else first,
        None if after is UNSET else after,
        None if last is UNSET else last,
        None if before is UNSET else before,
        default_size,
    )


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether something comes after this page.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before this page.")

    start_cursor: str | None = strawberry.field(description="The cursor of the first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; null on an empty page.")


@strawberry.type(description="One place in the list.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="What stands there.")
    cursor: str = strawberry.field(description="Marks this place, for after and before.")


@strawberry.type(description="A page of a list.")
class Paged(Generic[Node]):
    nodes: list[Node] = strawberry.field(description="What is on the page, in the order of the list.")

    @resolver("The same with a cursor each.")
    def edges(page: strawberry.Parent[Page[Any]]) -> list[Edge[Node]]:
        return [Edge(node=node, cursor=cursor) for node, cursor in zip(page.nodes, page.cursors, strict=True)]

    @resolver("Where the page lies in its list.")
    def page_info(page: strawberry.Parent[Page[Any]]) -> PageInfo:
        return PageInfo(
            has_next_page=page.has_next_page,
            has_previous_page=page.has_previous_page,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )


@strawberry.type(description="A page of a list.")
class Connection(Paged[Node]):
    total_count: int = strawberry.field(description="The size of the whole list; counted only when selected.")
