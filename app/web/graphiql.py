"""The GraphiQL page: our own frame around the bundled editor."""

import html
import secrets
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

TEMPLATE = Path(__file__).with_name("graphiql.html")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",  # the editor sizes its panes by style attributes
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@cache
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def graphiql_page(request: Request, key: str | None) -> HTMLResponse:
    """The page. It is filled with `key` only when it was asked for under a name of this very machine."""
    nonce = secrets.token_urlsafe(16)
    # The name in Host is checked, so that a page of elsewhere whose name was made to point here learns nothing.
    handed = key if key and request.url.hostname in LOOPBACK_HOSTS else ""
    page = _template().replace("{{nonce}}", nonce).replace("{{key}}", html.escape(handed))
    headers = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, headers=headers)
