"""The web server of ``tossbill run``, which says when it listens."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from tossbill_ui.core.settings import Settings
from tossbill_ui.http.protocol import WebsocketProtocol, impatient

FAILED = 3


class Server(uvicorn.Server):
    """Calls a function once it listens, and another before it stops listening.

    Args:
        config: The server's configuration.
        on_listening: Called after the lifespan has started and the port is open.
        on_stopping: Called while the port is still open, in a thread of its own.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        on_listening: Callable[[], None],
        on_stopping: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._on_listening, self._on_stopping = on_listening, on_stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and report it."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what needs the server, and stop."""
        await asyncio.to_thread(self._on_stopping)
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    host: str,
    *,
    on_listening: Callable[[], None],
    on_stopping: Callable[[], None],
) -> None:
    """Serve the app on one port until a signal ends it.

    Args:
        settings: The settings, with the port.
        host: The address to listen on.
        on_listening: Called once the port is open.
        on_stopping: Called before the port closes.
    """
    config = uvicorn.Config(
        "tossbill_ui.tossbill_ui:app",
        factory=True,
        host=host,
        port=settings.tossbill_port,
        http=impatient(settings.tossbill_limit_seconds),
        ws=WebsocketProtocol,
        # One process: states live in its memory. An access log would hold authKeys.
        workers=1,
        access_log=False,
        log_config=None,
        proxy_headers=True,
        forwarded_allow_ips=settings.tossbill_trusted_proxies,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=128 * 1024,
    )
    config.load_app()  # before there is an event loop
    server = Server(config, on_listening, on_stopping)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(FAILED)
