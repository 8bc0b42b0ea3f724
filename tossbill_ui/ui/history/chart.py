"""The amounts of the last twelve months as a bar chart and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tossbill_ui.subscriptions.reading.spending import MONTHS, MonthSum
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import spoken
from tossbill_ui.ui.shared.view_rows import BLANK

# In units of the drawing; a month with payments shows at least a line.
HEIGHT, LEAST = 100, 1
# A new customer's chart has room for half a year, so that its first bars are not lost at the edge.
FEW = 6


@dataclass(frozen=True)
class Bar:
    """The bar of one month."""

    label: str = BLANK
    month: str = BLANK
    amount: str = BLANK
    y: str = f"{HEIGHT}"
    height: str = "0"
    shown: str = "yes"


@dataclass(frozen=True)
class Chart:
    """The whole chart; ``shown`` is ``no`` if nothing was paid.

    It begins with the first month that has a payment. Attributes:
        box: The part of the drawing that shows, as the ``viewBox`` of an SVG.
        columns: How many months there is room for.
    """

    shown: str = "yes"
    total: str = BLANK
    top: str = BLANK
    box: str = f"0 0 {MONTHS} {HEIGHT}"
    columns: str = f"{MONTHS}"
    bars: tuple[Bar, ...] = (Bar(),) * MONTHS


def chart(sums: Sequence[MonthSum]) -> Chart:
    """Return the chart; the highest bar reaches the top line, which is labeled with its amount."""
    top = max(month.amount_krw for month in sums)
    before = next((at for at, month in enumerate(sums) if month.amount_krw), 0)
    columns = FEW if MONTHS - before <= FEW else MONTHS
    return Chart(
        shown="yes" if top else "no",
        total=wording.won(sum(month.amount_krw for month in sums)),
        top=wording.won(top),
        box=f"{before} 0 {columns} {HEIGHT}",
        columns=f"{columns}",
        bars=tuple(_bar(month, top, is_shown=at >= before) for at, month in enumerate(sums)),
    )


def _bar(month: MonthSum, top: int, *, is_shown: bool) -> Bar:
    amount = month.amount_krw
    height = max(LEAST, round(HEIGHT * amount / top)) if amount else 0
    number = f"{month.first_on.month}"
    return Bar(
        label=number if spoken() == "ko" else wording.month_alone(month.first_on),
        month=wording.month(month.first_on),
        amount=wording.won(amount),
        y=f"{HEIGHT - height}",
        height=f"{height}",
        shown="yes" if is_shown else "no",
    )
