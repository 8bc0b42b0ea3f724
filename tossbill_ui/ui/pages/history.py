"""``/history/``: every registration now, every payment later."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.states.history import HistoryState
from tossbill_ui.ui.text import cards, ko
from tossbill_ui.ui.views import HistoryRow

SKELETON_ROWS = 5
COLUMNS = (ko.COLUMN_DATE, ko.COLUMN_METHOD, ko.COLUMN_STATUS, ko.COLUMN_ACTION)


def history_page() -> rx.Component:
    """Show the history with its filter and pages."""
    return page(
        rx.el.h1(ko.HISTORY_TITLE, class_name="title"),
        _filter(),
        rx.el.p(HistoryState.notice, role="status", class_name="notice"),
        rx.match(
            HistoryState.phase,
            ("rows", _table()),
            ("empty", _empty()),
            _skeleton(),
        ),
        rx.el.div(
            link(say(cards.TO_REGISTER), href="/register/", class_name="button primary"),
            class_name="bottom",
        ),
        width="list",
    )


def _filter() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                on_click=HistoryState.choose(kind),
                class_name="chip",
                custom_attrs={"aria-pressed": rx.cond(HistoryState.kind == kind, "true", "false")},
            )
            for kind, label in ko.HISTORY_FILTERS.items()
        ),
        role="group",
        aria_label=ko.HISTORY_FILTER_LABEL,
        class_name="chips",
        custom_attrs={"data-testid": "history-filter"},
    )


def _table() -> rx.Component:
    # The roles stay where CSS makes rows of a table, which would take its meaning away.
    return rx.fragment(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(rx.el.th(name, scope="col", role="columnheader") for name in COLUMNS),
                    role="row",
                ),
                role="rowgroup",
            ),
            rx.el.tbody(rx.foreach(HistoryState.rows, _row), role="rowgroup"),
            class_name="history",
            role="table",
            custom_attrs={"data-testid": "history-table"},
        ),
        rx.cond(HistoryState.pages > 1, _pager()),
    )


def _row(row: rx.vars.ObjectVar[HistoryRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row["date"], class_name="date", role="cell"),
        rx.el.td(
            rx.el.strong(row["label"], class_name="method-label"),
            rx.el.span(row["detail"], class_name="method-detail"),
            class_name="method",
            role="cell",
        ),
        rx.el.td(
            rx.el.span(row["status"], class_name="status", custom_attrs={"data-tone": row["tone"]}),
            class_name="state",
            role="cell",
        ),
        rx.el.td(_removal(row), class_name="action", role="cell"),
        role="row",
        custom_attrs={"data-testid": "history-row"},
    )


def _removal(row: rx.vars.ObjectVar[HistoryRow]) -> rx.Component:
    method_id = row["method_id"].to(str)
    return rx.cond(
        row["removable"],
        rx.cond(
            HistoryState.asked == method_id,
            rx.el.div(
                rx.el.span(ko.REMOVE_ASK),
                _small(ko.REMOVE_YES, HistoryState.remove(method_id), "remove-confirm"),
                _small(ko.REMOVE_NO, HistoryState.keep, "remove-keep", auto_focus=True),
                role="group",
                class_name="ask",
            ),
            _small(ko.REMOVE, HistoryState.ask(method_id), "remove-method"),
        ),
    )


def _small(label: str, on_click: rx.event.EventType[()], testid: str, **props: Any) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        on_click=on_click,
        class_name="small",
        custom_attrs={"data-testid": testid},
        **props,
    )


def _pager() -> rx.Component:
    return rx.el.nav(
        rx.el.button(
            ko.PREVIOUS,
            type="button",
            on_click=HistoryState.turn(-1),
            disabled=HistoryState.page <= 1,
            class_name="small",
        ),
        rx.el.span(
            f"{HistoryState.page} / {HistoryState.pages}", custom_attrs={"aria-live": "polite"}
        ),
        rx.el.button(
            ko.NEXT,
            type="button",
            on_click=HistoryState.turn(1),
            disabled=HistoryState.page >= HistoryState.pages,
            class_name="small",
        ),
        class_name="pager",
        aria_label=ko.HISTORY_TITLE,
    )


def _empty() -> rx.Component:
    return rx.el.div(
        rx.cond(
            HistoryState.kind == "all",
            rx.fragment(
                rx.el.strong(ko.HISTORY_EMPTY),
                rx.el.p(ko.HISTORY_EMPTY_BODY),
            ),
            rx.fragment(
                rx.el.strong(ko.HISTORY_EMPTY_FILTER),
                _small(ko.HISTORY_CLEAR, HistoryState.choose("all"), "history-clear"),
            ),
        ),
        class_name="empty",
        custom_attrs={"data-testid": "history-empty"},
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(SKELETON_ROWS)),
        rx.el.span(ko.HISTORY_LOADING, class_name="unseen"),
        class_name="skeleton",
        custom_attrs={"aria-busy": "true"},
    )
