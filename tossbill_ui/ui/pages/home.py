"""``/``: the plans on offer; without any, what this is and the one way on."""

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.rows import row_link, rows
from tossbill_ui.ui.components.words import Slots, holding, worded
from tossbill_ui.ui.plans import PAINTED, PlanCard
from tossbill_ui.ui.states.home import HomeState
from tossbill_ui.ui.text import cards
from tossbill_ui.ui.text import plans as plan_text

row = Slots(HomeState.shown, "home_")


def home_page() -> rx.Component:
    """Show what can be done here."""
    return page(
        holding(
            rx.el.div,
            worded(rx.el.h1, row["title"], class_name="title"),
            worded(rx.el.p, row["body"], class_name="lead"),
            _plans(),
            rows(
                row_link(plan_text.TO_SUBSCRIPTION, "/subscription/"),
                row_link(cards.HOME_HISTORY, "/history/"),
            ),
            bottom(_register()),
            fills={"data-view": row["view"]},
            class_name="home",
        ),
    )


def _plans() -> rx.Component:
    return rx.el.ul(
        *(_plan(Slots(HomeState.cards[number], f"plan{number}_")) for number in range(PAINTED)),
        rx.foreach(HomeState.more, _unpainted),
        class_name="plans",
    )


def _unpainted(of: PlanCard) -> rx.Component:
    """Return a plan whose slots nobody fills: the state brings it."""
    return _plan(Slots(of, "more_"))


def _plan(of: Slots) -> rx.Component:
    return card(
        worded(rx.el.h2, of["name"]),
        amount(of["price"], plan_text.PRICE_WITH_TAX),
        worded(rx.el.p, of["happens"]),
        button_link(of["action"], fills={"href": of["href"]}),
        element=rx.el.li,
        fills={"data-shown": of["shown"], "data-testid": of["testid"]},
        class_name="plan",
    )


def _register() -> rx.Component:
    """Return the way to a payment method alone: the page's button where there are no plans."""
    return worded(
        link,
        row["register"],
        fills={"class": row["register_class"]},
        href="/register/",
        attrs={"data-testid": "home-register"},
        class_name=HomeState.shown["register_class"],
    )
