"""How the tests ask the sandbox and read its pages."""

import json
import re
from datetime import UTC, datetime

import httpx

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
        headers = {"x-sandbox-time": at.isoformat(), **APP_ID}
        return await self.http.get(path, params=params or None, headers=headers)

    async def truth(self, platform: str, kind: str, name: str, at: datetime = NOW) -> dict:
        response = await self.http.get(f"/_world/truth/{platform}/{kind}/{name}", params={"at": at.isoformat()})
        assert response.status_code == 200, response.text
        return response.json()

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
