"""Origins: whether a handshake comes from a page of ours, since browsers let any page open a socket to anywhere."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def is_foreign(headers: Headers) -> bool:
    """Whether a browser opens it for a page of another host or port. What is no browser names no origin.

    The scheme is not compared: a proxy may have taken the encryption off.
    """
    origins = headers.getlist("origin")
    if not origins:
        return False
    hosts = headers.getlist("host")
    if len(origins) != 1 or len(hosts) != 1:
        return True
    try:
        origin = urlsplit(origins[0])
        default = DEFAULT_PORTS[origin.scheme]
        host = urlsplit(f"//{hosts[0]}")
        return (origin.hostname, origin.port or default) != (host.hostname, host.port or default)
    except (KeyError, ValueError):
        return True
