"""Replies kept to be given again: one row per idempotency key, written in the transaction that creates."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from app.domain.viewer import Attempt, Reply
from app.store.db import execute, fetch_row

WAIT_SECONDS = 2
"""How long a twin waits for the one that is under way."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was asked under a key, and the reply."""

    route: str
    body_hash: bytes
    reply: Reply


async def claim(organization_id: UUID, key_id: UUID, attempt: Attempt, now: datetime) -> bool | None:
    """Takes an idempotency key for this transaction. False when it was used before; None while it is being used.

    Waits up to two seconds for a twin under way. After None the transaction can do nothing more.
    """
    await execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
    try:
        row = await fetch_row(
            """
            INSERT INTO replay (organization_id, key_id, face, idempotency_key, route, body_hash, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (organization_id, key_id, face, idempotency_key) DO NOTHING
            RETURNING face
            """,
            organization_id,
            key_id,
            attempt.face,
            attempt.idempotency_key,
            attempt.route,
            attempt.body_hash,
            now,
        )
    except asyncpg.LockNotAvailableError:
        return None
    await execute("SET LOCAL lock_timeout = 0")
    return row is not None


async def keep_reply(organization_id: UUID, key_id: UUID, attempt: Attempt, reply: Reply) -> None:
    """Keeps the reply of the one that claimed the key."""
    await execute(
        """
        UPDATE replay SET status = $5, headers = $6, body = $7
        WHERE organization_id = $1 AND key_id = $2 AND face = $3 AND idempotency_key = $4
        """,
        organization_id,
        key_id,
        attempt.face,
        attempt.idempotency_key,
        reply.status,
        msgspec.json.encode(reply.headers).decode(),
        reply.body,
    )


async def select_kept(organization_id: UUID, key_id: UUID, attempt: Attempt) -> Kept | None:
    """What was kept under an idempotency key."""
    row = await fetch_row(
        """
        SELECT route, body_hash, status, headers, body FROM replay
        WHERE organization_id = $1 AND key_id = $2 AND face = $3 AND idempotency_key = $4
        """,
        organization_id,
        key_id,
        attempt.face,
        attempt.idempotency_key,
    )
    if row is None:
        return None
    headers = msgspec.json.decode(row["headers"], type=dict[str, str])
    return Kept(row["route"], row["body_hash"], Reply(row["status"], headers, row["body"]))


async def delete_replays_before(instant: datetime) -> None:
    """Forgets replies that are older."""
    await execute("DELETE FROM replay WHERE created_at < $1", instant)
