"""The lines of the history, by month; each unfolds."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.buttons import button_link
from tossbill_ui.ui.components.element import Slot, Tag, element, label
from tossbill_ui.ui.components.facts import fact as named
from tossbill_ui.ui.components.facts import facts
from tossbill_ui.ui.history import text
from tossbill_ui.ui.history.facts import Fact
from tossbill_ui.ui.history.first_paint import FIRST_ROWS
from tossbill_ui.ui.history.rows import HistoryRow, Month
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.shared.text import frame
from tossbill_ui.ui.shared.view_rows import ABSENT

State = HistoryState


def months(found: tuple[Month, ...]) -> rx.Component:
    """Return every month with its lines."""
    return rx.foreach(found, _month)


def _month(month: Month) -> rx.Component:
    return rx.el.section(
        rx.el.h2(month.name),
        rx.el.ul(rx.foreach(month.rows, _row)),
        class_name="month",
        key=month.name,
    )


def _row(row: HistoryRow) -> rx.Component:
    """Return a line; the key keeps its element, so it stays open while others arrive."""
    return rx.el.li(
        rx.cond(
            row.topic == "card",
            rx.el.div(*_line(row), class_name="line"),
            rx.el.details(rx.el.summary(*_line(row), class_name="line")),
        ),
        rx.cond(row.topic == "card", _card(row), _more(row)),
        key=row.id,
        custom_attrs={"data-testid": "history-row", "data-topic": row.topic},
    )


def _line(row: HistoryRow) -> tuple[rx.Component, ...]:
    return (
        rx.el.strong(row.what, class_name="what"),
        rx.el.span(
            rx.el.span(row.date, class_name="date"),
            rx.el.span(row.method, class_name="method-label"),
            class_name="under",
        ),
        rx.el.span(row.status, class_name="status", custom_attrs={"data-tone": row.tone}),
        rx.el.span(row.amount, class_name="amount", custom_attrs={"data-tone": row.tone}),
    )


def _more(row: HistoryRow) -> rx.Component:
    return rx.el.div(
        rx.cond(row.note != "", rx.el.p(row.note)),
        facts(rx.foreach(row.facts, _fact), kind="details"),
        rx.cond(
            row.receipt != "",
            button_link(
                frame.RECEIPT,
                weight="small",
                href=row.receipt,
                target="_blank",
                rel="noreferrer",
                attrs={"data-testid": "history-receipt"},
            ),
        ),
        class_name="more",
    )


def _fact(fact: Fact) -> rx.Component:
    return named(fact.label, fact.value, class_name=fact.kind)


def _card(row: HistoryRow) -> rx.Component:
    return rx.el.div(
        rx.el.span(row.note, class_name="method-detail"),
        class_name="card-more",
    )


def first_rows(*nothing: rx.Component) -> rx.Component:
    """Return the list before React loads: filled by the server, else a skeleton of that size."""
    return element(
        rx.el.div,
        rx.foreach(list(range(FIRST_ROWS)), _first_row),
        *nothing,
        rx.el.span(label(text.LOADING), class_name="unseen"),
        fills={"data-view": Slot("first_view", "loading")},
        attrs={"aria-busy": "true"},
        class_name="first",
    )


def _first_row(number: int) -> rx.Component:
    def part(name: str, tag: Tag, **props: Any) -> rx.Component:
        return element(tag, Slot(f"first_{name}_{number}", "\u00a0"), **props)

    tone = {"data-tone": Slot(f"first_tone_{number}", "ink")}
    topic = Slot(f"first_topic_{number}", "payment")

    return element(
        rx.el.div,
        part("month", rx.el.h2),
        rx.el.div(
            part("what", rx.el.strong, class_name="what"),
            rx.el.span(
                part("date", rx.el.span, class_name="date"),
                part("method", rx.el.span, class_name="method-label"),
                class_name="under",
            ),
            part(
                "status",
                rx.el.span,
                class_name="status",
                fills=tone,
            ),
            part(
                "amount",
                rx.el.span,
                class_name="amount",
                fills=tone,
            ),
            class_name="line",
        ),
        part("note", rx.el.div, class_name="card-more"),
        fills={
            "data-has": Slot(f"first_has_{number}", "bone"),
            "data-testid": Slot(f"first_testid_{number}", ABSENT),
            "data-topic": topic,
        },
        class_name="first-row",
    )
