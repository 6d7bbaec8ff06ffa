"""How Instagram serves what it says: JSON answers, and pages whose data sits in scripts."""

from hashlib import blake2b

from msgspec import json
from starlette.responses import Response

Json = dict[str, object]


def json_answer(answer: Json, status: int = 200) -> Response:
    return Response(json.encode(answer), status, media_type="application/json")


def data_script(stream: str, name: str, result: object) -> bytes:
    """One data-sjs script with the result of a query, nested as the page's loader nests it."""
    box = {"complete": True, "result": {"data": {name: result}}}
    entry = ["RelayPrefetchedStreamCache", "next", [], [stream, {"__bbox": box}]]
    call = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [entry]}}]]]}
    return b'<script type="application/json" data-sjs>' + _script_text(call) + b"</script>"


def lsd_token(seed: int) -> str:
    """The token that queries have to bring along."""
    return _token("lsd", seed)


def csrf_token(seed: int) -> str:
    """The token that comes as a cookie, and has to come back as one and as a header."""
    return _token("csrf", seed)


def token_script(seed: int) -> bytes:
    """The script that tells a page's own scripts their token."""
    environment = {"u": "/ajax/qm/", "s": "", "w": 0, "f": "", "l": lsd_token(seed)}
    return b'<script type="application/json" id="__eqmc">' + _script_text(environment) + b"</script>"


def html_page(title: str, scripts: bytes) -> Response:
    head = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>'
    return Response(head.encode() + scripts + b"</body></html>", media_type="text/html")


def _script_text(value: object) -> bytes:
    return json.encode(value).replace(b"</", b"<\\/")


def _token(kind: str, seed: int) -> str:
    return blake2b(f"{kind} {seed}".encode(), digest_size=11).hexdigest()
