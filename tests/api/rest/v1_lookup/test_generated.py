"""Thousands of generated requests to `/v1`: answered, refused or not found, and no refused one reaches a platform."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.api.rest.test_generated import ODD, drawn, texts, values
from tests.api.rest.v1_lookup.conftest import CREATOR_PATHS, POST, LookUpCaller, error_of

BODIES, HEADERS = 600, 150
"""Of each path; how many sets of them."""
LINKS = [
    "https://www.tiktok.com/@rival_two/video/7123456789",
    "https://www.tiktok.com/@rival_two",
    "https://www.instagram.com/reel/ABC123/",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://x.com/elonmusk/status/1234567890",
    "https://www.facebook.com/watch/?v=1234567890123456",
    "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345676",
]
BREAKING = [*ODD, "\ud800", "%00", "%2f", "%2e%2e", "%zz", "\\", "@", "//", "\uff0e", "\u0130", "\u212a"]


def broken(text: str, at: int, odd: str) -> str:
    """A text with something in it that does not belong there."""
    return text[: at % (len(text) + 1)] + odd + text[at % (len(text) + 1) :]


links = st.builds(broken, st.sampled_from(LINKS), st.integers(0, 99), st.sampled_from(BREAKING))
members = st.fixed_dictionaries(
    {},
    optional={
        "url": st.one_of(links, links, texts, values),
        "username": st.one_of(texts, values),
        "platform": st.one_of(st.sampled_from(["tiktok", "x", "LinkedIn", "myspace"]), values),
        "unknown": values,
    },
)
bodies = st.one_of(members, members, members, values).map(lambda value: json.dumps(value).encode())


@pytest.mark.parametrize("path", [POST, *CREATOR_PATHS])
async def test_generated_bodies_are_answered_or_refused(lookups: LookUpCaller, path: str) -> None:
    calls, refused = 0, 0
    for body in await drawn(bodies, BODIES):
        answer = await lookups.send("POST", path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (200, 400, 502), (body, answer.text)
        known = await lookups.upstream_calls()
        if answer.status_code == 400:
            refused += 1
            error_of(answer, 400)
            assert known == calls, body
        calls = known
    assert refused >= 200


headers = st.dictionaries(
    st.sampled_from(
        ["Authorization", "X-API-Key", "Content-Type", "Accept", "Content-Encoding", "If-None-Match", "Origin", "Range"]
    ),
    st.one_of(
        st.sampled_from(
            ["Bearer", "Bearer x", "bearer \xe9", "Basic dTpw", "application/json;q=0", "*/*", ";", "*", "W/"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
    ).map(lambda text: text.encode("latin-1")),
    max_size=3,
)


async def test_generated_headers_are_answered_or_refused(lookups: LookUpCaller) -> None:
    body: dict[str, Any] = {"url": LINKS[3]}
    await lookups.ask(POST, **body)
    calls = await lookups.upstream_calls()
    statuses = set()
    for sent in await drawn(headers, HEADERS):
        for method, path in (("POST", POST), ("GET", "/ping"), ("GET", POST), ("GET", "/nothing")):
            answer = await lookups.send(method, path, json=body, headers=sent)
            assert answer.status_code in (200, 304, 400, 401, 404, 405), (sent, answer.text)
            if answer.status_code >= 400:
                error_of(answer, answer.status_code)
            statuses.add(answer.status_code)
    assert {200, 400, 401, 404, 405} <= statuses
    assert await lookups.upstream_calls() == calls
