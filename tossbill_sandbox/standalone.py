"""The sandbox as a standalone program."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from tossbill_sandbox.app import Sandbox, create_app


def standalone(sandbox: Sandbox) -> Starlette:
    """Mount a sandbox at the same path as the app does; it starts and stops with the server."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await sandbox.start()
        yield
        await sandbox.aclose()

    routes = [Mount("/sandbox", app=sandbox), Route("/", RedirectResponse("/sandbox/"))]
    return Starlette(routes=routes, lifespan=lifespan)


def serve(*, port: int, database: Path, seed: str | None = None) -> None:
    """Serve on localhost until stopped."""
    uvicorn.run(
        standalone(create_app(database=database, seed=seed)),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
