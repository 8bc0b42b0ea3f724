"""The sandbox as a standalone program."""

import socket
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from tossbill_sandbox.app import Sandbox, create_app
from tossbill_sandbox.control.local_only import NearNetworks, Network
from tossbill_sandbox.server import OPTIONS
from tossbill_sandbox.store.store import IN_MEMORY, Store, UnusableFile

__all__ = [
    "UnusableFile",
    "is_open_to_others",
    "listen",
    "prepare",
    "serve",
    "standalone",
    "url_of",
]

ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - looked up, not bound


def standalone(sandbox: Sandbox) -> Starlette:
    """Mount a sandbox where the app does, and at the root; it starts and stops with the server.

    At the root, for clients of Toss's API that replace the host and no more.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await sandbox.start()
        yield
        await sandbox.aclose()

    panel = RedirectResponse("/sandbox/")
    routes = [
        Route("/", panel),
        Route("/sandbox", panel),
        Mount("/sandbox", app=sandbox),
        Mount("/", app=sandbox),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def listen(host: str, port: int) -> socket.socket:
    """Bind an address; port 0 takes a free one.

    Raises:
        OSError: It cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        [(*_, address), *_] = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (UnicodeError, TypeError) as error:
        raise OSError(str(error)) from error
    bound = socket.create_server(address, family=family, backlog=2048)
    # asyncio turns off Nagle's algorithm, which costs 40 ms a response, only if TCP is named.
    return socket.socket(family, bound.type, socket.IPPROTO_TCP, fileno=bound.detach())


def url_of(listener: socket.socket) -> str:
    """Return the URL at which this machine reaches a server."""
    host, port = listener.getsockname()[:2]
    if host in ANYWHERE or host == "127.0.0.1":
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_open_to_others(listener: socket.socket) -> bool:
    """Return whether a server listens at every address of this machine."""
    return listener.getsockname()[0] in ANYWHERE


def prepare(database: Path, seed: str | None) -> None:
    """Create or migrate the file, before anybody is told that there is a sandbox.

    Raises:
        UnusableFile: No sandbox can use it.
    """
    if str(database) != IN_MEMORY:
        Store(database, seed).prepare()


def serve(
    listener: socket.socket,
    *,
    database: Path,
    seed: str | None = None,
    any_key: bool = False,
    control_from: Sequence[Network] = (),
) -> None:
    """Serve until stopped.

    Args:
        listener: The bound socket.
        database: The SQLite file.
        seed: The seed of a new file's ids and faults; random if None.
        any_key: Whether test keys that nobody registered work.
        control_from: Networks whose callers may use the panel and the control API, besides this
            machine.
    """
    app = NearNetworks(
        standalone(create_app(database=database, seed=seed, any_key=any_key)), control_from
    )
    uvicorn.Server(uvicorn.Config(app, **OPTIONS)).run(sockets=[listener])
