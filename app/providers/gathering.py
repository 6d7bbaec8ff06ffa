"""Gathering: what the answers of several providers to one question come to, filled in, doubted or voted on."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from app.domain.facts import AccountFacts, Count, Counts, PostFacts, ProfileFacts
from app.domain.platforms import TRAITS, Platform, VideoKind
from app.providers.base import (
    AccountIdentity,
    Call,
    Operation,
    Outcome,
    PostBounds,
    PostIdentity,
    PostOutcome,
    within_bounds,
)
from app.providers.failures import AnswerClass

KEPT_FROM_US = frozenset({AnswerClass.LOGIN_REQUIRED, AnswerClass.REGION_BLOCKED})
"""Failures that say that there is something, only not for us."""
STAND_IN, WATCHED_BY_MANY = 3, 1_000
WATCHED = frozenset({VideoKind.VIDEO, VideoKind.REEL})
"""Kinds of posts that always have views, whether we are told them or not."""


def fallen(counts: Counts, known: Mapping[str, int]) -> frozenset[str]:
    """The counters that fell to 0 or by more than half of what was known of them."""
    return frozenset(
        counter
        for counter, count in counts.items()
        if (before := known.get(counter, 0)) > 0 and (count.value == 0 or 2 * count.value < before)
    )


def stand_ins(post: PostFacts) -> frozenset[str]:
    """Counters that may be what Instagram sends in the place of hidden ones: three likes of a post watched by many."""
    likes, views = post.counts.get("likes"), post.counts.get("plays") or post.counts.get("views")
    is_odd = likes is not None and likes.value == STAND_IN and views is not None and views.value > WATCHED_BY_MANY
    return frozenset({"likes"} if post.platform is Platform.INSTAGRAM and is_odd else ())


def lacks_views(post: PostFacts) -> bool:
    """Whether a post is without the views it must have."""
    return (
        post.kind in WATCHED
        and "views" in TRAITS[post.platform].post_counters
        and not {"views", "plays"} & post.counts.keys()
        and "views" not in post.hidden
    )


def fill_post(first: PostFacts, second: PostFacts, provider: str, doubted: frozenset[str] = frozenset()) -> PostFacts:
    """The first's facts with what it does not say from the second, which `provider` told, and `doubted` ones anew.

    An approximate value never replaces an exact one, nor do views of another kind take the place of views or fill in.
    """
    kinds = {first.views_kind, second.views_kind} - {None}
    held_back = set(first.hidden) | ({"views"} if len(kinds) > 1 else set())
    counts, filled_by = _filled(first.counts, second.counts, held_back, doubted)
    return replace(
        first,
        counts=counts,
        filled_by=dict(first.filled_by) | {counter: second.filled_by.get(counter, provider) for counter in filled_by},
        views_kind=second.views_kind if "views" in filled_by else first.views_kind,
        shortcode=first.shortcode or second.shortcode,
        author_external_id=first.author_external_id or second.author_external_id,
        author_handle=first.author_handle or second.author_handle,
        caption=second.caption if first.caption is None else first.caption,
        published_at=first.published_at or second.published_at,
        duration_seconds=second.duration_seconds if first.duration_seconds is None else first.duration_seconds,
        thumbnail_url=first.thumbnail_url or second.thumbnail_url,
        video_url=first.video_url or second.video_url,
    )


def fill_profile(
    first: ProfileFacts, second: ProfileFacts, provider: str, doubted: frozenset[str] = frozenset()
) -> ProfileFacts:
    """The same of a profile."""
    counts, filled_by = _filled(first.counts, second.counts, set(), doubted)
    return replace(
        first,
        counts=counts,
        filled_by=dict(first.filled_by) | {counter: second.filled_by.get(counter, provider) for counter in filled_by},
        external_id=first.external_id or second.external_id,
        secondary_id=first.secondary_id or second.secondary_id,
        display_name=second.display_name if first.display_name is None else first.display_name,
        biography=second.biography if first.biography is None else first.biography,
        link_in_bio=first.link_in_bio or second.link_in_bio,
        picture_url=first.picture_url or second.picture_url,
        is_verified=second.is_verified if first.is_verified is None else first.is_verified,
    )


def _filled(
    first: Counts, second: Counts, held_back: set[str], doubted: frozenset[str]
) -> tuple[dict[str, Count], frozenset[str]]:
    """The counts of the first and those taken from the second; which those are."""
    taken = frozenset(
        counter
        for counter, count in second.items()
        if counter not in held_back
        and (
            counter not in first or (counter in doubted and (not count.is_approximate or first[counter].is_approximate))
        )
        and first.get(counter) != count
    )
    return {**first, **{counter: second[counter] for counter in taken}}, taken


def attributed(post: PostFacts, provider: str) -> PostFacts:
    """A post that is wholly from a provider other than that of the facts it is put among."""
    return replace(post, filled_by=dict.fromkeys(post.counts, provider) | dict(post.filled_by))


AnyOutcome = TypeVar("AnyOutcome", Outcome, PostOutcome)


@dataclass(slots=True)
class Gathering(Generic[AnyOutcome]):
    """What has come of one question so far, asked of one provider after another."""

    calls: tuple[Call, ...] = ()
    found: AnyOutcome | None = None
    """The first that has facts, with what others filled in since."""
    is_over: bool = False
    """Whether an answer says all there is to say."""
    votes: list[AnyOutcome] = field(default_factory=list)
    """Those that say it is not there."""
    failures: list[AnyOutcome] = field(default_factory=list)
    doubt: str | None = None
    """Why it may be there although the votes say that it is not."""

    @property
    def signs(self) -> int:
        """How many independent signs say that it is not there."""
        return sum(vote.signs for vote in self.votes)

    @property
    def kept_from_us(self) -> AnyOutcome | None:
        """The failure that says that it is there, only not for us."""
        return next((failure for failure in self.failures if failure.answer_class in KEPT_FROM_US), None)

    def note(self, outcome: AnyOutcome) -> bool:
        """Takes in what says something without facts; whether that is all there is to it."""
        self.calls += outcome.calls
        if outcome.answer_class is AnswerClass.PRIVATE and self.found is None:
            self.found, self.is_over = outcome, True
        elif outcome.answer_class is AnswerClass.NOT_FOUND:
            self.votes.append(outcome)
        elif outcome.facts is None:
            self.failures.append(outcome)
        return outcome.facts is None or outcome.answer_class is AnswerClass.PRIVATE

    def doubt_absence(self, reason: str) -> None:
        """Says why it may be there although the votes say that it is not."""
        self.doubt = reason

    def result(self) -> AnyOutcome | None:
        """What it comes to; None where nobody was asked.

        NOT_FOUND takes a second sign, and is UNAVAILABLE without, or what somebody else is told who is refused it. Of
        failures the first counts, which is that of the provider we would rather have heard.
        """
        if self.found is not None:
            return replace(self.found, calls=self.calls)
        if self.votes:
            vote = replace(self.votes[0], calls=self.calls, signs=self.signs)
            if self.signs > 1 and self.doubt is None:
                return vote
            if self.kept_from_us is not None:
                return replace(self.kept_from_us, calls=self.calls)
            reason = f"{vote.reason}, but {self.doubt or 'nothing confirms it'}"
            return replace(vote, answer_class=AnswerClass.UNAVAILABLE, reason=reason)
        able = [outcome for outcome in self.failures if outcome.answer_class is not AnswerClass.UNSUPPORTED]
        for outcome in able or self.failures:
            return replace(outcome, calls=self.calls)
        return None


class PostGathering(Gathering[PostOutcome]):
    """What has come of asking about a post."""

    def __init__(self, identity: PostIdentity) -> None:
        super().__init__()
        self._known = identity.known
        self.doubted: frozenset[str] = frozenset()
        """Counters that fell so far, or look so odd, that somebody else is asked, too."""

    @property
    def is_whole(self) -> bool:
        """Whether nobody else needs to be asked."""
        if self.is_over:
            return True
        if self.found is None or self.found.facts is None:
            return self.signs > 1
        return (
            self.found.answer_class is not AnswerClass.PARTIAL
            and not self.doubted
            and not lacks_views(self.found.facts)
        )

    def add(self, outcome: PostOutcome) -> None:
        """Takes in an answer."""
        if self.note(outcome) or outcome.facts is None:
            return
        if self.found is None or self.found.facts is None:
            self.found, self.doubted = outcome, self._odd(outcome.facts)
            return
        denied = self.doubted - self._odd(outcome.facts)
        self.doubted = self.doubted - outcome.facts.counts.keys()
        facts = fill_post(self.found.facts, outcome.facts, outcome.provider or "", denied)
        missing = self.found.missing - facts.counts.keys()
        self.found = replace(self.found, facts=facts, missing=missing)
        if not missing:
            self.found = replace(self.found, answer_class=AnswerClass.OK, reason=None, retry_after_seconds=None)

    def _odd(self, post: PostFacts) -> frozenset[str]:
        return fallen(post.counts, self._known) | stand_ins(post)


class AccountGathering(Gathering[Outcome]):
    """What has come of asking about an account: its profile and, where `bounds` reach to any, its posts."""

    def __init__(self, identity: AccountIdentity, bounds: PostBounds) -> None:
        super().__init__()
        self._identity = identity
        self._bounds = bounds
        self.wanted = {Operation.PROFILE} | ({Operation.RECENT_VIDEOS} if bounds.max_posts != 0 else set())
        self.lacking = set(self.wanted)
        """What no provider has told in full yet."""
        self.is_partial = False
        self.doubted_profile: frozenset[str] = frozenset()
        self.doubted_posts: dict[str, frozenset[str]] = {}

    @property
    def open(self) -> set[Operation]:
        """What somebody else is to be asked for."""
        if self.is_over or (self.found is None and self.signs > 1):
            return set()
        doubted = {Operation.PROFILE} if self.doubted_profile else set()
        if self.found is not None and self.found.facts is not None and self._doubts_posts(self.found.facts):
            doubted.add(Operation.RECENT_VIDEOS)
        return self.lacking | doubted

    def add(self, outcome: Outcome, told: AbstractSet[Operation]) -> None:
        """Takes in an answer of a provider that was asked for those operations."""
        if self.note(outcome) or outcome.facts is None:
            return
        missed = self._missed(outcome) & told
        self.lacking -= told - missed
        if self.found is None or self.found.facts is None:
            self.found, facts = outcome, outcome.facts
            self.doubted_profile = fallen(facts.profile.counts, self._identity.known)
            self.doubted_posts = {post.external_id: self._odd(post) for post in facts.posts}
        else:
            facts = self._fill(self.found.facts, outcome.facts)
            missing = self.found.missing - facts.profile.counts.keys()
            if self.found.missing and not missing:
                self.lacking.discard(Operation.PROFILE)
            self.found = replace(self.found, facts=facts, missing=missing)
        self._class(outcome)

    def _class(self, outcome: Outcome) -> None:
        """Whole once nothing is lacking, PARTIAL for the first reason there was while something is."""
        assert self.found is not None
        if not self.lacking:
            self.found = replace(self.found, answer_class=AnswerClass.OK, reason=None, retry_after_seconds=None)
        elif self.found.answer_class is not AnswerClass.PARTIAL:
            what = " and ".join(sorted(operation.value.replace("_", " ") for operation in self.lacking))
            reason = outcome.reason or f"Nobody told of its {what}"
            self.found = replace(self.found, answer_class=AnswerClass.PARTIAL, reason=reason)

    def _doubts_posts(self, facts: AccountFacts) -> bool:
        """Whether some posts fell far, or do not say what all of them have."""
        is_wanted = Operation.RECENT_VIDEOS in self.wanted
        return is_wanted and (any(self.doubted_posts.values()) or any(map(lacks_views, facts.posts)))

    def _odd(self, post: PostFacts) -> frozenset[str]:
        return fallen(post.counts, self._identity.known_posts.get(post.external_id, {})) | stand_ins(post)

    def _missed(self, outcome: Outcome) -> set[Operation]:
        """What the answer came short of."""
        if outcome.answer_class is not AnswerClass.PARTIAL or outcome.facts is None:
            return set()
        missed = {Operation.PROFILE} if outcome.missing else set()
        if not outcome.missing or not outcome.facts.posts_complete:
            missed.add(Operation.RECENT_VIDEOS)
        return missed

    def _fill(self, first: AccountFacts, second: AccountFacts) -> AccountFacts:
        profile_denied = self.doubted_profile - fallen(second.profile.counts, self._identity.known)
        self.doubted_profile -= second.profile.counts.keys()
        profile = fill_profile(first.profile, second.profile, second.provider, profile_denied)
        others = {post.external_id: post for post in second.posts}
        posts = []
        for post in first.posts:
            other = others.pop(post.external_id, None)
            if other is not None:
                doubted = self.doubted_posts.get(post.external_id, frozenset())
                self.doubted_posts[post.external_id] = doubted - other.counts.keys()
                post = fill_post(post, other, second.provider, doubted - self._odd(other))
            posts.append(post)
        if Operation.RECENT_VIDEOS not in self.wanted or (first.posts_complete and first.posts):
            others.clear()
        posts += [attributed(post, second.provider) for post in others.values()]
        return replace(
            first,
            profile=profile,
            posts=tuple(within_bounds(posts, self._bounds)),
            posts_complete=first.posts_complete or second.posts_complete,
        )
