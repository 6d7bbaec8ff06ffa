"""Facts as look-ups show them."""

from collections.abc import Sequence
from typing import Any

from app.core.collect.recent import KeptAccount, KeptPost
from app.core.lookups.sources import Obtained
from app.domain.facts import Counts, PostFacts
from app.domain.links import post_url, profile_url
from app.domain.metrics import ACCOUNT_COUNTERS, POST_COUNTERS
from app.domain.records import PostStats, Profile, PublicPost, RecentVideos


def show_post_stats(found: Obtained[KeptPost]) -> PostStats:
    """One post."""
    kept, facts = found.kept, found.kept.facts
    return PostStats(
        platform=facts.platform,
        provider=kept.provider,
        fetched_at=kept.captured_at,
        is_cached=found.is_cached,
        good_until=found.good_until,
        **_post(facts),
    )


def show_profile(found: Obtained[KeptAccount]) -> Profile:
    """One account without its posts."""
    facts, profile = found.kept.facts, found.kept.facts.profile
    return Profile(
        platform=profile.platform,
        provider=facts.provider,
        fetched_at=facts.captured_at,
        is_cached=found.is_cached,
        good_until=found.good_until,
        external_id=profile.external_id,
        username=profile.handle,
        url=profile_url(profile.platform, profile.handle),
        display_name=profile.display_name,
        biography=profile.biography,
        link_in_bio=profile.link_in_bio,
        picture_url=profile.picture_url,
        is_verified=profile.is_verified,
        followers=_value(profile.counts, "followers"),
        following=_value(profile.counts, "following"),
        profile_posts=_value(profile.counts, "profile_posts"),
        total_likes=_value(profile.counts, "total_likes"),
        approximate=_approximate(profile.counts, ACCOUNT_COUNTERS),
    )


def show_recent_videos(found: Obtained[KeptAccount]) -> RecentVideos:
    """The posts of an account, as they were kept: the newest first."""
    facts = found.kept.facts
    return RecentVideos(
        platform=facts.profile.platform,
        provider=facts.provider,
        fetched_at=facts.captured_at,
        is_cached=found.is_cached,
        good_until=found.good_until,
        username=facts.profile.handle,
        videos=[PublicPost(**_post(post)) for post in facts.posts],
    )


def _post(facts: PostFacts) -> dict[str, Any]:
    """What every record of a post has."""
    counts = facts.counts
    return {
        "external_id": facts.external_id,
        "shortcode": facts.shortcode,
        "url": post_url(facts.platform, facts.external_id, facts.shortcode, facts.author_handle),
        "kind": facts.kind,
        "author_handle": facts.author_handle,
        "caption": facts.caption,
        "published_at": facts.published_at,
        "thumbnail_url": facts.thumbnail_url,
        "views_kind": facts.views_kind,
        **{counter: _value(counts, counter) for counter in POST_COUNTERS},
        "hidden": sorted(facts.hidden),
        "approximate": _approximate(counts, POST_COUNTERS),
    }


def _value(counts: Counts, counter: str) -> int | None:
    count = counts.get(counter)
    return None if count is None else count.value


def _approximate(counts: Counts, counters: Sequence[str]) -> Sequence[str]:
    return [counter for counter in counters if (count := counts.get(counter)) is not None and count.is_approximate]
