"""Lists of v2: the page that was asked for, its envelope and its links."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.requests import Request

from app.api.rest.operations import Answer
from app.api.rest.v2.shapes.envelopes import Collection, Pagination
from app.api.rest.v2.shapes.words import OrderDirection
from app.domain.cursors import PageRequest, page_request
from app.domain.filters import Gain, OrderKey
from app.domain.filters import OrderDirection as OurDirection
from app.domain.records import Page

Record = TypeVar("Record")
Shown = TypeVar("Shown")
Field = TypeVar("Field", bound=StrEnum | Gain)

NOT_FILTERS = frozenset({"limit", "cursor", "order_by", "order_direction", "sort", "include_total"})


def asked_page(limit: int, cursor: str | None) -> PageRequest:
    """The page of a size after a cursor."""
    return page_request(first=limit, after=cursor)


def asked_order(
    order_by: StrEnum | None,
    direction: OrderDirection | None,
    sort: str,
    fields: Mapping[str, Field],
    default: OrderDirection = OrderDirection.DESC,
) -> tuple[str, OrderDirection, tuple[OrderKey[Field], ...]]:
    """The order in effect, as v2 and as use cases name it; `order_by` wins over `sort`."""
    if order_by is None:
        name = sort.removeprefix("-")
        chosen = OrderDirection.DESC if sort.startswith("-") else OrderDirection.ASC
        chosen = direction or chosen
    else:
        name, chosen = order_by.value, direction or default
    return name, chosen, (OrderKey(fields[name], OurDirection(chosen.value)),)


def show_page(
    request: Request,
    query: Struct,
    page: Page[Record],
    show: Callable[[Record], Shown],
    limit: int,
    order: tuple[str, OrderDirection],
) -> Answer[Any]:
    """A page in its envelope, with links to the first one and the next one."""
    next_cursor = page.cursors[-1] if page.has_next_page else None
    given = {
        name: value
        for name, value in msgspec.structs.asdict(query).items()
        if name not in NOT_FILTERS and value is not None
    }
    filters = {**given, "order_by": order[0], "order_direction": order[1]}
    pagination = Pagination(page.has_next_page, limit, next_cursor, page.total_count)
    body = Collection([show(record) for record in page.nodes], pagination, filters)
    return Answer(body, headers={"Link": _links(request, next_cursor)})


def _links(request: Request, next_cursor: str | None) -> str:
    kept = [(name, text) for name, text in request.query_params.multi_items() if name != "cursor"]
    links = [_link(request, kept, "first")]
    if next_cursor is not None:
        links.append(_link(request, [*kept, ("cursor", next_cursor)], "next"))
    return ", ".join(links)


def _link(request: Request, parameters: Sequence[tuple[str, str]], relation: str) -> str:
    url = request.url.replace(query=urlencode(parameters))
    return f'<{url}>; rel="{relation}"'
