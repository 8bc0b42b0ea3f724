"""The websockets of pages: how many, how fast, and only with packets that pages send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui.core import cpu
from tossbill_ui.core.fair_share import FairShare
from tossbill_ui.http import packets
from tossbill_ui.http.accounts import Caller
from tossbill_ui.http.packets import Packet

# In characters.
LONGEST_MESSAGE = 64 * 1024
# A page of an older build may send some.
INVALID_PACKETS = 20
POLICY_VIOLATION, MESSAGE_TOO_BIG, TRY_AGAIN_LATER = 1008, 1009, 1013


@dataclass(frozen=True)
class Rules:
    """The limits of websockets.

    Attributes:
        is_handler: Whether an event of this name has a handler.
        each: How many one caller may have open.
        in_all: How many all callers may have open.
        seconds: How long one may say nothing of what it wants.
    """

    is_handler: Callable[[str], bool]
    each: int
    in_all: int
    seconds: float


class Sockets:
    """The open websockets of all callers.

    Args:
        app: The app that serves them.
        rules: What holds for each of them.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app, self._rules = app, rules
        self._share = FairShare[Socket](each=rules.each, in_all=rules.in_all)

    async def serve(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on while it keeps to the rules; refuse one too many with a 429."""
        socket = Socket(caller, self._rules, receive, send)
        if not (await caller.may("opening") and self._has_place(socket)):
            await _refuse(scope, send)
            return
        cpu.charge_to(caller)
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            self._share.discard(socket)
            socket.end()

    def _has_place(self, socket: Socket) -> bool:
        """Count a connection; the caller who has most of them gives way if there are too many."""
        caller = socket.caller.key
        self._share.add(caller, socket)
        greedy = self._share.too_greedy(caller)
        if greedy == caller:
            self._share.discard(socket)
            return False
        if greedy is not None:
            oldest = self._share.oldest_of(greedy)
            self._share.discard(oldest)
            oldest.give_way()
        return True


class Socket:
    """One websocket of a page."""

    def __init__(self, caller: Caller, rules: Rules, receive: Receive, send: Send) -> None:
        self.caller = caller
        self._rules, self._receive, self.send = rules, receive, send
        self._invalid = 0
        self._closing: asyncio.Task[None] | None = None
        self._silence: asyncio.TimerHandle | None = None

    async def receive(self) -> Message:
        """Return the next message that keeps to the rules."""
        while (message := await self._receive())["type"] == "websocket.receive":
            if len(message.get("text") or "") > LONGEST_MESSAGE:
                return await self._close(MESSAGE_TOO_BIG, "Too large a message.")
            packet = packets.read(message.get("text") or "", self._rules.is_handler)
            self._invalid += packet is Packet.INVALID
            if self._invalid > INVALID_PACKETS:
                return await self._close(POLICY_VIOLATION, "Not a page of this shop.")
            if not await self.caller.may("event"):
                return await self._close(TRY_AGAIN_LATER, "Too many events.")
            if packet is Packet.CONNECT:
                self._stop_silence()
            if packet is Packet.INVALID:
                continue
            if packet is not Packet.REPORT or self.caller.may_at_once("report"):
                return message
        if message["type"] == "websocket.connect":
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._rules.seconds, self.give_way)
        return message

    def give_way(self) -> None:
        """Close the connection, in favor of another or because it says nothing."""
        closing = self.send(_closed(TRY_AGAIN_LATER, "Too many connections, or a silent one."))
        self._closing = asyncio.ensure_future(_quietly(closing))

    def end(self) -> None:
        """Forget the connection, which has been closed."""
        self._stop_silence()

    async def _close(self, code: int, reason: str) -> Message:
        await self.send(_closed(code, reason))
        return {"type": "websocket.disconnect", "code": code}

    def _stop_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()


def _closed(code: int, reason: str) -> Message:
    return {"type": "websocket.close", "code": code, "reason": reason}


async def _quietly(closing: Awaitable[None]) -> None:
    """Close a connection that may have been lost by now."""
    with suppress(OSError, RuntimeError):
        await closing


async def _refuse(scope: Scope, send: Send) -> None:
    """Refuse a connection with a 429, or without words if the server cannot send any."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send(_closed(TRY_AGAIN_LATER, "Too many connections."))
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"Too many connections."})
