"""The scripts in which Instagram's pages carry their data, and the tokens that queries have to bring along."""

from hashlib import blake2b

from app.sandbox.surfaces.answering import script_text


def data_script(stream: str, name: str, result: object) -> bytes:
    """One data-sjs script with the result of a query, nested as the page's loader nests it."""
    box = {"complete": True, "result": {"data": {name: result}}}
    entry = ["RelayPrefetchedStreamCache", "next", [], [stream, {"__bbox": box}]]
    call = {"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": [entry]}}]]]}
    return b'<script type="application/json" data-sjs>' + script_text(call) + b"</script>"


def lsd_token(seed: int) -> str:
    """The token that queries have to bring along."""
    return _token("lsd", seed)


def csrf_token(seed: int) -> str:
    """The token that comes as a cookie, and has to come back as one and as a header."""
    return _token("csrf", seed)


def token_script(seed: int) -> bytes:
    """The script that tells a page's own scripts their token."""
    environment = {"u": "/ajax/qm/", "s": "", "w": 0, "f": "", "l": lsd_token(seed)}
    return b'<script type="application/json" id="__eqmc">' + script_text(environment) + b"</script>"


def _token(kind: str, seed: int) -> str:
    return blake2b(f"{kind} {seed}".encode(), digest_size=11).hexdigest()
