"""The questions of ``/subscription/``: each takes the page, asks once, and leads back."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.changing import PlanChoice
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.registering import PayChoice
from tossbill_ui.ui.states.subscription import SubscriptionState
from tossbill_ui.ui.text import Text, cards, changing
from tossbill_ui.ui.text import subscription as text

State = SubscriptionState


def panels() -> list[tuple[str, rx.Component]]:
    """Return every question by the name of its panel."""
    return [
        ("cancel", _cancel()),
        ("method", _method()),
        ("plan", _plan()),
        ("change", _change()),
    ]


def _back() -> rx.Component:
    """Return the way out of a question."""
    return rx.el.button(say(text.TITLE), on_click=State.keep, type="button", class_name="back")


def _title(words: Any) -> rx.Component:
    """Return the question; it has the focus, since what had it is gone."""
    return rx.el.h1(words, tab_index=-1, class_name="title")


def _cancel() -> rx.Component:
    asked = State.cancel
    return rx.el.div(
        _back(),
        _title(asked["title"]),
        rx.el.div(
            rx.cond(
                asked["can_wait"],
                _choice(
                    "cancel-at-period-end",
                    "confirm-cancel",
                    asked["wait_when"],
                    asked["wait_refund"],
                    say(text.CANCEL_WAIT_HOW),
                    asked["wait"],
                    State.cancel_at_period_end,
                ),
            ),
            _choice(
                "cancel-now",
                "confirm-cancel",
                say(text.CANCEL_NOW_WHEN),
                asked["now_refund"],
                asked["now_how"],
                asked["now"],
                State.cancel_now,
            ),
            class_name="choices",
        ),
        _keep(text.KEEP),
    )


def _choice(
    testid: str,
    button: str,
    when: Any,
    amount: str,
    how: Any,
    label: str,
    on_click: Any,
) -> rx.Component:
    return rx.el.section(
        rx.el.h2(when),
        rx.el.strong(amount),
        rx.el.p(how),
        rx.el.button(
            label,
            on_click=on_click,
            disabled=State.busy,
            type="button",
            class_name="button",
            custom_attrs={"data-testid": button},
        ),
        class_name="choice",
        custom_attrs={"data-testid": testid},
    )


def _keep(label: Text) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            say(label),
            on_click=State.keep,
            type="button",
            class_name="button second",
            custom_attrs={"data-testid": "keep-button"},
        ),
        class_name="bottom",
    )


def _method() -> rx.Component:
    return rx.el.div(
        _back(),
        _title(say(text.METHOD_TITLE)),
        rx.el.p(State.method["body"], class_name="lead"),
        rx.el.div(
            rx.foreach(State.method["choices"], _method_choice),
            link(say(cards.REGISTER_ANOTHER), href="/register/", class_name="button"),
            class_name="choices stacked",
        ),
        _keep(text.METHOD_KEEP),
    )


def _method_choice(choice: PayChoice) -> rx.Component:
    return rx.el.button(
        choice["label"],
        on_click=State.change_method(choice["method_id"]),
        disabled=State.busy,
        type="button",
        class_name="button",
        custom_attrs={"data-testid": "choose-method"},
    )


def _plan() -> rx.Component:
    plans: Any = State.plans
    return rx.el.div(
        _back(),
        _title(say(changing.CHOOSE)),
        rx.el.p(
            rx.cond(plans.length() > 0, say(changing.CHOOSE_BODY), say(changing.NONE)),
            class_name="lead",
        ),
        rx.el.div(rx.foreach(State.plans, _plan_choice), class_name="choices stacked"),
        _keep(changing.LEAVE),
    )


def _plan_choice(choice: PlanChoice) -> rx.Component:
    return rx.el.button(
        rx.el.span(choice["name"]),
        rx.el.span(choice["price"], class_name="fine"),
        on_click=State.choose_plan(choice["plan_code"]),
        disabled=State.busy,
        type="button",
        class_name="button two-parts",
        custom_attrs={"data-testid": "choose-plan"},
    )


def _change() -> rx.Component:
    asked = State.change
    return rx.el.div(
        _back(),
        _title(asked["title"]),
        rx.el.div(
            _choice(
                "change-now",
                "confirm-change",
                say(changing.NOW_WHEN),
                asked["now_amount"],
                asked["now_how"],
                asked["now"],
                State.change_plan_now,
            ),
            _choice(
                "change-later",
                "confirm-change",
                asked["later_when"],
                asked["later_amount"],
                say(changing.LATER_HOW),
                asked["later"],
                State.change_plan_later,
            ),
            class_name="choices",
        ),
        _keep(changing.LEAVE),
    )
