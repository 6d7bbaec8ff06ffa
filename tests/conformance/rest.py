"""REST v2 as others see it: a validator of documents, a client that caches, one that walks links. A line of JSON each.

usage: rest.py BASE KEY FOLDER
"""

import sys
import time
from pathlib import Path

import hishel
import httpx
import requests
from checks import expect, report
from hishel.httpx import CacheTransport
from openapi_spec_validator import OpenAPIV31SpecValidator

BASE, KEY, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}


class Counting(httpx.HTTPTransport):
    """What goes over the wire, by status."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.seen.append(response.status_code)
        return response


def validate() -> None:
    for face in ("v1", "v2"):
        OpenAPIV31SpecValidator(httpx.get(f"{BASE}/{face}/openapi.json").json()).validate()


def cache() -> None:
    """A private cache asks again each time, is told 304, and shows a change at once."""
    wire = Counting()
    storage = hishel.SqliteStorage(database_path=FOLDER / f"hishel-{time.time_ns()}.db")
    cached = CacheTransport(wire, storage, rfc=hishel.CacheOptions(shared=False))
    with httpx.Client(transport=cached, base_url=f"{BASE}/v2", headers=AUTHORIZED) as client:
        made = client.post("/creators", json={"name": "Cached"}).json()["data"]
        path = f"/creators/{made['id']}"
        for place in (path, "/accounts?limit=50", "/analytics/timeseries?period=90d", "/openapi.json"):
            wire.seen.clear()
            first, second = client.get(place), client.get(place)
            expect(wire.seen, [200, 304])
            expect((second.status_code, second.json()), (200, first.json()))
        wire.seen.clear()
        expect(client.patch(path, json={"name": "Renamed"}).status_code, 200)
        expect(client.get(path).json()["data"]["name"], "Renamed")
        expect(client.delete(path).status_code, 204)
        expect(client.get(path).status_code, 404)


def walk() -> None:
    """Links lead through a list, each row once, in the order of its pages."""
    whole = requests.get(f"{BASE}/v2/account-videos", params={"limit": 200}, headers=AUTHORIZED, timeout=20).json()
    seen, url = [], f"{BASE}/v2/account-videos?limit=60&order_by=view_count"
    ordered = requests.get(f"{url}&include_total=true", headers=AUTHORIZED, timeout=20).json()
    while url:
        answer = requests.get(url, headers=AUTHORIZED, timeout=20)
        seen += answer.json()["data"]
        expect("first" in answer.links, True)
        url = answer.links.get("next", {}).get("url")
    expect(len({row["id"] for row in seen}), len(seen))
    expect(len(seen), ordered["pagination"]["total_count"])
    expect({row["id"] for row in whole["data"]} <= {row["id"] for row in seen}, True)
    views = [row["view_count"] for row in seen if row["view_count"] is not None]
    expect(views, sorted(views, reverse=True))


report("openapi-spec-validator takes the document", validate)
report("hishel is told what it knows", cache)
report("requests walks by links", walk)
