"""Problems: the expected errors, each with a code every face can show."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.answers import AnswerClass

if TYPE_CHECKING:
    from app.domain.records import Account, Creator, Run, Video


class Problem(Exception):
    """An expected error: what went wrong in one sentence, which argument, and the way on.

    `path` names the argument at fault from the outside in (`("input", "handle")`), empty when there is none.
    """

    code = "BAD_USER_INPUT"

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(message)
        self.message = message
        self.path: Sequence[str] = path


class InvalidInput(Problem):
    """A value from outside that is malformed or out of its bounds."""


class InvalidCursor(InvalidInput):
    """A cursor that we did not issue, or that belongs to another list, filter or order."""

    code = "INVALID_CURSOR"


class NotFound(Problem):
    """Nothing of that id in the viewer's organization."""

    code = "NOT_FOUND"


class HandleTaken(Problem):
    """The organization tracks this account already; `account` is the one that exists."""

    code = "HANDLE_TAKEN"

    def __init__(self, account: "Account", *path: str) -> None:
        super().__init__(
            f"@{account.handle} on {account.platform.value} is tracked already. Use the existing account.", *path
        )
        self.account = account


class VideoTaken(Problem):
    """The organization tracks this video by itself already; `video` is the one that exists."""

    code = "VIDEO_TAKEN"

    def __init__(self, video: "Video", *path: str) -> None:
        super().__init__(f"{video.url} is tracked by itself already. Use the existing video.", *path)
        self.video = video


class AccountLinkedElsewhere(Problem):
    """The account is linked to another creator already; `creator` is that one."""

    code = "ACCOUNT_LINKED_ELSEWHERE"

    def __init__(self, account: "Account", creator: "Creator", *path: str) -> None:
        super().__init__(
            f"@{account.handle} on {account.platform.value} is linked to the creator {creator.name!r}. "
            "Unlink it there first.",
            *path,
        )
        self.creator = creator


class QuotaReached(Problem):
    """The organization tracks as many accounts as it may; `limit` is that number."""

    code = "QUOTA_REACHED"

    def __init__(self, limit: int, *path: str) -> None:
        super().__init__(f"The organization tracks {limit} accounts, as many as it may. Remove one first.", *path)
        self.limit = limit


class RefreshedRecently(Problem):
    """It was refreshed a moment ago, by `run`; from `retry_at` on it may be asked for again."""

    code = "REFRESHED_RECENTLY"

    def __init__(self, run: "Run", retry_at: datetime, *path: str) -> None:
        super().__init__("It was refreshed a moment ago. Its figures are fresh; ask again later.", *path)
        self.run = run
        self.retry_at = retry_at


class IdempotencyConflict(Problem):
    """The idempotency key was used for something else."""

    code = "IDEMPOTENCY_CONFLICT"


class StillRunning(Problem):
    """The same create, under the same idempotency key, is under way; `retry_after_seconds` says when to ask again."""

    code = "STILL_RUNNING"
    retry_after_seconds = 1


class LastAdminKey(Problem):
    """Without this key nobody could manage the organization's keys any more."""

    code = "LAST_ADMIN_KEY"


class LookUpFailed(Problem):
    """No source told of what was looked up; `answer_class` is what their answers amounted to."""

    code = "LOOK_UP_FAILED"

    def __init__(self, message: str, answer_class: AnswerClass) -> None:
        super().__init__(message)
        self.answer_class = answer_class


class Unauthenticated(Problem):
    """No key, or one that is not known."""

    code = "UNAUTHENTICATED"


class Forbidden(Problem):
    """The key is known and lacks the scope."""

    code = "FORBIDDEN"
