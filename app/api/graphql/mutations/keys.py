"""Changing the organization's keys."""

from typing import Annotated

import strawberry

from app.api.graphql.context import Info
from app.api.graphql.fields import resolver
from app.api.graphql.mutations.payloads import Change, Payload, refusable
from app.api.graphql.nodes.keys import ApiKey
from app.api.graphql.values.enums import Scope
from app.api.graphql.values.ids import decode_id_of
from app.core.access.key_management import issue_key, revoke_key, rotate_key


@strawberry.type(description="A payload with a key and its value, which is shown this once.")
class ApiKeyPayload(Payload):
    api_key: ApiKey | None = strawberry.field(description="The key; null when there are errors.")
    value: str | None = strawberry.field(
        description="What to send as Authorization: Bearer. It is kept nowhere and cannot be shown again."
    )


@strawberry.type(description="What came of createApiKey.")
class CreateApiKeyPayload(ApiKeyPayload):
    pass


@strawberry.type(description="What came of rotateApiKey.")
class RotateApiKeyPayload(ApiKeyPayload):
    pass


@strawberry.type(description="What came of revokeApiKey.")
class RevokeApiKeyPayload(Payload):
    revoked_api_key_id: strawberry.ID | None = strawberry.field(
        description="Global id of the key that was; null when there are errors."
    )


@strawberry.input(description="A key to make.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What it is for, 1 to 255 characters.")
    scopes: list[Scope] = strawberry.field(description="What it may do; ADMIN implies WRITE, WRITE implies READ.")


@strawberry.input(description="A key by its id.")
class ApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="Global id of the key.")


@strawberry.input(description="A key to give a new value.")
class RotateApiKeyInput(ApiKeyInput):
    grace_hours: int | None = strawberry.field(
        default=0, description="Hours for which the value before works too, 0 to 168."
    )


@strawberry.input(description="A key to end.")
class RevokeApiKeyInput(ApiKeyInput):
    pass


@strawberry.type(description="Changes of keys; all need the scope admin.")
class KeyMutations:
    @resolver("Makes a key of the organization. Its value is shown this once.", CreateApiKeyPayload)
    @refusable
    async def create_api_key(
        info: Info, input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key.")]
    ) -> Change:
        viewer = info.context.viewer
        issued = await issue_key(viewer, input.name, frozenset(input.scopes), now=info.context.now)
        return Change(api_key=issued.key, value=issued.value)

    @resolver(
        "Gives a key a new value, shown this once. The one before may go on working for a while.", RotateApiKeyPayload
    )
    @refusable
    async def rotate_api_key(
        info: Info, input: Annotated[RotateApiKeyInput, strawberry.argument(description="The key.")]
    ) -> Change:
        key_id = decode_id_of("ApiKey", input.api_key_id, "api_key_id")
        issued = await rotate_key(info.context.viewer, key_id, input.grace_hours or 0, now=info.context.now)
        return Change(api_key=issued.key, value=issued.value)

    @resolver("Ends a key for good, at once; also the one that asks.", RevokeApiKeyPayload)
    @refusable
    async def revoke_api_key(
        info: Info, input: Annotated[RevokeApiKeyInput, strawberry.argument(description="The key.")]
    ) -> Change:
        key_id = decode_id_of("ApiKey", input.api_key_id, "api_key_id")
        await revoke_key(info.context.viewer, key_id, now=info.context.now)
        return Change(revoked_api_key_id=input.api_key_id)
