"""`creatorgraph providers` and `creatorgraph probe`: what an operator reads of them."""

import asyncio
import json
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.probing.probe import run_probe, show_providers
from app.probing.shapes import SHAPES, Drift, drift_of
from app.providers.registry import build_registry
from app.settings import Settings
from tests.end_to_end.programs import run
from tests.providers.answers import recorded, tiktok_page
from tests.upstream import Sandbox

KEYS = Settings(youtube_api_key="sandbox-youtube-key", scrapecreators_key="sandbox-scrapecreators-key")


async def probed(
    sandbox: Sandbox,
    platform: Platform,
    target: str,
    provider: str | None = None,
    settings: Settings = KEYS,
    width: int = 300,
) -> tuple[bool, list[str]]:
    """Whether all told of it, and the lines."""
    settings = msgspec.structs.replace(settings, upstream_base_template=sandbox.template, request_timeout_seconds=2.0)
    console = Console(file=StringIO(), width=width)
    is_told = await run_probe(settings, platform, target, provider, console)
    assert isinstance(console.file, StringIO)
    return is_told, console.file.getvalue().splitlines()


async def test_a_probe_tells_class_figures_routes_and_drift(sandbox: Sandbox) -> None:
    is_told, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio")
    assert is_told
    names = [line for line in lines if not line.startswith(" ")]
    assert names == ["tiktok_web", "scrapecreators", "ytdlp_tiktok"]
    assert lines[1] == "  class: ok"
    assert lines[2].startswith("  account 7232123875305005741 @charlidamelio: followers ")
    assert "  shape of profile_page, userInfo.statsV2: as expected" in lines
    assert [line for line in lines if "route tiktok/profile:" in line and line.endswith("1 request, cost 1")]


@pytest.mark.parametrize(
    ("platform", "target", "provider", "shown"),
    [
        (Platform.TIKTOK, "https://www.tiktok.com/@charlidamelio/video/7123456789", "ytdlp_tiktok", "video_page"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/1234567890", "ytdlp_twitter", "guest_query"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/1234567890", "twitter_syndication", "syndication"),
        (Platform.LINKEDIN, "activity:7123456789012345676", "linkedin_web", "post_page"),
    ],
)
async def test_what_is_asked_without_a_key_has_shapes_too(
    sandbox: Sandbox, platform: Platform, target: str, provider: str, shown: str
) -> None:
    is_told, lines = await probed(sandbox, platform, target, provider)
    assert is_told
    assert [line for line in lines if line.startswith(f"  shape of {shown}, ") and "not found" not in line]


async def test_one_provider_alone_is_probed(sandbox: Sandbox) -> None:
    is_told, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio", "scrapecreators")
    assert (is_told, lines[0]) == (True, "scrapecreators")
    assert {entry["host"] for entry in await sandbox.log()} == {"api.scrapecreators.com"}
    with pytest.raises(InvalidInput, match="nobody does not tell of such things"):
        await probed(sandbox, Platform.TIKTOK, "@charlidamelio", "nobody")


@pytest.mark.parametrize(
    ("platform", "target", "provider"),
    [
        (Platform.TIKTOK, "https://www.tiktok.com/@charlidamelio/video/7123456789", "tiktok_web"),
        (Platform.INSTAGRAM, "rival_one", "instagram_web"),
        (Platform.YOUTUBE, "https://youtu.be/dQw4w9WgXcQ", "youtube_api"),
        (Platform.TWITTER, "https://x.com/elonmusk/status/1234567890", "twitter_syndication"),
        (Platform.LINKEDIN, "activity:7123456789012345676", "linkedin_web"),
    ],
)
async def test_handles_and_posts_of_every_platform(
    sandbox: Sandbox, platform: Platform, target: str, provider: str
) -> None:
    is_told, lines = await probed(sandbox, platform, target, provider)
    assert (is_told, lines[0]) == (True, provider)
    assert lines[1].startswith(("  class: ok", "  class: partial"))


async def test_what_is_not_ready_is_not_called(sandbox: Sandbox) -> None:
    is_told, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio", "scrapecreators", Settings())
    assert (is_told, lines) == (
        False,
        ["scrapecreators", "  not ready: CREATORGRAPH_SCRAPECREATORS_KEY unset"],
    )
    assert await sandbox.log() == []


async def test_a_changed_page_shows_what_changed(sandbox: Sandbox) -> None:
    await sandbox.fault("www.tiktok.com/", "renamed_keys")
    _, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio", "tiktok_web")
    assert [line for line in lines if line.startswith("  shape of profile_page") and "missing" in line]
    await sandbox.reset()
    await sandbox.fault("www.tiktok.com/", "http_403")
    is_told, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio", "tiktok_web")
    assert (is_told, lines[1]) == (False, "  class: blocked (www.tiktok.com refuses our address (status 403))")


def test_recorded_answers_have_the_expected_shapes() -> None:
    for name, provider, route in (
        ("tiktok/item_list.json", "tiktok_web", "creator_item_list"),
        ("tiktok/paid_profile.json", "scrapecreators", "tiktok/profile"),
        ("tiktok/aweme_detail.json", "scrapecreators", "tiktok/video"),
        ("tiktok/aweme_list.json", "scrapecreators", "tiktok/profile/videos"),
        ("instagram/web_profile_info.json", "scrapecreators", "instagram/profile"),
        ("instagram/post_xdt_shortcode_media_reel.json", "scrapecreators", "instagram/post"),
        ("youtube/videos_list.json", "youtube_api", "videos"),
        ("youtube/channels_list_multiple.json", "youtube_api", "channels"),
        ("facebook/paid_post.json", "scrapecreators", "facebook/post"),
        ("linkedin/paid_post.json", "scrapecreators", "linkedin/post"),
    ):
        drifts = drift_of(provider, route, json.dumps(recorded(name)).encode())
        assert drifts == [Drift(shape.path, True) for shape in SHAPES[provider, route]], name


def test_drift_names_what_is_new_and_what_is_gone() -> None:
    answer = recorded("tiktok/user_detail_api.json")["userInfo"] | {"itemList": []}
    del answer["statsV2"]
    answer["stats"] = {"followers": 1, **{key: 1 for key in answer["stats"] if key != "heart"}}
    body = tiktok_page({"webapp.user-detail": {"userInfo": answer}})
    assert drift_of("tiktok_web", "profile_page", body) == [
        Drift(("userInfo",), True, ("statsV2",), ()),
        Drift(("userInfo", "stats"), True, ("heart",), ("followers",)),
        Drift(("userInfo", "statsV2"), False),
    ]
    assert drift_of("tiktok_web", "oembed", b"{}") == []
    assert all(not drift.is_found for drift in drift_of("tiktok_web", "profile_page", b"\xff<script>{"))


def test_every_shape_is_of_a_provider() -> None:
    assert {name for name, _ in SHAPES} <= {entry.provider.name for entry in build_registry(KEYS).entries}


def test_the_table_has_a_row_for_every_place() -> None:
    console = Console(file=StringIO(), width=200)
    show_providers(Settings(providers_off="ytdlp_tiktok"), console)
    assert isinstance(console.file, StringIO)
    rows = [line.rstrip().split(maxsplit=4) for line in console.file.getvalue().splitlines()]
    assert rows[0] == ["Platform", "Operation", "Order", "Provider", "Ready"]
    listed = [(row[0], row[1], row[2], row[3], row[4]) for row in rows[1:-1]]
    assert ("tiktok", "post_stats", "2", "ytdlp_tiktok", "no: switched off by PROVIDERS_OFF") in listed
    assert ("youtube", "profile", "1", "youtube_api", "no: YOUTUBE_API_KEY unset") in listed
    assert len(listed) == len(list(build_registry(Settings()).entries))
    assert " ".join(rows[-1]) == "The names of settings begin with CREATORGRAPH_."


def test_the_table_is_whole_in_a_narrow_terminal() -> None:
    console = Console(file=StringIO(), width=80)
    show_providers(Settings(), console)
    assert isinstance(console.file, StringIO)
    printed = console.file.getvalue()
    assert "\u2026" not in printed
    assert max(map(len, printed.splitlines())) <= 80
    assert {"SCRAPECREATORS_KEY", "INSTAGRAM_BUSINESS_USER_ID", "INSTAGRAM_BUSINESS_TOKEN"} <= set(printed.split())


async def test_a_probe_reads_well_in_a_narrow_terminal(sandbox: Sandbox) -> None:
    _, lines = await probed(sandbox, Platform.TIKTOK, "@charlidamelio", width=80)
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("  ") for line in lines if line not in ("tiktok_web", "scrapecreators", "ytdlp_tiktok"))


async def test_the_shape_of_a_refusal_is_no_drift(sandbox: Sandbox) -> None:
    is_told, lines = await probed(sandbox, Platform.TIKTOK, "@nobody_at_all", "tiktok_web")
    assert not is_told
    assert lines[1] == "  class: not_found (TikTok knows no such account)"
    assert not [line for line in lines if "shape of" in line]


async def test_the_command(sandbox: Sandbox, tmp_path: Path) -> None:
    template = {"CREATORGRAPH_UPSTREAM_BASE_TEMPLATE": sandbox.template}
    arguments = ("probe", "tiktok", "@charlidamelio", "--provider", "tiktok_web")
    ended = await asyncio.to_thread(run, *arguments, cwd=tmp_path, **template)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("tiktok_web\n  class: ok\n")
    ended = await asyncio.to_thread(run, "probe", "x", "nonsense here", cwd=tmp_path, **template)
    assert (ended.returncode, ended.stdout) == (2, "")
    ended = await asyncio.to_thread(run, "probe", "myspace", "@tom", cwd=tmp_path, **template)
    assert ended.returncode == 2
    assert "myspace" in ended.stderr
    ended = await asyncio.to_thread(run, "providers", cwd=tmp_path, CREATORGRAPH_PROVIDERS_OFF="nobody")
    assert (ended.returncode, ended.stderr[:56]) == (2, "creatorgraph: CREATORGRAPH_PROVIDERS_OFF names 'nobody',")
    ended = await asyncio.to_thread(run, "providers", cwd=tmp_path)
    assert (ended.returncode, ended.stdout.count("scrapecreators")) == (0, 12)
