"""A post of the world: what it is for good, and its counters at an instant."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.links import pk_of, shortcode_of
from app.domain.platforms import Platform, VideoKind
from app.sandbox.world.draws import chosen, draws, spread, whole
from app.sandbox.world.ids import SCHEMES
from app.sandbox.world.personas import Persona
from app.sandbox.world.rhythm import DAY, Rhythm, matured

CAPTIONS = (
    "Took three tries, worth it.",
    "You asked, here it is.",
    "Part two is coming on Friday.",
    "Save this for later!",
    "What would you have done?",
    "The quiet bit before the rush.",
    "I wish somebody had told me this earlier.",
    "Small change, big difference.",
    "Behind the scenes of last week.",
    "One more, because you liked the first.",
    "Nothing fancy today.",
    "Wait for the end.",
)
TAGS = ("fyp", "howto", "smallbusiness", "behindthescenes", "dayinthelife", "learnontiktok", "weekend", "diy")
TEXTS = tuple(tuple(f"{caption} #{tag}" for tag in TAGS) for caption in CAPTIONS)
"""Every caption with every tag, made once: there are many posts."""
DELETED_AFTER = 10 * DAY
LONGEST_SHORT_SECONDS = 60

KINDS: Mapping[Platform, tuple[tuple[float, VideoKind], ...]] = {
    Platform.TIKTOK: ((0.93, VideoKind.VIDEO), (1.0, VideoKind.CAROUSEL)),
    Platform.INSTAGRAM: ((0.55, VideoKind.REEL), (0.8, VideoKind.CAROUSEL), (1.0, VideoKind.IMAGE)),
    Platform.YOUTUBE: ((1.0, VideoKind.VIDEO),),
    Platform.TWITTER: ((0.4, VideoKind.VIDEO), (0.7, VideoKind.IMAGE), (1.0, VideoKind.TEXT)),
    Platform.FACEBOOK: ((0.5, VideoKind.VIDEO), (0.8, VideoKind.REEL), (1.0, VideoKind.TEXT)),
    Platform.LINKEDIN: ((0.3, VideoKind.VIDEO), (0.6, VideoKind.IMAGE), (1.0, VideoKind.TEXT)),
}
"""Up to which draw a post of a platform is of which kind; the first is one that has views."""


@dataclass(frozen=True, slots=True)
class PostCounts:
    """The exact counters of a post. On Instagram `views` counts three-second views, elsewhere as many as `plays`."""

    views: int
    plays: int
    fb_plays: int
    """Those of `plays` that were on Facebook; 0 but for some reels of Instagram."""
    likes: int
    comments: int
    shares: int
    saves: int
    reposts: int
    """On X a part of `shares`, of which the rest are quotes."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """What comes of each view."""

    likes: float
    comments: float
    shares: float
    saves: float
    reposts: float
    plays: float = 1.0
    fb_plays: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """One post; two posts are the same only if they are one object."""

    index: int
    number: int
    """What `external_id` writes."""
    external_id: str
    shortcode: str | None
    """Instagram's; None elsewhere."""
    created: int
    """Seconds since the epoch."""
    deleted: int | None
    kind: VideoKind
    caption: str
    duration_seconds: int | None
    images: int
    """How many pictures a carousel has; 0 for a video, 1 for an image."""
    final_views: float
    ratios: Ratios
    haste: float
    born: float
    """The instant of creation in audience days."""

    def is_deleted(self, at: int) -> bool:
        return self.deleted is not None and self.deleted <= at

    def counts(self, lived: float, swelling: float = 1.0) -> PostCounts:
        """The exact counters when the audience has `lived` so many days; none falls while `swelling` does not."""
        views = self._views(lived) * swelling
        ratios = self.ratios
        return PostCounts(
            views=int(views),
            plays=int(views * ratios.plays),
            fb_plays=int(views * ratios.fb_plays),
            likes=int(views * ratios.likes),
            comments=int(views * ratios.comments),
            shares=int(views * ratios.shares),
            saves=int(views * ratios.saves),
            reposts=int(views * ratios.reposts),
        )

    def likes_and_views(self, lived: float) -> tuple[int, int]:
        """The likes and views alone, for adding up many posts."""
        views = self._views(lived)
        return int(views * self.ratios.likes), int(views)

    @property
    def is_short(self) -> bool:
        """Whether YouTube counts it among the shorts."""
        return self.duration_seconds is not None and self.duration_seconds <= LONGEST_SHORT_SECONDS

    def _views(self, lived: float) -> float:
        return self.final_views * matured(lived - self.born, self.haste)


def make_post(
    seed: int, persona: Persona, index: int, *, created: int, post_id: int, audience: int, rhythm: Rhythm
) -> Post:
    """The post number `index` of an account that had `audience` followers when it went up.

    One whose link the persona fixes is a video, so that it has views.
    """
    u = draws("post", seed, persona.platform.value, persona.handle, index)
    v = draws("ratios", seed, persona.platform.value, persona.handle, index)
    is_instagram = persona.platform is Platform.INSTAGRAM
    fixed = persona.fixed_post[1] if persona.fixed_post is not None else ""
    is_fixed = bool(fixed) and post_id == number_of(persona.platform, fixed)
    kind = _kind(persona.platform, 0.0 if is_fixed else u[0])
    is_video = kind in (VideoKind.VIDEO, VideoKind.REEL)
    return Post(
        index=index,
        number=post_id,
        external_id=SCHEMES[persona.platform].write(post_id),
        shortcode=(fixed if is_fixed else shortcode_of(post_id)) if is_instagram else None,
        created=created,
        deleted=created + DELETED_AFTER if persona.deletes_posts and index % 5 == 4 else None,
        kind=kind,
        caption=chosen(u[2], chosen(u[1], TEXTS)),
        duration_seconds=_duration(persona.platform, u[3], u[4]) if is_video else None,
        images=1 if kind is VideoKind.IMAGE else whole(u[4], 3, 8) if kind is VideoKind.CAROUSEL else 0,
        final_views=max(audience * persona.reach * spread(u[5], 0.8), 40.0),
        ratios=_ratios(persona.platform, kind, v),
        haste=1.5 + 9 * u[6] * u[7],
        born=rhythm.days(created),
    )


def number_of(platform: Platform, link: str) -> int:
    """The number that an Instagram shortcode or another platform's post id is. Raises ValueError for neither."""
    number = pk_of(link) if platform is Platform.INSTAGRAM else SCHEMES[platform].read(link)
    if number is None:
        raise ValueError(f"{link!r} is no post id of {platform}")
    return number


def _ratios(platform: Platform, kind: VideoKind, v: tuple[float, ...]) -> Ratios:
    likes = 0.03 + 0.1 * v[0]
    shares = likes * (0.01 + 0.05 * v[2])
    is_reel = platform is Platform.INSTAGRAM and kind is VideoKind.REEL
    plays = 1.8 + 1.4 * v[5] if is_reel else 1.0
    return Ratios(
        likes=likes,
        comments=likes * (0.01 + 0.04 * v[1]),
        shares=shares,
        saves=likes * (0.03 + 0.12 * v[3]),
        reposts=shares * (0.7 + 0.25 * v[4]) if platform is Platform.TWITTER else likes * 0.004 * v[4],
        plays=plays,
        fb_plays=plays * v[7] / 2 if is_reel and v[6] < 0.4 else 0.0,
    )


def _duration(platform: Platform, draw: float, other: float) -> int:
    if platform is Platform.YOUTUBE and other > 0.3:
        return whole(draw, 181, 1500)
    return whole(draw, 7, LONGEST_SHORT_SECONDS if platform is Platform.YOUTUBE else 92)


def _kind(platform: Platform, draw: float) -> VideoKind:
    return next(kind for limit, kind in KINDS[platform] if draw < limit)
