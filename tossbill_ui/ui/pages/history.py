"""``/history/``: everything that happened, in one list, and how much it was."""

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.rows import row_link, rows
from tossbill_ui.ui.components.say import said, say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.history.choice import DAYS, Option
from tossbill_ui.ui.pages.history_chart import chart
from tossbill_ui.ui.pages.history_list import first_rows, months
from tossbill_ui.ui.states.history import LIST_ID, HistoryState
from tossbill_ui.ui.text import Text, plans
from tossbill_ui.ui.text import history as text
from tossbill_ui.ui.views import ABSENT

State = HistoryState


def history_page() -> rx.Component:
    """Show the chart, what can be chosen, and the list."""
    return page(
        rx.el.h1(say(text.TITLE), class_name="title"),
        rx.el.p(State.printed, class_name="printed"),
        chart(State.chart),
        _filter(),
        _tools(),
        rx.el.p(State.notice, role="status", class_name="notice"),
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
            aria_label=said(text.TITLE),
            class_name="history",
            custom_attrs={"data-testid": "history-table"},
        ),
        _pager(),
        rows(
            row_link(text.TO_SUBSCRIPTION, "/subscription/"),
            row_link(text.TO_REGISTER, "/register/"),
        ),
        width="list",
    )


def _filter() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            *(_topic(value, label) for value, label in text.TOPICS.items()), class_name="chips"
        ),
        filled(
            rx.el.div,
            _select("period", text.PERIOD, State.periods),
            _select("subscription", text.SUBSCRIPTION, State.subscriptions),
            fill={"data-many": "many"},
            attrs={"data-many": State.many},
            class_name="fields",
        ),
        rx.cond(
            State.chosen["period"] == DAYS,
            rx.el.div(
                _day("since_on", text.SINCE), _day("until_on", text.UNTIL), class_name="fields"
            ),
        ),
        rx.el.p(State.problem, role="alert", class_name="field-problem"),
        role="group",
        aria_label=said(text.FILTER),
        class_name="filter",
        custom_attrs={"data-testid": "history-filter"},
    )


def _topic(value: str, label: Text) -> rx.Component:
    is_chosen = State.chosen["topic"] == value
    return filled(
        rx.el.button,
        say(label),
        fill={"aria-pressed": f"pressed_{value}"},
        attrs={"aria-pressed": rx.cond(is_chosen, "true", "false"), "data-topic": value},
        type="button",
        on_click=State.choose("topic", value),
        class_name="chip",
    )


def _select(name: str, label: Text, options: list[Option]) -> rx.Component:
    def option(of: Option) -> rx.Component:
        attrs: dict[str, object] = {"value": of["value"]}
        return slot(rx.el.option, f"{name}_label", of["label"], attrs=attrs)

    return rx.el.label(
        rx.el.span(say(label), class_name="unseen"),
        rx.el.select(
            rx.foreach(options, option),
            value=State.chosen[name],
            on_change=State.choose(name),
            name=name,
            custom_attrs={"data-testid": f"history-{name}"},
        ),
        class_name="field",
    )


def _day(name: str, label: Text) -> rx.Component:
    return rx.el.label(
        rx.el.span(say(label)),
        rx.el.input(
            type="date",
            name=name,
            default_value=State.chosen[name],
            on_change=State.choose(name),
            custom_attrs={"data-testid": f"history-{name}"},
        ),
        class_name="field",
    )


def _tools() -> rx.Component:
    return rx.el.div(
        filled(
            link,
            say(text.CSV),
            fill={"href": "csv"},
            attrs={"data-testid": "history-csv"},
            href=State.csv,
            download=True,
            class_name="small",
        ),
        rx.el.button(
            say(text.PRINT),
            type="button",
            on_click=rx.call_function(rx.Var("(() => window.print())")),
            class_name="small",
            custom_attrs={"data-testid": "history-print"},
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
                rx.el.button(
                    say(text.AGAIN),
                    type="button",
                    on_click=State.again,
                    class_name="button",
                    custom_attrs={"data-testid": "history-again"},
                ),
                attrs={"data-tone": "amber"},
            ),
        ),
        role="status",
    )


def _empty(fill: str = "") -> rx.Component:
    return _nothing(
        rx.el.strong(say(text.EMPTY)),
        rx.el.p(say(text.EMPTY_BODY)),
        link(say(plans.TO_PLANS), href="/", class_name="button"),
        fill=fill,
    )


def _none(fill: str = "") -> rx.Component:
    return _nothing(
        rx.el.strong(say(text.EMPTY_FILTER)),
        rx.el.button(
            say(text.CLEAR),
            type="button",
            on_click=State.clear,
            class_name="button",
            custom_attrs={"data-testid": "history-clear"},
        ),
        fill=fill,
    )


def _nothing(*children: rx.Component, fill: str) -> rx.Component:
    """Say that there is nothing; before React the server names the one that is shown."""
    if not fill:
        testid: dict[str, object] = {"data-testid": "history-empty"}
        return rx.el.div(*children, class_name="empty", custom_attrs=testid)
    return filled(
        rx.el.div,
        *children,
        fill={"data-testid": fill},
        attrs={"data-testid": ABSENT},
        class_name=f"empty {fill}",
    )


def _pager() -> rx.Component:
    return rx.cond(
        State.has_newer | State.has_older,
        rx.el.nav(
            _turn(text.NEWER, State.newer, State.has_newer, "history-newer"),
            _turn(text.OLDER, State.older, State.has_older, "history-older"),
            class_name="pager",
            aria_label=said(text.PAGES),
        ),
    )


def _turn(label: Text, on_click: Any, can: bool, testid: str) -> rx.Component:
    return rx.el.button(
        say(label),
        type="button",
        on_click=on_click,
        disabled=rx.cond(can, False, True),
        class_name="small",
        custom_attrs={"data-testid": testid},
    )
