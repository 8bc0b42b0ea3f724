"""The sandbox as an ASGI app, to be mounted or run alone."""

from pathlib import Path

from starlette.applications import Starlette

from tossbill_ui.sandbox import assets
from tossbill_ui.sandbox.api import Api
from tossbill_ui.sandbox.clock import Clock, SystemClock
from tossbill_ui.sandbox.control import Control
from tossbill_ui.sandbox.schema import SANDBOX_CLIENT_KEY, SANDBOX_SECRET_KEY
from tossbill_ui.sandbox.store import Store
from tossbill_ui.sandbox.switches import Switches
from tossbill_ui.sandbox.window import Window

__all__ = ["SANDBOX_CLIENT_KEY", "SANDBOX_SECRET_KEY", "Sandbox", "create_app"]


class Sandbox(Starlette):
    """Toss in a box. Its addresses respect the ``root_path`` it is mounted under."""

    def __init__(self, store: Store, clock: Clock, switches: Switches) -> None:
        self._store = store
        self._api = Api(store, clock, switches)
        window = Window(store, clock, switches)
        super().__init__(
            routes=[
                *self._api.routes(),
                *window.routes(),
                *Control(store).routes(),
                *assets.routes(switches),
            ]
        )

    async def aclose(self) -> None:
        """Finish what is under way and close the file. Nothing needs to be opened first."""
        await self._api.aclose()
        await self._store.aclose()


def create_app(
    *, database: Path, clock: Clock | None = None, switches: Switches | None = None
) -> Sandbox:
    """Build the sandbox over its own SQLite file, which is opened on first use.

    Args:
        database: The file; made with its folder when it does not exist.
        clock: Where the time comes from.
        switches: How the unknowns of Toss are set.
    """
    return Sandbox(Store(database), clock or SystemClock(), switches or Switches())
