"""Instagram's logged-out surfaces of accounts: web_profile_info and the profile page; those of posts beside them."""

import base64
from functools import lru_cache

from msgspec import Raw, json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from app.domain.platforms import Platform, VideoKind
from app.sandbox.surfaces.answering import Json, json_answer, login_form, page
from app.sandbox.surfaces.asking import asked_of
from app.sandbox.surfaces.instagram.pages import data_script
from app.sandbox.surfaces.instagram.posts import InstagramPosts
from app.sandbox.world.accounts import Account
from app.sandbox.world.draws import draws, whole
from app.sandbox.world.posts import Post, PostCounts
from app.sandbox.world.world import World

EDGES = 12
KEPT_SHAPES = 8192
HIDDEN = -1
"""What stands in place of a count the owner has switched off."""
TYPENAMES = {VideoKind.REEL: "GraphVideo", VideoKind.IMAGE: "GraphImage", VideoKind.CAROUSEL: "GraphSidecar"}


class Instagram:
    """The surfaces over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lasting = lru_cache(KEPT_SHAPES)(self._lasting_node)
        profile_info = Route("/api/v1/users/web_profile_info/", self.web_profile_info)
        self.www = Router(
            [
                profile_info,
                Route("/accounts/login/", login_form),
                *InstagramPosts(world).routes,
                Route("/{handle}/", self.profile_page),
                Route("/{handle}", self.profile_page),
            ],
            redirect_slashes=False,
        )
        self.i = Router([profile_info], redirect_slashes=False)

    async def web_profile_info(self, request: Request) -> Response:
        """The profile and its first twelve posts. 400 without the app id's header, 404 for nobody."""
        if not request.headers.get("x-ig-app-id"):
            return json_answer({"message": "useragent mismatch", "status": "fail"}, 400)
        at = asked_of(request).at
        account = self._account(request, request.query_params.get("username", ""))
        if account is None:
            return json_answer({"message": "User not found", "status": "fail"}, 404)
        return json_answer(
            {"data": {"user": self.user(account, at, asked_of(request).hides_likes(account.persona))}, "status": "ok"}
        )

    async def profile_page(self, request: Request) -> Response:
        """`/handle/`: the account in one data-sjs script, its posts' shortcodes in another; neither for nobody."""
        at = asked_of(request).at
        account = self._account(request, request.path_params["handle"])
        if account is None:
            return page("Page isn't available", b"")
        persona, counts, page_id = account.persona, account.counts(at), _page_id(account)
        posts = self._timeline(account, at)
        details: Json = {
            "pk": account.external_id,
            "id": page_id,
            "username": account.handle(at),
            "full_name": persona.name,
            "biography": persona.biography,
            "bio_links": _bio_links(account),
            "external_url": persona.link,
            "follower_count": counts.followers,
            "following_count": counts.following,
            "all_media_count": counts.profile_posts,
            "is_private": persona.is_private,
            "is_verified": persona.is_verified,
            "profile_pic_url": _picture(account, 150),
            "hd_profile_pic_url_info": {"url": _picture(account, 320)},
        }
        timeline: Json = {
            "id": page_id,
            "polaris_ordered_timeline_connection": {
                "edges": [{"node": {"code": post.shortcode}} for post in posts],
                "page_info": _page_info(posts, counts.profile_posts),
            },
        }
        title = f"{persona.name} (@{account.handle(at)}) • Instagram photos and videos"
        return page(
            title,
            data_script("adp_PolarisProfilePage", "xig_user_by_username", details)
            + data_script("adp_PolarisProfilePage", "xig_user_by_username", timeline),
        )

    def _account(self, request: Request, handle: str) -> Account | None:
        asked = asked_of(request)
        account = self._world.account_called(Platform.INSTAGRAM, handle, asked.at)
        return self._world.decoy(account, Platform.INSTAGRAM) if asked.is_wrong_entity else account

    @staticmethod
    def _timeline(account: Account, at: int) -> list[Post]:
        """The posts a profile shows at first: pinned ones, then the newest."""
        if account.persona.is_private:
            return []
        shown = account.pinned(at)
        for index in range(account.published(at) - 1, -1, -1):
            if len(shown) == EDGES:
                break
            post = account.post(index)
            if post not in shown and not post.is_deleted(at):
                shown.append(post)
        return shown

    def user(self, account: Account, at: int, hides_likes: bool) -> Json:
        """The `user` of web_profile_info."""
        persona, counts = account.persona, account.counts(at)
        posts = self._timeline(account, at)
        lived, swelling = account.rhythm.days(at), account.swelling(at)
        owner: Json = {"id": account.external_id, "username": account.handle(at)}
        pinned = set(account.pinned(at))
        edges = [
            {"node": self._node(post, post.counts(lived, swelling), owner, post in pinned, hides_likes)}
            for post in posts
        ]
        return {
            "biography": persona.biography,
            "bio_links": _bio_links(account),
            "biography_with_entities": {"raw_text": persona.biography, "entities": []},
            "blocked_by_viewer": False,
            "country_block": False,
            "external_url": persona.link,
            "external_url_linkshimmed": persona.link,
            "edge_followed_by": {"count": counts.followers},
            "fbid": f"1784140{account.external_id}",
            "followed_by_viewer": False,
            "edge_follow": {"count": counts.following},
            "follows_viewer": False,
            "full_name": persona.name,
            "has_clips": counts.profile_posts > 0,
            "has_guides": False,
            "highlight_reel_count": 0,
            "hide_like_and_view_counts": hides_likes,
            "id": account.external_id,
            "is_business_account": persona.link is not None,
            "is_professional_account": True,
            "is_embeds_disabled": False,
            "is_joined_recently": False,
            "category_enum": None,
            "category_name": persona.category,
            "is_private": persona.is_private,
            "is_verified": persona.is_verified,
            "edge_mutual_followed_by": {"count": 0, "edges": []},
            "profile_pic_url": _picture(account, 150),
            "profile_pic_url_hd": _picture(account, 320),
            "requested_by_viewer": False,
            "username": account.handle(at),
            "connected_fb_page": None,
            "pronouns": [],
            "edge_felix_video_timeline": {"count": 0, "page_info": _page_info([], 0), "edges": []},
            "edge_owner_to_timeline_media": {
                "count": counts.profile_posts,
                "page_info": _page_info(posts, counts.profile_posts),
                "edges": edges,
            },
            "edge_saved_media": {"count": 0, "page_info": _page_info([], 0), "edges": []},
            "edge_related_profiles": {"edges": []},
        }

    def _node(self, post: Post, counts: PostCounts, owner: Json, is_pinned: bool, is_hidden: bool) -> Json:
        likes = {"count": HIDDEN if is_hidden else counts.likes}
        node: Json = {
            **self._lasting(post),
            "owner": owner,
            "edge_media_to_comment": {"count": counts.comments},
            "edge_liked_by": likes,
            "edge_media_preview_like": likes,
            "pinned_for_users": [owner] if is_pinned else [],
            "like_and_view_counts_disabled": is_hidden,
        }
        if post.kind is VideoKind.REEL:
            node["video_view_count"] = None if is_hidden else counts.views
        return node

    @staticmethod
    def _lasting_node(post: Post) -> Json:
        cover = f"https://img.sandbox/instagram/cover/{post.external_id}"
        is_video = post.kind is VideoKind.REEL
        node: Json = {
            "__typename": TYPENAMES[post.kind],
            "id": post.external_id,
            "shortcode": post.shortcode,
            "dimensions": Raw(b'{"height":1920,"width":1080}' if is_video else b'{"height":1350,"width":1080}'),
            "display_url": f"{cover}.png",
            "edge_media_to_tagged_user": Raw(b'{"edges":[]}'),
            "gating_info": None,
            "is_video": is_video,
            "accessibility_caption": None,
            "edge_media_to_caption": Raw(json.encode({"edges": [{"node": {"text": post.caption}}]})),
            "comments_disabled": False,
            "taken_at_timestamp": post.created,
            "location": None,
            "thumbnail_src": f"{cover}-640.png",
            "coauthor_producers": [],
            "viewer_can_reshare": True,
        }
        if is_video:
            node |= {"has_audio": True, "video_url": f"{cover}.mp4", "product_type": "clips"}
        return node


def _bio_links(account: Account) -> list[Json]:
    link = account.persona.link
    return [{"title": "", "lynx_url": link, "url": link, "link_type": "external"}] if link else []


def _picture(account: Account, size: int) -> str:
    return f"https://img.sandbox/instagram/avatar/{account.external_id}-{size}.png"


def _page_id(account: Account) -> str:
    """The id of the page's user object, which is not the account's own."""
    return str(whole(draws("page id", account.external_id)[0], 10**16, 10**17 - 1))


def _page_info(posts: list[Post], total: int) -> Json:
    has_next_page = bool(posts) and total > len(posts)
    cursor = base64.b64encode(posts[-1].external_id.encode()).decode() if has_next_page else None
    return {"has_next_page": has_next_page, "end_cursor": cursor}
