"""The history page."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.payment_methods import history, removal
from tossbill_ui.payment_methods.models import MethodStatus
from tossbill_ui.payment_methods.repository import HistoryFilter
from tossbill_ui.subscriptions.methods import remove_method
from tossbill_ui.ui.states.page import looks, session_of
from tossbill_ui.ui.text import ko
from tossbill_ui.ui.text.refusals import REFUSALS
from tossbill_ui.ui.views import HistoryRow, history_row

REMOVAL_SECONDS = 3.0


class HistoryState(rx.State):
    """A page of the customer's history, and the removal of a method."""

    rows: list[HistoryRow] = []
    phase: str = "loading"
    kind: str = HistoryFilter.ALL
    page: int = 1
    pages: int = 1
    total: int = 0
    asked: str = ""
    notice: str = ""

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the history and follow it until the tab goes away, which ends this event."""
        async with self:
            session = session_of(self)
        async for _ in looks(session):
            async with self:
                await self._show(self.kind, self.page)

    @rx.event
    async def choose(self, kind: str) -> None:
        await self._show(str(kind), 1)

    @rx.event
    async def turn(self, step: int) -> None:
        await self._show(self.kind, self.page + (1 if step == 1 else -1))

    @rx.event
    def ask(self, method_id: str) -> None:
        self.asked, self.notice = str(method_id), ""

    @rx.event
    def keep(self) -> None:
        self.asked = ""

    @rx.event
    async def remove(self, method_id: str) -> None:
        """Remove a method; whose it is, the service decides."""
        rt, session = runtime.current(), session_of(self)
        self.asked = ""
        try:
            await remove_method(rt, session, str(method_id))
            method = await removal.wait(rt, session, str(method_id), seconds=REMOVAL_SECONDS)
        except NotFound:
            self.notice = ko.REMOVE_REFUSED
        except Conflict as refused:
            self.notice = REFUSALS[refused.code]()
        else:
            self.notice = {
                MethodStatus.REMOVED: ko.REMOVE_DONE,
                MethodStatus.REMOVING: ko.REMOVE_IN_DOUBT,
                MethodStatus.ACTIVE: ko.REMOVE_REFUSED,
            }[MethodStatus(method.status)]
        await self._show(self.kind, self.page)

    async def _show(self, kind: str, page: int) -> None:
        found = await history.history(runtime.current(), session_of(self), kind=kind, page=page)
        self.kind = kind if kind in set(HistoryFilter) else HistoryFilter.ALL
        rows = [history_row(outcome) for outcome in found.outcomes]
        if rows != self.rows:
            self.rows = rows
        self.page, self.pages, self.total = found.number, found.pages, found.total
        self.phase = "rows" if rows else "empty"
