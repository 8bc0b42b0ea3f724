"""Monthly totals of a customer's payments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.calendar import Interval, Unit, instant
from tossbill_ui.core.ownership import is_owned
from tossbill_ui.core.scope import Task
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.periods import today

MONTHS = 12


@dataclass(frozen=True)
class MonthSum:
    """The total of one month in Korea.

    Attributes:
        first_on: The month's first day.
        amount_krw: The payments made in it, less their refunds, including open ones.
    """

    first_on: date
    amount_krw: int


async def last_months(rt: Runtime, actor: Actor) -> Sequence[MonthSum]:
    """Return the last twelve months including the current one, oldest first.

    A refund is deducted from the month of its payment, so no month is below zero.

    Raises:
        NeedsSignIn: The session is limited to another task.
    """
    actor.require(Task.HISTORY)
    month = Interval(Unit.MONTH)
    this = today(rt).replace(day=1)
    begins = [month.after(this, number - MONTHS + 1) for number in range(MONTHS)]
    query = sa.select(*(_spent(actor, on, month.after(on, 1)) for on in begins))
    async with rt.db.read() as db:
        sums = (await (await db.connection()).execute(query)).one()
    return [MonthSum(on, int(krw or 0)) for on, krw in zip(begins, sums, strict=True)]


def _spent(actor: Actor, first_on: date, after: date) -> sa.ScalarSelect[int]:
    """Sum up a month from ``ix_payment_spent`` alone, without reading the payments."""
    return (
        sa.select(sa.func.sum(col(Payment.amount_krw) - col(Payment.refunded_krw)))
        .where(
            is_owned(actor, Payment),
            col(Payment.created_at) >= instant(first_on),
            col(Payment.created_at) < instant(after),
            # Not a parameter: the planner must see that the partial index has these rows.
            col(Payment.status) == sa.literal_column(f"'{PaymentStatus.DONE}'"),
        )
        .scalar_subquery()
    )
