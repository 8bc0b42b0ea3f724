"""``/``: the customer's subscriptions in short, then the plans on offer.

Without plans, an introduction and the registration link.
"""

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.element import Slot, Slots, element, label
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.status import status_chip
from tossbill_ui.ui.home import text
from tossbill_ui.ui.home.state import HomeState
from tossbill_ui.ui.home.view import PAINTED as MINE
from tossbill_ui.ui.home.view import Mine
from tossbill_ui.ui.plans.text import PRICE_WITH_TAX
from tossbill_ui.ui.plans.view import PAINTED, PlanCard

row = Slots(HomeState.shown, "home_")


def home_page() -> rx.Component:
    """Return the start page."""
    return page(
        element(
            rx.el.div,
            element(rx.el.h1, row["title"], class_name="title"),
            _mine(),
            rx.el.h2(label(text.PLANS), class_name="title when-mine"),
            element(rx.el.p, row["body"], class_name="lead"),
            _plans(),
            bottom(_register()),
            fills={"data-view": row["view"], "data-mine": row["mine"]},
            class_name="home",
        ),
        at="/",
    )


def _mine() -> rx.Component:
    return rx.el.div(
        *(_one_of_mine(Slots(HomeState.mine[number], f"mine{number}_")) for number in range(MINE)),
        rx.foreach(HomeState.more_mine, _unpainted_of_mine),
        button_link(text.MANAGE, href="/subscription/"),
        class_name="mine when-mine",
    )


def _unpainted_of_mine(of: Mine) -> rx.Component:
    """Return a subscription that is not prerendered; the state fills it."""
    return _one_of_mine(Slots(of, "more_mine_"))


def _one_of_mine(of: Slots) -> rx.Component:
    return card(
        rx.el.div(
            element(rx.el.h2, of["plan"]),
            status_chip(of["status"], fills={"data-tone": of["tone"]}),
            class_name="subscription-head",
        ),
        element(rx.el.p, of["what"]),
        tag=rx.el.div,
        fills={"data-testid": of["testid"]},
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
        amount(of["price"], PRICE_WITH_TAX),
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
