"""State of the start page."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.ui.plans import view
from tossbill_ui.ui.plans.view import HomeView, PlanCard
from tossbill_ui.ui.shared.page_state import caller_of


class HomeState(rx.State):
    """The plans on offer; those beyond the prerendered ones are in ``more``."""

    shown: HomeView = view.home_view([])
    cards: tuple[PlanCard, ...] = view.painted([])
    more: tuple[PlanCard, ...] = ()

    @rx.event
    async def load(self) -> None:
        found = await view.cards(runtime.current(), caller_of(self))
        self.shown = view.home_view(found)
        self.cards, self.more = view.painted(found), found[view.PAINTED :]
