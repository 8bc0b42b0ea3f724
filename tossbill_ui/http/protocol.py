"""The server's side of a TCP connection, which does not wait for a slow client for ever.

uvicorn has a time limit for idle connections only: one that sends a byte of a header from time to
time, or does not read its response, would stay open for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from tossbill_ui.http.parser import PlainParser

TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"content-length: 36\r\n"
    b"connection: close\r\n"
    b"\r\n"
    b"The request's headers are too large."
)


class ImpatientProtocol(HttpToolsProtocol):
    """Closes a connection whose headers do not arrive, or whose response is not read, in time.

    The body has a deadline of its own (`http.limits`), since only the app knows whether it waits.
    """

    seconds = 20.0

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as in uvicorn
        super().__init__(*arguments, **named)
        self.parser = self._parser = PlainParser(self)
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._is_responding = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Wait for the first request."""
        super().connection_made(transport)
        # The sandbox's faults ask for it; ASGI has no message for a connection that breaks.
        self.app_state = {**self.app_state, "close_connection": transport.close}
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_reading()
        self._stop_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Wait for the next request's headers, once it has begun."""
        if self._reading is None and not self._is_responding:
            self._wait_for_headers()
        super().data_received(data)

    def is_websocket(self) -> bool:
        """Whether the request at hand opens a websocket."""
        return self._should_upgrade()

    def on_headers_complete(self) -> None:
        """Stop waiting: this request's headers are there."""
        if self._parser.offers_another_protocol():
            return
        self._stop_reading()
        super().on_headers_complete()
        self._is_responding = True

    def on_message_complete(self) -> None:
        """Note the end of a request, except of one that is read once more."""
        if not self._parser.offers_another_protocol():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the client to read the rest, if the connection is about to close."""
        self._is_responding = False
        super().on_response_complete()
        if self.transport.is_closing():
            self._wait_for_reader()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        """Stop waiting: the client reads."""
        self._stop_writing()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, even if its client has not read the response."""
        super().timeout_keep_alive_handler()
        self._wait_for_reader()

    def _wait_for_headers(self) -> None:
        self._reading = self.loop.call_later(self.seconds, self.transport.abort)

    def _wait_for_reader(self) -> None:
        self._stop_writing()
        self._writing = self.loop.call_later(self.seconds, self.transport.abort)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _stop_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


def impatient(seconds: float) -> type[ImpatientProtocol]:
    """Return the protocol with a time limit.

    Args:
        seconds: For a request's headers to arrive, and for a full buffer to be read.
    """
    return type("ImpatientProtocol", (ImpatientProtocol,), {"seconds": seconds})


class WebsocketProtocol(WebSocketsSansIOProtocol):
    """Refuses a handshake that the websockets library does not read, and uvicorn never answers.

    The library reads lines of at most 8 kB, and at most 128 of them.
    """

    def data_received(self, data: bytes) -> None:
        """Read, and close the connection if that was no handshake."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.handshake_complete = self.close_sent = True
            self.transport.write(TOO_LARGE)
            self.transport.close()
