"""Making a period's invoice, entering the period once it is paid, ending a subscription."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.payments import charge, repository
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Invoice, InvoiceKind, InvoiceStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.follow import FOLLOW, enter
from tossbill_ui.subscriptions.models import Plan, Price, Subscription
from tossbill_ui.subscriptions.periods import Period
from tossbill_ui.subscriptions.unasked import give_back

SMALLEST_KRW = 200


async def make_invoice(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    *,
    kind: InvoiceKind,
    price: Price,
    period: Period,
    credit_krw: int = 0,
) -> Invoice:
    """Make out what a period costs. The database refuses a second one for the same period.

    It is written with the session's next flush, so that many are one statement.
    """
    plan = await db.get_one(Plan, price.plan_code)
    amount = collectable(price.amount_krw - credit_krw)
    invoice = Invoice(
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
        order_name=f"{plan.name} ({period.starts_on:%Y.%m.%d}~)"[:100],
        price_krw=price.amount_krw,
        credit_krw=min(credit_krw, price.amount_krw),
        amount_krw=amount,
        tax_free_krw=price.tax_free_krw * amount // price.amount_krw,
        created_at=rt.clock.now(),
    )
    db.add(invoice)
    return invoice


def collectable(amount_krw: int) -> int:
    """Return what is collected of an amount: nothing if Toss would refuse so little.

    Source: contract §10 (at least 100 won by card, 200 by account; the greater one for all).
    """
    return amount_krw if amount_krw >= SMALLEST_KRW else 0


async def collect_now(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice
) -> PaymentClaim | None:
    """Write an invoice, and begin to collect it or enter its period."""
    await db.flush()
    begun = await repository.begun(db, [invoice])
    claim = await collect_or_enter(rt, db, subscription, invoice, begun=begun[invoice.id])
    await db.flush()
    return claim


async def collect_or_enter(
    rt: Runtime, db: AsyncSession, subscription: Subscription, invoice: Invoice, *, begun: int
) -> PaymentClaim | None:
    """Begin to collect a written invoice, or enter its period if there is nothing to collect.

    Asks the database for nothing that the session has loaded already.
    """
    subscription.due_at = None
    db.add(subscription)
    if invoice.amount_krw:
        method_id = subscription.payment_method_id
        return await charge.begin(rt, db, invoice, payment_method_id=method_id, begun=begun)
    invoice.status, invoice.paid_at = InvoiceStatus.PAID, rt.clock.now()
    await enter(rt, db, subscription, invoice)
    return None


def spawn(rt: Runtime, claim: PaymentClaim | None) -> None:
    """Ask Toss about a claimed payment, apart from the page that wanted it."""
    if claim:
        rt.tasks.spawn(_collect(rt, claim), name=f"collect {claim.row_id}")


async def _collect(rt: Runtime, claim: PaymentClaim) -> None:
    if await charge.collect(rt, claim, FOLLOW) is None:
        await give_back(rt, claim)


async def usable_method(
    db: AsyncSession, *, customer_id: str, payment_method_id: str
) -> PaymentMethod:
    """Return the customer's payment method.

    Raises:
        NotFound: There is none, it is another customer's, or it was removed.
    """
    method = await db.get(PaymentMethod, payment_method_id[:32])
    is_usable = method is not None and method.status == MethodStatus.ACTIVE
    if method is None or not is_usable or method.customer_id != customer_id:
        raise NotFound("No such payment method of this customer.")
    return method


async def refuse_while_open(db: AsyncSession, subscription: Subscription) -> None:
    """Raise unless every payment of the subscription is settled.

    Raises:
        Conflict: One is not (``payment_open``): what it was made with must not change before.
    """
    if await repository.open_payment(db, subscription.id):
        raise Conflict("A payment is not settled yet.", code="payment_open")
