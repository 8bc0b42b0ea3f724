"""The sandbox as an ASGI app, mounted in another app or run standalone."""

from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tossbill_sandbox import assets, language
from tossbill_sandbox.api.dispatch import Api
from tossbill_sandbox.control import unknown
from tossbill_sandbox.control.control import Control
from tossbill_sandbox.control.panel import Panel
from tossbill_sandbox.control.state import SandboxState
from tossbill_sandbox.control.webhook_control import WebhookControl
from tossbill_sandbox.store.clock import Clock, ClockListener, SystemClock, VirtualClock
from tossbill_sandbox.store.request_log import RequestLog
from tossbill_sandbox.store.schema import (
    DOCS_CLIENT_KEY,
    DOCS_SECRET_KEY,
    SANDBOX_CLIENT_KEY,
    SANDBOX_SECRET_KEY,
)
from tossbill_sandbox.store.store import IN_MEMORY, Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import webhooks
from tossbill_sandbox.webhooks.delivery import WebhookSender
from tossbill_sandbox.window.window import Window

__all__ = [
    "DOCS_CLIENT_KEY",
    "DOCS_SECRET_KEY",
    "SANDBOX_CLIENT_KEY",
    "SANDBOX_SECRET_KEY",
    "Sandbox",
    "create_app",
]


class Sandbox(Starlette):
    """The sandbox app. Its URLs respect the ``root_path`` it is mounted under."""

    def __init__(
        self,
        store: Store,
        state: SandboxState,
        sender: WebhookSender,
        mailbox: str = "",
        *,
        any_key: bool = False,
    ) -> None:
        self._store = store
        self._state = state
        self._sender = sender
        clock, switches = state.clock, state.switches
        self._api = Api(store, clock, switches, any_key=any_key)
        log = RequestLog(clock)
        hooks = WebhookControl(store, clock, switches, sender)
        super().__init__(
            routes=[
                # Before the API, whose 404 would answer for the scripts under /v1.
                *assets.routes(switches),
                *self._api.routes(),
                *Window(store, clock, switches, any_key=any_key).routes(),
                *Control(store, self._api, state, hooks.commands()).routes(),
                *hooks.routes(),
                *Panel(store, state, log, mailbox).routes(),
            ],
            exception_handlers={
                404: self._not_found,
                ClientDisconnect: _hung_up,
                405: self._wrong_method,
            },
        )
        # Starlette's redirect repeats the `Host` header; endpoints say if they forgive a slash.
        self.router.redirect_slashes = False
        self._serve = log.around(super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the first one starts the sandbox, as a mounted app has no lifespan."""
        await self.start()
        await self._serve(scope, receive, send)

    async def _not_found(self, request: Request, error: Exception) -> Response:
        """Return Toss's 404 for a path that has ``/v1``, a sentence in JSON, or a page."""
        root: str = request.scope.get("root_path", "")
        path: str = request.scope["path"].removeprefix(root)
        if "/v1/" in path:
            return await self._api.no_route(request)
        if path.startswith(unknown.CONTROL):
            return unknown.call(request)
        # Browsers name a language; other clients' users read English.
        accepted = request.headers.get("accept-language", "en")
        language.speak(language.choose(request.query_params, accepted))
        words = language.text(
            "여기에는 아무것도 없어요. API는 {api}에, 패널은 {panel}에 있어요.",
            api=f"{root}/v1/",
            panel=f"{root}/",
        )
        return PlainTextResponse(f"{words}\n", 404)

    async def _wrong_method(self, request: Request, error: Exception) -> Response:
        return unknown.method(request, self.routes)

    async def start(self) -> None:
        """Load clock and switches from the file and start sending webhooks; idempotent."""
        await self._state.ready()
        self._sender.start()

    async def aclose(self) -> None:
        """Wait for requests in progress, stop sending webhooks and close the file."""
        await self._api.aclose()
        await self._sender.aclose()
        await self._store.aclose()

    def close(self) -> None:
        """Close the file after the event loop that served it, and all its tasks, are gone."""
        self._store.close()


async def _hung_up(_: Request, __: Exception) -> Response:
    """Return what nobody receives: the client hung up before its request was whole."""
    return Response(status_code=400)


def create_app(
    *,
    database: Path = Path(IN_MEMORY),
    clock: Clock | None = None,
    switches: Switches | None = None,
    seed: str | None = None,
    followed: bool = False,
    webhook_transport: httpx.AsyncBaseTransport | None = None,
    mailbox: str = "",
    webhook_url: str = "",
    any_key: bool = False,
    on_clock_change: ClockListener | None = None,
) -> Sandbox:
    """Build a sandbox on its own SQLite file, which is opened on first use.

    Args:
        database: The file; created with its folder if it does not exist. By default the sandbox
            lives in memory and is lost at exit.
        clock: The time source, until the control API moves the clock.
        switches: Initial values of the switches, until the control API changes them.
        seed: The seed of a new file's ids and faults; random if None.
        followed: Whether an app steps the clock to its target, from one due event to the next;
            otherwise the clock jumps.
        webhook_transport: The transport for webhooks, for example
            ``httpx.ASGITransport(your_app)``; real sockets by default.
        mailbox: URL at which a shop on the same host lists its mail to customers, for the panel:
            ``{"letters": [{"id", "subject", "body", "address", "created_at"}]}``.
        webhook_url: A URL registered for webhooks from the start; once removed by a user, it
            stays removed.
        any_key: Whether test keys that nobody registered work. A server's first exchange
            or confirm of what a window made pairs a client key with a secret key.
        on_clock_change: Called with the current time and whether the clock is stopped, at startup
            and whenever the clock was moved; for an app in the same process.
    """
    store, virtual = Store(database, seed), VirtualClock(clock or SystemClock(), on_clock_change)
    state = SandboxState(
        store,
        virtual,
        switches or Switches(),
        database=database,
        seed=seed,
        followed=followed,
        webhook_url=webhook_url,
    )
    state.sources.append(lambda connection, _: webhooks.next_due_at(connection))
    sender = WebhookSender(store, virtual, state.switches, webhook_transport)
    return Sandbox(store, state, sender, mailbox, any_key=any_key)
