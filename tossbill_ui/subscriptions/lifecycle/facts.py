"""What a transition has to know beside the subscription: gathered before, never asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from tossbill_ui.core.calendar import ChargeHours, korean_day
from tossbill_ui.customers.models import Customer
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Invoice
from tossbill_ui.payments.repository import is_open_invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Plan, Price, PriceConsent, Subscription
from tossbill_ui.subscriptions.periods import Period, next_period, period_at
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.subscriptions.terms.catalog import Offer


@dataclass(frozen=True)
class Facts:
    """What every transition may ask.

    Attributes:
        now: The instant on ``rt.clock``.
        hours: When cards are charged without their owner.
        plan: The subscription's present plan.
    """

    now: datetime
    hours: ChargeHours
    plan: Plan

    @property
    def today(self) -> date:
        """The day it is in Korea."""
        return korean_day(self.now)

    def charge_on(self, ends_on: date) -> datetime:
        """Return when the period after one that ends on a day is charged.

        That morning, or tomorrow's when that morning is over: after a downtime, one period a day.
        """
        day = ends_on if ends_on > self.today else self.today + timedelta(days=1)
        return self.hours.opening(day)


@dataclass(frozen=True, kw_only=True)
class RenewalFacts(Facts):
    """Everything that renewing a subscription needs.

    Attributes:
        price: What the present period costs.
        coming: What the next one is; None if it costs more than was consented to.
        invoice: The open invoice, if there is one.
        next_period: Its days; another interval begins with an anchor of its own.
        period_now: The number of the period in which today lies.
    """

    subscription: Subscription
    price: Price
    coming: Offer | None
    invoice: Invoice | None
    method: PaymentMethod
    customer: Customer
    next_period: Period
    period_now: int


def facts_about(rt: Runtime, plan: Plan) -> Facts:
    """Return what a transition of a subscription to a plan may ask."""
    return Facts(rt.clock.now(), rt.settings.charge_hours, plan)


async def facts_of(rt: Runtime, db: AsyncSession, subscription: Subscription) -> Facts:
    """Gather what a transition of one subscription may ask."""
    return facts_about(rt, await db.get_one(Plan, subscription.plan_code))


Needs = tuple[PaymentMethod, Customer, Price, Plan, Invoice | None]

# What a charge asks is built once: building takes SQLAlchemy longer than answering takes SQLite.
_IDS: sa.BindParameter[Sequence[str]] = sa.bindparam("ids", expanding=True)
_NEEDS = (
    Select[str, PaymentMethod, Customer, Price, Plan, Invoice | None](
        col(Subscription.id), PaymentMethod, Customer, Price, Plan, Invoice
    )
    .select_from(Subscription)
    .join(PaymentMethod, col(PaymentMethod.id) == col(Subscription.payment_method_id))
    .join(Customer, col(Customer.id) == col(PaymentMethod.customer_id))
    .join(Price, col(Price.id) == col(Subscription.price_id))
    .join(Plan, col(Plan.code) == col(Price.plan_code))
    .outerjoin(Invoice, sa.and_(*is_open_invoice(col(Subscription.id))))
    .where(col(Subscription.id).in_(_IDS))
)
_OFFERS = (
    select(Price, Plan)
    .join(Plan, col(Plan.code) == col(Price.plan_code))
    .where(col(Price.id).in_(_IDS))
)


async def renewal_facts(
    rt: Runtime, db: AsyncSession, due: Sequence[Subscription]
) -> list[RenewalFacts]:
    """Gather what renewing locked subscriptions needs, with a statement for each kind of row."""
    ids = [each.id for each in due]
    needs = {row[0]: row[1:] for row in (await db.exec(_NEEDS, params={"ids": ids})).all()}
    coming = {each.next_price_id for each in due if each.next_price_id}
    rows = (await db.exec(_OFFERS, params={"ids": list(coming)})).all() if coming else ()
    offers = {price.id: Offer(plan, price) for price, plan in rows}
    asked = await consent.load(db, due)
    return [_renewal(rt, each, needs[each.id], offers, asked) for each in due]


def _renewal(
    rt: Runtime,
    subscription: Subscription,
    needs: Needs,
    offers: dict[str, Offer],
    asked: Sequence[PriceConsent],
) -> RenewalFacts:
    method, customer, price, plan, invoice = needs
    coming = offers.get(subscription.next_price_id or "", Offer(plan, price))
    is_agreed = consent.is_agreed(subscription, price, coming.price, asked)
    interval, now = coming.price.interval, rt.clock.now()
    return RenewalFacts(
        now,
        rt.settings.charge_hours,
        plan,
        subscription=subscription,
        price=price,
        coming=coming if is_agreed else None,
        invoice=invoice,
        method=method,
        customer=customer,
        next_period=next_period(
            subscription, interval, is_other_interval=interval != price.interval
        ),
        period_now=period_at(subscription, price.interval, korean_day(now)),
    )
