"""``/history/``: all payments, refunds, changes and cards in one list, and the chart."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.address import address
from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.buttons import button, button_link
from tossbill_ui.ui.components.chips import chip, chips
from tossbill_ui.ui.components.element import Slot, element, label, label_var
from tossbill_ui.ui.components.field import field, fields
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.waiting import empty
from tossbill_ui.ui.history import text
from tossbill_ui.ui.history.filters import DAYS, Option
from tossbill_ui.ui.history.page_chart import chart
from tossbill_ui.ui.history.page_list import first_rows, months
from tossbill_ui.ui.history.state import LIST_ID, HistoryState
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import ABSENT

State = HistoryState


def history_page() -> rx.Component:
    """Return the page: chart, filters and list."""
    return page(
        rx.el.h1(label(text.TITLE), class_name="title"),
        rx.el.p(State.printed, class_name="printed"),
        address(query=State.query, move=State.move),
        chart(State.chart),
        element(
            rx.el.div,
            _filter(),
            _tools(),
            fills={"data-phase": Slot("first_view", State.phase)},
            class_name="choosing",
        ),
        _stale(),
        rx.el.div(
            rx.match(
                State.phase,
                ("rows", months(State.months)),
                ("empty", _empty()),
                ("none", _none()),
                first_rows(_empty("first_empty"), _none("first_none")),
            ),
            id=LIST_ID,
            tab_index=-1,
            role="region",
            aria_label=label_var(text.TITLE),
            class_name="history",
            custom_attrs={"data-testid": "history-table"},
        ),
        _pager(),
        width="list",
        at="/history/",
    )


def _filter() -> rx.Component:
    return rx.el.div(
        chips(*(_topic(value, label) for value, label in text.TOPICS.items())),
        fields(
            _select("period", text.PERIOD, State.periods),
            _select("subscription", text.SUBSCRIPTION, State.subscriptions),
            fills={"data-many": Slot("many", State.many)},
        ),
        rx.cond(
            State.phase == "loading",
            _first_days(),
            rx.cond(
                State.chosen["period"] == DAYS,
                fields(_day("since_on", text.SINCE), _day("until_on", text.UNTIL)),
            ),
        ),
        rx.el.p(State.problem, role="alert", class_name="field-problem"),
        role="group",
        aria_label=label_var(text.FILTER),
        class_name="filter",
        custom_attrs={"data-testid": "history-filter"},
    )


def _topic(value: str, label: Text) -> rx.Component:
    is_chosen = rx.cond(State.chosen["topic"] == value, "true", "false")
    return chip(
        label,
        pressed=Slot(f"pressed_{value}", is_chosen),
        on_click=State.choose("topic", value),
        attrs={"data-topic": value},
    )


def _select(name: str, label: Text, options: tuple[Option, ...]) -> rx.Component:
    def option(of: Option) -> rx.Component:
        attrs: dict[str, object] = {"value": of.value}
        return element(rx.el.option, Slot(f"{name}_label", of.label), attrs=attrs)

    return field(
        label,
        rx.el.select(
            rx.foreach(options, option),
            value=State.chosen[name],
            on_change=State.choose(name),
            name=name,
            custom_attrs={"data-testid": f"history-{name}"},
        ),
        is_named=False,
    )


def _day(name: str, label: Text) -> rx.Component:
    return field(
        label,
        rx.el.input(
            # An uncontrolled input; new dates in the address replace it.
            key=f"{name} {State.visit}",
            type="date",
            name=name,
            default_value=State.chosen[name],
            on_change=State.choose(name),
            custom_attrs={"data-testid": f"history-{name}"},
        ),
    )


def _first_days() -> rx.Component:
    """Return the date inputs before React loads; the address fills them, React must not."""

    def day(name: str, label: Text) -> rx.Component:
        return field(
            label,
            element(
                rx.el.input, fills={"value": Slot(name)}, type="date", name=name, disabled=True
            ),
        )

    return fields(
        day("since_on", text.SINCE),
        day("until_on", text.UNTIL),
        fills={"data-days": Slot("days", "no")},
    )


def _tools() -> rx.Component:
    return rx.el.div(
        button_link(
            text.CSV,
            weight="small",
            fills={"href": Slot("csv", State.csv)},
            attrs={"data-testid": "history-csv"},
            download=True,
        ),
        button_link(
            text.PRINT,
            weight="small",
            fills={"href": Slot("paper", State.paper)},
            attrs={"data-testid": "history-print"},
            target="_blank",
        ),
        class_name="tools",
    )


def _stale() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.stale,
            banner(
                text.STALE,
                text.STALE_BODY,
                button(text.AGAIN, on_click=State.again, attrs={"data-testid": "history-again"}),
                attrs={"data-tone": "amber"},
            ),
        ),
        role="status",
    )


def _empty(fill: str = "") -> rx.Component:
    return empty(
        text.EMPTY,
        text.EMPTY_BODY,
        button_link(plans_text.TO_PLANS, href="/"),
        testid=_testid(fill),
        class_name=fill,
    )


def _none(fill: str = "") -> rx.Component:
    clear = button(text.CLEAR, on_click=State.clear, attrs={"data-testid": "history-clear"})
    return empty(
        text.EMPTY_FILTER, text.EMPTY_FILTER_BODY, clear, testid=_testid(fill), class_name=fill
    )


def _testid(fill: str) -> str | Slot:
    """Return the test id of the empty state; before React loads, the server fills it."""
    return Slot(fill, ABSENT) if fill else "history-empty"


def _pager() -> rx.Component:
    return rx.cond(
        State.has_newer | State.has_older,
        rx.el.nav(
            _turn(text.NEWER, State.newer, State.has_newer, "history-newer"),
            _turn(text.OLDER, State.older, State.has_older, "history-older"),
            class_name="pager",
            aria_label=label_var(text.PAGES),
        ),
    )


def _turn(label: Text, on_click: Any, can: bool, testid: str) -> rx.Component:
    return button(
        label,
        weight="small",
        on_click=on_click,
        disabled=rx.cond(can, False, True),
        attrs={"data-testid": testid},
    )
