"""The GraphiQL page: our own frame around the bundled editor."""

import html
import secrets
from functools import cache
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.web.examples import worked_examples
from app.web.visitors import is_on_this_machine

TEMPLATE = Path(__file__).with_name("graphiql.html")
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
    examples = msgspec.json.encode(worked_examples()).decode().replace("<", r"\u003c")
    return TEMPLATE.read_text(encoding="utf-8").replace("{{examples}}", examples)


def graphiql_page(request: Request, key: str | None) -> HTMLResponse:
    """The page. It is filled with `key` only when it was asked for from this very machine, under a name of it."""
    nonce = secrets.token_urlsafe(16)
    handed = key if key and is_on_this_machine(request) else ""
    page = _template().replace("{{nonce}}", nonce).replace("{{key}}", html.escape(handed))
    headers = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, headers=headers)
