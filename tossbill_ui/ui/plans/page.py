"""``/``: the plans on offer; without plans, an introduction and the registration link."""

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.element import Slot, Slots, element
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.rows import row_link, rows
from tossbill_ui.ui.plans import text
from tossbill_ui.ui.plans.state import HomeState
from tossbill_ui.ui.plans.view import PAINTED, PlanCard
from tossbill_ui.ui.shared.text import frame

row = Slots(HomeState.shown, "home_")


def home_page() -> rx.Component:
    """Return the start page."""
    return page(
        element(
            rx.el.div,
            element(rx.el.h1, row["title"], class_name="title"),
            element(rx.el.p, row["body"], class_name="lead"),
            _plans(),
            rows(
                row_link(text.TO_SUBSCRIPTION, "/subscription/"),
                row_link(frame.HOME_HISTORY, "/history/"),
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
    """Return a plan that is not prerendered; the state fills it."""
    return _plan(Slots(of, "more_"))


def _plan(of: Slots) -> rx.Component:
    return card(
        element(rx.el.h2, of["name"]),
        amount(of["price"], text.PRICE_WITH_TAX),
        element(rx.el.p, of["happens"]),
        button_link(of["action"], fills={"href": of["href"]}),
        tag=rx.el.li,
        fills={"data-shown": of["shown"], "data-testid": of["testid"]},
        class_name="plan",
    )


def _register() -> rx.Component:
    """Return the link to registration without a plan; the main button where there are no plans."""
    return element(
        link,
        row["register"],
        fills={"class": Slot(row["register_class"].name)},
        href="/register/",
        attrs={"data-testid": "home-register"},
        class_name=HomeState.shown.register_class,
    )
