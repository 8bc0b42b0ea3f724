"""State of the page of sessions."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers import sessions
from tossbill_ui.customers.session import actor_of
from tossbill_ui.ui.sessions import text, view
from tossbill_ui.ui.sessions.view import SessionRow
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.page_state import caller_of, session_of, updates
from tossbill_ui.ui.shared.view_rows import ABSENT


class SessionsState(rx.State):
    """The customer's sessions; those beyond the prerendered ones are in ``more``."""

    rows: tuple[SessionRow, ...] = view.painted([])
    more: tuple[SessionRow, ...] = ()
    phase: str = "loading"
    others: str = ABSENT
    # The result of the last press; each ``turn`` moves the focus there.
    notice: str = ""
    turn: int = 0
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the sessions and follow them until the tab closes, which ends this event."""
        async for _ in updates(self):
            async with self:
                await self._show()
                self.busy = False

    @rx.event
    async def end(self, session_id: str):  # noqa: ANN201
        """End one session; the page of one's own is left."""
        wanted, own = str(session_id), session_of(self)
        if self.busy or own is None:
            return None
        try:
            await sessions.revoke(runtime.current(), caller_of(self), wanted)
        except NotFound:
            await self._say(text.GONE())
            return None
        if wanted == own.id:
            return BrandState.sign_out
        await self._say(text.ENDED())
        return None

    @rx.event
    async def end_others(self) -> None:
        """End every session but this one."""
        own = session_of(self)
        if self.busy or own is None:
            return
        rt, actor = runtime.current(), actor_of(own)
        await sessions.revoke_others(rt, actor, customer_id=own.customer_id, but=own.id)
        await self._say(text.ENDED_OTHERS())

    async def _say(self, notice: str) -> None:
        self.notice = notice
        self.turn += 1
        await self._show()

    async def _show(self) -> None:
        found = await view.rows(runtime.current(), session_of(self))
        self.rows, self.more = view.painted(found), found[view.PAINTED :]
        self.phase, self.others = view.phase(found), view.others(found)
