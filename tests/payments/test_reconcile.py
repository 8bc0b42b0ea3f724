"""Reconciliation records each difference from Toss's ledger once, and corrects none silently."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Difference, Payment
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import refund, review
from tossbill_ui.subscriptions.reading.view import SubscriptionView

RENEWAL = date(2026, 12, 24)


async def renewed(shop: Shop, session: Session) -> SubscriptionView:
    seen = await shop.subscribe(session)
    await shop.go_to(RENEWAL)
    await shop.run()
    shop.wait(timedelta(hours=2))
    return await shop.view(session, seen.subscription.id)


async def update_payment(shop: Shop, order_end: str, **values: object) -> None:
    """Change a payment's row directly, as no service would."""
    async with shop.rt.db.write() as db:
        await db.exec(
            sa.update(Payment).where(col(Payment.order_id).endswith(order_end)).values(**values)
        )


async def kinds(shop: Shop) -> list[str]:
    return sorted(row.kind for row in await shop.rows(Difference))


async def test_agreeing_ledgers_have_no_differences(shop: Shop, session: Session) -> None:
    await renewed(shop, session)
    [_, last] = sorted(await shop.rows(Payment), key=lambda row: row.order_id)
    await refund.refund_payment(shop.rt, KIM, last.id, amount_krw=100, reason="r")
    await shop.run()

    found = await reconcile(shop.rt)

    assert (found.compared, found.differences, found.adopted) == (1, 0, 0)
    assert (await reconcile(shop.rt, days=40)).compared == 2


async def test_wrong_amount_wrong_status_and_foreign_payment_are_differences(
    shop: Shop, session: Session
) -> None:
    seen = await renewed(shop, session)
    await update_payment(shop, "0002-1", amount_krw=9000)
    await update_payment(shop, "0001-1", status="refused", payment_key=None)
    async with shop.rt.db.read() as db:
        method = await db.get_one(PaymentMethod, seen.method.id)
    await shop.rt.toss.charge(
        billing_key=shop.rt.cipher.decrypt(
            method.billing_key_sealed or "", context=billing_key_context(method.id)
        ),
        customer_key=method.customer_key,
        order_id="another-shop-1",
        order_name="x",
        amount_krw=1000,
        tax_free_krw=0,
        idempotency_key="x",
    )

    first, again = await reconcile(shop.rt, days=40), await reconcile(shop.rt, days=40)

    assert (first.differences, again.differences) == (3, 0)
    assert await kinds(shop) == ["amount", "foreign", "refused_here"]
    for row in (await review.open_reviews(shop.rt)).differences:
        await review.approve(shop.rt, KIM, row.id)
    assert (await review.open_reviews(shop.rt)).count == 0


async def test_payment_unknown_to_toss_is_a_difference(shop: Shop, session: Session) -> None:
    await renewed(shop, session)
    await update_payment(shop, "0002-1", order_id="f" * 32 + "-0002-1")

    found = await reconcile(shop.rt)

    assert found.differences == 2
    assert await kinds(shop) == ["not_at_toss", "orphan"]


async def test_payment_missing_here_is_adopted(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.go_to(RENEWAL)
    await shop.run()
    async with shop.rt.db.write() as db:
        await db.exec(sa.delete(Payment).where(col(Payment.period_number) == 2))

    found = await reconcile(shop.rt)
    await shop.run()

    assert (found.adopted, found.differences) == (1, 0)
    seen = await shop.view(session, seen.subscription.id)
    assert seen.subscription.period_number == 2
    await shop.assert_ledgers_agree()


async def test_open_payment_is_looked_up_at_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.go_to(RENEWAL)
    await shop.run()
    assert (await shop.view(session, seen.subscription.id)).is_unresolved

    await reconcile(shop.rt)
    await shop.run()

    assert not (await shop.view(session, seen.subscription.id)).is_unresolved
    await shop.assert_ledgers_agree()
