"""A post of the world: what it is for good, and its counters at an instant."""

from dataclasses import dataclass

from app.domain.links import pk_of, shortcode_of
from app.domain.platforms import Platform, VideoKind
from app.sandbox.world.draws import chosen, draws, spread, whole
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
DELETED_AFTER = 10 * DAY


@dataclass(frozen=True, slots=True)
class PostCounts:
    """The exact counters of a post. On Instagram `views` counts three-second views."""

    views: int
    likes: int
    comments: int
    shares: int
    saves: int
    reposts: int


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """One post; two posts are the same only if they are one object."""

    index: int
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
    ratios: tuple[float, float, float, float, float]
    """Likes, comments, shares, saves and reposts for each view."""
    haste: float
    born: float
    """The instant of creation in audience days."""

    def is_deleted(self, at: int) -> bool:
        return self.deleted is not None and self.deleted <= at

    def counts(self, lived: float, swelling: float = 1.0) -> PostCounts:
        """The exact counters when the audience has `lived` so many days; none falls while `swelling` does not."""
        views = self._views(lived) * swelling
        likes, comments, shares, saves, reposts = self.ratios
        return PostCounts(
            views=int(views),
            likes=int(views * likes),
            comments=int(views * comments),
            shares=int(views * shares),
            saves=int(views * saves),
            reposts=int(views * reposts),
        )

    def likes(self, lived: float) -> int:
        """The likes alone, for adding up many posts."""
        return int(self._views(lived) * self.ratios[0])

    def _views(self, lived: float) -> float:
        return self.final_views * matured(lived - self.born, self.haste)


def make_post(
    seed: int, persona: Persona, index: int, *, created: int, external_id: int, audience: int, rhythm: Rhythm
) -> Post:
    """The post number `index` of an account that had `audience` followers when it went up.

    One whose link the persona fixes is a video, so that it has views.
    """
    u = draws("post", seed, persona.platform.value, persona.handle, index)
    v = draws("ratios", seed, persona.platform.value, persona.handle, index)
    is_instagram = persona.platform is Platform.INSTAGRAM
    fixed = persona.fixed_post[1] if persona.fixed_post is not None else ""
    is_fixed = bool(fixed) and external_id == id_in(persona.platform, fixed)
    kind = _kind(persona.platform, 0.0 if is_fixed else u[0])
    is_video = kind in (VideoKind.VIDEO, VideoKind.REEL)
    likes = 0.03 + 0.1 * v[0]
    return Post(
        index=index,
        external_id=str(external_id),
        shortcode=(fixed if is_fixed else shortcode_of(external_id)) if is_instagram else None,
        created=created,
        deleted=created + DELETED_AFTER if persona.deletes_posts and index % 5 == 4 else None,
        kind=kind,
        caption=f"{chosen(u[1], CAPTIONS)} #{chosen(u[2], TAGS)}",
        duration_seconds=whole(u[3], 7, 92) if is_video else None,
        images=0 if is_video else 1 if kind is VideoKind.IMAGE else whole(u[4], 3, 8),
        final_views=max(audience * persona.reach * spread(u[5], 0.8), 40.0),
        ratios=(
            likes,
            likes * (0.01 + 0.04 * v[1]),
            likes * (0.01 + 0.05 * v[2]),
            likes * (0.03 + 0.12 * v[3]),
            likes * 0.004 * v[4],
        ),
        haste=1.5 + 9 * u[6] * u[7],
        born=rhythm.days(created),
    )


def id_in(platform: Platform, link: str) -> int:
    """The post id that a TikTok id or an Instagram shortcode stands for. Raises ValueError for anything else."""
    return pk_of(link) if platform is Platform.INSTAGRAM else int(link)


def _kind(platform: Platform, draw: float) -> VideoKind:
    if platform is Platform.TIKTOK:
        return VideoKind.VIDEO if draw < 0.93 else VideoKind.CAROUSEL
    return VideoKind.REEL if draw < 0.55 else VideoKind.CAROUSEL if draw < 0.8 else VideoKind.IMAGE
