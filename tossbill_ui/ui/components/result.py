"""How a registration ended: one layout for every outcome, filled by `views.ResultView`."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.words import Slots, holding, worded
from tossbill_ui.ui.states.result import ResultState
from tossbill_ui.ui.text import cards

row = Slots(ResultState.shown, "")


def result() -> rx.Component:
    """Return the outcome; which parts show, CSS decides by ``data-view`` and ``data-has``."""
    return holding(
        rx.el.section,
        mark(),
        rx.el.div(
            worded(rx.el.h1, row["title"], class_name="title"),
            worded(rx.el.p, row["body"], class_name="lead"),
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        _method(),
        _reason(),
        _json(),
        bottom(
            button_link(
                row["action"],
                weight="primary",
                fills={"href": row["action_href"], "data-testid": row["action_testid"]},
            ),
            button_link(
                row["second"],
                weight="second",
                fills={"href": row["second_href"]},
                class_name="part",
            ),
        ),
        fills={"data-view": row["view"], "data-has": row["has"], "data-testid": row["testid"]},
        class_name="result",
    )


def _part(name: str) -> str:
    return f"part {name}"


def _method() -> rx.Component:
    return card(
        worded(
            rx.el.strong,
            row["method_label"],
            attrs={"data-testid": "method-label"},
            class_name="method-label",
        ),
        worded(rx.el.span, row["method_detail"], class_name="method-detail"),
        rx.el.span(
            worded(rx.el.span, cards.REGISTERED_AT, class_name="label"),
            worded(rx.el.time, row["registered_at"]),
            class_name="method-time",
        ),
        element=rx.el.div,
        class_name=f"{_part('method_label')} method",
    )


def _reason() -> rx.Component:
    return facts(
        fact(
            cards.CODE_LABEL,
            row["code"],
            attrs={"data-testid": "failure-code"},
            class_name=_part("code"),
        ),
        fact(
            cards.MESSAGE_LABEL,
            row["message"],
            attrs={"data-testid": "failure-message"},
            class_name=_part("message"),
        ),
        kind="reason",
    )


def _json() -> rx.Component:
    return rx.el.details(
        rx.el.summary(say(cards.JSON_TITLE)),
        worded(rx.el.pre, row["toss_json"], tab_index=0),
        class_name=_part("toss_json"),
    )
