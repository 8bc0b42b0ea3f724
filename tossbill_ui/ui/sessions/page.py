"""``/subscription/sessions/``: the browsers in which the customer is signed in."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.buttons import button
from tossbill_ui.ui.components.element import Slot, Slots, element, label
from tossbill_ui.ui.components.focus import focus
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.notice import NOTICE, notice
from tossbill_ui.ui.components.row_list import ListTexts, row_list
from tossbill_ui.ui.sessions import text
from tossbill_ui.ui.sessions.state import SessionsState
from tossbill_ui.ui.sessions.view import PAINTED, SessionRow

State = SessionsState
TEXTS = ListTexts(
    loading=text.LOADING, empty=text.EMPTY, empty_body=text.EMPTY_BODY, testid="sessions-empty"
)


def sessions_page() -> rx.Component:
    """Return all phases of the page; CSS shows the one in ``data-phase``."""
    return page(
        rx.el.h1(label(text.TITLE), class_name="title"),
        rx.el.p(label(text.LEAD), class_name="lead"),
        focus(target=NOTICE, turn=State.turn),
        rx.cond(State.notice != "", notice(State.notice)),
        row_list(
            TEXTS,
            *(_session(Slots(State.rows[n], f"session{n}_")) for n in range(PAINTED)),
            rx.foreach(State.more, _unpainted),
            phase=State.phase,
            below=button(
                text.END_OTHERS,
                on_click=State.end_others,
                disabled=State.busy,
                fills={"data-testid": Slot("end_others", State.others)},
            ),
        ),
    )


def _unpainted(row: SessionRow) -> rx.Component:
    return _session(Slots(row, "more_"))


def _session(row: Slots) -> rx.Component:
    return element(
        rx.el.li,
        rx.el.div(
            element(rx.el.strong, row["device"], class_name="method-label"),
            element(
                rx.el.span, text.HERE, fills={"data-testid": row["here"]}, class_name="status-chip"
            ),
            class_name="method-head",
        ),
        element(rx.el.p, row["used"]),
        element(rx.el.p, row["since"], class_name="fine"),
        rx.el.div(
            button(
                text.END,
                weight="small",
                on_click=State.end(row.row.id),
                disabled=State.busy,
                fills={"data-testid": row["end"]},
            ),
            class_name="actions",
        ),
        fills={"data-testid": row["testid"]},
        class_name="method-row",
    )
