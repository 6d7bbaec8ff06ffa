"""The API reference page: our own frame around the bundled Swagger UI, which reads the OpenAPI document."""

import secrets
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

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


@cache
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


async def show_reference(_request: Request) -> HTMLResponse:
    """The page of v2. Needs no key; what is tried out on it does."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": POLICY.format(nonce=nonce),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_template().replace("{{nonce}}", nonce), headers=headers)
