"""Operators' decisions are audited, and a long operator name never displaces the facts."""

from __future__ import annotations

from tests.support.shop import Shop
from tossbill_ui.audit.models import AuditEntry
from tossbill_ui.core.actor import operator
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import DifferenceKind, Payment
from tossbill_ui.subscriptions.actions import refund, review

KIM = operator("Kim, of the night shift, " * 10)


async def subject(shop: Shop, kind: str) -> str:
    [line] = [line for line in await shop.rows(AuditEntry) if line.kind == kind]
    return str(line.subject)


async def test_refund_line_names_amount_and_refund_before_the_operator(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)

    row = await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=9000, reason="asked for")

    found = await subject(shop, "refund.requested")
    assert found.startswith(f"9000 won refund {row.id} by Kim, of the night")
    assert len(found) <= 80


async def test_approval_line_names_the_difference_before_the_operator(shop: Shop) -> None:
    async with shop.rt.db.write() as db:
        await note_difference(shop.rt, db, kind=DifferenceKind.FOREIGN, subject="order-1")
    [difference] = (await review.open_reviews(shop.rt)).differences

    await review.approve(shop.rt, KIM, difference.id)

    assert (await subject(shop, "review.closed")).startswith(
        "foreign order-1: closed by Kim, of the"
    )


async def test_engine_actions_are_not_audited(shop: Shop, session: Session) -> None:
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY"})
    await shop.subscribe(session)

    assert await shop.rows(AuditEntry) == []
