"""The reference page of REST v2, as it is served; in a browser it is tried by `make conformance`."""

import base64
import hashlib
import re

import httpx
import msgspec
import pytest

from app.main import create_app
from app.settings import Settings
from tests.api.rest.conftest import problem_of

KEY = 'cg_"quoted"&<key>'


async def test_the_page_runs_its_own_scripts_alone(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/v2/docs", headers={"Accept": "text/html,*/*;q=0.8"}) for _ in range(2)]
    (nonce,) = re.findall(r'nonce="([^"]+)"', first.text)
    assert nonce not in second.text
    assert "{{" not in first.text
    assert first.status_code == 200
    assert first.headers["content-security-policy"] == (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-content-type-options"] == "nosniff"


async def test_its_files_are_bundled_and_their_hashes_match(client: httpx.AsyncClient) -> None:
    page = (await client.get("/v2/docs")).text
    asked = re.findall(r'(?:src|href)="(/assets/[^"]+)" integrity="sha384-([^"]+)"', page)
    assert len(asked) == page.count("/assets/") == 2
    for path, digest in asked:
        file = await client.get(path)
        assert file.status_code == 200
        assert base64.b64encode(hashlib.sha384(file.content).digest()).decode() == digest
    leads = set(re.findall(r'(?:src|href)="(?!data:|/assets/)([^"]*)"', page))
    assert leads == {"/v2/openapi.json", "/graphql"}


@pytest.mark.parametrize(
    ("host", "peer", "filled"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("creatorgraph.example", "127.0.0.1", False),
        ("127.0.0.1:8000@evil.test", "127.0.0.1", False),
        ("localhost", "192.0.2.1", False),
    ],
)
async def test_it_is_filled_with_a_key_on_this_machine_alone(
    database: None, settings: Settings, host: str, peer: str, filled: bool
) -> None:
    app = create_app(msgspec.structs.replace(settings, graphiql_key=KEY))
    transport = httpx.ASGITransport(app, client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        page = await client.get("/v2/docs", headers={"Host": host})
    shown = "cg_&quot;quoted&quot;&amp;&lt;key&gt;" if filled else ""
    assert f'<meta name="api-key" content="{shown}">' in page.text


async def test_it_is_read_and_nothing_else(client: httpx.AsyncClient) -> None:
    head = await client.head("/v2/docs")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 5000
    assert (await client.get("/v2/docs/")).status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = await client.request(method, "/v2/docs")
        problem_of(refused, 405, "BAD_REQUEST")
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS"
    told = await client.options("/v2/docs")
    assert (told.status_code, told.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
