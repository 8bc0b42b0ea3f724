"""View rows of the history: lines, each with its details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.undrawable import drawn
from tossbill_ui.events.types import EventType, Reason
from tossbill_ui.payment_methods.models import RegistrationStatus
from tossbill_ui.payments.made_at_toss import NOTHING_LEFT
from tossbill_ui.payments.models import PaymentStatus, RefundOrigin
from tossbill_ui.payments.outcome import NEVER_CHARGED
from tossbill_ui.subscriptions.reading.timeline_sources import (
    LINE_TOPICS,
    CardLine,
    ChangeLine,
    Entry,
    PaymentLine,
    RefundLine,
)
from tossbill_ui.toss.receipts import receipt_link
from tossbill_ui.ui.history import facts, text
from tossbill_ui.ui.history.facts import Fact
from tossbill_ui.ui.registration import confirm_text
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_detail, method_label
from tossbill_ui.ui.shared.text import Text, frame
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
    "returned": "amber",
    "issuing": "amber",
    "failed": "red",
    "abandoned": "grey",
    "removed": "grey",
}

# Reasons for the changes that the engine makes by itself.
NOTES: Mapping[tuple[str, str], Text] = {
    (EventType.SUBSCRIPTION_ENDED, Reason.UNPAID): text.UNPAID_ENDED,
    (EventType.SUBSCRIPTION_ENDED, Reason.FIRST_PAYMENT_REFUSED): text.NOT_STARTED,
    (EventType.PAUSED, Reason.UNPAID): text.UNPAID_PAUSED,
    (EventType.SUBSCRIPTION_ENDED, Reason.NO_CONSENT): text.NOT_AGREED,
    (EventType.SUBSCRIPTION_ENDED, Reason.NO_CONSENT_AFTER_TRIAL): text.TRIAL_OVER,
}


@dataclass(frozen=True, kw_only=True)
class HistoryRow:
    """One line; empty fields are not shown.

    ``note`` says what happened to the money; ``tone`` is ``ink``, ``amber``, ``red`` or ``grey``.
    """

    id: str = ""
    topic: str
    date: str = ""
    what: str
    method: str = ""
    amount: str = ""
    status: str = ""
    tone: str = "ink"
    note: str = ""
    facts: tuple[Fact, ...] = ()
    receipt: str = ""


@dataclass(frozen=True)
class Month:
    """The lines of one Korean month."""

    name: str
    rows: tuple[HistoryRow, ...]


def months(entries: Sequence[Entry]) -> tuple[Month, ...]:
    """Group lines, newest first, by month."""
    by_name = groupby(entries, key=lambda entry: wording.month(korean_day(entry.cursor.at)))
    return tuple(Month(name, tuple(row(entry) for entry in found)) for name, found in by_name)


def row(entry: Entry) -> HistoryRow:
    """Return one line; one that cannot be drawn says so."""
    return drawn(entry.cursor.id, lambda: _row(entry), lambda: _undrawable(entry))


def _undrawable(entry: Entry) -> HistoryRow:
    topic = LINE_TOPICS[type(entry.line)]
    return HistoryRow(
        topic=topic, id=f"{topic}-{entry.cursor.id}", what=frame.UNDRAWABLE(), tone="amber"
    )


def _row(entry: Entry) -> HistoryRow:
    match entry.line:
        case PaymentLine():
            shown = _payment(entry.line)
        case RefundLine():
            shown = _refund(entry.line)
        case CardLine():
            shown = _card(entry.line)
        case ChangeLine():
            shown = _change(entry.line)
    return replace(
        shown,
        id=f"{shown.topic}-{entry.cursor.id}",
        date=wording.day_of_year(entry.cursor.at),
        facts=tuple(fact for fact in shown.facts if fact.value),
    )


def _payment(line: PaymentLine) -> HistoryRow:
    payment = line.payment
    status = text.PAYMENT_STATUS.get(payment.status)
    return HistoryRow(
        topic="payment",
        what=payment_name(line),
        method=method_label(line.method),
        amount=wording.won(payment.amount_krw),
        status=status() if status else "",
        tone=TONES[payment.status],
        note=payment_note(line),
        facts=facts.of_payment(line),
        receipt=receipt_link(payment.receipt_url),
    )


def payment_name(line: PaymentLine) -> str:
    """Return what a payment is for."""
    return text.PAYMENTS[line.invoice.kind](plan=wording.plan_text(line.plan).name)


def payment_note(line: PaymentLine) -> str:
    """Return the result of a payment."""
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


def _refund(line: RefundLine) -> HistoryRow:
    refund = line.refund
    status = text.REFUND_STATUS.get(refund.status)
    return HistoryRow(
        topic="refund",
        what=text.REFUND(plan=wording.plan_text(line.plan).name),
        method=method_label(line.method),
        amount=text.MINUS(amount=wording.won(refund.amount_krw)),
        status=status() if status else "",
        tone=TONES[refund.status],
        note=refund_note(line),
        facts=facts.of_refund(line),
        receipt=receipt_link(line.payment.receipt_url),
    )


def refund_note(line: RefundLine) -> str:
    """Return the result of a refund."""
    refund, amount = line.refund, wording.won(line.refund.amount_krw)
    match refund.status:
        case PaymentStatus.DONE:
            is_theirs = refund.origin == RefundOrigin.TOSS
            done = subscription_text.REFUNDED(amount=amount)
            said = text.REFUNDED_AT_TOSS() if is_theirs else done
            return f"{said}. {subscription_text.REFUNDED_BODY.of(line.method.kind)()}"
        case PaymentStatus.REFUSED if refund.failure_code == NOTHING_LEFT:
            return text.NOTHING_LEFT()
        case PaymentStatus.REFUSED:
            return text.REFUND_REFUSED()
        case _:
            asked = subscription_text.REFUND_ASKED(amount=amount)
            return f"{asked}. {subscription_text.REFUND_ASKED_BODY.of(line.method.kind)()}"


def _change(line: ChangeLine) -> HistoryRow:
    return HistoryRow(
        topic="change",
        what=change_name(line),
        note=change_note(line),
        facts=facts.of_change(line),
    )


def change_name(line: ChangeLine) -> str:
    """Return which change was made, with the plan's name."""
    texts = text.CHANGES_OF_TRIAL if line.event.is_about_a_trial else text.CHANGES
    return texts[EventType(line.event.type)](plan=wording.plan_text(line.plan).name)


def change_note(line: ChangeLine) -> str:
    """Return the reason of a change that nobody requested."""
    note = NOTES.get((line.event.type, line.event.reason))
    return note() if note else ""


def _card(line: CardLine) -> HistoryRow:
    method = line.method
    status = method.status if method else line.registration.status
    return HistoryRow(
        topic="card",
        what=card_name(line),
        method=method_label(method) if method else "",
        status=text.CARD_STATUS[status](),
        tone=TONES[status],
        note=card_note(line),
    )


def card_name(line: CardLine) -> str:
    """Return what was registered: a card or an account."""
    is_account = line.method is not None and line.method.kind != "card"
    return (text.ACCOUNT if is_account else text.CARD)()


def card_note(line: CardLine) -> str:
    """Return the kind of the method, or why there is none."""
    registration = line.registration
    if line.method:
        return method_detail(line.method)
    code = (registration.failure_code or "")[:CODE_SHOWN]
    if registration.status == RegistrationStatus.FAILED:
        return f"{explain(code)} ({code})" if code else explain(code)
    if registration.status == RegistrationStatus.RETURNED:
        return confirm_text.WAITS_TITLE()
    is_stopped = registration.status == RegistrationStatus.ABANDONED
    return (
        registration_text.CANCELED_TITLE if is_stopped else registration_text.WORKING_TITLE
    ).card()
