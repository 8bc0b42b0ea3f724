"""The amount of each of the last twelve months: bars to look at, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from tossbill_ui.subscriptions.reading.spending import MONTHS, MonthSum
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import spoken

# Of the drawing, in its own units; a month that was paid in shows at least a line.
HEIGHT, LEAST = 100, 1
# Before anybody has looked; a slot needs some text all the same.
NOTHING = "\u00a0"


class Bar(TypedDict):
    """One month."""

    label: str
    month: str
    amount: str
    y: str
    height: str


class Chart(TypedDict):
    """All of them; ``shown`` is ``no`` where nothing was paid."""

    shown: str
    total: str
    top: str
    bars: list[Bar]


NO_BAR = Bar(label=NOTHING, month=NOTHING, amount=NOTHING, y=f"{HEIGHT}", height="0")
NO_CHART = Chart(shown="yes", total=NOTHING, top=NOTHING, bars=[NO_BAR] * MONTHS)


def chart(sums: Sequence[MonthSum]) -> Chart:
    """Return the drawing; the highest bar reaches the top line, which says its amount."""
    top = max(month.amount_krw for month in sums)
    return Chart(
        shown="yes" if top else "no",
        total=wording.won(sum(month.amount_krw for month in sums)),
        top=wording.won(top),
        bars=[_bar(month, top) for month in sums],
    )


def _bar(month: MonthSum, top: int) -> Bar:
    amount = month.amount_krw
    height = max(LEAST, round(HEIGHT * amount / top)) if amount else 0
    number = f"{month.first_on.month}"
    return Bar(
        label=number if spoken() == "ko" else wording.month_alone(month.first_on),
        month=wording.month(month.first_on),
        amount=wording.won(amount),
        y=f"{HEIGHT - height}",
        height=f"{height}",
    )
