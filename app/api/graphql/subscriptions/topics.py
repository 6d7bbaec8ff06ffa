"""Topics: what a subscription is about, and what it shows of a run that moved on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from graphql import get_argument_values
from graphql.execution import Executor
from graphql.execution.collect_fields import collect_fields

from app.api.graphql.loaders import Loaders
from app.api.graphql.values.ids import decode_id_of
from app.core.events.messages import RunMoved
from app.domain.cursors import LARGEST_PAGE
from app.domain.problems import InvalidInput, NotFound
from app.domain.records import Account, Refreshable, Run, RunState, Video

MOST_IDS = LARGEST_PAGE


@dataclass(frozen=True, slots=True)
class RefreshedAccount:
    """An account after a refresh."""

    account: Account
    run_id: UUID


@dataclass(frozen=True, slots=True)
class RefreshedVideo:
    """A video after a refresh, of its own or of its account."""

    video: Video
    run_id: UUID


@dataclass(frozen=True, slots=True)
class Progress:
    """A run that came to another state, and how many of those that are followed have ended."""

    run: Run
    ended: int
    followed: int


class Topic(Protocol):
    """What a subscription is about."""

    @property
    def is_shared(self) -> bool:
        """Whether all who ask for the same are shown the same, so that it is made once for them."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""

    def concerns(self, moved: RunMoved) -> bool:
        """Whether it may show anything of that."""

    async def show(self, loaders: Loaders, moved: RunMoved | None) -> Sequence[object]:
        """What it shows of that; with None, how things stand, as far as that was not shown.

        The loaders have read nothing from before. Raises NotFound.
        """


@dataclass(frozen=True, slots=True)
class AccountTopic:
    """Accounts that were refreshed: those, or all."""

    account_ids: Collection[UUID] | None
    is_shared = True
    is_over = False

    def concerns(self, moved: RunMoved) -> bool:
        return (
            moved.kind is Refreshable.ACCOUNT
            and moved.state is RunState.SUCCEEDED
            and (self.account_ids is None or moved.target_id in self.account_ids)
        )

    async def show(self, loaders: Loaders, moved: RunMoved | None) -> Sequence[object]:
        account = None if moved is None else await loaders.accounts.load(moved.target_id)
        return [] if account is None or moved is None else [RefreshedAccount(account, moved.run_id)]


@dataclass(frozen=True, slots=True)
class VideoTopic:
    """Videos that were refreshed: those, those in the feed of an account, or all."""

    video_ids: Collection[UUID] | None
    account_id: UUID | None
    is_shared = True
    is_over = False

    def concerns(self, moved: RunMoved) -> bool:
        if self.video_ids is not None:
            return any(id in self.video_ids for id in moved.videos)
        return bool(moved.videos)

    async def show(self, loaders: Loaders, moved: RunMoved | None) -> Sequence[object]:
        if moved is None:
            return []
        wanted = [id for id in moved.videos if self.video_ids is None or id in self.video_ids]
        videos = await loaders.videos.load_many(wanted)
        return [
            RefreshedVideo(video, moved.run_id)
            for video in videos
            if video is not None and self.account_id in (None, video.account_id)
        ]


@dataclass(slots=True)
class RunsTopic:
    """Runs on their way to their end. It knows what it has shown, so it is one subscriber's."""

    run_ids: Sequence[UUID]
    shown: dict[UUID, RunState] = field(default_factory=dict)
    open_ids: set[UUID] = field(init=False)
    """Those that have not ended, as far as it knows."""
    is_shared = False

    def __post_init__(self) -> None:
        self.open_ids = set(self.run_ids)

    @property
    def is_over(self) -> bool:
        return not self.open_ids

    def concerns(self, moved: RunMoved) -> bool:
        return moved.run_id in self.open_ids

    async def show(self, loaders: Loaders, moved: RunMoved | None) -> Sequence[object]:
        wanted = [id for id in self.run_ids if id in self.open_ids and (moved is None or id == moved.run_id)]
        progress: list[object] = []
        for id, run in zip(wanted, await loaders.runs.load_many(wanted), strict=True):
            if run is None:
                if id not in self.shown:
                    raise NotFound("There is no such run.", "run_ids")
                self.open_ids.discard(id)  # its history was deleted meanwhile
            elif run.state is not self.shown.get(id):
                self.shown[id] = run.state
                if run.finished_at is not None:
                    self.open_ids.discard(id)
                progress.append(Progress(run, len(self.run_ids) - len(self.open_ids), len(self.run_ids)))
        return progress


def _about_accounts(arguments: Mapping[str, Any]) -> Topic:
    return AccountTopic(_ids("Account", arguments, "accountIds"))


def _about_videos(arguments: Mapping[str, Any]) -> Topic:
    account = arguments.get("accountId")
    account_id = None if account is None else decode_id_of("Account", account, "account_id")
    return VideoTopic(_ids("Video", arguments, "videoIds"), account_id)


def _about_runs(arguments: Mapping[str, Any]) -> Topic:
    run_ids = _ids("RefreshRun", arguments, "runIds")
    if not run_ids:
        raise InvalidInput("Give at least one id.", "run_ids")
    return RunsTopic(list(run_ids))


def _ids(type_name: str, arguments: Mapping[str, Any], argument: str) -> Collection[UUID] | None:
    given, path = arguments.get(argument), argument.replace("Ids", "_ids")
    if given is None:
        return None
    if len(given) > MOST_IDS:
        raise InvalidInput(f"There are {len(given)} ids; {MOST_IDS} are allowed.", path)
    return dict.fromkeys(decode_id_of(type_name, id, path) for id in given)


TOPICS: Mapping[str, Callable[[Mapping[str, Any]], Topic]] = {
    "accountRefreshed": _about_accounts,
    "videoRefreshed": _about_videos,
    "refreshProgress": _about_runs,
}
"""By the field of Subscription, from its arguments."""


def read_topic(executor: Executor[Any]) -> Topic:
    """What a valid subscription is about. Raises Problem or GraphQLError for arguments that cannot be."""
    root = executor.schema.subscription_type
    assert root is not None
    fields = collect_fields(
        executor.schema, executor.fragments, executor.variable_values, root, executor.operation
    ).grouped_field_set
    if not fields:
        raise InvalidInput("The subscription selects nothing: its field is skipped.")
    node = next(iter(fields.values()))[0].node
    field = executor.schema.get_field(root, node.name.value)
    assert field is not None
    return TOPICS[node.name.value](get_argument_values(field, node, executor.variable_values))
