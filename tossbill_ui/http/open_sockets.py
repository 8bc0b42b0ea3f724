"""The open websockets of this process, by customer and session."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from starlette.types import Send

from tossbill_ui.customers.session import Session

log = logging.getLogger(__name__)

# "Service restart" in the registry of RFC 6455: clients connect again.
RECONNECT = 1012
_open: defaultdict[str, set[tuple[str, Send]]] = defaultdict(set)


@contextmanager
def opened(session: Session | None, send: Send) -> Generator[None]:
    """Know a session's websocket while the block runs."""
    if session is None:
        yield
        return
    customer_id, its_own = session.customer_id, (session.id, send)
    _open[customer_id].add(its_own)
    try:
        yield
    finally:
        _open[customer_id].discard(its_own)
        if not _open[customer_id]:
            del _open[customer_id]


async def close_others(session: Session) -> None:
    """Close every websocket of a session's customer but its own."""
    for session_id, send in tuple(_open.get(session.customer_id, ())):
        if session_id == session.id:
            continue
        try:
            await send({"type": "websocket.close", "code": RECONNECT})
        except Exception as error:  # gone already, which every server reports in its own way
            log.debug("a websocket was closed already", exc_info=error)
