"""Short links, followed hop by hop: inside their platform, by plain https alone, three times at most."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from app.domain.links import PostName, ProfileName, ShortLink, read_link
from app.domain.platforms import Platform
from app.providers.chain import Chains
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import Upstream
from app.providers.limits import Pacing
from app.settings import Settings
from tests.providers.answers import AMPLE, OVERRIDDEN, Answer, scripted, silence

SHORT = ShortLink(Platform.TIKTOK, "vm.tiktok.com", "/ZM8abc/")
VIDEO = "https://www.tiktok.com/@luna.cooks/video/7123456789012345678"
POST = PostName(Platform.TIKTOK, "7123456789012345678", None, "luna.cooks")

Found = PostName | ProfileName | Refusal


def leading(*locations: str, status: int = 301) -> Callable[[httpx.Request], Answer]:
    """Answers that lead on, one after the other."""
    left = list(locations)
    return lambda request: httpx.Response(status, headers={"Location": left.pop(0)}) if left else httpx.Response(200)


async def follow(
    answer: Callable[[httpx.Request], Answer], link: ShortLink = SHORT, template: str = "https://{host}"
) -> tuple[Found, list[str]]:
    """What it leads to, and the addresses that were asked."""
    chains, sent = scripted(answer, Settings(upstream_base_template=template))
    found = await chains.resolve(link, within=AMPLE)
    assert not any("cookie" in request.headers for request in sent)
    return found, [str(request.url) for request in sent]


async def test_a_short_link_leads_to_a_post() -> None:
    for status in (301, 302, 303, 307, 308):
        found, asked = await follow(leading(f"{VIDEO}?_t=8&_r=1", status=status))
        assert (found, asked) == (POST, ["https://vm.tiktok.com/ZM8abc/"])


async def test_hops_within_the_platform_are_followed() -> None:
    found, asked = await follow(leading("https://www.tiktok.com/t/ZM8abc/", "/anywhere?a=1", VIDEO))
    assert found == POST
    assert asked == [
        "https://vm.tiktok.com/ZM8abc/",
        "https://www.tiktok.com/t/ZM8abc",
        "https://www.tiktok.com/anywhere?a=1",
    ]


async def test_a_fourth_hop_is_not() -> None:
    found, asked = await follow(leading(*[f"https://www.tiktok.com/t/{number}/" for number in range(9)]))
    assert found == Refusal(AnswerClass.UNSUPPORTED, "The link leads on and on, through more than 3 addresses")
    assert len(asked) == 3


@pytest.mark.parametrize(
    "location",
    [
        *("https://evil.test/", "https://tiktok.com.evil.test/", "https://eviltiktok.com/", "//evil.test/x"),
        *("http://www.tiktok.com/t/a/", "ftp://www.tiktok.com/t/a/", "file:///etc/passwd", "javascript:alert(1)"),
        *("https://www.tiktok.com:8443/t/a/", "https://www.tiktok.com:80/t/a/", "https://www.tiktok.com:99999/t/a/"),
        *("https://user@www.tiktok.com/t/a/", "https://user:word@www.tiktok.com/t/a/"),
        *(
            "https://www.tiktok.com@evil.test/",
            "https://evil.test\\@www.tiktok.com/",
            "https://www.tiktok.com.@a.test/",
        ),
        *("https://127.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://2130706433/"),
        *(
            "https://www.instagram.com/p/ABC/",
            "https://api.tiktok.com/x",
            "https://localhost/",
            "https://[",
        ),
    ],
)
async def test_what_leads_elsewhere_is_not_followed(location: str) -> None:
    found, asked = await follow(leading(location, VIDEO))
    assert isinstance(found, Refusal)
    assert found.answer_class in (AnswerClass.UNSUPPORTED, AnswerClass.UPSTREAM_ERROR, AnswerClass.BLOCKED)
    assert asked == ["https://vm.tiktok.com/ZM8abc/"]


async def test_a_host_that_is_not_the_platforms_is_not_asked_at_all() -> None:
    for host in ("evil.test", "www.instagram.com", "127.0.0.1", "vm.tiktok.com.evil.test", "api.tiktok.com"):
        found, asked = await follow(leading(VIDEO), ShortLink(Platform.TIKTOK, host, "/x"))
        assert (isinstance(found, Refusal), asked) == (True, [])


@pytest.mark.parametrize(
    ("answer", "answer_class"),
    [
        (httpx.Response(200), AnswerClass.UNAVAILABLE),
        (httpx.Response(404), AnswerClass.UNAVAILABLE),
        (httpx.Response(301), AnswerClass.BLOCKED),
        (httpx.Response(403), AnswerClass.BLOCKED),
        (httpx.Response(429, headers={"Retry-After": "9"}), AnswerClass.RATE_LIMITED),
        (httpx.Response(500), AnswerClass.UPSTREAM_ERROR),
        (httpx.Response(302, headers={"Location": "https://www.tiktok.com/login?x=1"}), AnswerClass.LOGIN_REQUIRED),
    ],
)
async def test_what_leads_nowhere_says_why(answer: httpx.Response, answer_class: AnswerClass) -> None:
    found, _ = await follow(lambda request: answer)
    assert isinstance(found, Refusal)
    assert found.answer_class is answer_class


async def test_a_local_imitation_leads_to_its_own_addresses() -> None:
    locations = "http://upstream.test/www.tiktok.com/t/a/", "/www.tiktok.com/@luna.cooks/video/7123456789012345678"
    found, asked = await follow(leading(*locations), template=OVERRIDDEN)
    assert found == POST
    assert asked == ["http://upstream.test/vm.tiktok.com/ZM8abc/", "http://upstream.test/www.tiktok.com/t/a"]
    found, _ = await follow(leading("http://upstream.test/evil.test/"), template=OVERRIDDEN)
    assert isinstance(found, Refusal)


@pytest.mark.parametrize(
    ("link", "location", "name"),
    [
        ("https://fb.watch/abc/", "https://www.facebook.com/watch/?v=1234567890123456", "1234567890123456"),
        ("https://www.facebook.com/share/r/abc/", "https://www.facebook.com/reel/123/?x=1", "123"),
        (
            "https://lnkd.in/abc",
            "https://www.linkedin.com/posts/someone_a-activity-7123456789012345676-AbCd",
            "activity:7123456789012345676",
        ),
        (
            "https://www.instagram.com/share/reel/abc/",
            "https://www.instagram.com/reel/DEiyb48AeB9/",
            "3540614075954356349",
        ),
        ("https://t.co/abc", "https://x.com/elonmusk/status/1234567890?s=20", "1234567890"),
        ("https://t.co/abc", "https://twitter.com/elonmusk/status/1234567890", "1234567890"),
        ("https://fb.watch/abc/", "https://fb.com/watch/?v=123", "123"),
    ],
)
async def test_the_short_links_of_every_platform(link: str, location: str, name: str) -> None:
    short = read_link(link)
    assert isinstance(short, ShortLink)
    found, asked = await follow(leading(location), short)
    assert isinstance(found, PostName)
    assert (found.external_id, len(asked)) == (name, 1)


async def test_it_does_not_take_longer_than_it_may() -> None:
    chains, _ = scripted(lambda request: silence())
    found = await chains.resolve(SHORT, within=timedelta(seconds=0.1))
    assert found == Refusal(AnswerClass.NETWORK_TIMEOUT, "The time for this fetch ran out")


async def test_a_platform_that_is_switched_off_is_not_asked() -> None:
    chains, sent = scripted(leading(VIDEO), Settings(upstream_base_template=OVERRIDDEN, tiktok_enabled=False))
    found = await chains.resolve(SHORT, within=AMPLE)
    assert found == Refusal(AnswerClass.UNSUPPORTED, "tiktok is switched off by CREATORGRAPH_TIKTOK_ENABLED")
    assert sent == []


async def test_a_refusal_is_heeded_by_all_who_ask_the_platform() -> None:
    sent: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(429)

    client = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    chains = Chains(Settings(), Upstream.of(client, Settings()), Pacing(None))
    outcomes = [await chains.resolve(SHORT, within=AMPLE) for _ in range(2)]
    assert [isinstance(each, Refusal) and each.answer_class for each in outcomes] == [AnswerClass.RATE_LIMITED] * 2
    assert len(sent) == 1
