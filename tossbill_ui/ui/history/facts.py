"""The details that unfold under a line of the history: names and values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.money import parts
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Invoice, Payment, PaymentStatus, Refund, RefundOrigin
from tossbill_ui.subscriptions.reading.timeline_sources import ChangeLine, PaymentLine, RefundLine
from tossbill_ui.ui.history import text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_detail, method_label
from tossbill_ui.ui.shared.text import Text
from tossbill_ui.ui.shared.view_rows import CODE_SHOWN

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Fact:
    """A name and its value; ``kind`` is ``whole`` for a value that is never broken in two."""

    label: str
    value: str
    kind: str = ""


def of_payment(line: PaymentLine) -> tuple[Fact, ...]:
    """Return the details of a payment."""
    payment = line.payment
    return (
        _when(payment),
        _fact(text.METHOD, whole_method(line.method)),
        _fact(text.PERIOD_PAID, period(line.invoice)),
        *_credit(line.invoice),
        *_parts(payment.amount_krw, payment.tax_free_krw),
        *(_fact(text.BACK, _refund(refund)) for refund in line.refunds),
        Fact(text.ORDER(), payment.order_id, "whole"),
        _fact(text.CODE, _code(payment)),
    )


def of_refund(line: RefundLine) -> tuple[Fact, ...]:
    """Return the details of a refund, and its payment."""
    refund, payment = line.refund, line.payment
    paid_on = wording.day(payment.approved_at or payment.created_at)
    done_at = refund.ended_at if refund.status == PaymentStatus.DONE else None
    is_ours = refund.origin == RefundOrigin.SHOP
    return (
        _fact(text.ASKED_AT, wording.moment(refund.created_at) if is_ours else ""),
        _fact(text.BACK_AT, wording.moment(done_at) if done_at else ""),
        _fact(text.BACK_TO, whole_method(line.method)),
        _fact(text.OF_PAYMENT, text.ON_DAY(day=paid_on, amount=wording.won(payment.amount_krw))),
        *_parts(refund.amount_krw, refund.tax_free_krw),
        Fact(text.ORDER(), payment.order_id, "whole"),
    )


def of_change(line: ChangeLine) -> tuple[Fact, ...]:
    """Return when a change was made and by whom."""
    return (
        _fact(text.WHEN, wording.moment(line.event.at)),
        _fact(text.WHO, actor(line.event.actor)),
    )


def actor(who: Actor) -> str:
    """Return who did it, without an operator's name."""
    return text.ACTORS[who.kind]()


def whole_method(method: PaymentMethod) -> str:
    """Return a method's label with its details."""
    return f"{method_label(method)} ({method_detail(method)})"


def period(invoice: Invoice) -> str:
    """Format the period of an invoice, first and last day included."""
    return text.FROM_TO(
        first=wording.date_of(invoice.starts_on), last=wording.date_of(invoice.ends_on - ONE_DAY)
    )


def _fact(label: Text, value: str) -> Fact:
    return Fact(label=label(), value=value)


def _when(payment: Payment) -> Fact:
    if payment.status == PaymentStatus.DONE:
        return _fact(text.PAID_AT, wording.moment(payment.approved_at or payment.created_at))
    return _fact(text.TRIED_AT, wording.moment(payment.created_at))


def _credit(invoice: Invoice) -> list[Fact]:
    if not invoice.credit_krw:
        return []
    taken_off = text.MINUS(amount=wording.won(invoice.credit_krw))
    return [
        _fact(text.PRICE, wording.won(invoice.price_krw)),
        _fact(text.CREDIT, taken_off),
    ]


def _parts(amount_krw: int, tax_free_krw: int) -> list[Fact]:
    made_of = parts(amount_krw, tax_free_krw=tax_free_krw)
    return [
        _fact(text.SUPPLIED, wording.won(made_of.supplied_krw)),
        _fact(text.VAT, wording.won(made_of.vat_krw)),
        _fact(text.TAX_FREE, wording.won(tax_free_krw) if tax_free_krw else ""),
    ]


def _refund(refund: Refund) -> str:
    status = text.REFUND_STATUS.get(refund.status, text.REFUND_DONE)
    return text.BACK_ON(
        amount=wording.won(refund.amount_krw),
        day=wording.day(refund.ended_at or refund.created_at),
        status=status(),
    )


def _code(payment: Payment) -> str:
    is_refused = payment.status == PaymentStatus.REFUSED
    return (payment.failure_code or "")[:CODE_SHOWN] if is_refused else ""
