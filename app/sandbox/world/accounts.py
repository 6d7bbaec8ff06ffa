"""An account of the world: its ids, when it posts, and its counters at an instant."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.platforms import Platform
from app.sandbox.world.channels import channel_id
from app.sandbox.world.draws import draws, whole
from app.sandbox.world.ids import SCHEMES, IdScheme
from app.sandbox.world.personas import Persona
from app.sandbox.world.posts import Post, make_post, number_of
from app.sandbox.world.rhythm import DAY, SURELY_SETTLED, Rhythm, rhythm_of

YEAR = 365 * DAY
EARLIEST_JOIN = int(datetime.fromisoformat("2021-06-01T00:00:00Z").timestamp())
REFERENCE = int(datetime.fromisoformat("2026-01-01T00:00:00Z").timestamp())
"""When an account has the followers its persona names."""
HEAD_START = 120
"""Followers brought along from elsewhere, in days of growth."""
PINS_PER = 20
"""Which posts are pinned changes with every so many posts."""

PURGE_CYCLE = 14 * DAY
SWELLING = 0.1


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """The exact counters of a profile."""

    followers: int
    following: int
    profile_posts: int
    total_likes: int
    total_views: int


@dataclass(frozen=True, eq=False)
class Account:
    """One account; two accounts are the same only if they are one object.

    What it has worked out about its posts it keeps, so that asking again is quick; the answers depend on the seed,
    the persona and the instant alone.
    """

    seed: int
    persona: Persona
    external_id: str
    joined: int
    rhythm: Rhythm
    temper: tuple[float, ...]
    _posts: list[Post] = field(default_factory=list, repr=False)
    _settled: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)], repr=False)
    """The likes and views of the posts up to each number that have come to rest."""

    def handle(self, at: int) -> str:
        """The handle it goes by at an instant."""
        persona = self.persona
        if persona.renamed_to and persona.renamed_at and persona.renamed_at.timestamp() <= at:
            return persona.renamed_to
        return persona.handle

    def exists(self, at: int) -> bool:
        gone_at = self.persona.gone_at
        return self.joined <= at and (gone_at is None or at < gone_at.timestamp())

    def counts(self, at: int) -> AccountCounts:
        """The exact counters at an instant. Likes and views of deleted posts stay in the totals, as given once."""
        swelling = self.swelling(at)
        published = self.published(at)
        likes, views = self._given(at, published)
        return AccountCounts(
            followers=int(self._followers(at) * swelling),
            following=whole(self.temper[1], 30, 900) + int((at - self.joined) / DAY * self.temper[2] / 20),
            profile_posts=published - sum(self.post(index).is_deleted(at) for index in self._deletable(published)),
            total_likes=int(likes * swelling),
            total_views=int(views * swelling),
        )

    def swelling(self, at: int) -> float:
        """By how much bots swell the counters: 1 for an honest account."""
        return 1.0 + SWELLING * (at % PURGE_CYCLE) / PURGE_CYCLE if self.persona.is_purged else 1.0

    def published(self, at: int) -> int:
        """How many posts went up until an instant, deleted ones included."""
        if self.persona.silent_from is not None:
            at = min(at, int(self.persona.silent_from.timestamp()))
        if not self.persona.posts_per_year or at < self.joined:
            return 0
        index = int((at - self.joined) / self._pace)
        return index + (self._created(index) <= at)

    def post(self, index: int) -> Post:
        """The post of that number, counted from 0, the oldest."""
        while len(self._posts) <= index:
            number = len(self._posts)
            created = self._created(number)
            self._posts.append(
                make_post(
                    self.seed,
                    self.persona,
                    number,
                    created=created,
                    post_id=self._post_id(number, created),
                    audience=int(self._followers(created)),
                    rhythm=self.rhythm,
                )
            )
        return self._posts[index]

    def pinned(self, at: int) -> list[Post]:
        """The posts pinned to the top: the strongest of a stretch of older ones."""
        stretch = self.published(at) // PINS_PER - 1
        if stretch < 0 or not self.persona.pins:
            return []
        posts = (self.post(index) for index in range(stretch * PINS_PER, (stretch + 1) * PINS_PER))
        lasting = [post for post in posts if post.deleted is None]
        return sorted(lasting, key=lambda post: -post.final_views)[: self.persona.pins]

    def find(self, external_id: str) -> Post | None:
        """The post with that id, whether or not it is out yet or still there."""
        value = self._scheme.read(external_id)
        if value is None:
            return None
        if self._fixed is not None and value == self._fixed[1]:
            return self.post(self._fixed[0])
        created = self._scheme.created(value)
        if not self.persona.posts_per_year or not self.joined <= created:
            return None
        index = int((created - self.joined) / self._pace)
        if index > self._farthest or self._created(index) != created:
            return None
        post = self.post(index)
        return post if post.number == value else None

    @property
    def _scheme(self) -> IdScheme:
        return SCHEMES[self.persona.platform]

    @property
    def _pace(self) -> float:
        return YEAR / self.persona.posts_per_year

    @property
    def _farthest(self) -> int:
        return int(100 * YEAR / self._pace)

    @property
    def _fixed(self) -> tuple[int, int] | None:
        """The number and the id of the post whose id is given."""
        if self.persona.fixed_post is None:
            return None
        about, link = self.persona.fixed_post
        return int((about.timestamp() - self.joined) / self._pace), number_of(self.persona.platform, link)

    def _created(self, index: int) -> int:
        """Each post has a stretch of time of its own and goes up somewhere in its middle."""
        u = draws("created", self.seed, self.persona.platform.value, self.persona.handle, index)
        return self.joined + int((index + 0.1 + 0.8 * u[0]) * self._pace)

    def _post_id(self, index: int, created: int) -> int:
        if self._fixed is not None and self._fixed[0] == index:
            return self._fixed[1]
        u = draws("post id", self.seed, self.persona.platform.value, self.persona.handle, index)
        mark = account_mark(self.seed, self.persona.platform, self.persona.handle)
        return self._scheme.give(created, mark, u[0], u[1])

    def _followers(self, at: int) -> float:
        def lived(instant: int) -> float:
            return max(self.rhythm.days(instant) - self.rhythm.days(self.joined), 0.0) + HEAD_START

        growth = 0.7 + 0.6 * self.temper[0]
        return self.persona.followers * float((lived(at) / lived(REFERENCE)) ** growth)

    def _deletable(self, published: int) -> range:
        return range(4, published, 5) if self.persona.deletes_posts else range(0)

    def _given(self, at: int, published: int) -> tuple[int, int]:
        """The likes and views of all posts so far. Those that have come to rest are added up once."""
        lived = self.rhythm.days(at)
        settled = self.published(at - SURELY_SETTLED)
        for index in range(len(self._settled) - 1, settled):
            likes, views = self.post(index).likes_and_views(lived)
            self._settled.append((self._settled[-1][0] + likes, self._settled[-1][1] + views))
        given = [self.post(index).likes_and_views(lived) for index in range(settled, published)]
        likes, views = self._settled[settled]
        return likes + sum(pair[0] for pair in given), views + sum(pair[1] for pair in given)


def make_account(seed: int, persona: Persona) -> Account:
    """The account of a persona."""
    platform, handle = persona.platform.value, persona.handle
    u = draws("account", seed, platform, handle)
    joined = EARLIEST_JOIN + whole(u[0], 0, 3 * YEAR)
    return Account(
        seed=seed,
        persona=persona,
        external_id=_account_id(seed, persona, joined, u[1]),
        joined=joined,
        rhythm=rhythm_of(seed, platform, handle),
        temper=u[2:],
    )


def account_mark(seed: int, platform: Platform, handle: str) -> int:
    """Bits that an account's ids carry, those of its posts too, so that an id leads back to whose it may be."""
    return whole(draws("mark", seed, platform.value, handle)[0], 0, SCHEMES[platform].largest_mark)


def _account_id(seed: int, persona: Persona, joined: int, draw: float) -> str:
    """TikTok's hold the instant of joining, YouTube's the handle, the others neither."""
    match persona.platform:
        case Platform.TIKTOK:
            mark = account_mark(seed, persona.platform, persona.handle)
            return str(SCHEMES[Platform.TIKTOK].give(joined, mark, draw, 0.0))
        case Platform.YOUTUBE:
            return channel_id(seed, persona.handle)
        case Platform.FACEBOOK:
            return str(whole(draw, 100_000_000_000_000, 100_099_999_999_999))
        case _:
            return str(whole(draw, 200_000_000, 69_999_999_999))
