"""Facebook's pages through yt-dlp: where its figures come from, whose page it is, and what refusals amount to."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.facts import Count
from app.domain.platforms import Platform, ViewsKind
from app.providers.base import PostIdentity, PostOutcome
from app.providers.failures import AnswerClass
from app.providers.ytdlp.facebook import PLAN, YtDlpFacebook, names_post
from app.providers.ytdlp.walks import Walk
from tests.providers.visits import in_turn, paths_of, visiting

NOW = datetime(2026, 3, 1, tzinfo=UTC)
VIDEO_ID = "1535656380759655"
BY_ID = PostIdentity(Platform.FACEBOOK, VIDEO_ID)
FEEDBACK = {
    "likers": {"count": 2095},
    "total_comment_count": 48,
    "share_count_reduced": "1.3K",
}


def data_of(video_id: str = VIDEO_ID, address: str | None = None, feedback: object = FEEDBACK) -> list[dict[str, Any]]:
    """What a page of a video carries for its own scripts: the player's part, and the feedback's."""
    video = {
        "__typename": "Video",
        "id": video_id,
        "playable_url": "https://media.test/a.mp4",
        "publish_time": 1_758_177_018,
        "length_in_second": 23.36,
        "owner": {"id": "100000076236457", "name": "Matt West"},
    }
    address = address or f"https://www.facebook.com/matt.west.184/videos/{video_id}/"
    player = {"video": {"story": {"attachments": [{"media": video}]}, **video}}
    return [player, {"url": address, "feedback": feedback}]


DATA = data_of()
VIEWS = '"video_view_count":133421'


def written(data: list[Any], views: str = VIEWS, title: str = "Air Fryer Cake | Matt West") -> httpx.Response:
    """A page with these data."""
    scripts = "".join(f'<script type="application/json" data-sjs>{json.dumps(relayed(part))}</script>' for part in data)
    head = f'<title>{title}</title><meta property="og:title" content="{title}">'
    return httpx.Response(200, text=f"<html><head>{head}</head><body>{scripts}<i>{{{views}}}</i></body></html>")


def page(
    video_id: str = VIDEO_ID,
    address: str | None = None,
    feedback: object = FEEDBACK,
    views: str = VIEWS,
    title: str = "Air Fryer Cake | Matt West",
) -> httpx.Response:
    """The page of a video."""
    return written(data_of(video_id, address, feedback), views, title)


def page_of_words(post_id: str) -> httpx.Response:
    """The page of a post without a video."""
    return written([{"node": {"id": post_id}}, {"url": f"https://www.facebook.com/a/posts/{post_id}"}], views="")


def relayed(data: object) -> dict[str, Any]:
    """Data as the site hands it to its own scripts."""
    result = {"__bbox": {"complete": True, "result": {"data": data}}}
    streamed = [["RelayPrefetchedStreamCache", "next", [], ["key", result]]]
    return {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": streamed}}]]]}


async def fetch(*answers: httpx.Response, identity: PostIdentity = BY_ID) -> tuple[PostOutcome, list[str]]:
    visit, sent = visiting(in_turn(*answers))
    return await YtDlpFacebook().fetch_post(visit, identity, NOW), paths_of(sent)


async def test_a_video_is_one_request() -> None:
    outcome, paths = await fetch(page())
    assert paths == ["GET www.facebook.com/watch/"]
    assert (outcome.answer_class, outcome.reason, outcome.route) == (AnswerClass.OK, None, "post_page")
    assert outcome.facts is not None
    assert outcome.facts.counts == {
        "views": Count(133_421),
        "likes": Count(2_095),
        "comments": Count(48),
        "shares": Count(1_300, 100),
    }
    assert outcome.facts.published_at == datetime(2025, 9, 18, 6, 30, 18, tzinfo=UTC)
    assert (outcome.facts.duration_seconds, outcome.facts.views_kind) == (23, ViewsKind.PLAYS)
    assert outcome.facts.author_external_id == "100000076236457"


@pytest.mark.parametrize("post_id", ["pfbid0abcDEF123", "1220001112223334"])
async def test_a_post_with_a_video_of_another_id(post_id: str) -> None:
    identity = PostIdentity(Platform.FACEBOOK, post_id, "matt.west.184")
    address = f"https://www.facebook.com/matt.west.184/posts/{post_id}"
    outcome, paths = await fetch(page(address=address), identity=identity)
    assert paths == [f"GET www.facebook.com/matt.west.184/posts/{post_id}"]
    assert outcome.facts is not None
    assert (outcome.answer_class, outcome.facts.external_id) == (AnswerClass.OK, post_id)
    assert outcome.facts.counts["likes"] == Count(2_095)


async def test_the_title_of_a_reel_says_figures_too() -> None:
    title = "9.7K views · 352 reactions | When your cake comes out | Matt West"
    outcome, _ = await fetch(page(feedback={}, views="", title=title))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"comments", "shares"})
    assert outcome.facts is not None
    assert outcome.facts.counts == {"views": Count(9_700, 100), "likes": Count(352)}


async def test_feedback_of_another_post_is_not_taken() -> None:
    address = "https://www.facebook.com/matt.west.184/videos/999/"
    outcome, _ = await fetch(page(address=address))
    assert (outcome.answer_class, outcome.missing) == (AnswerClass.PARTIAL, {"likes", "comments", "shares"})


async def test_the_page_of_another_video() -> None:
    outcome, _ = await fetch(page("1535656380759656"))
    assert (outcome.answer_class, outcome.facts) == (AnswerClass.SCHEMA_CHANGED, None)
    assert outcome.reason == f"Asked for post {VIDEO_ID}, answered with 1535656380759656"


async def test_a_post_without_a_video_is_beyond_it() -> None:
    outcome, paths = await fetch(page_of_words(VIDEO_ID))
    assert (outcome.answer_class, outcome.facts, len(paths)) == (AnswerClass.UNSUPPORTED, None, 1)
    outcome, _ = await fetch(page_of_words("99"))
    assert outcome.answer_class is AnswerClass.SCHEMA_CHANGED


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(302, headers={"Location": "https://www.facebook.com/login/?next=x"}), "login_required"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/watch/"}), "blocked"),
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/watch/"}), "blocked"),
        (httpx.Response(302, headers={"Location": "file:///etc/passwd"}), "blocked"),
        (httpx.Response(302, headers={"Location": "http://[x"}), "blocked"),
        (httpx.Response(302), "blocked"),
        (httpx.Response(200, text='<html><form id="login_form"></form></html>'), "login_required"),
        (httpx.Response(200, text="<html><div id='captcha'></div></html>"), "blocked"),
        (httpx.Response(200, text="<html></html>"), "schema_changed"),
        (httpx.Response(200, text=page().text[:900]), "upstream_error"),
        (httpx.Response(200), "blocked"),
        (httpx.Response(403), "blocked"),
        (httpx.Response(404), "unavailable"),
        (httpx.Response(429), "rate_limited"),
        (httpx.Response(500), "upstream_error"),
    ],
)
async def test_a_refusal_is_never_not_found(answer: httpx.Response, answer_class: str) -> None:
    outcome, paths = await fetch(answer)
    assert (outcome.answer_class, outcome.facts, len(paths)) == (answer_class, None, 1)
    assert outcome.reason


async def test_the_mobile_site_may_lead_to_the_page() -> None:
    moved = httpx.Response(302, headers={"Location": f"https://m.facebook.com/watch/?v={VIDEO_ID}"})
    outcome, paths = await fetch(moved, page())
    assert paths == ["GET www.facebook.com/watch/", "GET m.facebook.com/watch/"]
    assert outcome.answer_class is AnswerClass.OK
    outcome, paths = await fetch(moved, moved, moved, moved)
    assert (outcome.answer_class, len(paths)) == (AnswerClass.BLOCKED, 4)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        (b'{"id":"123"}', True),
        (b'{"video_id" : "123"}', True),
        (rb'{"url":"https:\/\/www.facebook.com\/a\/posts\/123"}', True),
        (b'{"wwwURL":"https://www.facebook.com/watch/?v=123&x=1"}', True),
        (b'{"id":"1234"}', False),
        (b'{"id":"0123"}', False),
        (b'{"url":"https://www.facebook.com/a/posts/1234"}', False),
        (b'{"cursor":"123"}', False),
    ],
)
def test_what_names_a_post(text: bytes, is_named: bool) -> None:
    assert names_post(text, "123") is is_named


@pytest.mark.parametrize(
    ("views", "count"),
    [
        ('viewCount:"1.2K views"', Count(1_200, 100)),
        ("viewCount: '133,421'", Count(133_421)),
        ('"video_view_count":74290', Count(74_290)),
        ('"video_view_count":133000', Count(133_000, 1_000)),
    ],
)
async def test_views_as_pages_write_them(views: str, count: Count) -> None:
    outcome, _ = await fetch(page(views=views))
    assert outcome.facts is not None
    assert outcome.facts.counts["views"] == count


async def test_a_reel_points_to_its_video() -> None:
    visit, sent = visiting(in_turn(page()))
    walk = Walk(visit, PLAN)
    await walk.run(f"https://www.facebook.com/reel/{VIDEO_ID}")
    assert [str(request.url) for request in sent] == [f"http://upstream.test/www.facebook.com/watch/?v={VIDEO_ID}&_rdr"]
    assert (walk.findings.failure, walk.findings.info["like_count"]) == (None, 2_095)
