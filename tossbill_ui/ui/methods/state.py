"""State of the page of payment methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.methods import actions, view
from tossbill_ui.ui.methods.view import MethodRow
from tossbill_ui.ui.shared.page_state import caller_of, updates

Act = Callable[[Runtime, Actor, str], Awaitable[str]]


class MethodsState(rx.State):
    """The customer's methods; those beyond the prerendered ones are in ``more``."""

    rows: tuple[MethodRow, ...] = view.painted([])
    more: tuple[MethodRow, ...] = ()
    phase: str = "loading"
    # The method that the customer is asked about.
    asked: str = ""
    # The result of the last press; each ``turn`` moves the focus there.
    notice: str = ""
    turn: int = 0
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the methods and follow them until the tab closes, which ends this event."""
        async for _ in updates(self):
            async with self:
                await self._show()
                self.busy = False

    @rx.event
    def ask(self, method_id: str) -> None:
        self.asked, self.notice = str(method_id), ""

    @rx.event
    def keep(self) -> None:
        self.asked = ""

    @rx.event
    async def remove(self, method_id: str):  # noqa: ANN201
        """Remove a method."""
        if self.busy:
            return
        self.asked, self.busy = "", True
        yield
        await self._act(actions.remove, method_id)

    @rx.event
    async def choose_default(self, method_id: str) -> None:
        """Make a method the default."""
        if not self.busy:
            await self._act(actions.choose_default, method_id)

    async def _act(self, act: Act, method_id: str) -> None:
        """Act on a method that the page names, and show the result."""
        try:
            self.notice = await act(runtime.current(), caller_of(self), str(method_id))
        finally:
            self.busy = False
        self.turn += 1
        await self._show()

    async def _show(self) -> None:
        found = await view.rows(runtime.current(), caller_of(self))
        self.rows, self.more = view.painted(found), found[view.PAINTED :]
        self.phase = view.phase(found)
