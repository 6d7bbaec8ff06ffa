"""One extraction by yt-dlp: what is asked of which extractors, on a worker thread, and what it came to."""

import asyncio
import importlib
from concurrent.futures import ThreadPoolExecutor

from app.providers.base import OUT_OF_TIME, Visit
from app.providers.failures import Refusal
from app.providers.ytdlp.door import Answer, Door, Kept
from app.providers.ytdlp.plans import Findings, Plan, Wanted
from app.providers.ytdlp.refusals import leads_to_login, refusal_of, refused

ENGINE = "app.providers.ytdlp.engine"
THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="yt-dlp")
"""Taking a page apart needs ten times its size, so few are at a time. One left alone ends at its next request."""
MOST_REQUESTS = 12
GRACE_SECONDS = 0.2
"""For the thread to say what its last request, which ends with the visit, has left it with."""
NO_ENTRIES = Wanted(0)


class Walk:
    """One extraction, over or about to be; nothing is sent before `run`."""

    def __init__(self, visit: Visit, plan: Plan, kept: Kept | None = None) -> None:
        self._visit = visit
        self._plan = plan
        self._door = Door(visit, plan.surfaces, MOST_REQUESTS, kept)
        self.findings = Findings({}, (), None)

    async def run(self, url: str, wanted: Wanted = NO_ENTRIES) -> None:
        """Extracts `url`, and the entries that are wanted where it is a list.

        It is over with the visit at the latest. The thread then still computes what it has; its next request fails.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._visit.seconds_left + GRACE_SECONDS):
                self.findings = await loop.run_in_executor(THREADS, self._extract, url, wanted)
        except TimeoutError:
            self.findings = Findings({}, (), OUT_OF_TIME)
        finally:
            self._door.close()

    def _extract(self, url: str, wanted: Wanted) -> Findings:
        findings: Findings = importlib.import_module(ENGINE).extract(self._plan, url, wanted, self._door)
        return findings

    @property
    def last(self) -> Answer | None:
        """The last answer, whatever it was."""
        return self._door.answers[-1] if self._door.answers else None

    def answer(self, route: str) -> Answer | None:
        """The last answer of a route, whatever it was."""
        return next((it for it in reversed(self._door.answers) if it.surface.route == route), None)

    def bodies(self, *routes: str) -> list[Answer]:
        """The answers of these routes that have something to read, oldest first."""
        return self._door.bodies(*routes)

    @property
    def refusal(self) -> Refusal:
        """What the walk amounts to where nothing it brought could be read."""
        return refusal_of(self.findings.failure, self.last)

    async def settle(self, decisive: Answer | None, refusal: Refusal | None) -> None:
        """Writes down what came of every request: of the decisive one (the last where None) once it was read.

        A redirect is decisive or only on the way.
        """
        decisive = decisive or self.last
        for answer in self._door.answers:
            if answer is decisive:
                await self._told(answer, refusal or refused(answer))
            else:
                is_on_the_way = answer.target is not None and not leads_to_login(answer)
                await self._told(answer, None if is_on_the_way else refused(answer))

    async def _told(self, answer: Answer, refusal: Refusal | None) -> None:
        await self._visit.settle(answer.surface.route, answer.surface.lane, answer.reply, refusal)
