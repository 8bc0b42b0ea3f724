"""The printed history: the filtered lines as one table, in a document of its own.

The page shows only one page of lines, but customers print a year for their tax office.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from html import escape

from tossbill_ui.core.scope import Task
from tossbill_ui.customers.session import actor_of
from tossbill_ui.payments.models import Payment, PaymentStatus, Refund
from tossbill_ui.prerender import Download, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline_sources import Entry, PaymentLine, RefundLine
from tossbill_ui.ui.history import csv_file, text, view
from tossbill_ui.ui.history.filters import from_query, options
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import speak

MOST = 1_000
# Columns of the file: date, description, status, method, both amounts, net and VAT, order number.
COLUMNS = (0, 3, 4, 5, 6, 7, 8, 9, 13)
PAID, REFUNDED = 6, 7


def history_paper(rt: Runtime, visit: Visit) -> Download:
    """Return the document that an address selects, with the lines of its visitor."""
    actor_of(visit.session).require(Task.HISTORY)  # the response has begun when lines are read
    return Download(name="", parts=_parts(rt, visit), media_type="text/html")


async def _parts(rt: Runtime, visit: Visit) -> AsyncGenerator[str]:
    speak(visit.language)
    actor, choice = actor_of(visit.session), from_query(visit.query)
    page = await timeline.older(rt, actor, choice.wanted, size=MOST)
    chosen = view.printed(rt, choice, await options(rt, actor, choice))
    notes = [chosen, *([text.PRINTED_FIRST(count=f"{MOST:,}")] if page.has_older else [])]
    yield _head(visit.language, rt.settings.tossbill_brand_name, notes)
    heads = "".join(f"<th>{escape(name)}</th>" for name in _names())
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for entry in page.entries:
        cells = csv_file.cells(entry)
        yield _row([_written(cells[number]) for number in COLUMNS])
    yield "</tbody>" + _foot(page.entries)


def _head(language: str, shop: str, notes: Sequence[str]) -> str:
    title = f"{escape(shop)} · {escape(text.TITLE())}"
    lines = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/paper.css">
<script src="/paper.js" defer></script>
</head>
<body>
<main>
<h1>{title}</h1>
{lines}
<table>
"""


def _foot(entries: Sequence[Entry]) -> str:
    if not entries:
        return f"</table><p>{escape(text.PRINTED_NONE())}</p></main></body></html>"
    paid = [entry.line.payment for entry in entries if isinstance(entry.line, PaymentLine)]
    back = [entry.line.refund for entry in entries if isinstance(entry.line, RefundLine)]
    sums = {PAID: _sum(paid), REFUNDED: _sum(back)}
    cells = ["", text.PRINTED_SUM(), *(sums.get(number, "") for number in COLUMNS[2:])]
    return _row(cells, part="tfoot") + "</table></main></body></html>"


def _sum(of: Sequence[Payment | Refund]) -> str:
    return _written(sum(each.amount_krw for each in of if each.status == PaymentStatus.DONE))


def _names() -> list[str]:
    return [text.CSV_COLUMNS[number]() for number in COLUMNS]


def _row(words: Sequence[str], *, part: str = "") -> str:
    """Return a row; on a phone each cell gets a line of its own, after its column's name."""
    cells = "".join(
        f'<td data-name="{escape(name)}">{escape(word)}</td>'
        for name, word in zip(_names(), words, strict=True)
    )
    return f"<{part}><tr>{cells}</tr></{part}>" if part else f"<tr>{cells}</tr>"


def _written(cell: csv_file.Cell) -> str:
    return wording.won(cell) if isinstance(cell, int) else cell
