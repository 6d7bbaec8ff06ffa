"""A sandbox of the platforms on a free port, served by the test's own event loop, and what tests ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import uvicorn

from app.sandbox.server import create_app


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    url: str
    client: httpx.AsyncClient

    @property
    def template(self) -> str:
        """The setting that makes the providers ask it."""
        return f"{self.url}/{{host}}"

    async def truth(self, platform: str, kind: str, name: str, at: datetime) -> dict[str, Any]:
        """The exact figures of an account or a video at an instant."""
        reply = await self.client.get(f"/_world/truth/{platform}/{kind}/{name}", params={"at": at.isoformat()})
        assert reply.status_code == 200, reply.text
        found = reply.json()
        assert isinstance(found, dict)
        return found

    async def fault(self, match: str, mode: str, **more: object) -> None:
        """Makes requests that match fail in that way."""
        reply = await self.client.post("/_ctl/faults", json={"match": match, "mode": mode, **more})
        assert reply.status_code < 300, reply.text

    async def log(self) -> list[dict[str, Any]]:
        """The requests since the last reset, oldest first."""
        found = (await self.client.get("/_ctl/log")).json()
        entries = found["entries"] if isinstance(found, dict) else found
        assert isinstance(entries, list)
        return entries

    async def reset(self) -> None:
        """Forgets log and faults, and sets the clock right."""
        assert (await self.client.post("/_ctl/reset")).status_code < 300


@asynccontextmanager
async def running_sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox for as long as the block runs."""
    server = uvicorn.Server(uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "the sandbox did not start"
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url) as client:
        yield Sandbox(url, client)
    server.should_exit = True
    await serving
