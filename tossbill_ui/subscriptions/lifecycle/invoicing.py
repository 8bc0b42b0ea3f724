"""Creates invoices, and starts collecting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import charge, repository
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Invoice, InvoiceKind, InvoiceStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.billing_cycle import activate_period, begin_charge
from tossbill_ui.subscriptions.lifecycle.facts import Facts, RenewalFacts
from tossbill_ui.subscriptions.lifecycle.release import release_claim
from tossbill_ui.subscriptions.lifecycle.transitions import Events
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.periods import Period, bought_period
from tossbill_ui.subscriptions.terms.catalog import Offer
from tossbill_ui.subscriptions.terms.pricing import amount_of


def make_invoice(
    subscription: Subscription,
    offer: Offer,
    facts: Facts,
    *,
    kind: InvoiceKind,
    period: Period,
    credit_krw: int = 0,
) -> Invoice:
    """Create the invoice of a period. The database rejects a second one for the same period.

    Args:
        subscription: The subscription.
        offer: The plan and the price of the period.
        facts: The facts, for the current instant.
        kind: Why it is created.
        period: The period.
        credit_krw: The credit for unused days of the previous plan.
    """
    price, amount = offer.price, amount_of(offer.price, credit_krw=credit_krw)
    return Invoice(
        id=new_id(),
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        price_id=price.id,
        kind=kind,
        period_number=period.number,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        anchor_on=period.anchor_on,
        anchor_period=period.anchor_period,
        order_name=_order_name(offer, period.starts_on),
        price_krw=amount.list_krw,
        credit_krw=amount.credit_krw,
        amount_krw=amount.due_krw,
        tax_free_krw=price.tax_free_krw * amount.due_krw // amount.list_krw,
        created_at=facts.now,
    )


def make_renewal(facts: RenewalFacts, coming: Offer) -> Invoice:
    """Create the invoice of the next period."""
    kind, period = InvoiceKind.RENEWAL, facts.next_period
    return make_invoice(facts.subscription, coming, facts, kind=kind, period=period)


@dataclass(frozen=True)
class Bill:
    """An invoice with everything needed to collect it.

    Attributes:
        offer: The plan and the price of its period.
        method: The payment method to charge.
    """

    subscription: Subscription
    invoice: Invoice
    offer: Offer
    method: PaymentMethod
    facts: Facts


def collect(rt: Runtime, db: AsyncSession, bill: Bill, *, begun: int) -> PaymentClaim | Events:
    """Start collecting a stored invoice, or start its period if there is nothing to collect.

    Args:
        rt: The process's runtime.
        db: The transaction that holds the subscription's lock.
        bill: The open invoice, with its related rows.
        begun: How many payments the period already has (`repository.begun`).

    Returns:
        The claim of the payment, for `spawn`, or the events.
    """
    invoice, method, facts = bill.invoice, bill.method, bill.facts
    if invoice.amount_krw:
        _name_order(bill)
        return charge.begin(rt, db, invoice, method=method, begun=begun)
    invoice.status, invoice.paid_at = InvoiceStatus.PAID, facts.now
    price = bill.offer.price
    return activate_period(bill.subscription, invoice, price, facts, paid_on=facts.today)


def _name_order(bill: Bill) -> None:
    """Name the order after the day on which its period begins if it is paid today."""
    today, interval = bill.facts.today, bill.offer.price.interval
    period = bought_period(bill.subscription, bill.invoice, interval, paid_on=today, today=today)
    bill.invoice.order_name = _order_name(bill.offer, period.starts_on)


def _order_name(offer: Offer, starts_on: date) -> str:
    """Return Toss's ``orderName``, in Korean: Toss shows it to the card company too."""
    return f"{offer.plan.name} ({starts_on:%Y.%m.%d}~)"[:100]


async def collect_now(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    invoice: Invoice,
    offer: Offer,
    facts: Facts,
) -> PaymentClaim | Events:
    """Store an invoice that someone is waiting for, and `collect` it."""
    begin_charge(subscription)
    db.add(invoice)
    await db.flush()
    method = await db.get_one(PaymentMethod, subscription.payment_method_id)
    bill = Bill(subscription, invoice, offer, method, facts)
    begun = (await repository.payment_counts(db, [invoice]))[invoice.id]
    found = collect(rt, db, bill, begun=begun)
    await db.flush()  # the database must reject it, if at all, before anything is published
    return found


def events_of(found: PaymentClaim | Events) -> Events:
    """Return the events so far: none while a payment is in progress."""
    return found if isinstance(found, list) else []


def spawn(rt: Runtime, found: PaymentClaim | Events) -> None:
    """Collect a claimed payment in the background, apart from the page that requested it."""
    if isinstance(found, PaymentClaim):
        rt.pubsub.publish(found.payment.customer_id)
        rt.tasks.spawn(_collect(rt, found), name=f"collect {found.row_id}")


async def _collect(rt: Runtime, claim: PaymentClaim) -> None:
    if await charge.collect(rt, claim) is None:
        await release_claim(rt, claim)


async def usable_method(
    db: AsyncSession, *, customer_id: str, payment_method_id: str
) -> PaymentMethod:
    """Return the customer's payment method.

    Raises:
        NotFound: It does not exist, is another customer's, or was removed.
    """
    method = await db.get(PaymentMethod, payment_method_id[:32], with_for_update={"read": True})
    if method is None or not method.is_active or method.customer_id != customer_id:
        raise NotFound("This customer has no such payment method.")
    return method


async def require_method(db: AsyncSession, subscription: Subscription) -> None:
    """Raise unless the subscription's own payment method can be charged.

    Raises:
        Conflict: It was removed (``method_removed``).
    """
    method_id = subscription.payment_method_id
    if not (await db.get_one(PaymentMethod, method_id, with_for_update={"read": True})).is_active:
        raise Conflict("The payment method was removed.", code="method_removed")


async def refuse_while_open(db: AsyncSession, subscription: Subscription) -> None:
    """Raise unless every payment of the subscription is settled.

    Raises:
        Conflict: One is not (``payment_open``), and what it was sent with must not change yet.
    """
    if await repository.open_payment(db, subscription.id):
        raise Conflict("A payment is not settled yet.", code="payment_open")
