"""What a customer paid, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.calendar import Interval, Unit, instant
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.periods import today

MONTHS = 12


@dataclass(frozen=True)
class MonthSum:
    """One month in Korea.

    Attributes:
        first_on: Its first day.
        amount_krw: What was paid in it, without what went back of that or is about to.
    """

    first_on: date
    amount_krw: int


async def last_months(rt: Runtime, actor: Actor) -> Sequence[MonthSum]:
    """Return the last twelve months with the present one, oldest first.

    A refund is taken off the month of its payment, so no month is below zero.
    """
    month = Interval(Unit.MONTH)
    this = today(rt).replace(day=1)
    begins = [month.after(this, number - MONTHS + 1) for number in range(MONTHS)]
    query = sa.select(*(_spent(actor.customer_id, on, month.after(on, 1)) for on in begins))
    async with rt.db.read() as db:
        sums = (await (await db.connection()).execute(query)).one()
    return [MonthSum(on, int(krw or 0)) for on, krw in zip(begins, sums, strict=True)]


def _spent(customer_id: str, first_on: date, after: date) -> sa.ScalarSelect[int]:
    """Add up a month from ``ix_payment_spent`` alone, without a look at the payments."""
    return (
        sa.select(sa.func.sum(col(Payment.amount_krw) - col(Payment.refunded_krw)))
        .where(
            col(Payment.customer_id) == customer_id,
            col(Payment.created_at) >= instant(first_on),
            col(Payment.created_at) < instant(after),
            # Not a parameter: the index has only these, which a plan must know.
            col(Payment.status) == sa.literal_column(f"'{PaymentStatus.DONE}'"),
        )
        .scalar_subquery()
    )
