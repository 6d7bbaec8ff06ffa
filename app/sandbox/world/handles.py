"""The handles that are described by hand: the demo's, those the guides name, and one for each peculiarity."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.platforms import Platform
from app.sandbox.world.personas import Persona, derived_persona, name_of

NOBODY = ("nobody_", "nobody.", "nobody-")
"""No handle that begins so exists."""
JOINTS = {Platform.FACEBOOK: ".", Platform.LINKEDIN: "-"}
"""What joins words in handles where an underscore cannot."""
SHORTER = {
    "sandbox_renamed_old": "sandbox_old",
    "sandbox_renamed_new": "sandbox_new",
    "sandbox_deleted_post": "sandbox_deletes",
    "sandbox_suspended": "sandbox_banned",
}
"""Where fifteen characters have to do."""

TURNING_POINT = datetime(2026, 9, 1, tzinfo=UTC)
"""When the account that is gone went, and the renamed one took its new handle."""
SILENCE = datetime(2026, 3, 1, tzinfo=UTC)
FIXED_POST = datetime(2026, 1, 15, 17, 0, tzinfo=UTC)

TIKTOK, INSTAGRAM, YOUTUBE = Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE
TWITTER, FACEBOOK, LINKEDIN = Platform.TWITTER, Platform.FACEBOOK, Platform.LINKEDIN
FOOD, TRAVEL, DESIGN, SPORTS, EDUCATION = (
    "Food & Drink", "Travel & Tourism", "Art & Design", "Sports & Fitness", "Education",
)  # fmt: skip

Described = tuple[Persona, str]
"""A persona and what it is there for."""


def _creator(
    platform: Platform,
    handle: str,
    name: str,
    biography: str,
    category: str,
    followers: int,
    posts_per_year: int,
    pins: int = 0,
    link: str | None = None,
) -> Persona:
    return Persona(
        platform=platform,
        handle=handle,
        name=name,
        biography=biography,
        category=category,
        followers=followers,
        posts_per_year=posts_per_year,
        pins=pins,
        link=link,
        is_verified=followers > 1_000_000,
    )


DEMO = (
    _creator(
        TIKTOK, "luna.cooks", "Luna Cooks", "Weeknight dinners in twenty minutes. One pan, no fuss.",
        FOOD, 1_840_000, 44, pins=2, link="https://lunacooks.example",
    ),
    _creator(
        TIKTOK, "trailwithtom", "Tom on the Trail", "Walking every long path in Europe, slowly.",
        TRAVEL, 312_000, 34, pins=1, link="https://trailwithtom.example/gear",
    ),
    _creator(
        TIKTOK, "pixelforge", "Pixel Forge", "Tiny games, made in a weekend. Behind the scenes.",
        DESIGN, 96_400, 104,
    ),
    _creator(
        TIKTOK, "mira_moves", "Mira Moves", "Choreography, step by step. Classes on Sundays.",
        SPORTS, 4_270_000, 45, pins=2, link="https://miramoves.example",
    ),
    _creator(
        TIKTOK, "the_tiny_lab", "The Tiny Lab", "Kitchen-table science for curious people.",
        EDUCATION, 684_000, 33, pins=1,
    ),
    _creator(
        TIKTOK, "oldtownbakes", "Old Town Bakes", "Sourdough since 1987. Come early on Saturdays.",
        FOOD, 23_900, 38, link="https://oldtownbakes.example",
    ),
    _creator(
        INSTAGRAM, "studio.verde", "Studio Verde", "Interiors with plants in mind. Lisbon.",
        DESIGN, 218_000, 42, pins=1, link="https://studioverde.example",
    ),
    _creator(
        INSTAGRAM, "kai.rides", "Kai Rides", "Gravel, mud and coffee.",
        SPORTS, 57_300, 38,
    ),
    _creator(
        INSTAGRAM, "northlight.photo", "Northlight", "Portraits in available light.",
        DESIGN, 1_120_000, 45, pins=2, link="https://northlight.example/prints",
    ),
    _creator(
        INSTAGRAM, "ada.makes", "Ada Makes", "Electronics you can wear. Schematics in the link.",
        EDUCATION, 143_000, 30, pins=1, link="https://adamakes.example",
    ),
    _creator(
        INSTAGRAM, "riverside.cafe", "Riverside Café", "Breakfast until four. Dogs welcome.",
        FOOD, 8_700, 52, link="https://riverside.example/menu",
    ),
    _creator(
        INSTAGRAM, "slowtravel.jo", "Jo, slowly", "Trains only. Forty countries in a year.",
        TRAVEL, 506_000, 36, pins=1,
    ),
    _creator(
        YOUTUBE, "lunacooks", "Luna Cooks", "The long recipes. Say hello: kitchen@lunacooks.example",
        FOOD, 642_000, 52, link="https://lunacooks.example",
    ),
    _creator(
        YOUTUBE, "thetinylab", "The Tiny Lab", "Kitchen-table science, with the maths left in.",
        EDUCATION, 1_310_000, 40, link="https://tinylab.example",
    ),
)  # fmt: skip


def _guides() -> Iterator[Described]:
    def known(platform: Platform, handle: str, followers: int) -> Persona:
        persona = derived_persona(0, platform, handle)
        return replace(persona, followers=followers, posts_per_year=40, pins=1, is_verified=followers > 1_000_000)

    yield (
        replace(known(INSTAGRAM, "rival_one", 184_000), fixed_post=(FIXED_POST, "ABC123")),
        "a competitor, with reel ABC123",
    )
    yield known(TIKTOK, "rival_two", 462_000), "a competitor"
    yield known(INSTAGRAM, "rival_three", 12_600), "a competitor"
    yield known(TIKTOK, "creatoraudit", 38_200), "an agency's own account"
    yield (
        replace(known(TIKTOK, "charlidamelio", 155_000_000), fixed_post=(FIXED_POST, "7123456789")),
        "a star, with video 7123456789",
    )
    yield (
        replace(known(INSTAGRAM, "creator_username", 91_500), biography="Business: hello@creator.example"),
        "a creator with an address in the biography",
    )
    yield (
        replace(known(YOUTUBE, "rickastleyyt", 4_410_000), fixed_post=(FIXED_POST, "dQw4w9WgXcQ")),
        "a singer, with video dQw4w9WgXcQ",
    )
    yield (
        replace(known(TWITTER, "elonmusk", 229_000_000), fixed_post=(FIXED_POST, "1234567890")),
        "a loud one, with post 1234567890",
    )
    yield (
        replace(known(FACEBOOK, "creatorpage", 310_000), fixed_post=(FIXED_POST, "1234567890123456")),
        "a page, with video 1234567890123456",
    )
    yield (
        replace(known(LINKEDIN, "creator-name", 48_000), fixed_post=(FIXED_POST, "activity:7123456789012345676")),
        "a professional, with activity 7123456789012345676",
    )


def _peculiar(platform: Platform) -> Iterator[Described]:
    ordinary = _creator(platform, "", "", "An example of the sandbox.", EDUCATION, 52_000, 40)

    def spelt(handle: str) -> str:
        handle = SHORTER.get(handle, handle) if platform is TWITTER else handle
        return handle.replace("_", JOINTS.get(platform, "_"))

    def named(handle: str) -> Persona:
        return replace(ordinary, handle=spelt(handle), name=name_of(handle))

    yield replace(named("sandbox_private"), is_private=True), "private: the profile shows, posts do not"
    yield replace(named("sandbox_gone"), gone_at=TURNING_POINT), f"deleted on {TURNING_POINT:%Y-%m-%d}"
    yield (
        replace(named("sandbox_renamed_old"), renamed_at=TURNING_POINT, renamed_to=spelt("sandbox_renamed_new")),
        f"{spelt('sandbox_renamed_new')} since {TURNING_POINT:%Y-%m-%d}",
    )
    if platform in (INSTAGRAM, YOUTUBE):
        yield replace(named("sandbox_hidden_likes"), hides_likes=True), "like and view counts are switched off"
    if platform is YOUTUBE:
        yield replace(named("sandbox_hidden_followers"), hides_followers=True), "subscribers are not shown"
        yield replace(named("sandbox_no_comments"), takes_no_comments=True), "comments are switched off"
    if platform in (YOUTUBE, TWITTER, FACEBOOK):
        yield replace(named("sandbox_adult"), is_for_members=True), "posts are for grown-ups who are logged in"
    if platform in (YOUTUBE, TWITTER):
        suspended = replace(named("sandbox_suspended"), gone_at=TURNING_POINT, was_suspended=True)
        yield suspended, f"suspended on {TURNING_POINT:%Y-%m-%d}"
    yield replace(named("sandbox_huge"), followers=2_400_000_000, reach=4.0), "followers and views beyond 2^31"
    yield replace(named("sandbox_quiet"), silent_from=SILENCE), f"no post since {SILENCE:%Y-%m-%d}"
    yield replace(named("sandbox_purge"), is_purged=True), "counters fall every 14 days"
    yield replace(named("sandbox_deleted_post"), deletes_posts=True), "every fifth post is deleted after ten days"
    yield replace(named("sandbox_empty"), posts_per_year=0), "no posts at all"


_DESCRIBED: tuple[Described, ...] = (
    *((persona, f"demo: {persona.category.lower()}") for persona in DEMO),
    *_guides(),
    *(described for platform in Platform for described in _peculiar(platform)),
)

NAMED: dict[tuple[Platform, str], Persona] = {(persona.platform, persona.handle): persona for persona, _ in _DESCRIBED}

FORMER: dict[tuple[Platform, str], str] = {
    (persona.platform, persona.renamed_to): persona.handle for persona, _ in _DESCRIBED if persona.renamed_to
}
"""The first handle of an account, by the one it took later."""


def list_scenarios() -> list[tuple[str, str, str]]:
    """Every described handle as (platform, handle, meaning), and what holds for all others."""
    return [
        *((persona.platform.value, persona.handle, meaning) for persona, meaning in _DESCRIBED),
        *((platform.value, handle, f"the new handle of {first}") for (platform, handle), first in FORMER.items()),
        *(("any", f"{beginning}*", "does not exist") for beginning in NOBODY),
        ("any", "any other handle", "exists, with figures of its own"),
    ]
