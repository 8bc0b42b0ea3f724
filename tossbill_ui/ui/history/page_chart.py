"""The chart of the history: bars, and a table that unfolds."""

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.element import Slot, element, label
from tossbill_ui.ui.history import text
from tossbill_ui.ui.history.chart import Bar, Chart


def chart(of: Chart) -> rx.Component:
    """Return the chart."""
    bars = of.bars
    return element(
        rx.el.section,
        rx.el.h2(label(text.CHART)),
        amount(Slot("chart_total", of.total), text.CHART_HOW, is_large=True),
        rx.el.div(
            element(rx.el.span, Slot("chart_top", of.top), class_name="chart-top"),
            element(
                rx.el.svg,
                rx.foreach(bars, _bar),
                fills={"viewBox": Slot("chart_box", of.box)},
                preserve_aspect_ratio="none",
            ),
            element(
                rx.el.div,
                rx.foreach(bars, _label),
                fills={"data-columns": Slot("chart_columns", of.columns)},
                class_name="chart-months",
            ),
            aria_hidden="true",
            class_name="chart-bars",
        ),
        rx.el.details(
            rx.el.summary(label(text.CHART_TABLE)),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(label(text.CHART_MONTH), scope="col"),
                        rx.el.th(label(text.CHART_AMOUNT), scope="col"),
                    )
                ),
                rx.el.tbody(rx.foreach(bars, _line)),
            ),
            custom_attrs={"data-testid": "history-months"},
        ),
        fills={"data-shown": Slot("chart_shown", of.shown)},
        attrs={"data-testid": "history-chart"},
        class_name="chart",
    )


def _bar(bar: Bar, number: int) -> rx.Component:
    return element(
        rx.el.rect,
        fills={
            "y": Slot(f"chart_y_{number}", bar.y),
            "height": Slot(f"chart_height_{number}", bar.height),
        },
        x=f"{number}.2",
        width="0.6",
    )


def _label(bar: Bar, number: int) -> rx.Component:
    return element(
        rx.el.span,
        Slot(f"chart_label_{number}", bar.label),
        fills={"data-shown": Slot(f"chart_shown_{number}", bar.shown)},
    )


def _line(bar: Bar, number: int) -> rx.Component:
    return rx.el.tr(
        element(rx.el.th, Slot(f"chart_month_{number}", bar.month), scope="row"),
        element(rx.el.td, Slot(f"chart_amount_{number}", bar.amount)),
    )
