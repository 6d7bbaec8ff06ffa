"""How the tests ask the sandbox and read its pages."""

import json
import re
from datetime import UTC, datetime

import httpx

from app.sandbox.credentials import SCRAPECREATORS_KEY, YOUTUBE_KEY

NOW = datetime(2026, 11, 21, 12, 7, tzinfo=UTC)
TIKTOK = "/www.tiktok.com"
INSTAGRAM = "/www.instagram.com"
APP_ID = {"x-ig-app-id": "936619743392459"}


class Sandbox:
    """A client of one sandbox that asks as of `NOW` unless told otherwise."""

    def __init__(self, app: object) -> None:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url="http://sandbox")

    async def get(self, path: str, at: datetime = NOW, **params: object) -> httpx.Response:
        return await self.ask(path, at, APP_ID, **params)

    async def ask(
        self, path: str, at: datetime = NOW, headers: dict[str, str] | None = None, **params: object
    ) -> httpx.Response:
        """A GET with headers of its own."""
        headers = {"x-sandbox-time": at.isoformat(), **(headers or {})}
        return await self.http.get(path, params=params or None, headers=headers)

    async def youtube(self, method: str, at: datetime = NOW, **params: object) -> httpx.Response:
        """A call of the Data API with the sandbox's key."""
        path = f"/www.googleapis.com/youtube/v3/{method}"
        return await self.ask(path, at, {"x-goog-api-key": YOUTUBE_KEY}, **params)

    async def paid(self, path: str, at: datetime = NOW, **params: object) -> httpx.Response:
        """A call of ScrapeCreators with the sandbox's key."""
        return await self.ask(f"/api.scrapecreators.com{path}", at, {"x-api-key": SCRAPECREATORS_KEY}, **params)

    async def tweet_result(self, post_id: str, at: datetime = NOW) -> dict:
        """X's query for one post, with a guest token of its own."""
        bearer = {"authorization": "Bearer web"}
        token = (await self.http.post("/api.x.com/1.1/guest/activate.json", headers=bearer)).json()["guest_token"]
        path = "/x.com/i/api/graphql/2ICDjqPd81tulZcYrtpTuQ/TweetResultByRestId"
        variables = json.dumps({"tweetId": post_id})
        response = await self.ask(path, at, {**bearer, "x-guest-token": token}, variables=variables)
        assert response.status_code == 200, response.text
        return response.json()["data"]["tweetResult"]

    async def order(self, what: str, **order: object) -> dict:
        """An order to the controls: faults, limits, allowances, clock."""
        response = await self.http.post(f"/_ctl/{what}", json=order)
        assert response.status_code == 200, response.text
        return response.json()

    async def truth(self, platform: str, kind: str, name: str, at: datetime = NOW) -> dict:
        response = await self.http.get(f"/_world/truth/{platform}/{kind}/{name}", params={"at": at.isoformat()})
        assert response.status_code == 200, response.text
        return response.json()

    async def posts(self, platform: str, handle: str, at: datetime = NOW, kind: str = "") -> list[dict]:
        """The truth about an account's posts that are there, newest first; of one kind, where it is given."""
        posts = (await self.truth(platform, "account", handle, at))["posts"]
        return [post for post in posts if not post["is_deleted"] and kind in ("", post["kind"])]

    async def user_detail(self, handle: str, at: datetime = NOW) -> dict:
        response = await self.get(f"{TIKTOK}/@{handle}", at)
        assert response.status_code == 200
        return rehydrated(response.text)["webapp.user-detail"]

    async def video_detail(self, path: str, at: datetime = NOW) -> dict:
        response = await self.get(f"{TIKTOK}/{path}", at)
        assert response.status_code == 200
        return rehydrated(response.text)["webapp.video-detail"]

    async def items(self, sec_uid: str, at: datetime = NOW, **params: object) -> dict:
        params = {"cursor": int(at.timestamp() * 1000), "count": 15, "type": 1} | params
        response = await self.get(f"{TIKTOK}/api/creator/item_list/", at, secUid=sec_uid, **params)
        assert response.status_code == 200
        return response.json()

    async def media(self, code: str, at: datetime = NOW, kind: str = "p") -> dict | None:
        """The result of the query for its post that a page carries; None where it carries none."""
        response = await self.get(f"{INSTAGRAM}/{kind}/{code}/", at)
        assert response.status_code == 200
        results = data_sjs_results(response.text, "xig_polaris_media")
        assert (results == []) is ("<title>Page isn't available</title>" in response.text)
        return results[0] if results else None

    async def instagram_user(self, handle: str, at: datetime = NOW) -> dict:
        response = await self.get(f"{INSTAGRAM}/api/v1/users/web_profile_info/", at, username=handle)
        assert response.status_code == 200, response.text
        return response.json()["data"]["user"]


def script(page: str, name: str) -> dict:
    """The JSON of the script with that id."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def rehydrated(page: str) -> dict:
    return script(page, "__UNIVERSAL_DATA_FOR_REHYDRATION__")["__DEFAULT_SCOPE__"]


def data_sjs_users(page: str) -> list[dict]:
    """The `xig_user_by_username` of each data-sjs script."""
    return data_sjs_results(page, "xig_user_by_username")


def data_sjs_results(page: str, name: str) -> list[dict]:
    """What each data-sjs script holds under a query's name."""
    blobs = re.findall(r'<script type="application/json" data-sjs>(.*?)</script>', page)
    results = []
    for blob in blobs:
        stream = json.loads(blob)["require"][0][3][0]["__bbox"]["require"][0]
        assert stream[0] == "RelayPrefetchedStreamCache"
        results.append(stream[3][1]["__bbox"]["result"]["data"][name])
    return results


def page_variable(page: str, name: str) -> dict:
    """The JSON that a page's script assigns to a variable."""
    found = re.search(rf"<script>var {name} = (.*?);</script>", page)
    assert found is not None
    return json.loads(found[1])
