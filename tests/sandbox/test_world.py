"""The world is a pure function of seed and time, and its counters behave as counters do."""

import doctest
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.links import RULES, pk_of, shortcode_of
from app.domain.platforms import Platform, VideoKind
from app.sandbox.server import create_app
from app.sandbox.surfaces import answering
from app.sandbox.surfaces.instagram import fields
from app.sandbox.surfaces.tiktok import shapes as tiktok_shapes
from app.sandbox.surfaces.youtube import api_shapes, page_shapes
from app.sandbox.world import ids, personas, rhythm
from app.sandbox.world.accounts import Account, account_mark
from app.sandbox.world.channels import channel_id, handle_in
from app.sandbox.world.handles import DEMO, NAMED, list_scenarios
from app.sandbox.world.ids import SCHEMES, pfbid_of, read_urn, urn_of
from app.sandbox.world.rhythm import DAY, SETTLED_DAYS, instant, matured, quantised, rhythm_of
from app.sandbox.world.world import World
from tests.sandbox.reading import INSTAGRAM, NOW, TIKTOK, Sandbox

AT = quantised(NOW)
SOCIAL = (Platform.TIKTOK, Platform.INSTAGRAM, Platform.YOUTUBE)
"""Where accounts are tracked."""
ORDINARY = [
    *((platform, handle) for platform in Platform for handle in ("abc", "creator")),
    *((platform, handle) for platform in SOCIAL for handle in ("luna.cooks", "rival_two", "some.body")),
]


@pytest.fixture(scope="module")
def world() -> World:
    return World(1)


def account_of(world: World, platform: Platform, handle: str, at: int = AT) -> Account:
    account = world.account_called(platform, handle, at)
    assert account is not None
    return account


@pytest.mark.parametrize("module", [personas, rhythm, tiktok_shapes, ids, answering, api_shapes, page_shapes, fields])
def test_examples_in_docstrings_hold(module) -> None:
    failures, attempted = doctest.testmod(module)
    assert attempted > 0
    assert failures == 0


async def test_one_seed_and_time_make_one_answer() -> None:
    one, twin, other = (Sandbox(create_app(seed=seed)) for seed in (1, 1, 2))
    # The twin has been asked other things before, so what it keeps in memory differs.
    for handle in ("abc", "some.body", "rival_two"):
        await twin.user_detail(handle, NOW - timedelta(days=200))
    sec_uid = (await one.truth("tiktok", "account", "abc"))["secondary_id"]
    paths = [
        f"{TIKTOK}/@abc",
        f"{TIKTOK}/@rival_two",
        f"{TIKTOK}/api/creator/item_list/?secUid={sec_uid}&count=30",
        f"{INSTAGRAM}/api/v1/users/web_profile_info/?username=abc",
        f"{INSTAGRAM}/abc/",
    ]
    for path in paths:
        answers = [(await client.get(path)).content for client in (one, twin, other)]
        assert answers[0] == answers[1]
        assert answers[0] != answers[2]


async def test_everything_stands_still_within_a_quarter_of_an_hour(sandbox: Sandbox) -> None:
    start = datetime(2026, 11, 21, 12, 15, tzinfo=UTC)
    paths = [f"{TIKTOK}/@charlidamelio", f"{INSTAGRAM}/api/v1/users/web_profile_info/?username=northlight.photo"]
    for path in paths:
        first = (await sandbox.get(path, start)).content
        assert (await sandbox.get(path, start + timedelta(minutes=14, seconds=59))).content == first
        assert (await sandbox.get(path, start + timedelta(minutes=15))).content != first


@pytest.mark.parametrize(("platform", "handle"), ORDINARY)
def test_counters_never_fall(world: World, platform: Platform, handle: str) -> None:
    account = account_of(world, platform, handle)
    steps = range(AT - 30 * DAY, AT, 3 * 3600)
    profiles = [account.counts(at) for at in steps]
    for name in ("followers", "following", "profile_posts", "total_likes"):
        values = [getattr(counts, name) for counts in profiles]
        assert values == sorted(values), name
    assert profiles[0].followers < profiles[-1].followers
    post = account.post(account.published(AT - 30 * DAY))
    for name in ("views", "plays", "fb_plays", "likes", "comments", "shares", "saves", "reposts"):
        values = [getattr(post.counts(account.rhythm.days(at)), name) for at in steps]
        assert values == sorted(values), name


def test_purged_counters_fall_every_two_weeks(world: World) -> None:
    account = account_of(world, Platform.TIKTOK, "sandbox_purge")
    purge = AT // (14 * DAY) * 14 * DAY
    before, after = account.counts(purge - 900), account.counts(purge)
    assert 0.90 < after.followers / before.followers < 0.92
    assert after.total_likes < before.total_likes
    post = account.post(3).external_id
    found = world.find_post(Platform.TIKTOK, post)
    assert found is not None
    assert found.counts(purge).views < found.counts(purge - 900).views
    assert account.counts(purge + 900).followers > after.followers


@pytest.mark.parametrize(("platform", "handle"), ORDINARY)
def test_total_likes_are_those_of_the_posts(world: World, platform: Platform, handle: str) -> None:
    account = account_of(world, platform, handle)
    lived = account.rhythm.days(AT)
    likes = [account.post(index).counts(lived).likes for index in range(account.published(AT))]
    views = [account.post(index).counts(lived).views for index in range(account.published(AT))]
    assert account.counts(AT).total_likes == sum(likes)
    assert account.counts(AT).total_views == sum(views)


def test_most_accounts_publish_twenty_to_forty_five_posts_a_year(world: World) -> None:
    numbers = []
    for number in range(200):
        account = account_of(world, Platform.TIKTOK, f"creator{number}")
        numbers.append(account.published(AT) - account.published(AT - 365 * DAY))
    assert sum(20 <= number <= 46 for number in numbers) >= 150
    assert max(numbers) > 104


def test_post_counters_start_at_nothing_and_come_to_rest(world: World) -> None:
    account = account_of(world, Platform.TIKTOK, "luna.cooks")
    post = account.post(10)
    assert post.counts(account.rhythm.days(post.created)).views == 0
    rested = post.counts(account.rhythm.days(post.created + 411 * DAY))
    assert rested.views == int(post.final_views)
    assert rested == post.counts(account.rhythm.days(post.created + 900 * DAY))
    week = post.counts(account.rhythm.days(post.created + 7 * DAY)).views
    assert week > rested.views / 3


def test_matured_rises_from_nothing_to_all() -> None:
    values = [matured(age / 4, 3.0) for age in range(4 * SETTLED_DAYS + 8)]
    assert values[0] == 0.0
    assert values == sorted(values)
    assert values[4 * SETTLED_DAYS - 1] < 1.0
    assert values[4 * SETTLED_DAYS :] == [1.0] * 8


def test_audiences_are_livelier_at_weekends_and_never_run_backwards() -> None:
    pulse = rhythm_of(1, "tiktok", "luna.cooks")
    lived = [pulse.days(AT + step * 900) for step in range(96 * 28)]
    assert all(later > earlier for earlier, later in pairwise(lived))
    monday = quantised(datetime(2026, 11, 2, tzinfo=UTC))
    middle = pulse.days(monday + 4 * DAY) - pulse.days(monday + 2 * DAY)
    weekend = pulse.days(monday + 7 * DAY) - pulse.days(monday + 5 * DAY)
    assert weekend > 1.2 * middle


def test_tiktok_ids_hold_their_time(world: World) -> None:
    account = account_of(world, Platform.TIKTOK, "abc")
    assert len(account.external_id) == 19
    assert int(account.external_id) >> 32 == account.joined
    for index in range(30):
        post = account.post(index)
        assert len(post.external_id) == 19
        assert int(post.external_id) >> 32 == post.created
        assert post.shortcode is None


def test_instagram_ids_are_their_shortcodes(world: World) -> None:
    account = account_of(world, Platform.INSTAGRAM, "abc")
    for index in range(30):
        post = account.post(index)
        assert post.shortcode == shortcode_of(int(post.external_id))
        assert pk_of(post.shortcode) == int(post.external_id)
        assert len(post.shortcode) == 11


@pytest.mark.parametrize("platform", list(Platform))
def test_a_post_is_found_by_its_id(world: World, platform: Platform) -> None:
    account = account_of(world, platform, "abc")
    for index in range(account.published(AT)):
        found = world.find_post(platform, account.post(index).external_id)
        assert found is not None
        assert found.post is account.post(index)
    post_id = account.post(5).external_id
    assert world.find_post(platform, SCHEMES[platform].write(account.post(5).number + 4)) is None
    assert World(1).find_post(platform, post_id) is None
    stranger = World(1).find_post(platform, post_id, handle="abc")
    assert stranger is not None
    assert (stranger.post.external_id, stranger.post.created) == (post_id, account.post(5).created)


def test_accounts_that_share_a_mark_keep_their_posts() -> None:
    handles = ("acct_105", "acct_395")
    assert len({account_mark(1, Platform.INSTAGRAM, handle) for handle in handles}) == 1
    world = World(1)
    for account in [account_of(world, Platform.INSTAGRAM, handle) for handle in handles]:
        found = world.find_post(Platform.INSTAGRAM, account.post(3).external_id)
        assert found is not None
        assert found.account is account


@pytest.mark.parametrize("text", ["", "abc", "-5", "1.5", "9" * 30, "²", str(2**63)])
def test_what_is_no_id_finds_nothing(world: World, text: str) -> None:
    assert world.find_post(Platform.TIKTOK, text) is None


def test_sec_uids_lead_back_and_cannot_be_made_up(world: World) -> None:
    account = account_of(world, Platform.TIKTOK, "the_tiny_lab")
    sec_uid = world.sec_uid(account)
    assert len(sec_uid) == 76
    assert world.account_of_sec_uid(sec_uid) is account
    for wrong in ("", "MS4wLjABAAAA", sec_uid[:-4], sec_uid[:-1] + "?", sec_uid[:20] + "xx" + sec_uid[22:], "ü" * 76):
        assert world.account_of_sec_uid(wrong) is None
    assert World(2).account_of_sec_uid(sec_uid) is None


def test_youtube_ids_are_eleven_characters_that_lead_back(world: World) -> None:
    account = account_of(world, Platform.YOUTUBE, "abc")
    scheme = SCHEMES[Platform.YOUTUBE]
    for index in range(30):
        post = account.post(index)
        assert len(post.external_id) == 11
        assert scheme.read(post.external_id) == post.number
        assert (scheme.created(post.number), post.shortcode) == (post.created, None)
    assert scheme.read("dQw4w9WgXcQ") is not None
    assert scheme.read("dQw4w9WgXcR") is None


def test_channel_ids_lead_back_and_cannot_be_made_up(world: World) -> None:
    account = account_of(world, Platform.YOUTUBE, "some.body")
    assert (len(account.external_id), account.external_id[:2]) == (24, "UC")
    assert World(1).account_of_id(Platform.YOUTUBE, account.external_id).persona.handle == "some.body"
    assert World(2).account_of_id(Platform.YOUTUBE, account.external_id) is None
    assert handle_in(1, channel_id(1, "x" * 20)) == "x" * 20
    for handle in ("x" * 21, "møre"):
        channel = channel_id(1, handle)
        assert (len(channel), handle_in(1, channel)) == (24, None)
        stranger = World(1)
        assert stranger.account_of_id(Platform.YOUTUBE, channel) is None
        account_of(stranger, Platform.YOUTUBE, handle)
        assert stranger.account_of_id(Platform.YOUTUBE, channel).persona.handle == handle
    for wrong in ("", "UC", f"UC{'A' * 22}", account.external_id[:-1] + "?", "UC_x5XG1OV2P6uZZ5FSM9Ttw"):
        assert world.account_of_id(Platform.YOUTUBE, wrong) is None


def test_snowflakes_hold_their_milliseconds(world: World) -> None:
    post = account_of(world, Platform.TWITTER, "abc").post(7)
    assert ((int(post.external_id) >> 22) + 1_288_834_974_657) // 1000 == post.created
    post = account_of(world, Platform.LINKEDIN, "abc").post(7)
    assert (int(post.external_id.removeprefix("activity:")) >> 22) // 1000 == post.created


def test_facebook_posts_go_by_digits_and_pfbid(world: World) -> None:
    account = account_of(world, Platform.FACEBOOK, "abc")
    post = account.post(3)
    for name in (post.external_id, pfbid_of(post.number)):
        found = world.find_post(Platform.FACEBOOK, name)
        assert found is not None
        assert found.post is post


def test_linkedin_posts_have_a_number_of_each_kind(world: World) -> None:
    post = account_of(world, Platform.LINKEDIN, "abc").post(3)
    urns = [urn_of(post.number, kind) for kind in ("activity", "ugcPost", "share")]
    assert urns[0] == post.external_id
    assert len({urn.partition(":")[2] for urn in urns}) == 3
    for urn in urns:
        assert read_urn(urn) == post.number
    for mixed in (urns[0].replace("activity", "share"), urns[1].replace("ugcPost", "share"), "group:1", "activity:x"):
        assert read_urn(mixed) is None


def test_kinds_are_those_of_the_platform(world: World) -> None:
    kinds = {}
    for platform in Platform:
        account = account_of(world, platform, "abc")
        kinds[platform.value] = {account.post(index).kind.value for index in range(account.published(AT))}
    assert kinds == {
        "tiktok": {"video", "carousel"},
        "instagram": {"reel", "image", "carousel"},
        "youtube": {"video"},
        "twitter": {"video", "image", "text"},
        "facebook": {"video", "reel", "text"},
        "linkedin": {"video", "image", "text"},
    }


def test_some_reels_are_played_on_facebook_too(world: World) -> None:
    account = account_of(world, Platform.INSTAGRAM, "abc")
    lived = account.rhythm.days(AT)
    reels = [account.post(index) for index in range(account.published(AT)) if account.post(index).kind == "reel"]
    counts = [reel.counts(lived) for reel in reels]
    assert all(count.plays > 1.7 * count.views for count in counts)
    assert all(count.fb_plays < count.plays / 2 for count in counts)
    assert 0 < sum(count.fb_plays > 0 for count in counts) < len(counts)


def test_described_handles_are_valid_and_listed_once() -> None:
    listed = list_scenarios()
    assert len({(platform, handle) for platform, handle, _ in listed}) == len(listed)
    for platform, handle in NAMED:
        assert RULES[platform].canonical(handle) == handle
        assert len(handle) <= 24
        assert (platform.value, handle) in {(a, b) for a, b, _ in listed}
    assert sum(persona.platform is Platform.TIKTOK for persona in DEMO) == 6
    assert sum(persona.platform is Platform.INSTAGRAM for persona in DEMO) == 6
    assert sum(persona.platform is Platform.YOUTUBE for persona in DEMO) == 2


def test_the_fixed_posts_exist(world: World) -> None:
    video = world.find_post(Platform.TIKTOK, "7123456789")
    assert video is not None
    assert (video.account.handle(AT), video.post.kind, video.is_public(AT)) == ("charlidamelio", VideoKind.VIDEO, True)
    reel = world.find_post(Platform.INSTAGRAM, str(pk_of("ABC123")))
    assert reel is not None
    assert (reel.account.handle(AT), reel.post.kind, reel.post.shortcode) == ("rival_one", VideoKind.REEL, "ABC123")
    for platform, name, handle in (
        (Platform.YOUTUBE, "dQw4w9WgXcQ", "rickastleyyt"),
        (Platform.TWITTER, "1234567890", "elonmusk"),
        (Platform.FACEBOOK, "1234567890123456", "creatorpage"),
        (Platform.LINKEDIN, "activity:7123456789012345676", "creator-name"),
    ):
        found = world.find_post(platform, name)
        assert found is not None
        assert (found.account.handle(AT), found.post.external_id, found.is_public(AT)) == (handle, name, True)
        assert found.post.kind is VideoKind.VIDEO


def test_huge_counters_pass_two_to_the_thirty_first(world: World) -> None:
    for platform in SOCIAL:
        account = account_of(world, platform, "sandbox_huge")
        assert account.counts(AT).followers > 2**31
        assert any(account.post(index).final_views > 2**31 for index in range(account.published(AT)))


def test_the_quiet_account_has_been_so_for_months(world: World) -> None:
    account = account_of(world, Platform.TIKTOK, "sandbox_quiet")
    newest = account.post(account.published(AT) - 1)
    assert instant(newest.created) < datetime(2026, 3, 1, tzinfo=UTC)
    assert account.published(AT) > 100


@pytest.mark.parametrize("handle", ["nobody_here", "Nobody_Here", "", "a b", ".x", "x" * 31, "7103848180943646160"])
def test_some_handles_do_not_exist(world: World, handle: str) -> None:
    for platform in (Platform.TIKTOK, Platform.INSTAGRAM):
        assert world.account_ever_called(platform, handle) is None


@pytest.mark.parametrize("handle", ["nobody_here", "nobody.here", "nobody-here", "", "a b", "x" * 101, "c/abc"])
def test_some_handles_exist_nowhere(world: World, handle: str) -> None:
    for platform in Platform:
        assert world.account_ever_called(platform, handle) is None


async def test_an_account_begins_some_day(sandbox: Sandbox) -> None:
    early = datetime(2021, 1, 1, tzinfo=UTC)
    assert (await sandbox.user_detail("abc", early))["statusCode"] == 10221
    response = await sandbox.http.get("/_world/truth/tiktok/account/abc", params={"at": early.isoformat()})
    assert response.status_code == 404
