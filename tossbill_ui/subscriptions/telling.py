"""Which final state a customer is told of, and with which facts; in the transaction that makes it.

Called at the end of that transaction, when everything that follows is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.money import parts
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.outbox import put
from tossbill_ui.notices.wording import Method, Reason, Value
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import (
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
)

ONE_DAY = timedelta(days=1)

NOT_DONE = {
    InvoiceKind.FIRST: NoticeKind.NOT_STARTED,
    InvoiceKind.CHANGE: NoticeKind.NOT_CHANGED,
    InvoiceKind.RESUME: NoticeKind.NOT_CHANGED,
}


async def payment_ended(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, payment: Payment
) -> None:
    """Tell how a payment ended; one in doubt has not."""
    if payment.status == PaymentStatus.REFUSED:
        await unpaid(rt, db, subscription, invoice, payment.failure_code or "")
    if payment.status != PaymentStatus.DONE:
        return
    made_of = parts(payment.amount_krw, tax_free_krw=payment.tax_free_krw)
    is_going_on = subscription.status == SubscriptionStatus.ACTIVE
    values = {
        "amount": payment.amount_krw,
        "supplied": made_of.supplied_krw,
        "vat": made_of.vat_krw,
        "tax_free": made_of.tax_free_krw,
        "method": await _method(db, payment.payment_method_id),
        "starts_on": invoice.starts_on,
        "last_on": invoice.ends_on - ONE_DAY,
        "next_on": _due_on(subscription) if is_going_on else None,
        "receipt": payment.receipt_url,
    }
    await _put(rt, db, NoticeKind.RECEIPT, subscription, payment.id, values)


async def unpaid(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, code: str
) -> None:
    """Tell that an invoice was not paid and what that leads to; a fault of ours is not told."""
    kind = _unpaid_kind(subscription, invoice)
    if kind is None:
        return
    due_on = _due_on(subscription)
    method = await _method(db, subscription.payment_method_id)
    values = {
        "amount": invoice.amount_krw,
        "reason": Reason(code, method.kind),
        "method": method,
        "next_on": due_on if kind == NoticeKind.PAYMENT_FAILED else None,
        "due_on": due_on,
        "until_on": _works_until(subscription, korean_day(rt.clock.now())),
    }
    await _put(rt, db, kind, subscription, f"{invoice.id}:{invoice.refusals}", values)


def _unpaid_kind(subscription: Subscription, invoice: Invoice) -> NoticeKind | None:
    if invoice.status == InvoiceStatus.UNCOLLECTIBLE:
        return NoticeKind.STOPPED
    if invoice.status == InvoiceStatus.VOID:
        return NOT_DONE.get(InvoiceKind(invoice.kind))
    if subscription.status != SubscriptionStatus.PAST_DUE or subscription.attention:
        return None
    return NoticeKind.CARD_NEEDED if subscription.needs_card else NoticeKind.PAYMENT_FAILED


def _works_until(subscription: Subscription, today: date) -> date | None:
    until = subscription.grace_until_on
    return until - ONE_DAY if until and until > today else None


async def method_lost(rt: Runtime, db: AsyncSession, subscription: Subscription, code: str) -> None:
    """Tell that the payment method is gone before anything is owed."""
    method = await _method(db, subscription.payment_method_id)
    values = {
        "reason": Reason(code, method.kind),
        "method": method,
        "next_on": _due_on(subscription),
        "until_on": subscription.ends_on - ONE_DAY,
    }
    about = f"{subscription.id}:{subscription.payment_method_id}"
    await _put(rt, db, NoticeKind.CARD_NEEDED, subscription, about, values)


async def canceled(
    rt: Runtime, db: AsyncSession, subscription: Subscription, *, refund_krw: int
) -> None:
    """Tell that a subscription was canceled: until when it works, or what goes back."""
    works = subscription.status == SubscriptionStatus.CANCELED
    values = {"amount": refund_krw, "until_on": subscription.ends_on - ONE_DAY if works else None}
    about = f"{subscription.id}:{rt.clock.now():%Y%m%d%H%M%S%f}"
    await _put(rt, db, NoticeKind.CANCELED, subscription, about, values)


async def price_rises(
    rt: Runtime, db: AsyncSession, subscription: Subscription, asked: PriceConsent
) -> None:
    """Tell what a higher price needs to be told for a consent to count."""
    values = {
        "next_on": asked.changes_on,
        "before": asked.before_krw,
        "amount": asked.after_krw,
        "method": await _method(db, asked.payment_method_id),
        "how": asked.how_to_cancel,
    }
    await _put(rt, db, NoticeKind.PRICE_RISES, subscription, asked.id, values)


async def ends_without_consent(
    rt: Runtime, db: AsyncSession, subscription: Subscription, *, is_trial: bool
) -> None:
    """Tell that a subscription ends because what comes next was not agreed to."""
    kind = NoticeKind.TRIAL_OVER if is_trial else NoticeKind.NO_CONSENT
    about = f"{subscription.id}:{subscription.period_number}"
    await _put(rt, db, kind, subscription, about, {})


async def refund_ended(
    rt: Runtime, db: AsyncSession, subscription: Subscription, refund: Refund
) -> None:
    """Tell that money has gone back; a refused refund is an operator's business."""
    if refund.status != PaymentStatus.DONE:
        return
    payment = await db.get_one(Payment, refund.payment_id)
    method = await _method(db, payment.payment_method_id)
    values = {"amount": refund.amount_krw, "method": method}
    await _put(rt, db, NoticeKind.REFUNDED, subscription, refund.id, values)


async def trial_ends(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    asked: PriceConsent,
    kind: NoticeKind,
) -> None:
    """Tell what follows a trial: the question, a reminder of it, or what was chosen; each once."""
    price = await db.get_one(Price, asked.price_id)
    values = {
        "coming": (await db.get_one(Plan, price.plan_code)).name,
        "amount": asked.after_krw,
        "next_on": asked.changes_on,
        "method": await _method(db, subscription.payment_method_id),
    }
    await _put(rt, db, kind, subscription, asked.id, values)


async def card_expires(
    rt: Runtime, db: AsyncSession, subscription: Subscription, expires_on: date, about: str
) -> None:
    """Tell that the card of a subscription is about to expire, once under each ``about``."""
    values = {
        "expires_on": expires_on,
        "next_on": _due_on(subscription),
        "method": await _method(db, subscription.payment_method_id),
    }
    await _put(rt, db, NoticeKind.CARD_EXPIRES, subscription, about, values)


def _due_on(subscription: Subscription) -> date | None:
    return korean_day(subscription.due_at) if subscription.due_at else None


async def _method(db: AsyncSession, method_id: str) -> Method:
    method = await db.get_one(PaymentMethod, method_id)
    return Method(method.issuer_code, method.bank_name, method.last_digits, method.kind)


async def _put(
    rt: Runtime,
    db: AsyncSession,
    kind: NoticeKind,
    subscription: Subscription,
    about: str,
    values: Mapping[str, Value],
) -> None:
    plan = await db.get_one(Plan, subscription.plan_code)
    shown = {"plan": plan.name, **values}
    put(rt, db, kind, about=about, customer_id=subscription.customer_id, values=shown)
