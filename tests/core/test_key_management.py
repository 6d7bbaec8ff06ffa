"""Managing keys: made, shown once, rotated with and without grace, revoked."""

from datetime import timedelta

import pytest

from app.core.access.key_management import issue_key, list_keys, revoke_key, rotate_key
from app.core.access.keys import authenticate
from app.domain.problems import Forbidden, InvalidInput, LastAdminKey, NotFound, Unauthenticated
from app.domain.viewer import Scope
from tests.factories import at, new_viewer

NOW = at("2026-03-01 08:00")
HOUR = timedelta(hours=1)
READ = frozenset({Scope.READ})


async def test_an_issued_key_works_and_is_listed(database: None) -> None:
    viewer = await new_viewer()
    issued = await issue_key(viewer, "  Dashboard ", READ, now=NOW)
    assert issued.value.startswith("cg_")
    assert (issued.key.name, issued.key.scopes, issued.key.last_used_at) == ("Dashboard", READ, None)
    reader = await authenticate(issued.value, now=NOW + HOUR)
    assert (reader.organization_id, reader.key_id, reader.scopes) == (viewer.organization_id, issued.key.id, READ)
    listed = await list_keys(viewer)
    assert [key.name for key in listed] == ["Dashboard", "test key"]
    assert listed[0].last_used_at == NOW + HOUR
    with pytest.raises(Forbidden):
        await list_keys(reader)
    with pytest.raises(Forbidden):
        await issue_key(reader, "more", READ, now=NOW)


async def test_last_use_is_kept_to_the_minute(database: None) -> None:
    viewer = await new_viewer()
    value = (await issue_key(viewer, "Dashboard", READ, now=NOW)).value
    for seconds in (0, 30, 59):
        await authenticate(value, now=NOW + timedelta(seconds=seconds))
    assert (await list_keys(viewer))[0].last_used_at == NOW
    await authenticate(value, now=NOW + timedelta(seconds=61))
    assert (await list_keys(viewer))[0].last_used_at == NOW + timedelta(seconds=61)


async def test_a_rotated_key_keeps_its_id_and_its_old_value_for_the_grace(database: None) -> None:
    viewer = await new_viewer()
    issued = await issue_key(viewer, "Dashboard", READ, now=NOW)
    rotated = await rotate_key(viewer, issued.key.id, 2, now=NOW)
    assert (rotated.key.id, rotated.key.former_until) == (issued.key.id, NOW + 2 * HOUR)
    for value in (issued.value, rotated.value):
        assert (await authenticate(value, now=NOW + HOUR)).key_id == issued.key.id
    with pytest.raises(Unauthenticated):
        await authenticate(issued.value, now=NOW + 2 * HOUR)
    again = await rotate_key(viewer, issued.key.id, 0, now=NOW + HOUR)
    for value in (issued.value, rotated.value):
        with pytest.raises(Unauthenticated):
            await authenticate(value, now=NOW + HOUR)
    assert (await authenticate(again.value, now=NOW + HOUR)).key_id == issued.key.id


async def test_a_revoked_key_is_gone_at_once(database: None) -> None:
    viewer = await new_viewer()
    issued = await issue_key(viewer, "Dashboard", READ, now=NOW)
    await revoke_key(viewer, issued.key.id, now=NOW)
    with pytest.raises(Unauthenticated):
        await authenticate(issued.value, now=NOW)
    assert [key.name for key in await list_keys(viewer)] == ["test key"]
    with pytest.raises(NotFound) as refused:
        await revoke_key(viewer, issued.key.id, now=NOW)
    assert refused.value.path == ("api_key_id",)


async def test_the_last_admin_key_stays(database: None) -> None:
    viewer = await new_viewer()
    with pytest.raises(LastAdminKey):
        await revoke_key(viewer, viewer.key_id, now=NOW)
    second = await issue_key(viewer, "Second", frozenset({Scope.ADMIN}), now=NOW)
    await revoke_key(viewer, viewer.key_id, now=NOW)
    assert [key.id for key in await list_keys(await authenticate(second.value, now=NOW))] == [second.key.id]


async def test_others_keys_are_not_there(database: None) -> None:
    viewer, other = await new_viewer(), await new_viewer()
    issued = await issue_key(viewer, "Dashboard", READ, now=NOW)
    with pytest.raises(NotFound):
        await rotate_key(other, issued.key.id, 0, now=NOW)
    with pytest.raises(NotFound):
        await revoke_key(other, issued.key.id, now=NOW)
    assert (await authenticate(issued.value, now=NOW)).key_id == issued.key.id


async def test_bad_arguments_are_named(database: None) -> None:
    viewer = await new_viewer()
    with pytest.raises(InvalidInput) as refused:
        await issue_key(viewer, " ", READ, now=NOW)
    assert refused.value.path == ("name",)
    with pytest.raises(InvalidInput) as refused:
        await issue_key(viewer, "Dashboard", frozenset(), now=NOW)
    assert refused.value.path == ("scopes",)
    for hours in (-1, 169):
        with pytest.raises(InvalidInput) as refused:
            await rotate_key(viewer, viewer.key_id, hours, now=NOW)
        assert refused.value.path == ("grace_hours",)
    assert [key.name for key in await list_keys(viewer)] == ["test key"]
