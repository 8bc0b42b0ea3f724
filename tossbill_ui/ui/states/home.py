"""The first page."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.ui import plans
from tossbill_ui.ui.plans import HomeView, PlanCard
from tossbill_ui.ui.states.page import caller_of


class HomeState(rx.State):
    """The plans on offer; those that no slot has room for stand in ``more``."""

    shown: HomeView = plans.home_view([])
    cards: list[PlanCard] = plans.painted([])
    more: list[PlanCard] = []

    @rx.event
    async def load(self) -> None:
        found = await plans.cards(runtime.current(), caller_of(self))
        self.shown = plans.home_view(found)
        self.cards, self.more = plans.painted(found), found[plans.PAINTED :]
