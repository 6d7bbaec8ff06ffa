"""How platforms name things: handles, profile pages, posts, short links. One canonical form each."""

from app.domain.links.names import LinkName, PostName, ProfileName, ShortLink
from app.domain.links.reading import (
    LONGEST_LINK,
    RULES,
    canonical_handle,
    platform_of_link,
    post_url,
    profile_url,
    read_link,
    read_platform,
    read_post,
)
from app.domain.links.shapes import LARGEST_POST_ID, HandleRule
from app.domain.links.shortcodes import ALPHABET, pk_of, shortcode_of

__all__ = [
    "ALPHABET",
    "LARGEST_POST_ID",
    "LONGEST_LINK",
    "RULES",
    "HandleRule",
    "LinkName",
    "PostName",
    "ProfileName",
    "ShortLink",
    "canonical_handle",
    "pk_of",
    "platform_of_link",
    "post_url",
    "profile_url",
    "read_link",
    "read_platform",
    "read_post",
    "shortcode_of",
]
