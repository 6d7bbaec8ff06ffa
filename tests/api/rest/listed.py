"""Lists of REST v2 as clients walk them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.api.rest.conftest import RestCaller, problem_of


async def walked(rest: RestCaller, path: str, **parameters: Any) -> list[str]:
    """The ids of a whole list, by its links; each page says where it lies."""
    return [row["id"] async for row in rows(rest, path, **parameters)]


async def rows(rest: RestCaller, path: str, **parameters: Any) -> AsyncIterator[Any]:
    """The rows of a whole list, by its links."""
    answer = await rest.send("GET", path, params=parameters)
    while True:
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert list(body) == ["data", "pagination", "filters"]
        for row in body["data"]:
            yield row
        first = urlsplit(answer.links["first"]["url"])
        assert (first.scheme, first.netloc, first.path) == ("http", "127.0.0.1", f"/v2{path}")
        assert dict(parse_qsl(first.query)) == {name: str(value) for name, value in parameters.items()}
        cursor = body["pagination"]["next_cursor"]
        assert body["pagination"]["has_next"] == (cursor is not None) == ("next" in answer.links)
        if cursor is None:
            return
        following = urlsplit(answer.links["next"]["url"])
        assert dict(parse_qsl(following.query)) == {
            **{name: str(value) for name, value in parameters.items()},
            "cursor": cursor,
        }
        answer = await rest.send("GET", f"{path}?{following.query}")


async def check_orders(rest: RestCaller, path: str, orders: dict[str, list[str]], default: str) -> None:
    """That each order of a list is the one given, in every way of asking for it, walked in pages of any size.

    `orders` are ids from the least on; those whose value is unknown follow after None.
    """
    for name, ids in orders.items():
        known, unknown = (ids[: ids.index("")], ids[ids.index("") + 1 :]) if "" in ids else (ids, [])
        # Ties are told apart by id, which goes the way of the order.
        expected = {"asc": known + sorted(unknown), "desc": known[::-1] + sorted(unknown, reverse=True)}
        for direction, there in expected.items():
            assert await walked(rest, path, order_by=name, order_direction=direction) == there, (name, direction)
            for limit in (1, 2):
                asked = {"order_by": name, "order_direction": direction, "limit": limit}
                assert await walked(rest, path, **asked) == there, asked
        assert await walked(rest, path, sort=name) == expected["asc"]
        assert await walked(rest, path, sort=f"-{name}", limit=1) == expected["desc"]
        assert await walked(rest, path, order_by=name) == expected[default]
        other = next((one for one in orders if one != name), name)
        assert await walked(rest, path, order_by=name, sort=other) == expected[default]
        page = await rest.get(path, order_by=name, order_direction="asc", sort=f"-{other}")
        assert page["filters"] == {"order_by": name, "order_direction": "asc"}
        page = await rest.get(path, sort=f"-{name}")
        assert page["filters"] == {"order_by": name, "order_direction": "desc"}


async def check_cursors_are_bound(rest: RestCaller, path: str, others: list[dict[str, str]]) -> None:
    """That a cursor goes on with its own filter and order alone, and with any limit."""
    page = await rest.get(path, limit=1)
    cursor = page["pagination"]["next_cursor"]
    everything = [row["id"] for row in (await rest.get(path))["data"]]
    for limit in (1, 2, 200):
        following = await rest.get(path, limit=limit, cursor=cursor)
        assert [row["id"] for row in following["data"]] == everything[1 : 1 + limit]
    for parameters in others:
        answer = await rest.send("GET", path, params={**parameters, "cursor": cursor})
        problem = problem_of(answer, 422, "VALIDATION_ERROR")
        assert [error["field"] for error in problem["errors"]] == ["cursor"], parameters
