"""State of the start page."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.ui.home import view
from tossbill_ui.ui.home.view import Mine
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.plans.view import HomeView, PlanCard
from tossbill_ui.ui.shared.page_state import caller_of


class HomeState(rx.State):
    """The customer's subscriptions and the plans on offer.

    Those beyond the prerendered ones are in ``more_mine`` and ``more``.
    """

    shown: HomeView = plans_view.home_view([])
    mine: tuple[Mine, ...] = view.painted([])
    more_mine: tuple[Mine, ...] = ()
    cards: tuple[PlanCard, ...] = plans_view.painted([])
    more: tuple[PlanCard, ...] = ()

    @rx.event
    async def load(self) -> None:
        found = await view.home(runtime.current(), caller_of(self))
        self.shown = found.shown
        self.mine, self.more_mine = view.painted(found.mine), found.mine[view.PAINTED :]
        self.cards = plans_view.painted(found.cards)
        self.more = found.cards[plans_view.PAINTED :]
