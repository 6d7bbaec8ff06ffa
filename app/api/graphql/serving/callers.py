"""Callers: who waits for an answer, as far as answering goes, whether they came by HTTP or over a socket."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Receive

from app.runtime import Runtime

READS, WRITES = ("GET", "HEAD"), ("POST",)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who asks for one operation after the other."""

    runtime: Runtime
    request_id: str
    """What faults of ours are logged under."""
    may_write: bool = True
    receive: Receive | None = None
    """Tells when the caller is gone; None where whoever waits cancels what is waited for."""


def caller_of(request: Request) -> Caller:
    """Who sent a request over HTTP, whose body has been read."""
    return Caller(request.app.state.runtime, request.state.request_id, request.method not in READS, request.receive)
