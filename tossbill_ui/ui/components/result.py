"""How a registration ended: one layout for every outcome, filled by `views.ResultView`."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.states.result import ResultState
from tossbill_ui.ui.text import cards

shown = ResultState.shown


def result() -> rx.Component:
    """Return the outcome; which parts show, CSS decides by ``data-view`` and ``data-has``."""
    return filled(
        rx.el.section,
        mark(),
        rx.el.div(
            slot(rx.el.h1, "title", shown["title"], class_name="title"),
            slot(rx.el.p, "body", shown["body"], class_name="lead"),
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        _method(),
        _code(),
        _json(),
        _actions(),
        fill={"data-view": "view", "data-has": "has", "data-testid": "testid"},
        attrs={
            "data-view": shown["view"],
            "data-has": shown["has"],
            "data-testid": shown["testid"],
        },
        class_name="result",
    )


def _method() -> rx.Component:
    return rx.el.div(
        slot(
            rx.el.strong,
            "method_label",
            shown["method_label"],
            class_name="method-label",
            attrs={"data-testid": "method-label"},
        ),
        slot(rx.el.span, "method_detail", shown["method_detail"], class_name="method-detail"),
        rx.el.span(
            rx.el.span(say(cards.REGISTERED_AT), class_name="label"),
            slot(rx.el.time, "registered_at", shown["registered_at"]),
            class_name="method-time",
        ),
        class_name="part method_label method",
    )


def _code() -> rx.Component:
    return rx.el.dl(
        rx.el.div(
            rx.el.dt(say(cards.CODE_LABEL)),
            slot(rx.el.dd, "code", shown["code"], attrs={"data-testid": "failure-code"}),
            class_name="part code",
        ),
        rx.el.div(
            rx.el.dt(say(cards.MESSAGE_LABEL)),
            slot(rx.el.dd, "message", shown["message"], attrs={"data-testid": "failure-message"}),
            class_name="part message",
        ),
        class_name="reason",
    )


def _json() -> rx.Component:
    return rx.el.details(
        rx.el.summary(say(cards.JSON_TITLE)),
        slot(rx.el.pre, "toss_json", shown["toss_json"], tab_index=0),
        class_name="part toss_json",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        slot(
            link,
            "action",
            shown["action"],
            fill={"href": "action_href", "data-testid": "action_testid"},
            href=shown["action_href"],
            attrs={"data-testid": shown["action_testid"]},
            class_name="button primary",
        ),
        slot(
            link,
            "second",
            shown["second"],
            fill={"href": "second_href"},
            href=shown["second_href"],
            class_name="button part second",
        ),
        class_name="bottom",
    )
