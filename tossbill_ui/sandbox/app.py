"""The sandbox as an ASGI app, to be mounted or run alone."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tossbill_ui.sandbox import assets
from tossbill_ui.sandbox.api import Api
from tossbill_ui.sandbox.clock import Clock, SystemClock, VirtualClock
from tossbill_ui.sandbox.control import Control
from tossbill_ui.sandbox.keeper import Keeper
from tossbill_ui.sandbox.schema import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY
from tossbill_ui.sandbox.store import Store
from tossbill_ui.sandbox.switches import Switches
from tossbill_ui.sandbox.window import Window

__all__ = ["SANDBOX_CLIENT_KEY", "SANDBOX_SECRET_KEY", "Sandbox", "create_app"]


class Sandbox(Starlette):
    """Toss in a box. Its addresses respect the ``root_path`` it is mounted under."""

    def __init__(self, store: Store, keeper: Keeper) -> None:
        self._store = store
        self._keeper = keeper
        self._api = Api(store, keeper.clock, keeper.switches)
        window = Window(store, keeper.clock, keeper.switches)
        super().__init__(
            routes=[
                *self._api.routes(),
                *window.routes(),
                *Control(store, self._api, keeper).routes(),
                *assets.routes(),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve. A mounted app has no lifespan, so the first request reads the file."""
        await self._keeper.ready()
        await super().__call__(scope, receive, send)

    async def aclose(self) -> None:
        """Finish what is under way and close the file. Nothing needs to be opened first."""
        await self._api.aclose()
        await self._store.aclose()


def create_app(
    *,
    database: Path,
    clock: Clock | None = None,
    switches: Switches | None = None,
    seed: str | None = None,
) -> Sandbox:
    """Build the sandbox over its own SQLite file, which is opened on first use.

    Args:
        database: The file; made with its folder when it does not exist.
        clock: Where the time comes from, until the control API moves it.
        switches: How the unknowns of Toss are set, until the control API changes them.
        seed: What a new file draws its ids and faults from; random if None.
    """
    store = Store(database, seed)
    virtual, initial = VirtualClock(clock or SystemClock()), switches or Switches()
    return Sandbox(store, Keeper(store, virtual, initial, database=database, seed=seed))
