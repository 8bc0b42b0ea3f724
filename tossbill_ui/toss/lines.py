"""Connections to Toss, each lent to one exchange at a time.

httpcore's pool looks at each of its connections whenever a request begins or ends. With thirty
under way that was half of what asking Toss costs, so here every connection is a pool of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import httpx

MOST = 100
ONE_CONNECTION = httpx.Limits(max_connections=1, max_keepalive_connections=1)


class Lines:
    """Clients with one connection each, made when needed and used again.

    Args:
        make: Makes a client with `ONE_CONNECTION`.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._all: list[httpx.AsyncClient] = []
        self._free: list[httpx.AsyncClient] = []
        self._turn = asyncio.Semaphore(MOST)

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[httpx.AsyncClient]:
        """Lend a client; the one that was used last, as its connection is still open."""
        async with self._turn:
            client = self._free.pop() if self._free else self._new()
            try:
                yield client
            finally:
                self._free.append(client)

    def _new(self) -> httpx.AsyncClient:
        client = self._make()
        self._all.append(client)
        return client

    async def aclose(self) -> None:
        """Close every connection; nothing is lent afterwards."""
        for client in self._all:
            await client.aclose()
