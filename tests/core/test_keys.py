"""Keys: shown once, kept as a digest, known values taken as they are."""

from hashlib import sha256
from uuid import uuid4

import pytest

from app.core.access.keys import authenticate, create_key, ensure_bootstrap_key
from app.domain.problems import InvalidInput, Unauthenticated
from app.domain.viewer import Scope
from app.settings import Settings
from app.store.db import fetch
from tests.factories import at

NOW = at("2026-03-01 08:00")


async def test_a_key_acts_for_its_organization(database: None) -> None:
    name = f"Acme {uuid4()}"
    key = await create_key(name, "dashboard", frozenset({Scope.READ, Scope.WRITE}), now=NOW)
    viewer = await authenticate(key, now=NOW)
    assert (viewer.organization_name, viewer.key_name) == (name, "dashboard")
    assert viewer.scopes == {Scope.READ, Scope.WRITE}
    second = await authenticate(await create_key(name, "other", frozenset({Scope.READ}), now=NOW), now=NOW)
    assert (second.organization_id, second.key_id != viewer.key_id) == (viewer.organization_id, True)
    assert second.cursor_secret == viewer.cursor_secret
    rows = await fetch("SELECT * FROM api_key WHERE id = $1", viewer.key_id)
    assert rows[0]["digest"] == sha256(key.encode()).hexdigest()
    assert key not in str(dict(rows[0]))


@pytest.mark.parametrize("token", ["", "cg_unknown", "x" * 10_000, "\0", "é"])
async def test_what_is_no_key_opens_nothing(database: None, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await authenticate(token, now=NOW)


@pytest.mark.parametrize(
    ("organization", "name", "scopes", "value", "path"),
    [
        ("", "name", {Scope.READ}, None, "organization"),
        ("x" * 256, "name", {Scope.READ}, None, "organization"),
        ("Acme", " ", {Scope.READ}, None, "name"),
        ("Acme", "name", set(), None, "scopes"),
        ("Acme", "name", {Scope.READ}, "two words", "value"),
    ],
)
async def test_bad_keys_are_refused_by_name(
    database: None, organization: str, name: str, scopes: set[Scope], value: str | None, path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await create_key(organization, name, frozenset(scopes), now=NOW, value=value)
    assert refused.value.path == (path,)


async def test_the_bootstrap_key_opens_the_first_organization(own_engines: Settings) -> None:
    await ensure_bootstrap_key("my-known-key", NOW)
    first = await authenticate("my-known-key", now=NOW)
    await create_key("Later", "key", frozenset({Scope.READ}), now=at("2026-03-02 08:00"))
    await ensure_bootstrap_key("my-known-key", NOW)
    await ensure_bootstrap_key("another-known-key", NOW)
    assert (await authenticate("another-known-key", now=NOW)).organization_id == first.organization_id
    assert first.scopes == set(Scope)
    assert len(await fetch("SELECT FROM api_key")) == 3
