"""``/success/`` and ``/fail/``: one layout for every outcome, filled by `ResultView`."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.element import Slots, element, label
from tossbill_ui.ui.components.facts import fact, facts
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.mark import mark
from tossbill_ui.ui.registration import text
from tossbill_ui.ui.registration.result_state import ResultState

row = Slots(ResultState.shown, "")


def result_page() -> rx.Component:
    """Return the result page."""
    return page(_result())


def _result() -> rx.Component:
    """Return the result; CSS shows its parts by ``data-view`` and ``data-has``."""
    return element(
        rx.el.section,
        mark(),
        rx.el.div(
            element(rx.el.h1, row["title"], class_name="title"),
            element(rx.el.p, row["body"], class_name="lead"),
            role="status",
            custom_attrs={"aria-live": "polite"},
        ),
        _method(),
        _reason(),
        _json(),
        rx.el.div(
            button_link(text.VERIFY_EMAIL, weight="small", href="/subscription/#email"),
            class_name=_part("verify"),
        ),
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
        element(
            rx.el.strong,
            row["method_label"],
            attrs={"data-testid": "method-label"},
            class_name="method-label",
        ),
        element(rx.el.span, row["method_detail"], class_name="method-detail"),
        rx.el.span(
            element(rx.el.span, text.REGISTERED_AT, class_name="label"),
            element(rx.el.time, row["registered_at"]),
            class_name="method-time",
        ),
        tag=rx.el.div,
        class_name=f"{_part('method_label')} method",
    )


def _reason() -> rx.Component:
    return facts(
        fact(
            text.CODE_LABEL,
            row["code"],
            attrs={"data-testid": "failure-code"},
            class_name=_part("code"),
        ),
        fact(
            text.MESSAGE_LABEL,
            row["message"],
            attrs={"data-testid": "failure-message"},
            class_name=_part("message"),
        ),
        kind="reason",
    )


def _json() -> rx.Component:
    return rx.el.details(
        rx.el.summary(label(text.JSON_TITLE)),
        element(rx.el.pre, row["toss_json"], tab_index=0),
        class_name=_part("toss_json"),
    )
