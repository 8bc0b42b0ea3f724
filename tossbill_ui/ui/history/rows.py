"""The lines of the history as text, each with its details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.events.types import EventType, Reason
from tossbill_ui.payment_methods.models import MethodStatus, RegistrationStatus
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.payments.outcome import NEVER_CHARGED
from tossbill_ui.subscriptions.reading.timeline_sources import (
    CardLine,
    ChangeLine,
    Entry,
    PaymentLine,
    RefundLine,
)
from tossbill_ui.ui.history import facts, text
from tossbill_ui.ui.history.facts import Fact
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_detail, method_label
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.text.declines import decline
from tossbill_ui.ui.shared.text.failures import explain
from tossbill_ui.ui.shared.view_rows import CODE_SHOWN
from tossbill_ui.ui.subscription import text as subscription_text

TONES = {
    "pending": "amber",
    "unknown": "amber",
    "refused": "red",
    "done": "ink",
    "active": "ink",
    "removing": "amber",
    "issuing": "amber",
    "failed": "red",
    "abandoned": "grey",
    "removed": "grey",
}

# What the engine says about a change that it made by itself.
NOTES: Mapping[tuple[str, str], Text] = {
    (EventType.SUBSCRIPTION_ENDED, Reason.UNPAID): text.UNPAID_ENDED,
    (EventType.SUBSCRIPTION_ENDED, Reason.FIRST_PAYMENT_REFUSED): text.NOT_STARTED,
    (EventType.PAUSED, Reason.UNPAID): text.UNPAID_PAUSED,
    (EventType.SUBSCRIPTION_ENDED, Reason.NO_CONSENT): text.NOT_AGREED,
    (EventType.SUBSCRIPTION_ENDED, Reason.NO_CONSENT_AFTER_TRIAL): text.TRIAL_OVER,
}


class HistoryRow(TypedDict):
    """One line; what is empty is not shown.

    ``note`` says what became of money; ``tone`` is ``ink``, ``amber``, ``red`` or ``grey``.
    """

    id: str
    topic: str
    date: str
    what: str
    method: str
    amount: str
    status: str
    tone: str
    note: str
    facts: list[Fact]
    receipt: str
    method_id: str
    removable: bool


class Month(TypedDict):
    """The lines of one month in Korea."""

    name: str
    rows: list[HistoryRow]


def months(entries: Sequence[Entry]) -> list[Month]:
    """Return lines, newest first, by month."""
    found: list[Month] = []
    for entry in entries:
        name = wording.month(korean_day(entry.cursor.at))
        if not found or found[-1]["name"] != name:
            found.append(Month(name=name, rows=[]))
        found[-1]["rows"].append(row(entry))
    return found


def row(entry: Entry) -> HistoryRow:
    """Return one line."""
    match entry.line:
        case PaymentLine():
            shown = _payment(entry.line)
        case RefundLine():
            shown = _refund(entry.line)
        case CardLine():
            shown = _card(entry.line)
        case ChangeLine():
            shown = _change(entry.line)
    return HistoryRow(
        id=f"{shown.topic}-{entry.cursor.id}",
        topic=shown.topic,
        date=wording.day_of_year(entry.cursor.at),
        what=shown.what,
        method=shown.method,
        amount=shown.amount,
        status=shown.status,
        tone=shown.tone,
        note=shown.note,
        facts=[fact for fact in shown.facts if fact["value"]],
        receipt=shown.receipt,
        method_id=shown.method_id,
        removable=shown.removable,
    )


@dataclass(frozen=True, kw_only=True)
class _Shown:
    topic: str
    what: str
    method: str = ""
    amount: str = ""
    status: str = ""
    tone: str = "ink"
    note: str = ""
    facts: Sequence[Fact] = ()
    receipt: str = ""
    method_id: str = ""
    removable: bool = False


def _payment(line: PaymentLine) -> _Shown:
    payment = line.payment
    status = text.PAYMENT_STATUS.get(payment.status)
    return _Shown(
        topic="payment",
        what=payment_name(line),
        method=method_label(line.method),
        amount=wording.won(payment.amount_krw),
        status=status() if status else "",
        tone=TONES[payment.status],
        note=payment_note(line),
        facts=facts.of_payment(line),
        receipt=receipt(payment.receipt_url),
    )


def payment_name(line: PaymentLine) -> str:
    """Say what a payment is for."""
    return text.PAYMENTS[line.invoice.kind](plan=line.plan.name)


def payment_note(line: PaymentLine) -> str:
    """Say what became of the money."""
    payment = line.payment
    amount = wording.won(payment.amount_krw)
    match payment.status:
        case PaymentStatus.DONE:
            return text.PAID(amount=amount)
        case PaymentStatus.PENDING:
            return subscription_text.ASKING_BODY()
        case PaymentStatus.UNKNOWN:
            doubt = subscription_text.IN_DOUBT(amount=amount)
            return f"{doubt}. {subscription_text.IN_DOUBT_BODY.of(line.method.kind)()}"
        case _ if payment.failure_code == NEVER_CHARGED:
            return text.NEVER_CHARGED()
        case _:
            return text.NOT_PAID(reason=decline(payment.failure_code or "", line.method.kind))


def receipt(url: str | None) -> str:
    """Return the address of Toss's receipt; nothing that is none."""
    return url if url and url.startswith("https://") else ""


def _refund(line: RefundLine) -> _Shown:
    refund = line.refund
    status = text.REFUND_STATUS.get(refund.status)
    return _Shown(
        topic="refund",
        what=text.REFUND(plan=line.plan.name),
        method=method_label(line.method),
        amount=text.MINUS(amount=wording.won(refund.amount_krw)),
        status=status() if status else "",
        tone=TONES[refund.status],
        note=refund_note(line),
        facts=facts.of_refund(line),
        receipt=receipt(line.payment.receipt_url),
    )


def refund_note(line: RefundLine) -> str:
    """Say where the money is."""
    amount = wording.won(line.refund.amount_krw)
    match line.refund.status:
        case PaymentStatus.DONE:
            done = subscription_text.REFUNDED(amount=amount)
            return f"{done}. {subscription_text.REFUNDED_BODY.of(line.method.kind)()}"
        case PaymentStatus.REFUSED:
            return text.REFUND_REFUSED()
        case _:
            asked = subscription_text.REFUND_ASKED(amount=amount)
            return f"{asked}. {subscription_text.REFUND_ASKED_BODY.of(line.method.kind)()}"


def _change(line: ChangeLine) -> _Shown:
    return _Shown(
        topic="change",
        what=change_name(line),
        note=change_note(line),
        facts=facts.of_change(line),
    )


def change_name(line: ChangeLine) -> str:
    """Say what was changed about which plan."""
    texts = text.CHANGES_OF_TRIAL if line.event.is_about_a_trial else text.CHANGES
    return texts[EventType(line.event.type)](plan=line.plan.name)


def change_note(line: ChangeLine) -> str:
    """Say why, where nobody asked for it."""
    note = NOTES.get((line.event.type, line.event.reason))
    return note() if note else ""


def _card(line: CardLine) -> _Shown:
    method = line.method
    status = method.status if method else line.registration.status
    return _Shown(
        topic="card",
        what=card_name(line),
        method=method_label(method) if method else "",
        status=text.CARD_STATUS[status](),
        tone=TONES[status],
        note=card_note(line),
        method_id=method.id if method else "",
        removable=status == MethodStatus.ACTIVE,
    )


def card_name(line: CardLine) -> str:
    """Say what was registered."""
    is_account = line.method is not None and line.method.kind != "card"
    return (text.ACCOUNT if is_account else text.CARD)()


def card_note(line: CardLine) -> str:
    """Say what kind of method it is, or why there is none."""
    registration = line.registration
    if line.method:
        return method_detail(line.method)
    code = (registration.failure_code or "")[:CODE_SHOWN]
    if registration.status == RegistrationStatus.FAILED:
        return f"{explain(code)} ({code})" if code else explain(code)
    is_stopped = registration.status == RegistrationStatus.ABANDONED
    return (
        registration_text.CANCELED_TITLE if is_stopped else registration_text.WORKING_TITLE
    ).card()
