"""The parser of the server's requests, which ignores offers to speak another protocol.

Java's HttpClient and ``curl --http2`` offer HTTP/2 (h2c) with the request itself. httptools then
takes the request to end with its headers: uvicorn loses the body, and reads it as another request.
"""

from __future__ import annotations

from typing import Protocol

from httptools import HttpParserUpgrade, HttpRequestParser

Header = tuple[bytes, bytes]


class Listener(Protocol):
    """What the parser asks of the connection that it calls back."""

    url: bytes
    headers: list[Header]

    def is_websocket(self) -> bool:
        """Whether the request at hand opens a websocket."""
        ...


class PlainParser(HttpRequestParser):
    """Reads a request that offers another protocol once more, without the offer.

    A server may ignore it (RFC 9110 §7.8). Websockets are no offer: uvicorn serves them.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._begin()

    def offers_another_protocol(self) -> bool:
        """Whether the request at hand is about to be read once more; valid from its headers on."""
        is_upgrade = self.should_upgrade() and self.get_method() != b"CONNECT"
        return is_upgrade and not self._listener.is_websocket()

    def feed_data(self, data: bytes | bytearray | memoryview) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Read what a client sent."""
        # A view, because a packet may hold thousands of requests, each with an offer.
        rest = memoryview(data)
        while True:
            try:
                super().feed_data(rest)
            except HttpParserUpgrade as upgrade:
                if not self.offers_another_protocol():
                    raise
                rest, request = rest[upgrade.args[0] :], self._without_offer()
                self._begin()
                super().feed_data(request)
            else:
                return

    def _begin(self) -> None:
        """Expect a request; after one that closes the connection, the parser would skip it."""
        super().__init__(self._listener)
        # As in uvicorn, which answers the first of several requests even if it is to be the last.
        self.set_dangerous_leniencies(lenient_data_after_close=True)

    def _without_offer(self) -> bytes:
        version = self.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.get_method(), self._listener.url, version)]
        headers = self._listener.headers
        lines += [b"%s: %s" % header for header in headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])
