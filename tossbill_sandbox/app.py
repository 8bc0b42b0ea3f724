"""The sandbox as an ASGI app, to be mounted or run alone."""

from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tossbill_sandbox import assets
from tossbill_sandbox.api.dispatch import Api
from tossbill_sandbox.control.control import Control
from tossbill_sandbox.control.panel import Panel
from tossbill_sandbox.control.state import Keeper
from tossbill_sandbox.control.webhook_control import WebhookControl
from tossbill_sandbox.store.clock import Clock, SystemClock, Told, VirtualClock
from tossbill_sandbox.store.request_log import RequestLog
from tossbill_sandbox.store.schema import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY
from tossbill_sandbox.store.store import IN_MEMORY, Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import webhooks
from tossbill_sandbox.webhooks.delivery import Postman
from tossbill_sandbox.window.window import Window

__all__ = ["SANDBOX_CLIENT_KEY", "SANDBOX_SECRET_KEY", "Sandbox", "create_app"]


class Sandbox(Starlette):
    """Toss in a box. Its addresses respect the ``root_path`` it is mounted under."""

    def __init__(self, store: Store, keeper: Keeper, postman: Postman, mailbox: str = "") -> None:
        self._store = store
        self._keeper = keeper
        self._postman = postman
        clock, switches = keeper.clock, keeper.switches
        self._api = Api(store, clock, switches)
        log = RequestLog(clock)
        hooks = WebhookControl(store, clock, switches, postman)
        super().__init__(
            routes=[
                *self._api.routes(),
                *Window(store, clock, switches).routes(),
                *Control(store, self._api, keeper, hooks.commands()).routes(),
                *hooks.routes(),
                *Panel(store, keeper, log, mailbox).routes(),
                *assets.routes(switches),
            ],
            exception_handlers={404: self._api.no_route},
        )
        self._serve = log.around(super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve. A mounted app has no lifespan, so the first request starts the box."""
        await self.start()
        await self._serve(scope, receive, send)

    async def start(self) -> None:
        """Read time and switches from the file, and begin to send webhooks; once."""
        await self._keeper.ready()
        self._postman.start()

    async def aclose(self) -> None:
        """Finish what is under way and close the file. Nothing needs to be opened first."""
        await self._api.aclose()
        await self._postman.aclose()
        await self._store.aclose()

    def close(self) -> None:
        """Close the file when the event loop that served is gone, and all tasks with it."""
        self._store.close()


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
    told: Told | None = None,
) -> Sandbox:
    """Build the sandbox over its own SQLite file, which is opened on first use.

    Args:
        database: The file; made with its folder when it does not exist. Without one, everything
            is forgotten at the end.
        clock: Where the time comes from, until the control API moves it.
        switches: How the unknowns of Toss are set, until the control API changes them.
        seed: What a new file draws its ids and faults from; random if None.
        followed: Whether an app walks the clock to where it is sent, one thing that is due after
            the other; else it jumps.
        webhook_transport: How webhooks travel, for example ``httpx.ASGITransport(your_app)``;
            over real sockets if not given.
        mailbox: Where a shop on the same address lists its mail to customers, for the panel to
            show: ``{"letters": [{"id", "subject", "body", "address", "created_at"}]}``.
        webhook_url: An address that webhooks are sent to from the start, as if it had been
            registered; one that somebody removes stays removed.
        told: Hears the present at the start and whenever somebody has moved the clock, and
            whether it stands still; for an app in the same process.
    """
    store, virtual = Store(database, seed), VirtualClock(clock or SystemClock(), told)
    keeper = Keeper(
        store,
        virtual,
        switches or Switches(),
        database=database,
        seed=seed,
        followed=followed,
        webhook_url=webhook_url,
    )
    keeper.sources.append(lambda connection, _: webhooks.next_due_at(connection))
    postman = Postman(store, virtual, keeper.switches, webhook_transport)
    return Sandbox(store, keeper, postman, mailbox)
