"""Facebook's and LinkedIn's guest pages: counters, walls, every address of a post, short links."""

import json
import re

import pytest

from app.sandbox.surfaces.answering import abbreviated
from app.sandbox.world.ids import pfbid_of, urn_of
from tests.sandbox.reading import Sandbox

FACEBOOK = "/www.facebook.com"
LINKEDIN = "/www.linkedin.com"
VIDEO = "1234567890123456"
ACTIVITY = "activity:7123456789012345676"


@pytest.mark.parametrize(
    "path",
    [
        f"/watch/?v={VIDEO}",
        f"/watch?v={VIDEO}",
        f"/reel/{VIDEO}",
        f"/creatorpage/videos/{VIDEO}",
        f"/creatorpage/videos/some-words/{VIDEO}/",
        f"/creatorpage/posts/{pfbid_of(int(VIDEO))}",
        f"/permalink.php?story_fbid={VIDEO}&id=1",
        f"/story.php?story_fbid={VIDEO}",
    ],
)
async def test_a_facebook_video_has_one_page_under_every_address(sandbox: Sandbox, path: str) -> None:
    truth = await sandbox.truth("facebook", "video", VIDEO)
    page = (await sandbox.get(f"{FACEBOOK}{path}")).text
    assert f'"likers":{{"count":{truth["likes"]}}}' in page
    assert f'"total_comment_count":{truth["comments"]}' in page
    assert f'"share_count_reduced":"{abbreviated(truth["shares"], 2)}"' in page
    assert f'"video_view_count":{truth["views"]}' in page
    assert f"{abbreviated(truth['views'], 2)} views" in page
    assert f'content="https://www.facebook.com/creatorpage/videos/{VIDEO}/"' in page


async def test_a_reel_shows_its_views_abbreviated(sandbox: Sandbox) -> None:
    reel = (await sandbox.posts("facebook", "creatorpage", kind="reel"))[0]["external_id"]
    truth = await sandbox.truth("facebook", "video", reel)
    page = (await sandbox.get("/m.facebook.com/watch/", v=reel)).text
    assert "video_view_count" not in page
    assert f"<title>{abbreviated(truth['views'], 2)} views" in page


async def test_what_is_for_members_leads_to_the_login_page(sandbox: Sandbox) -> None:
    text = (await sandbox.posts("facebook", "creatorpage", kind="text"))[0]["external_id"]
    private = (await sandbox.truth("facebook", "account", "sandbox.private"))["posts"][0]["external_id"]
    adult = (await sandbox.truth("facebook", "account", "sandbox.adult"))["posts"][0]["external_id"]
    for name in (text, private, adult):
        response = await sandbox.get(f"{FACEBOOK}/creatorpage/posts/{name}")
        assert response.status_code == 302
        assert response.headers["location"].startswith(f"{FACEBOOK}/login/?next=")
    assert 'id="login_form"' in (await sandbox.get(response.headers["location"])).text


async def test_a_facebook_post_that_is_not_there_is_not_available(sandbox: Sandbox) -> None:
    gone = (await sandbox.truth("facebook", "account", "sandbox.gone"))["posts"][0]["external_id"]
    for path in (f"/watch/?v={gone}", "/watch/?v=1", "/watch/", "/creatorpage/posts/pfbid0Zzz"):
        response = await sandbox.get(f"{FACEBOOK}{path}")
        assert response.status_code == 200
        assert "This content isn't available at the moment" in response.text


@pytest.mark.parametrize("path", ["/fb.watch/{}/", "/www.facebook.com/share/v/{}/", "/www.facebook.com/share/r/{}"])
async def test_facebook_short_links_lead_to_the_post(sandbox: Sandbox, path: str) -> None:
    truth = await sandbox.truth("facebook", "video", VIDEO)
    code = truth["short_url"].rstrip("/").rpartition("/")[2]
    response = await sandbox.get(path.format(code))
    assert (response.status_code, response.headers["location"]) == (302, f"{FACEBOOK}/creatorpage/videos/{VIDEO}/")
    assert (await sandbox.get(path.format("0"))).headers["location"] == f"{FACEBOOK}/"


def posting(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def counters(posting: dict) -> dict[str, int]:
    statistics = posting["interactionStatistic"]
    entries = statistics if isinstance(statistics, list) else [statistics]
    return {entry["interactionType"].rpartition("/")[2]: entry["userInteractionCount"] for entry in entries}


@pytest.mark.parametrize("kind", ["video", "image", "text"])
async def test_a_linkedin_post_shows_likes_and_comments(sandbox: Sandbox, kind: str) -> None:
    types = {"video": "VideoObject", "image": "SocialMediaPosting", "text": "DiscussionForumPosting"}
    schemas = set()
    for post in (await sandbox.posts("linkedin", "creator-name", kind=kind))[:6]:
        truth = await sandbox.truth("linkedin", "video", post["external_id"])
        page = (await sandbox.get(f"{LINKEDIN}/feed/update/urn:li:{post['external_id']}/")).text
        shown = posting(page)
        assert (shown["@type"], shown["commentCount"]) == (types[kind], truth["comments"])
        assert counters(shown) == {"LikeAction": truth["likes"], "CommentAction": truth["comments"]}
        assert shown["author"]["url"] == "https://www.linkedin.com/in/creator-name"
        assert f'data-num-reactions="{truth["likes"]}"' in page
        schemas.add(shown["@context"])
    assert schemas == {"http://schema.org", "https://schema.org"}


async def test_a_post_nobody_commented_on_has_one_counter_in_the_place_of_a_list(sandbox: Sandbox) -> None:
    for number in range(40):
        for post in (await sandbox.posts("linkedin", f"small-{number}"))[:3]:
            truth = await sandbox.truth("linkedin", "video", post["external_id"])
            if truth["comments"] == 0:
                page = (await sandbox.get(f"{LINKEDIN}/feed/update/urn:li:{post['external_id']}")).text
                assert posting(page)["interactionStatistic"]["userInteractionCount"] == truth["likes"]
                return
    pytest.fail("no post without comments was found")


async def test_a_linkedin_post_is_found_under_every_urn_and_by_its_slug(sandbox: Sandbox) -> None:
    number = int(ACTIVITY.removeprefix("activity:"))
    first = posting((await sandbox.get(f"{LINKEDIN}/feed/update/urn:li:{ACTIVITY}")).text)
    assert first["@id"].startswith("https://www.linkedin.com/posts/creator-name_")
    assert f"-activity-{number}-" in first["@id"]
    paths = [
        f"/feed/update/urn%3Ali%3A{ACTIVITY.replace(':', '%3A')}",
        f"/feed/update/urn:li:{urn_of(number, 'ugcPost')}/",
        f"/embed/feed/update/urn:li:{urn_of(number, 'share')}",
        first["@id"].removeprefix("https://www.linkedin.com"),
        f"/posts/somebody_words-activity-{number}-abcd",
    ]
    for path in paths:
        shown = posting((await sandbox.get(f"{LINKEDIN}{path}")).text)
        assert (shown["datePublished"], counters(shown)) == (first["datePublished"], counters(first))
    ugc = posting((await sandbox.get(f"{LINKEDIN}{paths[1]}")).text)["@id"]
    assert f"-{urn_of(number, 'ugcPost').replace(':', '-')}-" in ugc


async def test_linkedin_keeps_visitors_out(sandbox: Sandbox) -> None:
    private = (await sandbox.truth("linkedin", "account", "sandbox-private"))["posts"][0]["external_id"]
    response = await sandbox.get(f"{LINKEDIN}/feed/update/urn:li:{private}")
    assert (response.status_code, response.headers["location"]) == (302, f"{LINKEDIN}/authwall?trk=ripf")
    assert 'id="login_form"' in (await sandbox.get(response.headers["location"])).text
    gone = (await sandbox.truth("linkedin", "account", "sandbox-gone"))["posts"][0]["external_id"]
    for path in (f"/feed/update/urn:li:{gone}", "/feed/update/urn:li:activity:1", "/feed/update/x", "/posts/x"):
        assert (await sandbox.get(f"{LINKEDIN}{path}")).status_code == 404


async def test_linkedin_short_links_lead_to_the_post(sandbox: Sandbox) -> None:
    truth = await sandbox.truth("linkedin", "video", ACTIVITY)
    response = await sandbox.get(f"/lnkd.in/{truth['short_url'].rpartition('/')[2]}")
    assert response.status_code == 301
    assert response.headers["location"].startswith(f"{LINKEDIN}/posts/creator-name_")
    assert (await sandbox.get("/lnkd.in/x")).status_code == 404
