"""Whom and what a request to YouTube is about."""

from collections.abc import Iterator

from starlette.requests import Request

from app.domain.platforms import Platform
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.world.accounts import Account
from app.sandbox.world.posts import Post
from app.sandbox.world.world import Found, World


def find_channel(world: World, request: Request, channel_id: str = "", handle: str = "") -> Account | None:
    """The channel of an id or a handle at the instant asked for."""
    asked = asked_of(request)
    if channel_id:
        account = world.account_of_id(Platform.YOUTUBE, channel_id)
        account = account if account is not None and account.exists(asked.at) else None
    else:
        account = world.account_called(Platform.YOUTUBE, handle, asked.at)
    return world.decoy(account, Platform.YOUTUBE) if asked.is_wrong_entity else account


def find_video(world: World, request: Request, video_id: str) -> Found | None:
    """The video of an id, there or not."""
    asked = asked_of(request)
    found = world.find_post(Platform.YOUTUBE, video_id)
    return world.decoy_post(found, Platform.YOUTUBE, asked.at) if asked.is_wrong_entity else found


def public_posts(account: Account, at: int) -> Iterator[Post]:
    """A channel's videos that everybody may see, newest first."""
    if account.persona.is_private:
        return
    for index in range(account.published(at) - 1, -1, -1):
        post = account.post(index)
        if not post.is_deleted(at):
            yield post
