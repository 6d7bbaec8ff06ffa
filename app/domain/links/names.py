"""What a link names: a post, a profile, or a short link whose target its platform alone knows."""

from dataclasses import dataclass

from app.domain.platforms import Platform


@dataclass(frozen=True, slots=True)
class PostName:
    """One post as its platform names it, in the one form we keep."""

    platform: Platform
    external_id: str
    """The platform's own id of the post.

    TikTok's and X's digits, Instagram's media pk, Facebook's digits or "pfbid…", each number 1 to 2^63 - 1; YouTube's
    11 characters; LinkedIn's kind and digits, such as "activity:7102". Case matters.
    """
    shortcode: str | None
    """Instagram's, without the key of a private post; None elsewhere."""
    author_handle: str | None
    """Its author's handle, where the text says it."""


@dataclass(frozen=True, slots=True)
class ProfileName:
    """One account as its platform names it, by the handle in the one form we keep."""

    platform: Platform
    handle: str


@dataclass(frozen=True, slots=True)
class ShortLink:
    """An address of a platform that leads to another one: where to ask for it."""

    platform: Platform
    host: str
    path: str
    """Begins with a slash; there is no query."""


LinkName = PostName | ProfileName | ShortLink
