"""The lower price of a next period, which `actions.price_decrease` gives to everybody on a plan."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.events.types import EventType
from tossbill_ui.payments import repository as payments
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import Price, Subscription


async def lowered_price(db: AsyncSession, subscription: Subscription) -> Price | None:
    """Return the price to which the next period was lowered; None if it was not.

    A plan chosen after that replaces it, so that only the history remembers it.
    """
    invoice = await payments.paid_invoice(db, subscription.id, subscription.period_number)
    if invoice is None or invoice.paid_at is None:
        return None
    amounts = [
        row.amount_krw
        for row in await repository.events(db, subscription.id)
        if row.type == EventType.PRICE_LOWERED and row.at >= invoice.paid_at
    ]
    query = select(Price).where(
        col(Price.plan_code) == subscription.plan_code, col(Price.amount_krw).in_(amounts[-1:])
    )
    return (await db.exec(query.order_by(col(Price.starts_on).desc()))).first()
