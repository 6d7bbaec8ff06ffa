"""Who asks for a page: somebody on this very machine, or anybody."""

import re
from ipaddress import ip_address

from starlette.requests import Request

LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?")


def is_on_this_machine(request: Request) -> bool:
    """Whether a page is asked for from this very machine, under a name of it: only such a page is handed a key."""
    # Host is compared as it was sent: what a parser makes of a malformed one may be the address we listen on. It is
    # checked at all so that a page of elsewhere whose name was made to point here learns nothing.
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or not LOOPBACK_HOST.fullmatch(hosts[0]) or request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
