"""What a struck request gets instead of its answer, in the words of the platform that refuses it."""

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import json
from starlette.responses import RedirectResponse, Response

from app.sandbox.troubles.challenge import interstitial
from app.sandbox.troubles.faults import Fault, FaultMode
from app.sandbox.troubles.statuses import REQUEST_DENIED

LOGIN_PAGES: Mapping[str, str] = {
    "www.tiktok.com": "/www.tiktok.com/login?redirect_url=",
    "www.instagram.com": "/www.instagram.com/accounts/login/?next=",
    "i.instagram.com": "/www.instagram.com/accounts/login/?next=",
    "www.youtube.com": "/accounts.google.com/ServiceLogin?continue=",
    "x.com": "/x.com/i/flow/login?redirect_after_login=",
    "api.x.com": "/x.com/i/flow/login?redirect_after_login=",
    "www.facebook.com": "/www.facebook.com/login/?next=",
    "m.facebook.com": "/www.facebook.com/login/?next=",
    "www.linkedin.com": "/www.linkedin.com/authwall?sessionRedirect=",
}
"""Where a host sends those it wants to log in. YouTube sends them to a host that is not imitated."""
JSON_HOSTS = frozenset(
    {"graph.facebook.com", "www.googleapis.com", "api.scrapecreators.com", "api.x.com", "cdn.syndication.twimg.com"}
)
SOFT_BLOCK = {
    "message": "Please wait a few minutes before you try again.",
    "require_login": True,
    "igweb_rollout": True,
    "status": "fail",
}
BOT_CHECK = '{"playabilityStatus": {"status": "LOGIN_REQUIRED", "reason": "Sign in to confirm you\u2019re not a bot"}}'
"""What YouTube's player says to who is taken for one."""
CAPTCHAS: Mapping[str, tuple[str, str]] = {
    "www.tiktok.com": ("Verify to continue", '<div id="captcha_container" class="captcha-verify-container"></div>'),
    "www.facebook.com": ("Security Check Required", '<div id="captcha"><form action="/checkpoint/"></form></div>'),
    "www.linkedin.com": ("Security Verification | LinkedIn", '<form id="captcha-challenge"></form>'),
    "www.youtube.com": (" - YouTube", f"<script>var ytInitialPlayerResponse = {BOT_CHECK};</script>"),
}
"""Title and contents of the page that asks for a proof of being human."""


def refusal_of(fault: Fault, host: str, path: str) -> Response | None:
    """What a request for `path` on `host` gets for a fault; None when it does get an answer."""
    match fault.mode:
        case FaultMode.LOGIN_REDIRECT:
            page = LOGIN_PAGES.get(host, f"/{host}/login?next=")
            return RedirectResponse(page + quote(f"https://{host}{path}", safe=""), 302)
        case FaultMode.SOFT_BLOCK_401:
            return Response(json.encode(SOFT_BLOCK), 401, media_type="application/json")
        case FaultMode.TOO_MANY_429:
            return _plain(host, "Too many requests", 429, {"Retry-After": str(fault.retry_after)})
        case FaultMode.CAPTCHA:
            title, contents = CAPTCHAS.get(host, ("Verification", '<form id="captcha"></form>'))
            page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{contents}</body></html>"
            return Response(page, 200, media_type="text/html")
        case FaultMode.POW_CHALLENGE:
            return Response(interstitial(f"{host}{path}"), media_type="text/html")
        case FaultMode.EMPTY_BODY:
            return Response(b"", media_type="text/html")
        case FaultMode.HTTP_403:
            return _plain(host, "Forbidden", 403)
        case FaultMode.HTTP_404:
            return _plain(host, "Not found", 404)
        case FaultMode.HTTP_999:
            return Response("Request denied", REQUEST_DENIED)
        case FaultMode.HTTP_500:
            return _plain(host, "Internal error", 500)
        case _:
            return None


def _plain(host: str, message: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    if host in JSON_HOSTS:
        body = json.encode({"error": {"code": status, "message": message}})
        return Response(body, status, headers, media_type="application/json")
    return Response(message, status, headers)
