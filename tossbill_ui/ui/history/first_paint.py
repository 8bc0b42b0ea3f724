"""The history before any script runs: the newest lines and the chart as slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.ui.history import text, view
from tossbill_ui.ui.history.chart import Chart
from tossbill_ui.ui.history.filters import ALL, DAYS, Choice, Option, from_query
from tossbill_ui.ui.history.rows import HistoryRow, Month
from tossbill_ui.ui.shared.view_rows import BLANK

# Enough to fill a screen; React adds the rest.
FIRST_ROWS = 12
EMPTY_TESTID = "history-empty"


async def slots(rt: Runtime, actor: Actor, query: Mapping[str, str]) -> dict[str, str]:
    """Return the slots of the page, with the content that its state will show."""
    choice = from_query(query)
    page = await timeline.older(rt, actor, choice.wanted)
    shown = (await view.page_content(rt, actor, choice, page)).shown
    return {
        "first_view": shown["phase"],
        **{
            f"first_{phase}": EMPTY_TESTID for phase in ("empty", "none") if phase == shown["phase"]
        },
        "csv": shown["csv"],
        "paper": shown["paper"],
        "many": shown["many"],
        "days": "yes" if choice.period == DAYS else "no",
        **{name: day for name, day in choice.query.items() if name in ("since_on", "until_on")},
        **_chosen(choice, shown["periods"], shown["subscriptions"]),
        **_chart(shown["chart"]),
        **_lines(shown["months"]),
    }


def _chosen(
    choice: Choice, periods: Sequence[Option], subscriptions: Sequence[Option]
) -> dict[str, str]:
    labels = {option.value: option.label for option in (*periods, *subscriptions)}
    pressed = {
        f"pressed_{topic}": "true" if topic == choice.topic else "false" for topic in text.TOPICS
    }
    return pressed | {
        "period_label": labels[choice.period] if choice.period != ALL else text.ALL_TIME(),
        "subscription_label": labels.get(choice.subscription) or text.EVERY_SUBSCRIPTION(),
    }


def _chart(chart: Chart) -> dict[str, str]:
    filled = {
        "chart_shown": chart.shown,
        "chart_total": chart.total,
        "chart_top": chart.top,
        "chart_box": chart.box,
        "chart_columns": chart.columns,
    }
    for number, bar in enumerate(chart.bars):
        filled |= {f"chart_{name}_{number}": value for name, value in vars(bar).items()}
    return filled


def _lines(months: Sequence[Month]) -> dict[str, str]:
    lines = [(month, row) for month in months for row in month.rows][:FIRST_ROWS]
    filled: dict[str, str] = {}
    for number, (month, row) in enumerate(lines):
        is_first = row is month.rows[0]
        line = _line(row) | {"month": month.name if is_first else BLANK}
        line["has"] = " ".join(["line", *(["month"] if is_first else []), *_note(row)])
        filled |= {f"first_{name}_{number}": value or BLANK for name, value in line.items()}
    return filled


def _line(row: HistoryRow) -> dict[str, str]:
    return {
        "testid": "history-row",
        "topic": row.topic,
        "date": row.date,
        "what": row.what,
        "method": row.method,
        "status": row.status,
        "tone": row.tone,
        "amount": row.amount,
        "note": row.note,
    }


def _note(row: HistoryRow) -> list[str]:
    if row.topic != "card":
        return []
    return ["note"]
