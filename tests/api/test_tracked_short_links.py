"""Videos tracked by short links through GraphQL: the platform is asked what they lead to."""

from typing import Any

from app.domain.clock import utc_now
from app.domain.links import ShortLink, read_link
from tests.api.rest.v1_lookup.conftest import LookUpCaller, Time, lookups, runtime, time, valkey_url

__all__ = ["Time", "lookups", "runtime", "time", "valkey_url"]

TRACK = """
mutation($input: TrackVideosInput!) {
  trackVideos(input: $input) { results { video { id platform externalId authorHandle } errors { message path } } }
}
"""
POST = "7123456789"


async def tracked(lookups: LookUpCaller, **input: Any) -> Any:
    headers = {"Authorization": f"Bearer {lookups.key}"}
    body = {"query": TRACK, "variables": {"input": input}}
    answer = (await lookups.client.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["trackVideos"]["results"]


async def test_a_short_link_is_followed_once_and_a_dead_one_named(lookups: LookUpCaller) -> None:
    truth = await lookups.sandbox.truth("tiktok", "video", POST, utc_now())
    assert isinstance(read_link(truth["short_url"]), ShortLink)
    videos = [
        {"platform": "TIKTOK", "identifier": truth["short_url"]},
        {"platform": "TIKTOK", "identifier": "https://vm.tiktok.com/nobody-knows/"},
        {"platform": "INSTAGRAM", "identifier": truth["short_url"]},
    ]
    given = {"videos": videos, "idempotencyKey": "once"}
    followed, dead, elsewhere = await tracked(lookups, **given)
    assert followed["errors"] == []
    assert (followed["video"]["platform"], followed["video"]["externalId"]) == ("TIKTOK", POST)
    assert followed["video"]["authorHandle"] == "charlidamelio"
    assert dead["video"] is None
    assert dead["errors"][0]["path"] == ["input", "videos", "1", "identifier"]
    assert elsewhere["errors"][0]["message"].endswith("is a link of tiktok, not of instagram.")
    assert await tracked(lookups, **given) == [followed, dead, elsewhere]
    asked = [call for call in await lookups.sandbox.log() if call["host"] == "vm.tiktok.com"]
    assert len([call for call in asked if "nobody-knows" not in call["path"]]) == 1
