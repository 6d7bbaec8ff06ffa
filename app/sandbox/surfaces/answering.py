"""How surfaces answer: JSON, pages, the login form, and redirects in the sandbox's own form."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import json
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

Json = dict[str, object]


def json_answer(answer: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.encode(answer), status, headers, media_type="application/json")


def page(title: str, body: bytes, head: bytes = b"", status: int = 200) -> Response:
    """An HTML page."""
    opening = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>'.encode()
    html = opening + head + b"</head><body>" + body + b"</body></html>"
    return Response(html, status, media_type="text/html")


def script_text(value: object) -> bytes:
    """JSON that can stand in a <script>."""
    return json.encode(value).replace(b"</", b"<\\/")


def led_to(url: str, status: int = 301) -> Response:
    """A redirect to a real address, which is found here under its host."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return RedirectResponse(f"/{parts.netloc}{parts.path}{query}", status)


async def login_form(request: Request) -> Response:
    """The page that asks visitors to log in."""
    form = b'<form id="login_form" method="post"><input name="email"><button id="loginbutton">Log in</button></form>'
    return page("Log in", b"<div>You must log in to continue.</div>" + form)


def floored(count: int, digits: int) -> int:
    """A count rounded down to so many digits.

    >>> [floored(n, 3) for n in (999, 1_219, 4_416_999)]
    [999, 1210, 4410000]
    """
    step = int(10 ** max(len(str(count)) - digits, 0))
    return count // step * step


def abbreviated(count: int, digits: int) -> str:
    """A count as pages in English write it: so many digits at most, rounded down, with K, M or B.

    >>> [abbreviated(n, 2) for n in (999, 1_234, 12_345, 2_000_000, 123_456_789)]
    ['999', '1.2K', '12K', '2M', '123M']
    >>> abbreviated(4_416_999, 3)
    '4.41M'
    """
    for size, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if count >= size:
            places = max(digits - len(str(count // size)), 0)
            scale = 10**places
            text = f"{count * scale // size / scale:.{places}f}"
            return (text.rstrip("0").rstrip(".") if places else text) + unit
    return str(count)
