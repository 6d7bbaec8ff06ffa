"""What a customer asks ScrapeCreators about: whose account, which post, and which part of a list."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.domain.links import PostName, ShortLink, read_link
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.sandbox.surfaces.answering import Json
from app.sandbox.surfaces.asking import Asked
from app.sandbox.world.accounts import Account
from app.sandbox.world.ids import number_in
from app.sandbox.world.posts import Post
from app.sandbox.world.world import Found, World


class NotAnswered(Exception):
    """A call without a payload: 400 for a wrong one, 404 for what is not there, 200 for what is private."""

    def __init__(self, message: str, status: int = 404) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"success": False, "message": message}


@dataclass(frozen=True, slots=True)
class Ask:
    """One call's parameters, in the world and at the instant it is answered for."""

    world: World
    asked: Asked
    query: Mapping[str, str]

    @property
    def at(self) -> int:
        return self.asked.at

    def account(self, platform: Platform, id_parameter: str = "") -> Account:
        """The account of `handle`, of an id, or of `url`. Raises NotAnswered when there is none."""
        account = self._named(platform, id_parameter)
        if self.asked.is_wrong_entity:
            account = self.world.decoy(account, platform)
        if account is None or not account.exists(self.at):
            raise NotAnswered("User not found")
        return account

    def post(self, platform: Platform) -> Found:
        """The post at `url`. Raises NotAnswered for none, for one that is not there, and for a private one."""
        url = self.query.get("url", "")
        if not url:
            raise NotAnswered("url is required", 400)
        try:
            name = read_link(url, platform, "url")
        except InvalidInput as error:
            raise NotAnswered(str(error), 400) from None
        found = None
        if isinstance(name, PostName):
            found = self.world.find_post(platform, name.external_id, name.author_handle or "")
        elif isinstance(name, ShortLink):
            number = number_in(url.rstrip("/").rpartition("/")[2])
            found = self.world.find_post(platform, str(number)) if number is not None else None
        if self.asked.is_wrong_entity:
            found = self.world.decoy_post(found, platform, self.at)
        if found is None or not found.is_there(self.at):
            raise NotAnswered("Post not found")
        if not found.is_public(self.at):
            raise NotAnswered("This account is private", 200)
        return found

    def page(self, posts: Iterator[Post], size: int, parameter: str) -> tuple[list[Post], str | None]:
        """The posts after the place that a parameter names, and the place to go on at; None at the end."""
        place = self.query.get(parameter)
        try:
            start = int(base64.urlsafe_b64decode(place)) if place else 0
        except (binascii.Error, ValueError):
            raise NotAnswered(f"{parameter} is invalid", 400) from None
        shown = list(islice(posts, start, start + size + 1))
        following = base64.urlsafe_b64encode(str(start + size).encode()).decode() if len(shown) > size else None
        return shown[:size], following

    def posts_of(self, account: Account) -> Iterator[Post]:
        """An account's public posts: pinned ones, then the others, newest first."""
        if account.persona.is_private:
            return
        pinned = account.pinned(self.at)
        yield from pinned
        for index in range(account.published(self.at) - 1, -1, -1):
            post = account.post(index)
            if post not in pinned and not post.is_deleted(self.at):
                yield post

    def _named(self, platform: Platform, id_parameter: str) -> Account | None:
        external_id, handle, url = (self.query.get(name, "") for name in (id_parameter, "handle", "url"))
        if external_id:
            return self.world.account_of_id(platform, external_id)
        if not handle and url:
            handle = url.rstrip("/").rpartition("/")[2]
        if not handle:
            raise NotAnswered("handle is required", 400)
        return self.world.account_called(platform, handle.removeprefix("@"), self.at)
