"""The questions of ``/subscription/``: each takes the whole page, asks once, and leads back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.buttons import back, bottom, button, button_link
from tossbill_ui.ui.components.choices import choice, choices
from tossbill_ui.ui.components.element import Slot, Words, element, label
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.shared.methods import PayChoice
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK
from tossbill_ui.ui.subscription import change_text, text
from tossbill_ui.ui.subscription.change_view import PlanChoice
from tossbill_ui.ui.subscription.panel_paint import LEAVE, OPTIONS
from tossbill_ui.ui.subscription.state import SubscriptionState

State = SubscriptionState
PAGE = "/subscription/"


def panels() -> list[tuple[str, rx.Component]]:
    """Return every question with the name of its panel."""
    return [
        ("cancel", _cancel()),
        ("method", _method()),
        ("plan", _plan()),
        ("change", _change()),
        ("price", _price()),
        ("pause", _pause()),
    ]


def _question(name: str, title: Words, *answers: rx.Component) -> rx.Component:
    """Return a question; its title takes the focus, because the focused element is gone."""
    return rx.el.div(
        back(text.TITLE, on_click=State.keep),
        element(rx.el.h1, title, tab_index=-1, class_name="title"),
        *answers,
        bottom(
            button(
                LEAVE[name],
                weight="second",
                on_click=State.keep,
                attrs={"data-testid": "keep-button"},
            )
        ),
        class_name="panel",
        custom_attrs={"data-panel": name},
    )


def painted_panel() -> rx.Component:
    """Return the panel of the prerendered page: filled by the server, and inactive until React."""
    return element(
        rx.el.div,
        back(text.TITLE, href=PAGE),
        element(rx.el.h1, _slot("title"), class_name="title"),
        element(
            rx.el.p, _slot("body"), fills={"data-testid": _slot("body_testid")}, class_name="lead"
        ),
        choices(*(_painted_card(f"card{number}") for number in range(2))),
        choices(
            *(_painted_option(f"option{number}") for number in range(OPTIONS)),
            _register_another(fills={"href": Slot("painted_register_href", "/register/")}),
            stacked=True,
        ),
        bottom(button_link(_slot("leave"), href=PAGE, weight="second")),
        fills={"data-painted": Slot("painted_panel", "none")},
        class_name="panel",
    )


def painted_refusal() -> rx.Component:
    """Return the sentence of the prerendered page that says why a panel does not open."""
    return element(
        rx.el.p,
        _slot("refused"),
        fills={"data-testid": _slot("refused_testid")},
        class_name="notice",
    )


def _slot(name: str) -> Slot:
    return Slot(f"painted_{name}", ABSENT if name.endswith("testid") else BLANK)


def _painted_card(name: str) -> rx.Component:
    return choice(
        _slot(f"{name}_when"),
        _slot(f"{name}_amount"),
        _slot(f"{name}_how"),
        button(_slot(f"{name}_press"), disabled=True),
        testid=_slot(f"{name}_testid"),
    )


def _painted_option(name: str) -> rx.Component:
    return element(
        rx.el.button,
        element(rx.el.span, _slot(f"{name}_label")),
        element(
            rx.el.span,
            _slot(f"{name}_note"),
            fills={"data-testid": _slot(f"{name}_note_testid")},
            class_name="fine",
        ),
        fills={"data-testid": _slot(f"{name}_testid")},
        disabled=True,
        type="button",
        class_name="button two-parts",
    )


def _register_another(**href: Any) -> rx.Component:
    return button_link(registration_text.REGISTER_ANOTHER, class_name="of-method", **href)


def _press(words: Words, on_click: Any, testid: str) -> rx.Component:
    return button(words, on_click=on_click, disabled=State.busy, attrs={"data-testid": testid})


def _cancel() -> rx.Component:
    asked = State.cancel
    return _question(
        "cancel",
        asked.title,
        choices(
            rx.cond(
                asked.can_wait,
                choice(
                    asked.wait_when,
                    asked.wait_refund,
                    text.CANCEL_WAIT_HOW,
                    _press(asked.wait, State.cancel_at_period_end, "confirm-cancel"),
                    testid="cancel-at-period-end",
                ),
            ),
            choice(
                text.CANCEL_NOW_WHEN,
                asked.now_refund,
                asked.now_how,
                _press(asked.now, State.cancel_now, "confirm-cancel"),
                testid="cancel-now",
            ),
        ),
    )


def _method() -> rx.Component:
    return _question(
        "method",
        text.METHOD_TITLE,
        rx.el.p(State.method.body, class_name="lead"),
        choices(
            rx.foreach(State.method.choices, _method_choice),
            _register_another(href=State.method.register_href),
            stacked=True,
        ),
    )


def _method_choice(one: PayChoice) -> rx.Component:
    on_click = State.change_method(one.method_id)
    return _choice_of(one.label, one.note, on_click, "two-lines", "choose-method")


def _plan() -> rx.Component:
    plans: Any = State.plans
    return _question(
        "plan",
        change_text.CHOOSE,
        rx.el.p(
            rx.cond(plans.length() > 0, label(change_text.CHOOSE_BODY), label(change_text.NONE)),
            class_name="lead",
        ),
        choices(rx.foreach(State.plans, _plan_choice), stacked=True),
    )


def _plan_choice(one: PlanChoice) -> rx.Component:
    on_click = State.choose_plan(one.plan_code)
    return _choice_of(one.name, one.price, on_click, "two-parts", "choose-plan")


def _choice_of(name: str, more: str, on_click: Any, layout: str, testid: str) -> rx.Component:
    return rx.el.button(
        rx.el.span(name),
        rx.el.span(more, class_name="fine"),
        on_click=on_click,
        disabled=State.busy,
        type="button",
        class_name=f"button {layout}",
        custom_attrs={"data-testid": testid},
    )


def _change() -> rx.Component:
    asked = State.change
    return _question(
        "change",
        asked.title,
        choices(
            choice(
                change_text.NOW_WHEN,
                asked.now_amount,
                asked.now_how,
                _press(asked.now, State.change_plan_now, "confirm-change"),
                testid="change-now",
            ),
            choice(
                asked.later_when,
                asked.later_amount,
                asked.later_how,
                _press(asked.later, State.change_plan_later, "confirm-change"),
                testid="change-later",
            ),
        ),
    )


def _pause() -> rx.Component:
    asked = State.pausing
    return _question(
        "pause",
        asked.title,
        choices(
            choice(
                asked.when,
                asked.amount,
                asked.how,
                _press(text.PAUSE_NOW, State.pause, "confirm-pause"),
                testid="pause-now",
            ),
        ),
    )


def _price() -> rx.Component:
    asked = State.price
    return _question(
        "price",
        asked.title,
        choices(
            choice(
                asked.yes_when,
                asked.yes_amount,
                asked.yes_how,
                _press(asked.yes, State.accept_price, "confirm-price"),
                testid="accept-price",
            ),
            choice(
                asked.no_when,
                asked.no_amount,
                asked.no_how,
                _press(asked.no, State.refuse_price, "confirm-price"),
                testid="refuse-price",
            ),
        ),
    )
