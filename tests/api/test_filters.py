"""Filters and orders through GraphQL: what they find, what is refused and how, and what they cost in statements."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.api.graphql.values.ids import encode_id
from app.core.tracking.accounts import NewAccount, set_account_active, track_account
from app.core.tracking.creators import NewCreator, create_creator, link_account
from app.domain.clock import utc_now
from app.domain.platforms import Platform
from app.domain.records import Account
from tests.api.conftest import Caller, Statements
from tests.factories import account_facts, at, new_video, post, record

NOW = at("2026-03-01 08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY_GAIN = {"gain": {"metric": "VIEWS", "window": {"between": {"start": "2026-03-02", "end": "2026-03-03"}}}}

ACCOUNTS = "query($f: AccountFilter, $o: [AccountOrder!]) { accounts(filter: $f, orderBy: $o) { nodes { handle } } }"
CREATORS = "query($f: CreatorFilter, $o: [CreatorOrder!]) { creators(filter: $f, orderBy: $o) { nodes { name } } }"
VIDEOS = """
query($f: VideoFilter, $o: [VideoOrder!], $first: Int, $after: String) {
  videos(filter: $f, orderBy: $o, first: $first, after: $after) { totalCount nodes { caption } pageInfo { endCursor } }
}
"""


class Shop:
    """Two creators, four accounts, their posts, and a video that is tracked by itself."""

    async def make(self, caller: Caller) -> "Shop":
        viewer = caller.viewer
        self.bakery = await create_creator(viewer, NewCreator("Café Noir", {"team": "a"}), now=NOW)
        self.garage = await create_creator(viewer, NewCreator("garage", is_active=False), now=NOW + HOUR)
        self.accounts: dict[str, Account] = {}
        for hour, (handle, platform, category, metadata) in enumerate(
            (
                ("bread", Platform.TIKTOK, "food", {"team": "a", "tier": "1"}),
                ("cakes", Platform.INSTAGRAM, "food", {"team": "b"}),
                ("tyres", Platform.TIKTOK, "cars", {}),
                ("alone", Platform.TIKTOK, None, {}),
            )
        ):
            new = NewAccount(platform, handle, category, metadata)
            self.accounts[handle] = await track_account(viewer, new, now=NOW + hour * HOUR)
        for handle, creator in (("bread", self.bakery), ("cakes", self.bakery), ("tyres", self.garage)):
            await link_account(viewer, creator.id, self.accounts[handle].id, now=NOW + 5 * HOUR)
        await set_account_active(viewer, self.accounts["alone"].id, False, now=NOW)
        posts = {
            "bread": [("100% rye", "2026-02-01 23:30", 10), ("Brioche dorée", "2026-02-03 00:10", 90)],
            "cakes": [("torte", None, 10)],
            "tyres": [("wheels", "2026-02-02 12:00", 40)],
        }
        for handle, followers in (("bread", 50), ("cakes", 700), ("tyres", 50)):
            account = self.accounts[handle]
            for day in range(3):
                found = [
                    replace(
                        post(f"{number}{account.id.int % 10**9}", published and at(published), {"views": views + day}),
                        caption=caption,
                        platform=account.platform,
                    )
                    for number, (caption, published, views) in enumerate(posts[handle], 1)
                ]
                facts = account_facts(account, NOW + day * DAY, found, {"followers": followers})
                await record(account, facts)
        self.lone = await new_video(viewer, "7000000000000000001", NOW)
        return self


def only(data: Any, name: str = "handle") -> list[str]:
    (listed,) = data.values()
    return [node[name] for node in listed["nodes"]]


async def test_accounts_are_filtered_and_ordered(caller: Caller) -> None:
    shop = await Shop().make(caller)
    bakery, garage = (encode_id("Creator", creator.id) for creator in (shop.bakery, shop.garage))
    newest = ["alone", "tyres", "cakes", "bread"]
    found: list[tuple[dict[str, Any] | None, list[str]]] = [
        (None, newest),
        ({}, newest),
        ({"platforms": None, "text": None, "isActive": None, "metadata": None, "followerCount": None}, newest),
        ({"platforms": ["TIKTOK", "TIKTOK"]}, ["alone", "tyres", "bread"]),
        ({"platforms": []}, []),
        ({"categories": ["food"]}, ["cakes", "bread"]),
        ({"creatorIds": [bakery]}, ["cakes", "bread"]),
        ({"creatorIds": [bakery, garage], "platforms": ["TIKTOK"]}, ["tyres", "bread"]),
        ({"hasCreator": False}, ["alone"]),
        ({"isActive": False}, ["alone", "tyres"]),
        ({"isUnavailable": True}, []),
        ({"isVerified": False, "isPrivate": False}, newest),
        ({"metadata": [{"key": "team", "value": "a"}]}, ["bread"]),
        ({"metadata": [{"key": "team", "value": "a"}, {"key": "tier", "value": "2"}]}, []),
        ({"followerCount": {"min": 51}}, ["cakes"]),
        ({"followerCount": {"max": 50}}, ["tyres", "bread"]),
        ({"followerCount": {}}, newest),
        ({"text": "REA"}, ["bread"]),
        ({"text": "  "}, newest),
    ]
    for filter, expected in found:
        assert only(await caller.data(ACCOUNTS, f=filter)) == expected, filter
    followers = {"field": "FOLLOWER_COUNT", "direction": "ASC"}
    ordered: list[tuple[Any, list[str]]] = [
        ([], newest),
        ({"field": "HANDLE", "direction": "ASC"}, sorted(newest)),
        ([followers, {"field": "HANDLE", "direction": "DESC"}], ["tyres", "bread", "cakes", "alone"]),
        ([followers, {"field": "ADDED_AT", "direction": "ASC"}], ["bread", "tyres", "cakes", "alone"]),
    ]
    for order, expected in ordered:
        assert only(await caller.data(ACCOUNTS, o=order)) == expected, order


async def test_creators_are_filtered_and_ordered(caller: Caller) -> None:
    await Shop().make(caller)
    both = ["garage", "Café Noir"]
    found: list[tuple[dict[str, Any], list[str]]] = [
        ({}, both),
        ({"name": "CAFÉ NOIR "}, ["Café Noir"]),
        ({"name": "cafe noir"}, []),
        ({"text": "cafe"}, ["Café Noir"]),
        ({"isActive": True}, ["Café Noir"]),
        ({"platforms": ["INSTAGRAM"]}, ["Café Noir"]),
        ({"platforms": ["TIKTOK"]}, both),
        ({"metadata": [{"key": "team", "value": "a"}]}, ["Café Noir"]),
    ]
    for filter, expected in found:
        assert only(await caller.data(CREATORS, f=filter), "name") == expected, filter
    for field in ("NAME", "ACCOUNT_COUNT", "FOLLOWER_COUNT"):
        order = {"field": field, "direction": "DESC"}
        expected = both if field == "NAME" else both[::-1]
        assert only(await caller.data(CREATORS, o=order), "name") == expected, field


async def test_videos_are_filtered_and_ordered(caller: Caller) -> None:
    shop = await Shop().make(caller)
    rye, brioche, torte, wheels, lone = "100% rye", "Brioche dorée", "torte", "wheels", None
    newest = [brioche, wheels, rye, lone, torte]
    found: list[tuple[dict[str, Any], list[str | None]]] = [
        ({}, newest),
        ({"accountIds": [encode_id("Account", shop.accounts["bread"].id)]}, [brioche, rye]),
        ({"creatorIds": [encode_id("Creator", shop.bakery.id)]}, [brioche, rye, torte]),
        ({"platforms": ["INSTAGRAM"]}, [torte]),
        ({"kinds": ["VIDEO"], "platforms": ["TIKTOK"]}, [brioche, wheels, rye]),
        ({"kinds": ["REEL", "CAROUSEL"]}, []),
        ({"published": {"start": "2026-02-02"}}, [brioche, wheels]),
        ({"published": {"end": "2026-02-02"}}, [wheels, rye]),
        ({"published": {"start": "2026-02-02", "end": "2026-02-02"}}, [wheels]),
        (
            {"published": {"start": "2026-02-02", "end": "2026-02-02", "timezone": "Europe/Berlin"}},
            [wheels, rye],
        ),
        ({"published": {}}, newest),
        ({"text": "doree"}, [brioche]),
        ({"text": "0% r"}, [rye]),
        ({"text": "%"}, []),
        ({"viewCount": {"min": 12, "max": 42}}, [wheels, rye, torte]),
        ({"isTracked": True}, [lone]),
        ({"isPinned": False, "isUnavailable": False, "isTracked": False}, [brioche, wheels, rye, torte]),
    ]
    for filter, expected in found:
        data = (await caller.data(VIDEOS, f=filter))["videos"]
        assert [node["caption"] for node in data["nodes"]] == expected, filter
        assert data["totalCount"] == len(expected)
    views = {"field": "VIEW_COUNT", "direction": "DESC"}
    ordered: list[tuple[Any, list[str | None]]] = [
        ([views, {"field": "PUBLISHED_AT", "direction": "ASC"}], [brioche, wheels, rye, torte, lone]),
        ([{"field": "ADDED_AT", "direction": "ASC"}, views], [lone, brioche, wheels, torte, rye]),
        # All have won two, and are told apart by their captions.
        ([{**BY_GAIN, "direction": "DESC"}], [rye, brioche, torte, wheels, lone]),
        ([{**BY_GAIN, "direction": "ASC"}, views], [brioche, wheels, torte, rye, lone]),
    ]
    for order, expected in ordered:
        assert only(await caller.data(VIDEOS, o=order), "caption") == expected, order


async def test_a_preset_ends_today(caller: Caller) -> None:
    await Shop().make(caller)
    account = await track_account(caller.viewer, NewAccount(Platform.TIKTOK, "today"), now=utc_now() - HOUR)
    await record(account, account_facts(account, utc_now(), [post("77", utc_now(), {"views": 1})]))
    data = (await caller.data(VIDEOS, f={"published": {"last": "LAST_7_DAYS"}}))["videos"]
    assert data["totalCount"] == 1


async def test_a_cursor_belongs_to_one_filter_and_order(caller: Caller, stranger: Caller) -> None:
    await Shop().make(caller)
    views = {"field": "VIEW_COUNT", "direction": "DESC"}
    asked = {"f": {"platforms": ["TIKTOK", "INSTAGRAM"], "isTracked": False}, "o": [views], "first": 2}
    cursor = (await caller.data(VIDEOS, **asked))["videos"]["pageInfo"]["endCursor"]
    # The same in other words.
    same = {**asked, "f": {"text": "", "platforms": ["INSTAGRAM", "TIKTOK"], "isTracked": False}, "after": cursor}
    assert only(await caller.data(VIDEOS, **same), "caption") == ["torte", "100% rye"]
    others: list[tuple[Caller, dict[str, Any]]] = [
        (stranger, {}),
        (caller, {"f": {"isTracked": False}}),
        (caller, {"f": None}),
        (caller, {"o": None}),
        (caller, {"o": [{**views, "direction": "ASC"}]}),
        (caller, {"o": [views, {"field": "ADDED_AT", "direction": "ASC"}]}),
        (caller, {"o": [{**BY_GAIN, "direction": "DESC"}]}),
    ]
    for asking, other in others:
        body = await asking.ask(VIDEOS, **{**asked, "after": cursor, **other})
        assert body["data"] is None, other
        assert body["errors"][0]["extensions"] == {"code": "INVALID_CURSOR", "argument": "after"}


CREATOR_PAGE = """
query($id: ID!, $accounts: Int, $videos: Int) {
  creator(id: $id) {
    name followerCount accountCount
    metrics(window: {last: LAST_30_DAYS}) { views { current previous changePercent } }
    timeseries(window: {last: LAST_30_DAYS}) { buckets { start views followers } }
    accounts(first: $accounts, orderBy: {field: FOLLOWER_COUNT, direction: DESC}) {
      nodes {
        handle followerCount viewCount likeCount
        metrics(window: {last: LAST_30_DAYS}) { views { current previous changePercent } }
        timeseries(window: {last: LAST_30_DAYS}) { buckets { start views } }
        videos(first: 1, orderBy: {field: VIEW_COUNT, direction: DESC}) { nodes { caption } }
      }
    }
    videos(
      first: $videos
      orderBy: [{gain: {metric: VIEWS, window: {last: LAST_30_DAYS}}, direction: DESC}]
    ) {
      nodes { caption viewCount account { handle } metrics(window: {last: LAST_30_DAYS}) { views { current } } }
    }
  }
}
"""


async def test_a_creator_page_is_one_query_of_a_constant_number_of_statements(
    caller: Caller, stranger: Caller, statements: Statements
) -> None:
    shop = await Shop().make(caller)
    id = encode_id("Creator", shop.bakery.id)
    numbers = set()
    for accounts, videos in ((1, 1), (200, 200)):
        statements.clear()
        page = (await caller.data(CREATOR_PAGE, id=id, accounts=accounts, videos=videos))["creator"]
        numbers.add(len(statements))
    assert len(numbers) == 1
    assert [node["handle"] for node in page["accounts"]["nodes"]] == ["cakes", "bread"]
    assert [node["videos"]["nodes"][0]["caption"] for node in page["accounts"]["nodes"]] == ["torte", "Brioche dorée"]
    assert [node["caption"] for node in page["videos"]["nodes"]] == ["100% rye", "Brioche dorée", "torte"]
    assert len(page["timeseries"]["buckets"]) == 30
    assert (await stranger.data(CREATOR_PAGE, id=id, accounts=1, videos=1)) == {"creator": None}


async def test_an_organization_is_walked_to_its_videos(caller: Caller, statements: Statements) -> None:
    await Shop().make(caller)
    statements.clear()
    data = await caller.data(
        """
        {
          viewer {
            organization {
              accounts(filter: {hasCreator: false}) { totalCount nodes { handle } }
              videos(filter: {isTracked: true}) { totalCount }
              creators(first: 9, orderBy: {field: NAME, direction: ASC}) {
                nodes { name accounts(first: 9, filter: {platforms: [TIKTOK]}) { nodes { handle videos(
                  first: 9, filter: {text: "br"}, orderBy: {field: VIEW_COUNT, direction: ASC}
                ) { totalCount nodes { caption } } } } }
              }
            }
          }
        }
        """
    )
    assert data["viewer"]["organization"] == {
        "accounts": {"totalCount": 1, "nodes": [{"handle": "alone"}]},
        "videos": {"totalCount": 1},
        "creators": {
            "nodes": [
                {
                    "name": "Café Noir",
                    "accounts": {
                        "nodes": [
                            {"handle": "bread", "videos": {"totalCount": 1, "nodes": [{"caption": "Brioche dorée"}]}}
                        ]
                    },
                },
                {
                    "name": "garage",
                    "accounts": {"nodes": [{"handle": "tyres", "videos": {"totalCount": 0, "nodes": []}}]},
                },
            ]
        },
    }
    # The key, three lists, two of their sizes, the accounts, their videos, and how many those are.
    assert len(statements) == 9
