"""Sockets: operations over graphql-transport-ws, any number on one connection up to a limit."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, TypeVar
from uuid import uuid4

from graphql import OperationType
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.api.graphql.serving.callers import Caller
from app.api.graphql.serving.errors import TOO_MANY_OPERATIONS, Error, show_failure, show_message
from app.api.graphql.serving.live.connections import Ending, TooManyConnections
from app.api.graphql.serving.live.feeds import Feed
from app.api.graphql.serving.live.hub import Hub, NotSubscribed
from app.api.graphql.serving.live.origins import is_foreign
from app.api.graphql.serving.live.outbox import Outbox
from app.api.graphql.serving.live.protocol import (
    NAME,
    CloseCode,
    Closing,
    as_json,
    key_of_init,
    read_id,
    read_message,
    read_payload,
    read_subscribe,
    write,
)
from app.api.graphql.serving.operations import Operations, unavailable
from app.api.graphql.serving.requests import GraphQLRequest, Refused
from app.core.access.keys import authenticate, digest_of
from app.domain.clock import Clock
from app.domain.problems import Unauthenticated
from app.domain.viewer import Viewer
from app.runtime import is_database_away
from app.settings import Settings

CLOSE_SECONDS = 2.0
"""For the close frame to leave, to a peer that reads."""
ENDINGS: Mapping[Ending, CloseCode] = {
    Ending.STOPPING: CloseCode.GOING_AWAY,
    Ending.REVOKED: CloseCode.FORBIDDEN,
    Ending.TOO_SLOW: CloseCode.READS_TOO_SLOWLY,
}

Result = TypeVar("Result")


class SocketServer:
    """The ASGI app for WebSockets at /graphql."""

    def __init__(self, settings: Settings, clock: Clock, operations: Operations, hub: Hub) -> None:
        self.settings = settings
        self.clock = clock
        self.operations = operations
        self.hub = hub
        self._unbroken: set[asyncio.Task[Any]] = set()

    def unbroken(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Work that goes on when nobody waits for it any more."""
        task = asyncio.create_task(work)
        self._unbroken.add(task)
        task.add_done_callback(self._unbroken.discard)
        return task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # says that it wants to connect, and nothing more
        if is_foreign(Headers(scope=scope)):
            await send({"type": "websocket.close"})  # before it is accepted: answered with 403
            return
        socket = _Socket(self, scope, receive, send)
        try:
            if NAME not in scope["subprotocols"]:
                await send({"type": "websocket.accept"})
                raise Closing(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, f"Subprotocol not acceptable: offer {NAME}.")
            await send({"type": "websocket.accept", "subprotocol": NAME})
            with self.hub.connections.held(socket):
                closing = await socket.serve()
        except TooManyConnections as problem:
            closing = Closing(CloseCode.TRY_AGAIN_LATER, problem.message)
        except Closing as said:
            closing = said
        except OSError:  # it went while it was being accepted
            return
        if closing is not None:
            await socket.close(closing)


class _Operation:
    """One operation of a socket; a subscription is its feed's subscriber."""

    __slots__ = ("feed", "id", "is_stopped", "json_id", "socket", "task")

    def __init__(self, socket: "_Socket", id: str) -> None:
        self.socket = socket
        self.id = id
        self.json_id = as_json(id)
        self.feed: Feed | None = None
        self.task: asyncio.Task[None] | None = None
        self.is_stopped = False
        """Whether the client has stopped it: then nothing of it is sent any more."""

    @property
    def viewer(self) -> Viewer:
        viewer = self.socket.viewer
        assert viewer is not None
        return viewer

    def next(self, payload: str) -> None:
        self.socket.outbox.put((self, "next", payload), len(payload))

    def end(self, errors: Sequence[Error] = ()) -> None:
        if self.socket.operations.get(self.id) is self:
            del self.socket.operations[self.id]
        self.release()
        payload = as_json(errors) if errors else None
        self.socket.outbox.put((self, "error" if errors else "complete", payload), len(payload or ""))

    def release(self) -> None:
        """Leaves the feed, where it has one."""
        if self.feed is not None:
            self.socket.server.hub.leave(self.feed, self)
            self.feed = None


_Message = tuple[_Operation | None, str, str | None]
"""What it belongs to, its type and its payload; it is put together when it is sent."""


class _Socket:
    """One connection from its acceptance to its end."""

    __slots__ = (
        "__weakref__",
        "_authorization",
        "_caller",
        "_closing",
        "_lifetime",
        "_receive",
        "_send",
        "_stack",
        "operations",
        "outbox",
        "server",
        "viewer",
    )

    def __init__(self, server: SocketServer, scope: Scope, receive: Receive, send: Send) -> None:
        self.server = server
        self.viewer: Viewer | None = None
        self.operations: dict[str, _Operation] = {}
        patience_seconds = server.settings.graphql_send_timeout_seconds
        self.outbox: Outbox[_Message] = Outbox(self._write, self._is_stuck, patience_seconds)
        self._authorization = Headers(scope=scope).get("authorization")
        self._caller = Caller(scope["app"].state.runtime, uuid4().hex)
        self._receive = receive
        self._send = send
        self._stack = AsyncExitStack()
        self._closing: Closing | None = Closing(CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")
        self._lifetime = asyncio.timeout(server.settings.graphql_init_timeout_seconds)

    def part(self, ending: Ending) -> None:
        """Closes it soon, saying why."""
        self._close_soon(Closing(ENDINGS[ending], ending.value))

    async def serve(self) -> Closing | None:
        """Answers until the peer goes, or why the socket is to be closed."""
        try:
            async with self._stack, self._lifetime:
                await self._read()
            return None
        except TimeoutError as error:
            return self._closing if self._lifetime.expired() else self._failed(error)
        except Closing as closing:
            return closing
        except Exception as error:
            return self._failed(error)
        finally:
            await self._let_go()

    async def close(self, closing: Closing) -> None:
        """Sends the close frame, when the peer takes it."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": int(closing.code), "reason": closing.reason})
        except (TimeoutError, OSError):
            return

    async def _read(self) -> None:
        while (received := await self._receive())["type"] != "websocket.disconnect":
            text = received.get("text")
            message = read_message(text)
            match message["type"]:
                case "connection_init":
                    await self._init(read_payload(message))
                case "ping":
                    payload = message.get("payload")
                    self._put("pong", None if payload is None else as_json(payload))
                case "pong":
                    continue
                case "subscribe":
                    self._subscribe(read_id(message), message)
                case "complete":
                    self._complete(read_id(message))
                case _:
                    raise Closing(CloseCode.BAD_REQUEST, "There is no message of that type.")

    async def _init(self, payload: Mapping[str, object]) -> None:
        if self.viewer is not None:
            raise Closing(CloseCode.TOO_MANY_INITS, "Too many initialisation requests")
        try:
            key = key_of_init(payload, self._authorization)
            viewer = await authenticate(key, now=self.server.clock())
        except Unauthenticated as problem:
            raise Closing(CloseCode.FORBIDDEN, f"Forbidden: {problem.message}") from None
        try:
            self._stack.enter_context(self.server.hub.connections.of_key(self, viewer.key_id, digest_of(key)))
        except TooManyConnections as problem:
            raise Closing(CloseCode.TRY_AGAIN_LATER, problem.message) from None
        self.viewer = viewer
        self._lifetime.reschedule(None)
        self._put("connection_ack")

    def _subscribe(self, id: str, message: Mapping[str, object]) -> None:
        if self.viewer is None:
            raise Closing(CloseCode.UNAUTHORIZED, "Unauthorized: connection_init comes first.")
        if id in self.operations:
            raise Closing(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {id} already exists")
        asked = read_subscribe(message)
        operation = _Operation(self, id)
        if len(self.operations) >= (most := self.server.settings.graphql_operations_per_connection):
            error = f"The connection has {most} operations, which is all it may. Stop some, or open another one."
            operation.end([show_message(error, TOO_MANY_OPERATIONS)])
            return
        self.operations[id] = operation
        operation.task = asyncio.create_task(self._run(operation, asked))

    def _complete(self, id: str) -> None:
        operation = self.operations.pop(id, None)
        if operation is not None:
            self._stop(operation)

    def _stop(self, operation: _Operation) -> None:
        operation.is_stopped = True
        operation.release()
        if operation.task is not None:
            operation.task.cancel()

    async def _run(self, operation: _Operation, asked: GraphQLRequest) -> None:
        """Answers a query or mutation, or begins a subscription."""
        try:
            await self._answer(operation, asked)
        except NotSubscribed as problem:
            operation.end(problem.errors)
        except Refused as refused:
            operation.end([refused.error])
        except Exception as failure:
            if is_database_away(failure):
                operation.end([unavailable(failure, self._caller.request_id).error])
            else:
                operation.end([show_failure(failure, self._caller.request_id)])
        finally:
            operation.task = None

    async def _answer(self, operation: _Operation, asked: GraphQLRequest) -> None:
        server, viewer = self.server, operation.viewer
        plan = await server.operations.prepare(self._caller, viewer, asked)
        if plan.is_subscription:
            operation.feed = await server.hub.subscribe(self._caller, asked, plan, operation)
            if self.operations.get(operation.id) is not operation:  # it has ended meanwhile
                operation.release()
            return
        answering = server.operations.execute(self._caller, viewer, asked, plan)
        if plan.operation is not None and plan.operation.operation is OperationType.MUTATION:
            # What is to be changed is changed, whether the client waits for it or not.
            answer = await asyncio.shield(server.unbroken(answering))
        else:
            answer = await answering
        if "data" in answer.body:
            operation.next(as_json(answer.body))
            operation.end()
        else:
            operation.end(answer.body["errors"])

    def _put(self, type: str, payload: str | None = None) -> None:
        self.outbox.put((None, type, payload), len(payload or ""))

    async def _write(self, message: _Message) -> None:
        operation, type, payload = message
        if operation is None:
            text = write(type, None, payload)
        elif operation.is_stopped:
            return
        else:
            text = write(type, operation.json_id, payload)
        await self._send({"type": "websocket.send", "text": text})

    def _is_stuck(self) -> None:
        self.part(Ending.TOO_SLOW)

    def _close_soon(self, closing: Closing) -> None:
        self._closing = closing
        with suppress(RuntimeError):  # it has ended by itself
            self._lifetime.reschedule(asyncio.get_running_loop().time())

    def _failed(self, error: BaseException) -> Closing:
        if is_database_away(error):
            return Closing(CloseCode.TRY_AGAIN_LATER, unavailable(error, self._caller.request_id).error["message"])
        show_failure(error, self._caller.request_id)
        return Closing(CloseCode.INTERNAL_ERROR, f"Internal error. Quote {self._caller.request_id}.")

    async def _let_go(self) -> None:
        tasks: list[asyncio.Task[Any]] = []
        for operation in self.operations.values():
            if operation.task is not None:
                tasks.append(operation.task)
            self._stop(operation)
        self.operations.clear()
        await asyncio.gather(self.outbox.close(), *tasks, return_exceptions=True)
