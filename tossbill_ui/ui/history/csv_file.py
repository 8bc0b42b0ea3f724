"""The history as a CSV file, with the lines and texts of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.core.money import parts
from tossbill_ui.core.scope import Task
from tossbill_ui.core.text import UNSEEN
from tossbill_ui.core.undrawable import drawn
from tossbill_ui.customers.session import actor_of
from tossbill_ui.payments.models import Invoice
from tossbill_ui.prerender import Download, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline_sources import (
    LINE_TOPICS,
    CardLine,
    ChangeLine,
    Entry,
    PaymentLine,
    RefundLine,
)
from tossbill_ui.toss.receipts import receipt_link
from tossbill_ui.ui.history import facts, rows, text
from tossbill_ui.ui.history.filters import from_query
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.shared.text import frame, speak

# Without it Excel decodes UTF-8 in the code page of the machine.
BYTE_ORDER_MARK = "\ufeff"
# Characters that start a formula in spreadsheets, in either width, and those that hide one.
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
BATCH_SIZE = 200
ONE_DAY = timedelta(days=1)
Cell = str | int
Cells = list[Cell]


def history_csv(rt: Runtime, visit: Visit) -> Download:
    """Return the file that an address selects, with the lines of its visitor."""
    actor_of(visit.session).require(Task.HISTORY)  # the response has begun when lines are read
    return Download(name=f"history-{today(rt):%Y-%m-%d}.csv", parts=_parts(rt, visit))


async def _parts(rt: Runtime, visit: Visit) -> AsyncGenerator[str]:
    speak(visit.language)
    wanted = from_query(visit.query).wanted
    yield BYTE_ORDER_MARK + _written([[column() for column in text.CSV_COLUMNS]])
    lines: list[Cells] = []
    async for entry in timeline.every(rt, actor_of(visit.session), wanted):
        lines.append(cells(entry))
        if len(lines) == BATCH_SIZE:
            yield _written(lines)
            lines = []
    yield _written(lines)


def _written(lines: Sequence[Cells]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([[safe(cell) for cell in line] for line in lines])
    return file.getvalue()


def safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet reads as a formula; numbers are ours and stay.

    Non-breaking spaces and what cannot be seen are removed, because searches would miss the words
    and a formula may hide behind them.
    """
    if isinstance(cell, int):
        return cell
    words = UNSEEN.sub("", cell.replace("\u00a0", " "))
    return f"'{words}" if words.lstrip(" ").startswith(FORMULAS) else words


def cells(entry: Entry) -> Cells:
    """Return one line of the file, in the order of the columns.

    One that cannot be drawn says so, beside its topic.
    """
    return drawn(entry.cursor.id, lambda: _cells(entry), lambda: _undrawable(entry))


def _undrawable(entry: Entry) -> Cells:
    said = [text.TOPICS[LINE_TOPICS[type(entry.line)]](), frame.UNDRAWABLE()]
    return ["", "", *said, *[""] * (len(text.CSV_COLUMNS) - 4)]


def _cells(entry: Entry) -> Cells:
    at = entry.cursor.at.astimezone(SEOUL)
    when: Cells = [korean_day(at).isoformat(), f"{at:%H:%M:%S}"]
    match entry.line:
        case PaymentLine():
            return [*when, *_payment(entry.line)]
        case RefundLine():
            return [*when, *_refund(entry.line)]
        case CardLine():
            return [*when, *_card(entry.line)]
        case ChangeLine():
            return [*when, *_change(entry.line)]


def _payment(line: PaymentLine) -> Cells:
    payment = line.payment
    status = text.PAYMENT_STATUS.get(payment.status, text.CSV_PAID)
    return [
        text.TOPICS["payment"](),
        rows.payment_name(line),
        status(),
        facts.whole_method(line.method),
        payment.amount_krw,
        "",
        *_money(payment.amount_krw, payment.tax_free_krw),
        *_period(line.invoice),
        payment.order_id,
        receipt_link(payment.receipt_url),
        rows.payment_note(line),
    ]


def _refund(line: RefundLine) -> Cells:
    refund = line.refund
    status = text.REFUND_STATUS.get(refund.status, text.REFUND_DONE)
    return [
        text.TOPICS["refund"](),
        text.REFUND(plan=wording.plan_text(line.plan).name),
        status(),
        facts.whole_method(line.method),
        "",
        refund.amount_krw,
        *_money(refund.amount_krw, refund.tax_free_krw),
        *_period(line.invoice),
        line.payment.order_id,
        receipt_link(line.payment.receipt_url),
        rows.refund_note(line),
    ]


def _change(line: ChangeLine) -> Cells:
    note = " ".join(
        part for part in (facts.actor(line.event.actor), rows.change_note(line)) if part
    )
    name = rows.change_name(line)
    return [text.TOPICS["change"](), name, text.CSV_DONE(), "", *[""] * 9, note]


def _card(line: CardLine) -> Cells:
    status = line.method.status if line.method else line.registration.status
    return [
        text.TOPICS["card"](),
        rows.card_name(line),
        text.CARD_STATUS[status](),
        method_label(line.method) if line.method else "",
        *[""] * 9,
        rows.card_note(line),
    ]


def _money(amount_krw: int, tax_free_krw: int) -> Cells:
    made_of = parts(amount_krw, tax_free_krw=tax_free_krw)
    return [made_of.supplied_krw, made_of.vat_krw, made_of.tax_free_krw]


def _period(invoice: Invoice) -> Cells:
    return [invoice.starts_on.isoformat(), (invoice.ends_on - ONE_DAY).isoformat()]
