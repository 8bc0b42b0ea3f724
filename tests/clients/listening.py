"""A web server of this process on a free port, for clients that bring their own bytes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tossbill_sandbox.standalone import listen


@contextmanager
def listening(app: ASGIApp, **options: Any) -> Generator[int]:
    """Serve an app in a thread, and return its port."""
    server = uvicorn.Server(uvicorn.Config(app, **options))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
