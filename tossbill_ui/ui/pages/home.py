"""``/``: the plans on offer; without any, what this is and the one way on."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.rows import row_link, rows
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.plans import PAINTED, PlanCard
from tossbill_ui.ui.states.home import HomeState
from tossbill_ui.ui.text import cards
from tossbill_ui.ui.text import plans as plan_text

shown = HomeState.shown


def home_page() -> rx.Component:
    """Show what can be done here."""
    return page(
        filled(
            rx.el.div,
            slot(rx.el.h1, "home_title", shown["title"], class_name="title"),
            slot(rx.el.p, "home_body", shown["body"], class_name="lead"),
            _plans(),
            _rows(),
            _register(),
            fill={"data-view": "home_view"},
            attrs={"data-view": shown["view"]},
            class_name="home",
        ),
    )


def _plans() -> rx.Component:
    return rx.el.ul(
        *(_card(HomeState.cards[number], f"plan{number}_") for number in range(PAINTED)),
        rx.foreach(HomeState.more, _card),
        class_name="plans",
    )


def _card(card: PlanCard, slots: str = "more_") -> rx.Component:
    """Return one plan; a name of slots that nobody fills leaves it to the state."""
    return filled(
        rx.el.li,
        slot(rx.el.h2, f"{slots}name", card["name"], class_name="plan-name"),
        rx.el.p(
            slot(rx.el.strong, f"{slots}price", card["price"]),
            rx.el.span(say(plan_text.PRICE_WITH_TAX), class_name="fine"),
            class_name="plan-price",
        ),
        slot(rx.el.p, f"{slots}happens", card["happens"], class_name="plan-happens"),
        slot(
            link,
            f"{slots}action",
            card["action"],
            fill={"href": f"{slots}href"},
            href=card["href"],
            class_name="button",
        ),
        fill={"data-shown": f"{slots}shown", "data-testid": f"{slots}testid"},
        attrs={"data-shown": card["shown"], "data-testid": card["testid"]},
        class_name="plan",
    )


def _rows() -> rx.Component:
    return rows(
        row_link(plan_text.TO_SUBSCRIPTION, "/subscription/"),
        row_link(cards.HOME_HISTORY, "/history/"),
    )


def _register() -> rx.Component:
    return rx.el.div(
        slot(
            link,
            "home_register",
            shown["register"],
            fill={"class": "home_register_class"},
            href="/register/",
            attrs={"data-testid": "home-register"},
            class_name=shown["register_class"],
        ),
        class_name="bottom",
    )
