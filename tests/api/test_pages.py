"""What a browser is given: the GraphiQL page, its files, the way there."""

import base64
import hashlib
import re
from pathlib import Path

import httpx
import msgspec
import pytest

from app.main import create_app
from app.settings import Settings
from app.web.files import FOLDER

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
KEY = 'cg_"quoted"&<key>'


@pytest.mark.parametrize(
    ("host", "peer", "filled"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("creatorgraph.example", "127.0.0.1", False),
        ("127.0.0.1.example", "127.0.0.1", False),
        ("", "127.0.0.1", False),
        ("a{b.test", "127.0.0.1", False),
        ("127.0.0.1/.evil.test", "127.0.0.1", False),
        ("127.0.0.1:8000@evil.test", "127.0.0.1", False),
        ("localhost:", "127.0.0.1", False),
        ("localhost", "192.0.2.1", False),
        ("localhost", "testclient", False),
    ],
)
async def test_the_page_is_filled_with_a_key_on_this_machine_alone(
    database: None, settings: Settings, host: str, peer: str, filled: bool
) -> None:
    app = create_app(msgspec.structs.replace(settings, graphiql_key=KEY))
    transport = httpx.ASGITransport(app, client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        page = await client.get("/graphql", headers={**HTML, "Host": host})
    assert page.status_code == 200
    shown = "cg_&quot;quoted&quot;&amp;&lt;key&gt;" if filled else ""
    assert f'<meta name="api-key" content="{shown}">' in page.text


async def test_bundled_files_are_compressed_for_whoever_takes_gzip(client: httpx.AsyncClient) -> None:
    path = "/assets/react-18.2.0/react.production.min.js"
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    small = await client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) // 2
    assert small.content == plain.content
    for name in ("content-type", "cache-control", "vary"):
        assert small.headers[name] == plain.headers[name]
    assert plain.headers["vary"] == "Accept-Encoding"
    part = await client.get(path, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, plain.content[:10])


async def test_the_page_runs_its_own_scripts_alone(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphql", headers=HTML)
    second = await client.get("/graphql", headers=HTML)
    nonces = re.findall(r'nonce="([^"]+)"', first.text)
    assert len(nonces) == 1
    assert first.headers["content-security-policy"] == (
        f"default-src 'none'; script-src 'self' 'nonce-{nonces[0]}'; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert nonces[0] not in second.text
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["vary"] == "Accept"
    assert "{{" not in first.text.split("<script nonce")[0]


async def test_the_page_asks_for_bundled_files_alone_whose_hashes_match(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphql", headers=HTML)).text
    asked = re.findall(r'(?:src|href)="([^"]+)" integrity="sha384-([^"]+)"', page)
    assert len(asked) == 6
    assert len(re.findall(r'(?:src|href)="(?!data:)', page)) == 6
    for path, digest in asked:
        file = await client.get(path)
        assert file.status_code == 200
        assert base64.b64encode(hashlib.sha384(file.content).digest()).decode() == digest
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["x-content-type-options"] == "nosniff"


def test_every_bundled_package_has_its_licence() -> None:
    licences = [(folder / "LICENSE").read_text().split("\n", 2) for folder in Path(FOLDER).iterdir()]
    assert {first.strip() or second.strip() for first, second, _ in licences} == {"MIT License", "Apache License"}


async def test_the_entrance_leads_to_graphiql(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


@pytest.mark.parametrize("path", ["/nothing", "/assets/nothing.js", "/assets/../app/settings.py"])
async def test_other_paths_are_problem_details(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Nothing is at this path. GraphQL is at /graphql.",
    }


async def test_health_only_answers_reads(client: httpx.AsyncClient) -> None:
    response = await client.post("/health")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert response.json() == {"type": "about:blank", "title": "Method Not Allowed", "status": 405}
