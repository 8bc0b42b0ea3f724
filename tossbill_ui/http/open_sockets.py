"""The open websockets of this process, by session; those of a session that ends are closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

from starlette.types import Message, Receive, Send

from tossbill_ui.customers import sessions
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

# "Service restart" in the registry of RFC 6455: clients connect again.
RECONNECT = 1012
EVERY_SECONDS = 2.0
# A client that reads nothing is told nothing.
CLOSE_SECONDS = 5.0
BATCH_SIZE = 500
_open: set[OpenSocket] = set()
_closing: set[asyncio.Task[None]] = set()


class OpenSocket:
    """A websocket that can be ended at any moment, whether or not its client reads.

    Attributes:
        session: Whose it is; None for nobody's.
    """

    def __init__(self, session: Session | None, receive: Receive, send: Send) -> None:
        self.session = session
        self._receive, self._send = receive, send
        self._ended = asyncio.get_running_loop().create_future()

    async def receive(self) -> Message:
        """Return the next message, or that the client has gone as soon as the socket is ended."""
        if not self._ended.done():
            waiting = asyncio.ensure_future(self._receive())
            await asyncio.wait((waiting, self._ended), return_when=asyncio.FIRST_COMPLETED)
            if not self._ended.done():
                return waiting.result()
            waiting.cancel()
        return {"type": "websocket.disconnect", "code": RECONNECT}

    async def send(self, message: Message) -> None:
        """Send a message, unless the socket is ended."""
        if not self._ended.done():
            await self._send(message)

    def end(self) -> None:
        """Let nothing in or out from now on, and tell the client to connect again."""
        if not self._ended.done():
            self._ended.set_result(None)
            task = asyncio.create_task(self._close(), name="close a socket")
            _closing.add(task)
            task.add_done_callback(_closing.discard)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": RECONNECT})
        except Exception as error:  # gone already, which every server reports in its own way
            log.debug("a websocket was closed already", exc_info=error)


@contextmanager
def opened(session: Session | None, receive: Receive, send: Send) -> Generator[OpenSocket]:
    """Know a websocket while the block runs."""
    socket = OpenSocket(session, receive, send)
    _open.add(socket)
    try:
        yield socket
    finally:
        _open.discard(socket)


def close_others(session: Session) -> None:
    """Close every websocket of a session's customer but its own."""
    for socket in tuple(_open):
        other = socket.session
        if other and other.customer_id == session.customer_id and other.id != session.id:
            socket.end()


async def close_ended(rt: Runtime) -> None:
    """Close the websockets of sessions that have ended, in whichever process.

    A session that moved to another customer counts as ended: its pages show the one before.
    """
    known = {each.session.id: each.session.customer_id for each in _open if each.session}
    customers = sorted(known.items())
    for begin in range(0, len(customers), BATCH_SIZE):
        async with rt.db.read() as db:
            ended = await sessions.ended_among(db, dict(customers[begin : begin + BATCH_SIZE]))
        for socket in tuple(_open):
            if socket.session and socket.session.id in ended:
                socket.end()


async def close_ended_forever(rt: Runtime) -> None:
    """Close them every two seconds until cancelled; an error in one round does not stop it."""
    while True:
        try:
            await close_ended(rt)
        except Exception:  # whatever it is, sessions must go on ending
            log.exception("sessions.not_checked")
        await asyncio.sleep(EVERY_SECONDS)
