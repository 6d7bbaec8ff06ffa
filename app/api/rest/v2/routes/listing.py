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
    """The page of a size after a cursor; an empty one is none."""
    return page_request(first=limit, after=cursor or None)


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
    given = msgspec.structs.asdict(query).items()
    filters = {name: value for name, value in given if name not in NOT_FILTERS and value is not None and value != ""}
    if "creator_id" in filters:
        filters["creator_id"] = filters["creator_id"].lower()  # the one id that is read as a text: it may be "none"
    filters["order_by"], filters["order_direction"] = order
    pagination = Pagination(page.has_next_page, limit, next_cursor, page.total_count)
    body = Collection([show(record) for record in page.nodes], pagination, filters)
    return Answer(body, headers={"Link": _links(request, next_cursor)})


def _links(request: Request, next_cursor: str | None) -> str:
    url = f"{str(request.base_url).removesuffix('/')}{request.scope['path']}"
    kept = [(name, text) for name, text in request.query_params.multi_items() if name != "cursor"]
    links = [_link(url, kept, "first")]
    if next_cursor is not None:
        links.append(_link(url, [*kept, ("cursor", next_cursor)], "next"))
    return ", ".join(links)


def _link(url: str, parameters: Sequence[tuple[str, str]], relation: str) -> str:
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f'<{url}{query}>; rel="{relation}"'
