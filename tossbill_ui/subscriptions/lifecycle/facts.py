"""The facts that a transition needs besides the subscription, gathered beforehand."""

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
    """The facts available to every transition.

    Attributes:
        now: The current instant, on ``rt.clock``.
        hours: The hours in which cards are charged automatically.
        plan: The subscription's current plan.
    """

    now: datetime
    hours: ChargeHours
    plan: Plan

    @property
    def today(self) -> date:
        """The current day in Korea."""
        return korean_day(self.now)

    def charge_on(self, ends_on: date) -> datetime:
        """Return when the period after one that ends on a day is charged.

        That morning, or tomorrow's if the day has come: after a downtime, one period a day.
        """
        day = ends_on if ends_on > self.today else self.today + timedelta(days=1)
        return self.hours.opening(day)


@dataclass(frozen=True, kw_only=True)
class RenewalFacts(Facts):
    """The facts for renewing a subscription.

    Attributes:
        price: The price of the current period.
        coming: The offer for the next period; None if it costs more than was consented to.
        invoice: The open invoice, if there is one.
        next_period: The next period; a different interval starts with an anchor of its own.
        period_now: The number of the period that contains today.
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
    """Return the facts for a transition of a subscription to a plan."""
    return Facts(rt.clock.now(), rt.settings.charge_hours, plan)


async def facts_of(rt: Runtime, db: AsyncSession, subscription: Subscription) -> Facts:
    """Gather the facts for a transition of one subscription."""
    return facts_about(rt, await db.get_one(Plan, subscription.plan_code))


Needs = tuple[PaymentMethod, Customer, Price, Plan, Invoice | None]

# The queries of a charge are built once: building one takes SQLAlchemy longer than SQLite runs it.
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
    """Gather the facts for renewing locked subscriptions, with one statement per kind of row."""
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
