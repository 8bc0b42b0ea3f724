import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from pydantic import SecretStr

from tests.toss.responses import SECRET_KEY
from tests.toss.transports import Handler, MakeClient, Serve
from tossbill_ui.toss.client import TossClient


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    """Create real clients, on a mock transport if a handler is given."""
    async with AsyncExitStack() as stack:

        def make(
            handler: Callable[[httpx.Request], httpx.Response] | None = None,
            *,
            base_url: str = "https://api.tosspayments.com",
            timeout: httpx.Timeout | None = None,
            deadline_seconds: float = 5,
        ) -> TossClient:
            client = TossClient(
                base_url=base_url,
                secret_key=SecretStr(SECRET_KEY),
                transport=httpx.MockTransport(handler) if handler else None,
                timeout=timeout,
                deadline_seconds=deadline_seconds,
            )
            stack.push_async_callback(client.aclose)
            return client

        yield make


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start loopback servers of raw bytes and return their addresses."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> str:
            async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                try:
                    await handler(reader, writer)
                except ConnectionError:
                    pass  # the client has disconnected
                finally:
                    writer.close()

            server = await asyncio.start_server(once, "127.0.0.1", 0)
            await stack.enter_async_context(server)
            return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

        yield start
