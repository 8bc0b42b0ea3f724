"""The notices that customers get for events, written from the state after the change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import korean_day
from tossbill_ui.core.money import parts
from tossbill_ui.core.scope import Scope
from tossbill_ui.customers.service import language_of
from tossbill_ui.events.types import Event, EventType, Reason
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.outbox import Sending, put
from tossbill_ui.notices.wording import Method, Rate, Value, Words
from tossbill_ui.notices.wording import Reason as ReasonText
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Invoice, InvoiceStatus, Payment, Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.notice_links import LINKS, OTHERS
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    PriceConsent,
    Subscription,
    SubscriptionStatus,
    WhenUnpaid,
)
from tossbill_ui.subscriptions.periods import ONE_DAY, access_until, bought_period, works_on
from tossbill_ui.subscriptions.terms.consent import how_in


@dataclass(frozen=True)
class About:
    """The rows that events concern, besides the subscription.

    Attributes:
        consent: The consent requested for a higher price.
        refund_krw: The refund because of a cancellation.
    """

    invoice: Invoice | None = None
    payment: Payment | None = None
    refund: Refund | None = None
    consent: PriceConsent | None = None
    refund_krw: int = 0


NOTHING = About()


@dataclass(frozen=True)
class _Draft:
    """A notice, which names the subscription's plan unless its values have another.

    Attributes:
        key: Identifies what it is about: a second notice of this kind with the same key is ignored.
    """

    kind: NoticeKind
    key: str
    values: Mapping[str, Value]


Write = Callable[[Runtime, AsyncSession, Subscription, Event, About], Awaitable[_Draft | None]]


async def notify(
    rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
) -> None:
    """Write the notice of an event, if its type has one."""
    write = NOTICES[event.type]
    draft = await write(rt, db, subscription, event, about) if write else None
    if draft is None:
        return
    link = LINKS[draft.kind]
    path = link.path.format(subscription_id=subscription.id, plan_code=subscription.plan_code)
    scope = Scope(link.task, subscription.id) if link.task else None
    plan = await _plan(db, subscription.plan_code)
    customer_id = subscription.customer_id
    put(
        rt,
        db,
        draft.kind,
        about=draft.key,
        customer_id=customer_id,
        language=await language_of(rt, db, customer_id),
        values={"plan": plan, "link": f"{rt.settings.public_url}{path}", **draft.values},
        sending=Sending(scope=scope),
    )


async def _plan(db: AsyncSession, plan_code: str) -> Words:
    plan = await db.get_one(Plan, plan_code)
    return Words(plan.text("ko").name, plan.text("en").name)


async def _invoiced_plan(db: AsyncSession, invoice: Invoice) -> Words:
    """Return the plan that an invoice is for; its subscription may be on another by now."""
    price = await db.get_one(Price, invoice.price_id)
    return await _plan(db, price.plan_code)


async def _receipt(
    rt: Runtime, db: AsyncSession, subscription: Subscription, _event: Event, about: About
) -> _Draft | None:
    invoice, payment = about.invoice, about.payment
    if invoice is None or payment is None:
        return None
    amounts = parts(payment.amount_krw, tax_free_krw=payment.tax_free_krw)
    is_active = subscription.status == SubscriptionStatus.ACTIVE
    values = {
        "plan": await _invoiced_plan(db, invoice),
        "amount": payment.amount_krw,
        "supplied": amounts.supplied_krw,
        "vat": amounts.vat_krw,
        "tax_free": amounts.tax_free_krw,
        "method": await _method(db, payment.payment_method_id),
        # A payment that is given back buys no days.
        "starts_on": invoice.starts_on if invoice.status == InvoiceStatus.PAID else None,
        "last_on": invoice.ends_on - ONE_DAY,
        "next_on": _due_on(subscription) if is_active else None,
        "receipt": payment.receipt_url,
        "manage": f"{rt.settings.public_url}{OTHERS}",
    }
    return _Draft(NoticeKind.RECEIPT, payment.id, values)


def _unpaid(kind: NoticeKind) -> Write:
    """Return a writer of notices about an unpaid invoice and the consequences."""

    async def write(
        rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
    ) -> _Draft | None:
        invoice, due_on = about.invoice, _due_on(subscription)
        if invoice is None:
            return None
        method = await _method(db, subscription.payment_method_id)
        is_failed = kind == NoticeKind.PAYMENT_FAILED
        values = {
            "plan": await (
                _invoiced_plan(db, invoice) if is_failed else _plan(db, subscription.plan_code)
            ),
            "amount": invoice.amount_krw,
            "reason": ReasonText(event.reason, method.kind),
            "method": method,
            "next_on": due_on if is_failed else None,
            "due_on": due_on,
            **await _access(rt, db, subscription, invoice),
            **await _last_day(db, subscription, invoice),
        }
        return _Draft(kind, f"{invoice.id}:{invoice.refusals}", values)

    return write


async def _access(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> dict[str, date | None]:
    """Return until when a past-due subscription works, or will work if it is paid today."""
    if subscription.status != SubscriptionStatus.PAST_DUE:
        return {}
    day = korean_day(rt.clock.now())
    until = access_until(subscription, invoice.collect_until_on, day)
    if until and works_on(subscription, day):
        return {"kept_on" if until == invoice.collect_until_on else "until_on": until}
    interval = (await db.get_one(Price, invoice.price_id)).interval
    period = bought_period(subscription, invoice, interval, paid_on=day, today=day)
    return {"starts_on": period.starts_on, "last_on": period.ends_on - ONE_DAY}


async def _last_day(
    db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> dict[str, date | None]:
    """Return the day of the last attempt, by what follows it."""
    plan = await db.get_one(Plan, subscription.plan_code)
    pauses = plan.when_unpaid == WhenUnpaid.PAUSE
    return {"pauses_on" if pauses else "ends_on": invoice.collect_until_on}


_unpaid_ended, _unpaid_paused = (
    _unpaid(kind) for kind in (NoticeKind.ENDED_UNPAID, NoticeKind.PAUSED_UNPAID)
)
_method_needed_to_pay = _unpaid(NoticeKind.CARD_NEEDED)


async def _given_up(
    rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
) -> _Draft | None:
    """Say what became of the subscription when its last retry failed."""
    is_paused = subscription.status == SubscriptionStatus.PAUSED
    write = _unpaid_paused if is_paused else _unpaid_ended
    return await write(rt, db, subscription, event, about)


async def _method_needed(
    rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
) -> _Draft | None:
    """Say that another payment method is needed, with what is owed, if anything."""
    if about.invoice:
        return await _method_needed_to_pay(rt, db, subscription, event, about)
    method = await _method(db, subscription.payment_method_id)
    values = {
        "reason": ReasonText(event.reason, method.kind),
        "method": method,
        "next_on": _due_on(subscription),
        "kept_on": subscription.ends_on - ONE_DAY,
    }
    key = f"{subscription.id}:{subscription.payment_method_id}"
    return _Draft(NoticeKind.CARD_NEEDED, key, values)


async def _canceled(
    rt: Runtime, _db: AsyncSession, subscription: Subscription, _event: Event, about: About
) -> _Draft:
    works = subscription.status == SubscriptionStatus.CANCELED
    until_on = subscription.ends_on - ONE_DAY if works else None
    values = {"amount": about.refund_krw, "until_on": until_on}
    key = f"{subscription.id}:{rt.clock.now():%Y%m%d%H%M%S%f}"
    return _Draft(NoticeKind.CANCELED, key, values)


# Ends that the customer did not cause; for the others, the event that led to them has a notice.
ENDED = {
    Reason.NO_CONSENT: NoticeKind.NO_CONSENT,
    Reason.NO_CONSENT_AFTER_TRIAL: NoticeKind.TRIAL_OVER,
}


async def _ended(
    _rt: Runtime, _db: AsyncSession, subscription: Subscription, event: Event, _about: About
) -> _Draft | None:
    kind = ENDED.get(Reason(event.reason)) if event.reason else None
    return _Draft(kind, f"{subscription.id}:{subscription.period_number}", {}) if kind else None


async def _refunded(
    _rt: Runtime, db: AsyncSession, _subscription: Subscription, _event: Event, about: About
) -> _Draft | None:
    if about.refund is None:
        return None
    payment = await db.get_one(Payment, about.refund.payment_id)
    invoice = await db.get_one(Invoice, payment.invoice_id)
    values = {
        "plan": await _invoiced_plan(db, invoice),
        "amount": about.refund.amount_krw,
        "method": await _method(db, payment.payment_method_id),
    }
    return _Draft(NoticeKind.REFUNDED, about.refund.id, values)


async def _price_asked(
    rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
) -> _Draft | None:
    """State everything that must be disclosed for the consent to a higher price to be valid."""
    asked = about.consent
    if asked is None:
        return None
    if event.reason == Reason.TRIAL:
        return await _trial_draft(NoticeKind.TRIAL_ENDING, db, subscription, asked)
    before = await db.get_one(Price, asked.before_price_id)
    coming = await db.get_one(Price, asked.price_id)
    values = {
        "next_on": asked.changes_on,
        "before": Rate(asked.before_krw, before.interval),
        "amount": Rate(asked.after_krw, coming.interval),
        "method": await _method(db, asked.payment_method_id),
        "how": _how(asked),
    }
    return _Draft(NoticeKind.PRICE_RISES, asked.id, values)


async def _price_lowered(
    rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, _about: About
) -> _Draft:
    before = await db.get_one(Price, subscription.price_id)
    next_on = max(subscription.ends_on, korean_day(rt.clock.now()))
    values = {
        "next_on": next_on,
        "before": Rate(before.amount_krw, before.interval),
        "amount": Rate(event.amount_krw or 0, before.interval),
    }
    key = f"{subscription.id}:{subscription.period_number}:{subscription.next_price_id}"
    return _Draft(NoticeKind.PRICE_LOWERED, key, values)


TRIAL_ENDS = {
    Reason.CHOSEN: NoticeKind.TRIAL_CHOSEN,
    Reason.REMINDER: NoticeKind.TRIAL_REMINDER,
}


async def _trial_ending(
    _rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, about: About
) -> _Draft | None:
    kind = TRIAL_ENDS[Reason(event.reason)]
    return await _trial_draft(kind, db, subscription, about.consent) if about.consent else None


async def _trial_draft(
    kind: NoticeKind, db: AsyncSession, subscription: Subscription, asked: PriceConsent
) -> _Draft:
    price = await db.get_one(Price, asked.price_id)
    values = {
        "coming": await _plan(db, price.plan_code),
        "amount": Rate(asked.after_krw, price.interval),
        "next_on": asked.changes_on,
        "how": _how(asked),
        "method": await _method(db, subscription.payment_method_id),
    }
    return _Draft(kind, asked.id, values)


async def _expiring(
    _rt: Runtime, db: AsyncSession, subscription: Subscription, event: Event, _about: About
) -> _Draft:
    """Say that the card is about to expire, once for each number of days before."""
    method = await db.get_one(PaymentMethod, subscription.payment_method_id)
    values = {
        "expires_on": method.expires_on,
        "next_on": _due_on(subscription),
        "method": await _method(db, method.id),
    }
    key = f"{subscription.id}:{method.id}:{event.reason}"
    return _Draft(NoticeKind.CARD_EXPIRES, key, values)


# Every type; None if customers get no notice, or another event of the same change has one.
NOTICES: Mapping[EventType, Write | None] = dict.fromkeys(EventType, None) | {
    EventType.PAYMENT_CHARGED: _receipt,
    EventType.SUBSCRIPTION_NOT_STARTED: _unpaid(NoticeKind.NOT_STARTED),
    EventType.NOT_CHANGED: _unpaid(NoticeKind.NOT_CHANGED),
    EventType.PAST_DUE: _unpaid(NoticeKind.PAYMENT_FAILED),
    EventType.INVOICE_UNCOLLECTIBLE: _given_up,
    EventType.METHOD_NEEDED: _method_needed,
    EventType.CANCELED: _canceled,
    EventType.SUBSCRIPTION_ENDED: _ended,
    EventType.REFUND_DONE: _refunded,
    EventType.PRICE_CONSENT_ASKED: _price_asked,
    EventType.PRICE_LOWERED: _price_lowered,
    EventType.TRIAL_ENDING: _trial_ending,
    EventType.METHOD_EXPIRING: _expiring,
}


def _how(asked: PriceConsent) -> Words:
    return Words(how_in(asked, "ko"), how_in(asked, "en"))


def _due_on(subscription: Subscription) -> date | None:
    return korean_day(subscription.due_at) if subscription.due_at else None


async def _method(db: AsyncSession, method_id: str) -> Method:
    method = await db.get_one(PaymentMethod, method_id)
    return Method(method.issuer_code, method.bank_name, method.last_digits, method.kind)
