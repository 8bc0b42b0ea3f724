"""A pool of connections to Toss, each lent to one exchange at a time.

httpcore's pool scans all its connections whenever a request begins or ends. With thirty requests
in flight that was half the cost of a call to Toss, so here every connection is a pool of its own.
The rest of an httpx client, such as cookies and redirects, is not needed for Toss.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

MOST = 100
ONE_CONNECTION = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class ConnectionPool:
    """Transports with one connection each, created on demand and reused.

    Args:
        make: Creates a transport with `ONE_CONNECTION`.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._all: list[httpx.AsyncBaseTransport] = []
        self._free: list[httpx.AsyncBaseTransport] = []
        self._slots = asyncio.Semaphore(MOST)

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[httpx.AsyncBaseTransport]:
        """Lend the transport that was used last: its connection is most likely still open."""
        async with self._slots:
            transport = self._free.pop() if self._free else self._new()
            try:
                yield transport
            finally:
                self._free.append(transport)

    def _new(self) -> httpx.AsyncBaseTransport:
        transport = self._make()
        self._all.append(transport)
        return transport

    async def aclose(self) -> None:
        """Close every connection; none is lent afterwards."""
        for transport in self._all:
            await transport.aclose()


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment sets for a URL; None for a sandbox on this machine.

    Args:
        url: The URL of Toss or of a sandbox.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if host in {"127.0.0.1", "localhost", "::1"} or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
