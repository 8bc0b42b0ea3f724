"""Canceling: at the period's end, or now with what is left of it given back; and undoing that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import instant
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session
from tossbill_ui.payments import refund
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository, telling, trial_end
from tossbill_ui.subscriptions.follow import drop_open, end
from tossbill_ui.subscriptions.history import CUSTOMER, Kind, note
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import next_due, today, unused_krw

REASON = "구독 해지"
AT_PERIOD_END = (
    SubscriptionStatus.TRIALING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAUSED,
)


@dataclass(frozen=True)
class CancelPreview:
    """What each way of canceling means, exactly.

    Attributes:
        ends_on: The day on which it stops working when canceled at the period's end.
        can_wait: Whether there is a period left to wait for.
        refund_krw: What goes back when canceled now.
        days_left: Of the period, today included: how the refund is computed.
        days: Of the whole period.
        price_krw: What the whole period is worth.
    """

    ends_on: date
    can_wait: bool
    refund_krw: int
    days_left: int
    days: int
    price_krw: int


async def preview(rt: Runtime, session: Session | None, subscription_id: str) -> CancelPreview:
    """Say what canceling now or at the period's end would do.

    Raises:
        NotFound: No such subscription of this customer.
    """
    async with rt.db.read() as db:
        subscription = await repository.seen(db, session, subscription_id)
        day = today(rt)
        back = sum(amount for _, amount in await _returns(db, subscription, day))
        invoice = await payments.paid_invoice(db, subscription_id, subscription.period_number)
    left = max(0, (subscription.ends_on - day).days)
    return CancelPreview(
        ends_on=subscription.ends_on,
        can_wait=subscription.status in AT_PERIOD_END and left > 0,
        refund_krw=back,
        days_left=left,
        days=(invoice.ends_on - invoice.starts_on).days if invoice else 0,
        price_krw=invoice.price_krw if invoice else 0,
    )


async def _returns(
    db: AsyncSession, subscription: Subscription, day: date
) -> list[tuple[Payment, int]]:
    if subscription.status == SubscriptionStatus.ENDED:
        return []
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    return await spread(db, subscription, unused_krw(subscription, invoice, day))


async def spread(
    db: AsyncSession, subscription: Subscription, amount_krw: int
) -> list[tuple[Payment, int]]:
    """Say which payments an amount goes back on: this period's, then those it was credited from.

    Never more than is left of each; what was given back before is not given back again.
    """
    found: list[tuple[Payment, int]] = []
    number = subscription.period_number
    invoice = await payments.paid_invoice(db, subscription.id, number)
    while amount_krw > 0 and invoice is not None:
        payment = await payments.done_payment(db, invoice.id)
        part = min(amount_krw, payment.amount_krw - payment.refunded_krw) if payment else 0
        if payment and part:
            found.append((payment, part))
            amount_krw -= part
        if not invoice.credit_krw:
            break
        number -= 1
        invoice = await payments.paid_invoice(db, subscription.id, number)
    return found


async def give_back(
    rt: Runtime,
    db: AsyncSession,
    subscription: Subscription,
    returns: list[tuple[Payment, int]],
    *,
    reason: str,
    actor: str,
) -> None:
    """Write the refunds down; the engine carries them out.

    Raises:
        Conflict: A refund of one of the payments is under way (``refund_under_way``).
    """
    for payment, part in returns:
        await refund.request(rt, db, payment, amount_krw=part, reason=reason, actor=actor)
        note(rt, db, subscription, Kind.REFUND_ASKED, actor=actor, amount_krw=part)


async def cancel_at_period_end(
    rt: Runtime, session: Session | None, subscription_id: str, *, actor: str = CUSTOMER
) -> None:
    """Let a subscription work until its period ends and charge nothing more.

    One whose period is over already ends now. Retries of what is owed stop.

    Raises:
        NotFound: No such subscription of this customer.
        Conflict: It has ended (``ended``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        if subscription.status == SubscriptionStatus.CANCELED:
            return
        _refuse_ended(subscription)
        note(rt, db, subscription, Kind.CANCELED, actor=actor, detail="at period end")
        subscription.canceled_at = rt.clock.now()
        await drop_open(db, subscription)
        if subscription.status in AT_PERIOD_END and today(rt) < subscription.ends_on:
            subscription.status = SubscriptionStatus.CANCELED
            subscription.due_at = instant(subscription.ends_on)
            subscription.attention = subscription.next_price_id = None
            db.add(subscription)
        else:
            end(rt, db, subscription, actor=actor)
        await telling.canceled(rt, db, subscription, refund_krw=0)
    rt.changes.tell(subscription.customer_id)


async def cancel_now(
    rt: Runtime,
    session: Session | None,
    subscription_id: str,
    *,
    expected_refund_krw: int,
    actor: str = CUSTOMER,
) -> None:
    """End a subscription at once and give back what is left of its period.

    Args:
        rt: The process's runtime.
        session: Whose it is.
        subscription_id: Which.
        expected_refund_krw: What `preview` showed; nothing happens if it is not so any more.
        actor: Who wants it.

    Raises:
        NotFound: No such subscription of this customer.
        Conflict: It has ended (``ended``), the preview is out of date (``preview_changed``), or a
            refund is under way (``refund_under_way``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        _refuse_ended(subscription)
        returns = await _returns(db, subscription, today(rt))
        if sum(part for _, part in returns) != expected_refund_krw:
            raise Conflict("The refund is not what was shown.", code="preview_changed")
        note(rt, db, subscription, Kind.CANCELED, actor=actor, detail="now")
        subscription.canceled_at = rt.clock.now()
        await drop_open(db, subscription)
        await give_back(rt, db, subscription, returns, reason=REASON, actor=actor)
        end(rt, db, subscription, actor=actor)
        await telling.canceled(rt, db, subscription, refund_krw=expected_refund_krw)
    rt.changes.tell(subscription.customer_id)


def _refuse_ended(subscription: Subscription) -> None:
    if subscription.status == SubscriptionStatus.ENDED:
        raise Conflict("This subscription has ended.", code="ended")


async def undo(
    rt: Runtime, session: Session | None, subscription_id: str, *, actor: str = CUSTOMER
) -> None:
    """Take back a cancellation whose period has not ended; doing it twice is no error.

    Raises:
        NotFound: No such subscription of this customer.
        Conflict: It has ended (``ended``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        _refuse_ended(subscription)
        if subscription.status != SubscriptionStatus.CANCELED:
            return
        if today(rt) >= subscription.ends_on:
            raise Conflict("This subscription has ended.", code="ended")
        is_trial = subscription.period_number == 0
        subscription.status = SubscriptionStatus.TRIALING if is_trial else SubscriptionStatus.ACTIVE
        subscription.canceled_at = None
        is_open = await payments.open_payment(db, subscription.id)
        subscription.due_at = None if is_open else next_due(rt, subscription.ends_on)
        db.add(subscription)
        note(rt, db, subscription, Kind.CANCEL_UNDONE, actor=actor)
        await trial_end.ask_if_near(rt, db, subscription)
    rt.changes.tell(subscription.customer_id)
