"""Teaches the web server the one status that LinkedIn has and HTTP has not."""

from uvicorn.protocols.http.h11_impl import STATUS_PHRASES
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

REQUEST_DENIED = 999


def teach_server() -> None:
    """uvicorn looks its status lines up in tables that end at 599, and drops the connection for any other status."""
    STATUS_PHRASES.setdefault(REQUEST_DENIED, b"Request denied")
    STATUS_LINE.setdefault(REQUEST_DENIED, b"HTTP/1.1 999 Request denied\r\n")
