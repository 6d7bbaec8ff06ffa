"""What yt-dlp's failures amount to, by the answer it failed on and by its words."""

import pytest

from app.providers.base import OUT_OF_TIME
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Reply
from app.providers.limits import TIKTOK_PAGES
from app.providers.ytdlp.door import Answer, Surface
from app.providers.ytdlp.refusals import refusal_of

SURFACE = Surface("page", TIKTOK_PAGES, "www.tiktok.com")
PAGE = b"<!DOCTYPE html><html><head><title>A page</title></head><body></body></html>\n"


def answered(reply: Reply, target: str | None = None) -> Answer:
    return Answer(SURFACE, "https://www.tiktok.com/@x", reply, target)


READ = answered(Reply(AnswerClass.OK, status=200, body=PAGE))


@pytest.mark.parametrize(
    ("failure", "answer_class"),
    [
        ("Private video. Sign in if you've been granted access to this video", AnswerClass.PRIVATE),
        ("This video is private", AnswerClass.PRIVATE),
        ("You are not authorized to view this protected tweet", AnswerClass.PRIVATE),
        ("You do not have permission to view this post. Log into an account that has access", AnswerClass.PRIVATE),
        ("Sign in to confirm you’re not a bot", AnswerClass.BLOCKED),
        ("Your IP address is blocked from accessing this post", AnswerClass.BLOCKED),
        ("YouTube is requiring a captcha challenge before playback", AnswerClass.BLOCKED),
        ("This content isn't available, try again later. The session has been rate-limited", AnswerClass.RATE_LIMITED),
        ("The uploader has not made this video available in your country", AnswerClass.REGION_BLOCKED),
        ("This video is not available from your location due to geo restriction", AnswerClass.REGION_BLOCKED),
        ("Sign in to confirm your age. This video may be inappropriate for some users.", AnswerClass.LOGIN_REQUIRED),
        ("NSFW tweet requires authentication", AnswerClass.LOGIN_REQUIRED),
        ("This post may not be comfortable for some audiences. Log in for access", AnswerClass.LOGIN_REQUIRED),
        ("This video is only available for registered users", AnswerClass.LOGIN_REQUIRED),
        ("Join this channel to get access to members-only content like this video", AnswerClass.LOGIN_REQUIRED),
        ("All player responses are invalid. Your IP is likely being blocked by Youtube", AnswerClass.SCHEMA_CHANGED),
        ("Video unavailable. This video has been removed by the uploader", AnswerClass.NOT_FOUND),
        ("This account has been terminated for a violation of YouTube's Terms of Service", AnswerClass.NOT_FOUND),
        ("This channel does not exist.", AnswerClass.NOT_FOUND),
        ("Suspended", AnswerClass.NOT_FOUND),
        ("Unable to solve JS challenge", AnswerClass.CHALLENGE),
        ("No video could be found in this tweet", AnswerClass.UNSUPPORTED),
        ("Cannot parse data", AnswerClass.UNSUPPORTED),
        ("No suitable extractor (Twitter) found for URL x", AnswerClass.UNSUPPORTED),
        ("It redirects too often", AnswerClass.BLOCKED),
        ("Expecting value in '': line 1 column 1 (char 0)", AnswerClass.BLOCKED),
        ("Premieres in 5 hours", AnswerClass.UNAVAILABLE),
        ("Requested tweet is unavailable", AnswerClass.UNAVAILABLE),
        ("Video not available, status code 100004", AnswerClass.SCHEMA_CHANGED),
        ("Unable to extract universal data for rehydration", AnswerClass.SCHEMA_CHANGED),
        ("An extractor error has occurred.", AnswerClass.SCHEMA_CHANGED),
        ("KeyError('legacy')", AnswerClass.SCHEMA_CHANGED),
        ("It leads to evil.test/x, which is not asked", AnswerClass.SCHEMA_CHANGED),
    ],
)
def test_by_its_words(failure: str, answer_class: AnswerClass) -> None:
    refusal = refusal_of(failure, READ)
    assert refusal.answer_class is answer_class
    assert refusal.reason


@pytest.mark.parametrize("failure", ["Video unavailable. This video has been removed", "This channel does not exist."])
@pytest.mark.parametrize(
    ("status", "answer_class"),
    [
        (401, AnswerClass.LOGIN_REQUIRED),
        (403, AnswerClass.BLOCKED),
        (404, AnswerClass.UNAVAILABLE),
        (429, AnswerClass.RATE_LIMITED),
        (500, AnswerClass.UPSTREAM_ERROR),
        (999, AnswerClass.BLOCKED),
        (None, AnswerClass.NETWORK_TIMEOUT),
    ],
)
def test_the_status_of_the_last_answer_comes_before_words(
    failure: str, status: int | None, answer_class: AnswerClass
) -> None:
    refusal = refusal_of(failure, answered(Reply(answer_class, "why", status)))
    assert refusal == Refusal(answer_class, "why", None if status is None else str(status))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b" \n", Refusal(AnswerClass.BLOCKED, "www.tiktok.com answered with nothing", "200")),
        (PAGE[:60], Refusal(AnswerClass.UPSTREAM_ERROR, "The answer was cut short")),
        (b'{"a": [1', Refusal(AnswerClass.UPSTREAM_ERROR, "The answer was cut short")),
        (b'{"a": [1]}', Refusal(AnswerClass.SCHEMA_CHANGED, "'a'")),
        (PAGE, Refusal(AnswerClass.SCHEMA_CHANGED, "'a'")),
        (
            PAGE.replace(b"A page", b"Please wait..."),
            Refusal(AnswerClass.CHALLENGE, "We are to prove that we are a browser"),
        ),
        (PAGE.replace(b"<body>", b"<body id=captcha>"), Refusal(AnswerClass.BLOCKED, "The page asks for a captcha")),
        (
            PAGE.replace(b"<body>", "<body>Sign in to confirm you\u2019re not a bot".encode()),
            Refusal(AnswerClass.BLOCKED, "The page asks for a captcha"),
        ),
    ],
)
def test_by_what_came_in_the_place_of_a_page(body: bytes, refusal: Refusal) -> None:
    assert refusal_of("'a'", answered(Reply(AnswerClass.OK, status=200, body=body))) == refusal


def test_a_login_page_of_the_platform_itself() -> None:
    moved = Reply(AnswerClass.BLOCKED, "redirects", 302, location="/login")
    own = refusal_of("It leads to the login page", answered(moved, "https://www.tiktok.com/login?x=1"))
    assert (own.answer_class, own.upstream_code) == (AnswerClass.LOGIN_REQUIRED, "302")
    other = refusal_of("It leads to the login page", answered(moved, "https://accounts.test/login"))
    assert other == Refusal(AnswerClass.BLOCKED, "redirects", "302")


def test_time_and_silence() -> None:
    assert refusal_of(OUT_OF_TIME, READ) == Refusal(AnswerClass.NETWORK_TIMEOUT, OUT_OF_TIME)
    assert refusal_of(None, READ) == Refusal(AnswerClass.SCHEMA_CHANGED, "The answer carries no figures")
    assert refusal_of("a bug", None) == Refusal(AnswerClass.SCHEMA_CHANGED, "a bug")


def test_advice_for_people_at_a_terminal_is_left_out() -> None:
    said = "Private video. Use --cookies-from-browser or --cookies. See  https://github.com/yt-dlp/yt-dlp/wiki/FAQ"
    assert refusal_of(said, READ).reason == "Private video"
    assert refusal_of("Odd; please report this issue on  https://github.com/yt-dlp", READ).reason == "Odd"
