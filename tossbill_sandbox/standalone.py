"""The sandbox as a program of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from tossbill_sandbox.app import Sandbox, create_app


def standalone(sandbox: Sandbox) -> Starlette:
    """Mount a sandbox where the app has it too, and start and stop it with the server."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await sandbox.start()
        yield
        await sandbox.aclose()

    routes = [Mount("/sandbox", app=sandbox), Route("/", RedirectResponse("/sandbox/"))]
    return Starlette(routes=routes, lifespan=lifespan)


def serve(*, port: int, database: Path, seed: str | None = None) -> None:
    """Serve on this machine until stopped."""
    uvicorn.run(
        standalone(create_app(database=database, seed=seed)),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
