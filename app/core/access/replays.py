"""Replays: a create that carries an idempotency key happens once, and is answered the same each time."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.domain.problems import IdempotencyConflict, InvalidInput, StillRunning
from app.domain.viewer import Attempt, Reply, Viewer
from app.store.access.replays import claim, delete_replays_before, keep_reply, select_kept
from app.store.db import transaction

KEPT = timedelta(hours=24)
PRINTABLE = re.compile(r"[ -~]{1,255}")


async def once(
    viewer: Viewer, attempt: Attempt, act: Callable[[], Awaitable[Reply]], *, now: datetime
) -> tuple[Reply, bool]:
    """Runs `act` and keeps its reply in the same transaction, or gives the kept one again; whether it was kept before.

    Keys are the API key's own, one face at a time, for 24 hours. What `act` refuses by raising leaves no trace, so that
    it can be tried again under the same key; a crash right after the commit still replays. Raises InvalidInput naming
    `idempotency_key` unless it has 1 to 255 printable ASCII characters, IdempotencyConflict for another route or body,
    and StillRunning after waiting two seconds for a twin under way.
    """
    if not PRINTABLE.fullmatch(attempt.idempotency_key):
        raise InvalidInput("An idempotency key takes 1 to 255 printable ASCII characters.", "idempotency_key")
    organization_id, key_id = viewer.organization_id, viewer.key_id
    async with transaction():
        is_ours = await claim(organization_id, key_id, attempt, now)
        if is_ours is None:
            raise StillRunning("The same request is still under way. Ask again in a second.", "idempotency_key")
        if is_ours:
            reply = await act()
            await keep_reply(organization_id, key_id, attempt, reply)
            return reply, False
        kept = await select_kept(organization_id, key_id, attempt)
    if kept is None:  # it was forgotten in this very moment
        raise StillRunning("The request under this key has just expired. Ask again.", "idempotency_key")
    if (kept.route, kept.body_hash) != (attempt.route, attempt.body_hash):
        raise IdempotencyConflict(
            "This idempotency key was used for another request. Use a new one for each thing to create.",
            "idempotency_key",
        )
    return kept.reply, True


async def forget_old_replays(now: datetime) -> None:
    """Forgets replies kept longer than 24 hours."""
    await delete_replays_before(now - KEPT)
