"""Changing the plan: at the period's end, or now with what is left of the present period.

A change now ends the present period today and begins one of the new plan. What the days left
were worth is taken off the new price; if it is more, the rest goes back (ADR-0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import InvoiceKind
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import billing, cancel, catalog, consent, repository, trial_end
from tossbill_ui.subscriptions.catalog import Offer
from tossbill_ui.subscriptions.history import CUSTOMER, Kind, note
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import fresh_period, today, unused_krw

REASON = "상품 변경"


@dataclass(frozen=True)
class ChangePreview:
    """What moving to another plan means, exactly.

    Attributes:
        charge_krw: What is charged when it is done now.
        credit_krw: What the days left of the present period are worth.
        refund_krw: What of that goes back, because the new plan costs less.
        ends_on: When the new plan's first period ends if it begins today.
        planned_on: When it begins if it is done at the period's end.
        planned_krw: What is charged then.
    """

    offer: Offer
    charge_krw: int
    credit_krw: int
    refund_krw: int
    ends_on: date
    planned_on: date
    planned_krw: int


async def preview(
    rt: Runtime, session: Session | None, subscription_id: str, *, plan_code: str
) -> ChangePreview:
    """Say what moving to another plan now or at the period's end would charge.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: As `change_now`.
    """
    async with rt.db.read() as db:
        subscription = await repository.seen(db, session, subscription_id)
        return await _preview(rt, db, subscription, plan_code)


async def _preview(
    rt: Runtime, db: AsyncSession, subscription: Subscription, plan_code: str
) -> ChangePreview:
    offer = await catalog.offer_of(rt, db, plan_code)
    if offer is None:
        raise NotFound("No such plan is on offer.")
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING):
        raise Conflict("Only what is paid up can change its plan.", code="not_active")
    if plan_code == subscription.plan_code:
        raise Conflict("On this plan already.", code="already_subscribed")
    day, price = today(rt), offer.price
    is_trial = subscription.status == SubscriptionStatus.TRIALING
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    unused = unused_krw(subscription, invoice, day)
    returnable = await cancel.spread(db, subscription, unused)
    credit = sum(part for _, part in returnable)
    return ChangePreview(
        offer=offer,
        charge_krw=0 if is_trial else billing.collectable(max(0, price.amount_krw - credit)),
        credit_krw=credit,
        refund_krw=max(0, credit - price.amount_krw),
        ends_on=subscription.ends_on if is_trial else price.interval.after(day, 1),
        planned_on=subscription.ends_on,
        planned_krw=price.amount_krw,
    )


async def change_now(
    rt: Runtime,
    session: Session | None,
    subscription_id: str,
    *,
    plan_code: str,
    expected_charge_krw: int,
    actor: str = CUSTOMER,
) -> None:
    """Move to another plan today; `view.wait` tells how the charge ended.

    A refused charge leaves everything as it was. In a trial the plan changes and the trial goes
    on; what comes after it is asked anew.

    Args:
        rt: The process's runtime.
        session: Whose it is.
        subscription_id: Which.
        plan_code: A plan on offer.
        expected_charge_krw: What `preview` showed; nothing happens if it is not so any more.
        actor: Who wants it.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: It is not active (``not_active``), it is on that plan or another one is
            (``already_subscribed``), the preview is out of date (``preview_changed``), a payment
            is not settled (``payment_open``), or a refund is under way (``refund_under_way``).
    """
    claim = None
    try:
        async with rt.db.write() as db:
            subscription = await repository.mine(db, session, subscription_id)
            await billing.refuse_while_open(db, subscription)
            shown = await _preview(rt, db, subscription, plan_code)
            if shown.charge_krw != expected_charge_krw:
                raise Conflict("The charge is not what was shown.", code="preview_changed")
            _refuse_over(rt, subscription)
            if subscription.status == SubscriptionStatus.TRIALING:
                await _change_trial(rt, db, subscription, shown.offer, actor)
            else:
                await _refuse_second(db, subscription, plan_code)
                claim = await _begin(rt, db, subscription, shown, actor)
    except IntegrityError:
        raise Conflict("On that plan already.", code="already_subscribed") from None
    billing.spawn(rt, claim)
    rt.changes.tell(subscription.customer_id)


def _refuse_over(rt: Runtime, subscription: Subscription) -> None:
    """Its renewal is due today: then there is nothing left to take off the new price."""
    if today(rt) >= subscription.ends_on:
        raise Conflict("The next period begins today.", code="payment_open")


async def _refuse_second(db: AsyncSession, subscription: Subscription, plan_code: str) -> None:
    """Refuse before money moves what the database would refuse after it."""
    if not subscription.is_extra and await repository.live_on_plan(
        db, subscription.customer_id, plan_code
    ):
        raise Conflict("On that plan already.", code="already_subscribed")


async def _change_trial(
    rt: Runtime, db: AsyncSession, subscription: Subscription, offer: Offer, actor: str
) -> None:
    subscription.plan_code, subscription.price_id = offer.plan.code, offer.price.id
    subscription.next_price_id = None
    db.add(subscription)
    note(rt, db, subscription, Kind.PLAN_CHANGED, actor=actor, detail=offer.plan.code)
    await trial_end.ask_if_near(rt, db, subscription)


async def _begin(
    rt: Runtime, db: AsyncSession, subscription: Subscription, shown: ChangePreview, actor: str
) -> billing.PaymentClaim | None:
    returns = await cancel.spread(db, subscription, shown.refund_krw)
    price = shown.offer.price
    invoice = await billing.make_invoice(
        rt,
        db,
        subscription,
        kind=InvoiceKind.CHANGE,
        price=price,
        period=fresh_period(subscription, price.interval, today(rt)),
        credit_krw=min(shown.credit_krw, price.amount_krw),
    )
    claim = await billing.collect_now(rt, db, subscription, invoice)
    await cancel.give_back(rt, db, subscription, returns, reason=REASON, actor=actor)
    return claim


async def change_at_period_end(
    rt: Runtime,
    session: Session | None,
    subscription_id: str,
    *,
    plan_code: str,
    actor: str = CUSTOMER,
) -> None:
    """Move to another plan when the present period ends; naming the present one takes it back.

    Raises:
        NotFound: No such subscription of this customer, or no such plan on offer.
        Conflict: It is not active (``not_active``), or what comes is a higher price of this plan,
            which `consent.answer` is for (``already_subscribed``).
    """
    async with rt.db.write() as db:
        subscription = await repository.mine(db, session, subscription_id)
        if plan_code == subscription.plan_code:
            is_trial = subscription.status == SubscriptionStatus.TRIALING
            if not is_trial and await consent.asked_of(db, subscription):
                raise Conflict("That is no other plan.", code="already_subscribed")
            subscription.next_price_id = None
            note(rt, db, subscription, Kind.CHANGE_DROPPED, actor=actor)
        else:
            shown = await _preview(rt, db, subscription, plan_code)
            await _refuse_second(db, subscription, plan_code)
            subscription.next_price_id = shown.offer.price.id
            if actor == CUSTOMER:
                await consent.wished(rt, db, subscription, shown.offer.price)
            note(rt, db, subscription, Kind.CHANGE_PLANNED, actor=actor, detail=plan_code)
        db.add(subscription)
        await trial_end.ask_if_near(rt, db, subscription)
    rt.changes.tell(subscription.customer_id)
