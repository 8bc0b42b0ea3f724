"""The questions of ``/subscription/``: each takes the whole page, asks once, and leads back."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.buttons import back, bottom, button, button_link
from tossbill_ui.ui.components.choices import choice, choices
from tossbill_ui.ui.components.element import Words, element, label
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.registration.view import PayChoice
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.subscription import change_text, price_increase_text, text
from tossbill_ui.ui.subscription.change_view import PlanChoice
from tossbill_ui.ui.subscription.state import SubscriptionState

State = SubscriptionState


def panels() -> list[tuple[str, rx.Component]]:
    """Return every question with the name of its panel."""
    return [
        ("cancel", _cancel()),
        ("method", _method()),
        ("plan", _plan()),
        ("change", _change()),
        ("price", _price()),
    ]


def _question(name: str, title: Words, *answers: rx.Component, leave: Text) -> rx.Component:
    """Return a question; its title takes the focus, because the focused element is gone."""
    return rx.el.div(
        back(text.TITLE, on_click=State.keep),
        element(rx.el.h1, title, tab_index=-1, class_name="title"),
        *answers,
        bottom(
            button(
                leave, weight="second", on_click=State.keep, attrs={"data-testid": "keep-button"}
            )
        ),
        custom_attrs={"data-panel": name},
    )


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
        leave=text.KEEP,
    )


def _method() -> rx.Component:
    return _question(
        "method",
        text.METHOD_TITLE,
        rx.el.p(State.method.body, class_name="lead"),
        choices(
            rx.foreach(State.method.choices, _method_choice),
            button_link(registration_text.REGISTER_ANOTHER, href=State.method.register_href),
            stacked=True,
        ),
        leave=text.METHOD_KEEP,
    )


def _method_choice(one: PayChoice) -> rx.Component:
    return _press(one.label, State.change_method(one.method_id), "choose-method")


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
        leave=change_text.LEAVE,
    )


def _plan_choice(one: PlanChoice) -> rx.Component:
    return rx.el.button(
        rx.el.span(one.name),
        rx.el.span(one.price, class_name="fine"),
        on_click=State.choose_plan(one.plan_code),
        disabled=State.busy,
        type="button",
        class_name="button two-parts",
        custom_attrs={"data-testid": "choose-plan"},
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
        leave=change_text.LEAVE,
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
        leave=price_increase_text.LATER,
    )
