"""Short links: asked of their platform, hop by hop, until one leads to a post or a profile of it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from app.domain.links import PostName, ProfileName, ShortLink, read_link
from app.domain.platforms import Platform
from app.domain.problems import InvalidInput
from app.providers.base import Visit
from app.providers.failures import AnswerClass, Refusal
from app.providers.http import HOSTS, NAVIGATION_HEADERS, Reply, Upstream
from app.providers.limits import FACEBOOK, INSTAGRAM, LINKEDIN, TIKTOK_PAGES, X_GUEST, YOUTUBE_PAGES, Lane

PROVIDER = "short_links"
REDIRECT = "redirect"
MOST_HOPS = 3
HOP_SECONDS = 5.0

LANES: Mapping[Platform, Lane] = {
    Platform.TIKTOK: TIKTOK_PAGES,
    Platform.INSTAGRAM: INSTAGRAM,
    Platform.YOUTUBE: YOUTUBE_PAGES,
    Platform.TWITTER: X_GUEST,
    Platform.FACEBOOK: FACEBOOK,
    Platform.LINKEDIN: LINKEDIN,
}
DOMAINS: Mapping[Platform, tuple[str, ...]] = {
    Platform.TIKTOK: ("tiktok.com",),
    Platform.INSTAGRAM: ("instagram.com",),
    Platform.YOUTUBE: ("youtube.com", "youtu.be"),
    Platform.TWITTER: ("x.com", "twitter.com", "t.co"),
    Platform.FACEBOOK: ("facebook.com", "fb.com", "fb.watch"),
    Platform.LINKEDIN: ("linkedin.com", "lnkd.in"),
}
"""What a platform's hosts are, or end in."""


async def resolve_short_link(link: ShortLink, visit: Visit, upstream: Upstream) -> PostName | ProfileName | Refusal:
    """What a short link leads to, or why that is not known.

    Followed at most MOST_HOPS times, and only to https addresses on the ordinary port of hosts that are both the
    platform's own and among HOSTS; nothing is followed by cookies. Never raises for anything an upstream does.
    """
    lane, host, path = LANES[link.platform], link.host, link.path
    for _ in range(MOST_HOPS):
        if not is_followed(link.platform, host):
            return Refusal(AnswerClass.UNSUPPORTED, f"{host} is no host of {link.platform.value}")
        reply = await visit.get(REDIRECT, lane, host, path, headers=NAVIGATION_HEADERS, within_seconds=HOP_SECONDS)
        address = upstream.address_of(reply.location, f"https://{host}{path}") if reply.location else ""
        step = _step(link.platform, reply, address)
        await visit.settle(REDIRECT, lane, reply, step if isinstance(step, Refusal) else None)
        if not isinstance(step, ShortLink):
            return step
        host, path = step.host, step.path
    return Refusal(AnswerClass.UNSUPPORTED, f"The link leads on and on, through more than {MOST_HOPS} addresses")


def is_followed(platform: Platform, host: str) -> bool:
    """Whether a host is asked where a short link of the platform leads."""
    return host in HOSTS and any(host == domain or host.endswith(f".{domain}") for domain in DOMAINS[platform])


def _step(platform: Platform, reply: Reply, address: str) -> PostName | ProfileName | ShortLink | Refusal:
    """Where one answer leads: to what was looked for, to the next hop, or nowhere."""
    code = str(reply.status) if reply.status is not None else None
    if reply.status is None or not 300 <= reply.status < 400 or not address:
        if reply.answer_class is AnswerClass.OK:
            return Refusal(AnswerClass.UNAVAILABLE, "The link does not lead anywhere", code)
        return Refusal(reply.answer_class, reply.reason, code)
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    try:
        port = parts.port
    except ValueError:
        port = -1
    is_plain = parts.username is None and parts.password is None and port in (None, 443)
    if (
        parts.scheme != "https"
        or not is_plain
        or not any(host == domain or host.endswith(f".{domain}") for domain in DOMAINS[platform])
    ):
        return Refusal(AnswerClass.UNSUPPORTED, f"The link leads away from {platform.value}", code)
    if "/login" in parts.path or "/checkpoint" in parts.path or "/authwall" in parts.path:
        return Refusal(AnswerClass.LOGIN_REQUIRED, f"{host} redirects to its login page", code)
    try:
        name = read_link(address, platform)
    except InvalidInput:
        query = f"?{parts.query}" if parts.query else ""
        return ShortLink(platform, host, (parts.path or "/") + query)
    return name
