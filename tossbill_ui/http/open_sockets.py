"""The open websockets of this process, by session; those of a session that ends are closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Send

from tossbill_ui.customers import sessions
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

# "Service restart" in the registry of RFC 6455: clients connect again.
RECONNECT = 1012
EVERY_SECONDS = 2.0
BATCH_SIZE = 500
_open: set[tuple[Session, Send]] = set()


@contextmanager
def opened(session: Session | None, send: Send) -> Generator[None]:
    """Know a session's websocket while the block runs."""
    if session is None:
        yield
        return
    its_own = (session, send)
    _open.add(its_own)
    try:
        yield
    finally:
        _open.discard(its_own)


async def close_others(session: Session) -> None:
    """Close every websocket of a session's customer but its own."""
    await _close(
        send
        for other, send in tuple(_open)
        if other.customer_id == session.customer_id and other.id != session.id
    )


async def close_ended(rt: Runtime) -> None:
    """Close the websockets of sessions that have ended, in whichever process.

    A session that moved to another customer counts as ended: its pages show the one before.
    """
    customers = sorted({session.id: session.customer_id for session, _ in _open}.items())
    for begin in range(0, len(customers), BATCH_SIZE):
        async with rt.db.read() as db:
            ended = await sessions.ended_among(db, dict(customers[begin : begin + BATCH_SIZE]))
        await _close(send for session, send in tuple(_open) if session.id in ended)


async def close_ended_forever(rt: Runtime) -> None:
    """Close them every two seconds until cancelled; an error in one round does not stop it."""
    while True:
        try:
            await close_ended(rt)
        except (OSError, SQLAlchemyError):
            log.exception("sessions.not_checked")
        await asyncio.sleep(EVERY_SECONDS)


async def _close(sends: Iterable[Send]) -> None:
    for send in sends:
        try:
            await send({"type": "websocket.close", "code": RECONNECT})
        except Exception as error:  # gone already, which every server reports in its own way
            log.debug("a websocket was closed already", exc_info=error)
