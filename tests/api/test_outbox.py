"""The outbox: everything in its order, and an end with whoever takes nothing."""

import asyncio
from collections.abc import Callable

import pytest

from app.api.graphql.serving.live.outbox import MOST_CHARACTERS, MOST_MESSAGES, Outbox

PATIENCE_SECONDS = 0.05


class Peer:
    """Takes messages while its gate is open; `raises` is what sending to it comes to instead."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.gate = asyncio.Event()
        self.begun: list[str] = []
        self.taken: list[str] = []
        self.stuck = asyncio.Event()
        self._raises = raises

    async def send(self, message: str) -> None:
        self.begun.append(message)
        await self.gate.wait()
        if self._raises is not None:
            raise self._raises
        self.taken.append(message)

    def outbox(self, patience_seconds: float = 10.0) -> Outbox[str]:
        return Outbox(self.send, self.stuck.set, patience_seconds)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0)


async def test_what_is_put_is_sent_in_its_order() -> None:
    peer = Peer()
    outbox = peer.outbox()
    for message in "abc":
        outbox.put(message, 1)
    peer.gate.set()
    await until(lambda: peer.taken == ["a", "b", "c"])
    outbox.put("d", 1)
    await until(lambda: peer.taken == ["a", "b", "c", "d"])
    assert not peer.stuck.is_set()


async def test_who_takes_nothing_is_given_up_once_patience_is_over() -> None:
    peer = Peer()
    outbox = peer.outbox(PATIENCE_SECONDS)
    outbox.put("a", 1)
    async with asyncio.timeout(5):
        await peer.stuck.wait()
    outbox.put("b", 1)
    peer.gate.set()
    await asyncio.sleep(0)
    assert (peer.begun, peer.taken) == (["a"], [])
    await outbox.close()


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
async def test_a_peer_that_is_gone_is_nobody_who_reads_slowly(error: Exception) -> None:
    peer = Peer(error)
    peer.gate.set()
    outbox = peer.outbox()
    for message in "ab":
        outbox.put(message, 1)
    await until(lambda: peer.begun == ["a"])
    for _ in range(3):
        await asyncio.sleep(0)
    outbox.put("c", 1)
    await asyncio.sleep(0)
    assert (peer.begun, peer.stuck.is_set()) == (["a"], False)


def fill_with_characters(outbox: Outbox[str]) -> None:
    outbox.put("b", MOST_CHARACTERS)


def fill_with_messages(outbox: Outbox[str]) -> None:
    for _ in range(MOST_MESSAGES - 1):
        outbox.put("b", 1)


@pytest.mark.parametrize("fill", [fill_with_characters, fill_with_messages])
async def test_what_waits_is_bounded_and_what_is_being_sent_does_not_count(
    fill: Callable[[Outbox[str]], None],
) -> None:
    peer = Peer()
    outbox = peer.outbox()
    outbox.put("a", 2 * MOST_CHARACTERS)
    await until(lambda: peer.begun == ["a"])
    fill(outbox)
    assert not peer.stuck.is_set()
    outbox.put("c", 1)
    assert peer.stuck.is_set()
    peer.gate.set()
    await until(lambda: peer.taken == ["a"])
    await outbox.close()
    assert peer.begun == ["a"]


async def test_there_is_room_again_for_what_was_sent() -> None:
    peer = Peer()
    outbox = peer.outbox()
    peer.gate.set()
    for number in range(3):
        for _ in range(2):
            outbox.put(str(number), MOST_CHARACTERS)
        await until(lambda number=number: len(peer.taken) == 2 * (number + 1))  # type: ignore[misc]
    assert not peer.stuck.is_set()
