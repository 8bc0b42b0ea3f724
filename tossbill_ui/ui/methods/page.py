"""``/methods/``: the customer's cards and accounts, what uses each, and removing one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.buttons import button, button_link
from tossbill_ui.ui.components.element import Slot, Slots, element, label
from tossbill_ui.ui.components.focus import focus
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.notice import NOTICE, notice
from tossbill_ui.ui.components.row_list import ListTexts, row_list
from tossbill_ui.ui.methods import text
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.methods.view import PAINTED, MethodRow
from tossbill_ui.ui.shared.text import Text

State = MethodsState
TEXTS = ListTexts(
    loading=text.LOADING, empty=text.EMPTY, empty_body=text.EMPTY_BODY, testid="methods-empty"
)


def methods_page() -> rx.Component:
    """Return all phases of the page; CSS shows the one in ``data-phase``."""
    return page(
        rx.el.h1(label(text.TITLE), class_name="title"),
        focus(target=NOTICE, turn=State.turn),
        rx.cond(State.notice != "", notice(State.notice)),
        row_list(
            TEXTS,
            *(_method(Slots(State.rows[n], f"method{n}_")) for n in range(PAINTED)),
            rx.foreach(State.more, _unpainted),
            phase=State.phase,
            below=rx.el.p(label(text.DEFAULT_NOTE), class_name="fine"),
        ),
        button_link(text.REGISTER, href="/register/", attrs={"data-testid": "register-method"}),
        at="/methods/",
    )


def _unpainted(row: MethodRow) -> rx.Component:
    return _method(Slots(row, "more_"))


def _method(row: Slots) -> rx.Component:
    return element(
        rx.el.li,
        rx.el.div(
            element(rx.el.strong, row["label"], class_name="method-label"),
            element(
                rx.el.span,
                text.DEFAULT,
                fills={"data-testid": row["default"]},
                class_name="status-chip",
            ),
            class_name="method-head",
        ),
        element(rx.el.p, row["detail"], class_name="fine"),
        element(rx.el.p, row["use"], attrs={"data-testid": "method-use"}),
        element(
            rx.el.p,
            row["warning_text"],
            fills={"data-testid": row["warning"]},
            class_name="warning",
        ),
        element(rx.el.p, text.KEPT, fills={"data-testid": row["kept"]}, class_name="fine"),
        rx.cond(State.asked == row.row.id, _ask(row), _offer(row)),
        fills={"data-testid": row["testid"]},
        class_name="method-row",
    )


def _offer(row: Slots) -> rx.Component:
    return rx.el.div(
        _action(text.MAKE_DEFAULT, State.choose_default(row.row.id), row["choose"]),
        _action(text.REMOVE, State.ask(row.row.id), row["remove"]),
        button_link(
            text.CHANGE,
            weight="small",
            fills={"href": row["change_href"], "data-testid": row["change"]},
        ),
        class_name="actions",
    )


def _action(words: Text, on_click: Any, testid: Slot) -> rx.Component:
    fills = {"data-testid": testid}
    return button(words, weight="small", on_click=on_click, disabled=State.busy, fills=fills)


def _ask(row: Slots) -> rx.Component:
    return rx.el.div(
        rx.el.span(label(text.ASK)),
        _answer(text.YES, State.remove(row.row.id), "remove-confirm"),
        _answer(text.NO, State.keep, "remove-keep", auto_focus=True),
        role="group",
        class_name="ask",
    )


def _answer(words: Text, on_click: Any, testid: str, **props: Any) -> rx.Component:
    attrs = {"data-testid": testid}
    return button(words, weight="small", on_click=on_click, attrs=attrs, **props)
