"""What a customer paid, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col, func, select

from tossbill_ui.core.calendar import Interval, Unit, instant
from tossbill_ui.customers.session import Session
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


async def last_months(rt: Runtime, session: Session | None) -> Sequence[MonthSum]:
    """Return the last twelve months with the present one, oldest first.

    A refund is taken off the month of its payment, so no month is below zero.
    """
    month = Interval(Unit.MONTH)
    this = today(rt).replace(day=1)
    begins = [month.after(this, number - MONTHS + 1) for number in range(MONTHS)]
    ends = [instant(month.after(first, 1)) for first in begins]
    number = sa.case(
        *((col(Payment.created_at) < end, index) for index, end in enumerate(ends)),
        else_=MONTHS,
    )
    query = (
        select(number, func.sum(col(Payment.amount_krw) - col(Payment.refunded_krw)))
        .where(
            col(Payment.customer_id) == (session.customer_id if session else ""),
            col(Payment.created_at) >= instant(begins[0]),
            col(Payment.status) == PaymentStatus.DONE,
        )
        .group_by(number)
    )
    async with rt.db.read() as db:
        sums = {int(index): int(krw) for index, krw in (await db.exec(query)).all()}
    return [MonthSum(first, sums.get(index, 0)) for index, first in enumerate(begins)]
