"""What the look-ups of `/v1` are asked with."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from app.core.lookups.accounts import AccountAsked
from app.domain.links import read_platform
from app.domain.platforms import Platform

WORDS: Mapping[str, str] = {}
"""Use cases call their arguments as this face does."""

PlatformName: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description="tiktok, instagram, youtube, twitter (or x), facebook, linkedin; found from the URL without.",
    ),
]
Url: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]


class PostAsked(Struct, frozen=True, kw_only=True):
    """A post by its link, or with its platform by its id."""

    url: Annotated[Url, Meta(description="Link to the post.")]
    platform: PlatformName | None = None


class CreatorAsked(Struct, frozen=True, kw_only=True):
    """An account by the link of its profile, or by username and platform; the link wins."""

    url: Annotated[Url, Meta(description="Link to the profile.")] | None = None
    username: Annotated[str, Meta(min_length=1, max_length=256, description="With or without @.")] | None = None
    platform: PlatformName | None = None

    @property
    def ours(self) -> AccountAsked:
        """The same as use cases know it. Raises InvalidInput naming `platform`."""
        return AccountAsked(self.url, self.username, platform_of(self.platform))


def platform_of(name: str | None) -> Platform | None:
    """The platform that was given, if one was. Raises InvalidInput naming `platform`."""
    return None if name is None else read_platform(name, "platform")
