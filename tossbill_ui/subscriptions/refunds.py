"""Giving a payment back by an operator's decision, wholly or in part."""

from __future__ import annotations

from tossbill_ui.core.errors import NotFound
from tossbill_ui.operators.models import AuditEntry
from tossbill_ui.payments import refund
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.history import Kind, note


async def refund_payment(
    rt: Runtime, name: str, *, amount_krw: int | None, reason: str, operator: str
) -> Refund:
    """Write down that money of a payment goes back; the engine's next `settle` carries it out.

    The subscription goes on: canceling is another decision.

    Args:
        rt: The process's runtime.
        name: A payment that was made, by its id or its order id.
        amount_krw: Whole won; None for all that is left.
        reason: For the shop, at most 200 characters.
        operator: Who decides.

    Raises:
        NotFound: There is no such payment.
        Conflict: More than is left (``too_much``), not paid (``not_paid``), or another refund of
            it is not settled (``refund_under_way``).
    """
    async with rt.db.write() as db:
        payment = await payments.payment_named(db, name)
        if payment is None:
            raise NotFound("No such payment.")
        subscription = await repository.locked(db, payment.subscription_id)
        await db.refresh(payment)
        amount = payment.amount_krw - payment.refunded_krw if amount_krw is None else amount_krw
        row = await refund.request(
            rt, db, payment, amount_krw=amount, reason=reason, actor=operator
        )
        note(rt, db, subscription, Kind.REFUND_ASKED, actor=operator, amount_krw=amount)
        subject = f"{operator}: {amount} won of {payment.order_id}"[:80]
        db.add(
            AuditEntry(
                at=rt.clock.now(),
                kind="refund",
                customer_id=payment.customer_id,
                subject=subject,
            )
        )
    return row
