"""The open websockets of this process, by session."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from starlette.types import Send

log = logging.getLogger(__name__)

# "Service restart" in the registry of RFC 6455: clients connect again.
RECONNECT = 1012
_open: defaultdict[str, set[Send]] = defaultdict(set)


@contextmanager
def opened(session_id: str, send: Send) -> Generator[None]:
    """Know a session's websocket while the block runs."""
    _open[session_id].add(send)
    try:
        yield
    finally:
        _open[session_id].discard(send)
        if not _open[session_id]:
            del _open[session_id]


async def close(session_id: str) -> None:
    """Close every websocket of a session."""
    for send in tuple(_open.get(session_id, ())):
        try:
            await send({"type": "websocket.close", "code": RECONNECT})
        except Exception as error:  # gone already, which every server reports in its own way
            log.debug("a websocket was closed already", exc_info=error)
