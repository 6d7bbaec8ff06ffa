"""The API reference page: our own frame around the bundled Swagger UI, which reads the OpenAPI document."""

import html
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.web.visitors import is_on_this_machine

TEMPLATE = Path(__file__).with_name("reference.html")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",  # Swagger UI colours its parts by style attributes
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def reference_page(key: str | None, title: str, base: str, probe: str) -> Callable[[Request], Awaitable[HTMLResponse]]:
    """What shows the page of the face below `base`, which needs no key.

    It is filled with `key` as GraphiQL is, to try things out; `probe` is the path it tries a key at.
    """
    filled = _template().replace("{{title}}", title).replace("{{base}}", base).replace("{{probe}}", probe)

    async def show(request: Request) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        handed = key if key and is_on_this_machine(request) else ""
        page = filled.replace("{{nonce}}", nonce).replace("{{key}}", html.escape(handed))
        headers = {
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return HTMLResponse(page, headers=headers)

    return show
