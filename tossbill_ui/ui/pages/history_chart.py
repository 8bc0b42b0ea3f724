"""The amount by month: bars for the eye, the same as a table that folds open."""

import reflex as rx

from tossbill_ui.ui.components.amount import amount
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.components.words import Slot
from tossbill_ui.ui.history.chart import HEIGHT, Bar, Chart
from tossbill_ui.ui.text import history as text


def chart(of: Chart) -> rx.Component:
    """Return the whole chart."""
    bars = of["bars"]
    return filled(
        rx.el.section,
        rx.el.h2(say(text.CHART)),
        amount(Slot("chart_total", of["total"]), text.CHART_HOW, is_large=True),
        rx.el.div(
            slot(rx.el.span, "chart_top", of["top"], class_name="chart-top"),
            rx.el.svg(
                rx.foreach(bars, _bar),
                view_box=f"0 0 12 {HEIGHT}",
                preserve_aspect_ratio="none",
            ),
            rx.el.div(rx.foreach(bars, _label), class_name="chart-months"),
            aria_hidden="true",
            class_name="chart-bars",
        ),
        rx.el.details(
            rx.el.summary(say(text.CHART_TABLE)),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(say(text.CHART_MONTH), scope="col"),
                        rx.el.th(say(text.CHART_AMOUNT), scope="col"),
                    )
                ),
                rx.el.tbody(rx.foreach(bars, _line)),
            ),
            custom_attrs={"data-testid": "history-months"},
        ),
        fill={"data-shown": "chart_shown"},
        attrs={"data-shown": of["shown"], "data-testid": "history-chart"},
        class_name="chart",
    )


def _bar(bar: Bar, number: int) -> rx.Component:
    return filled(
        rx.el.rect,
        fill={"y": f"chart_y_{number}", "height": f"chart_height_{number}"},
        attrs={"y": bar["y"], "height": bar["height"]},
        x=f"{number}.2",
        width="0.6",
    )


def _label(bar: Bar, number: int) -> rx.Component:
    return slot(rx.el.span, f"chart_label_{number}", bar["label"])


def _line(bar: Bar, number: int) -> rx.Component:
    return rx.el.tr(
        slot(rx.el.th, f"chart_month_{number}", bar["month"], scope="row"),
        slot(rx.el.td, f"chart_amount_{number}", bar["amount"]),
    )
