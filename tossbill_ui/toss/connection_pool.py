"""Connections to Toss, each lent to one exchange at a time.

httpcore's pool looks at each of its connections whenever a request begins or ends. With thirty
under way that was half of what asking Toss costs, so here every connection is a pool of its own.
What else an httpx client does for a browser, such as cookies and redirects, Toss needs not.
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
    """Transports with one connection each, made when needed and used again.

    Args:
        make: Makes one with `ONE_CONNECTION`.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._all: list[httpx.AsyncBaseTransport] = []
        self._free: list[httpx.AsyncBaseTransport] = []
        self._turn = asyncio.Semaphore(MOST)

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[httpx.AsyncBaseTransport]:
        """Lend the line that was used last, as its connection is still open."""
        async with self._turn:
            line = self._free.pop() if self._free else self._new()
            try:
                yield line
            finally:
                self._free.append(line)

    def _new(self) -> httpx.AsyncBaseTransport:
        line = self._make()
        self._all.append(line)
        return line

    async def aclose(self) -> None:
        """Close every connection; nothing is lent afterwards."""
        for line in self._all:
            await line.aclose()


def proxy_for(url: str) -> str | None:
    """Return the environment's proxy for an address; there is none for a sandbox on this machine.

    Args:
        url: Of Toss or of a sandbox.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if host in {"127.0.0.1", "localhost", "::1"} or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
