"""Answers of bulk creates as they are kept for replays: of each entry the id, or the problem in plain data."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec

from app.domain.problems import HandleTaken, InvalidInput, NotFound, Problem, QuotaReached, VideoTaken
from app.domain.records import Account, Video

Created = TypeVar("Created", Account, Video)


class _Kept(msgspec.Struct, omit_defaults=True):
    """One answer. What a problem points at is kept by its id."""

    created_id: UUID | None = None
    code: str = ""
    message: str = ""
    path: tuple[str, ...] = ()
    existing_id: UUID | None = None
    limit: int = 0


def keep_answers(answers: Sequence[Account | Video | Problem]) -> bytes:
    """Answers in the form that is kept."""
    return msgspec.json.encode([_kept(answer) for answer in answers])


async def answers_kept(
    body: bytes, load: Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Created]]]
) -> list[Created | Problem]:
    """The answers again, with what they name as it is now."""
    kept = msgspec.json.decode(body, type=list[_Kept])
    found = await load([id for one in kept for id in (one.created_id, one.existing_id) if id is not None])
    return [_answer(one, found) for one in kept]


def _kept(answer: Account | Video | Problem) -> _Kept:
    if not isinstance(answer, Problem):
        return _Kept(created_id=answer.id)
    kept = _Kept(code=answer.code, message=answer.message, path=tuple(answer.path))
    match answer:
        case HandleTaken():
            kept.existing_id = answer.account.id
        case VideoTaken():
            kept.existing_id = answer.video.id
        case QuotaReached():
            kept.limit = answer.limit
    return kept


def _answer(kept: _Kept, found: Mapping[UUID, Created]) -> Created | Problem:
    if kept.created_id is not None:
        gone = NotFound("What was created under this idempotency key was removed since.")
        return found.get(kept.created_id, gone)
    match kept.code:
        case QuotaReached.code:
            return QuotaReached(kept.limit, *kept.path)
        case InvalidInput.code:
            return InvalidInput(kept.message, *kept.path)
    if kept.existing_id is None:
        return NotFound(kept.message, *kept.path)
    existing = found.get(kept.existing_id)
    if isinstance(existing, Account):
        return HandleTaken(existing, *kept.path)
    if isinstance(existing, Video):
        return VideoTaken(existing, *kept.path)
    return NotFound("What was tracked already was removed since. Ask again under another key.", *kept.path)
