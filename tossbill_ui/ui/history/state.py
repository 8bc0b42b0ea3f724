"""State of the history page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline import Page, Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import Cursor
from tossbill_ui.ui.history import view
from tossbill_ui.ui.history.chart import Chart
from tossbill_ui.ui.history.filters import Choice, Option, from_query
from tossbill_ui.ui.history.rows import Month
from tossbill_ui.ui.shared.brand import BrandState, address
from tossbill_ui.ui.shared.page_state import caller_of, query_of, updates

LIST_ID = "history-list"
Find = Callable[[Runtime, Actor, Wanted], Awaitable[Page]]


class HistoryState(rx.State):
    """A page of the customer's history, and its filters."""

    months: tuple[Month, ...] = ()
    phase: str = "loading"
    chosen: dict[str, str] = vars(Choice()).copy()
    problem: str = ""
    periods: tuple[Option, ...] = (Option(),)
    subscriptions: tuple[Option, ...] = (Option(),)
    many: str = "no"
    chart: Chart = Chart()
    has_newer: bool = False
    has_older: bool = False
    csv: str = view.CSV_PATH
    paper: str = view.PAPER_PATH
    printed: str = ""
    stale: bool = False
    # The filters as a query; ``move`` counts changes made by the reader, ``visit`` those made by
    # the address.
    query: str = ""
    move: int = 0
    visit: int = 0
    _anchor: Cursor | None = None
    _first: Cursor | None = None
    _last: Cursor | None = None

    @rx.event(background=True)
    async def load(self) -> None:
        """Show the lines that the address selects and follow them until the tab closes."""
        async with self:
            self._follow(from_query(query_of(self)))
        async for _ in updates(self):
            async with self:
                await self._show()

    @rx.event
    async def choose(self, field: str, value: str) -> None:
        """Change one filter and start again with the newest lines."""
        await self._choose(from_query(self.chosen).but(**{str(field): str(value)}))

    @rx.event
    async def clear(self) -> None:
        await self._choose(Choice())

    @rx.event
    async def older(self) -> AsyncGenerator[rx.event.EventSpec]:
        last = self._last
        if last and self.has_older:
            await self._show(partial(timeline.older, than=last))
            yield rx.set_focus(LIST_ID)

    @rx.event
    async def newer(self) -> AsyncGenerator[rx.event.EventSpec]:
        first = self._first
        if first and self.has_newer:
            await self._show(partial(timeline.newer, than=first))
            yield rx.set_focus(LIST_ID)

    @rx.event
    async def again(self) -> None:
        await self._show()

    def _follow(self, choice: Choice) -> None:
        """Take the filters of the address; unchanged ones keep the current page of lines."""
        if vars(choice) == self.chosen:
            return
        self.chosen, self.query = vars(choice).copy(), urlencode(choice.query)
        self._anchor = self._first = self._last = None
        self.visit += 1

    async def _choose(self, choice: Choice) -> None:
        """Show the newest lines of a choice, and update the address and the language switch."""
        self.chosen, self.query = vars(choice).copy(), urlencode(choice.query)
        self.move += 1
        brand = await self.get_state(BrandState)
        brand._stay_at(address("/history/", choice.query))
        await self._show(timeline.older)

    async def _again(self, rt: Runtime, actor: Actor, wanted: Wanted) -> Page:
        return await timeline.again(rt, actor, wanted, anchor=self._anchor, last=self._last)

    async def _show(self, find: Find | None = None) -> None:
        """Show a page of lines; if it cannot be read, the old one stays."""
        rt, actor, choice = runtime.current(), caller_of(self), from_query(self.chosen)
        try:
            page = await (find or self._again)(rt, actor, choice.wanted)
            seen = await view.page_content(rt, actor, choice, page)
        except (SQLAlchemyError, OSError):
            view.log.exception("the history could not be read")
            self.stale = True
            return
        self._anchor = page.anchor
        self._first, self._last = seen.first, seen.last
        self.has_newer, self.has_older = page.has_newer, page.has_older
        for name, value in seen.shown.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
        self.stale = False
