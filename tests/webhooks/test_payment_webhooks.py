"""Webhooks about payments and refunds trigger a lookup, and forged ones change nothing."""

import pytest

from tests.support.actors import KIM
from tests.support.shop import OUR_WEBHOOKS, Shop
from tests.webhooks.sending import event, everything, results, unresolved_renewal
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Difference, Payment, Refund
from tossbill_ui.subscriptions.actions import refund


async def test_webhook_settles_an_unresolved_payment_by_a_lookup(
    shop: Shop, session: Session
) -> None:
    payment = await unresolved_renewal(shop, session)

    forged = event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id, status="ABORTED")
    assert (await shop.post_webhook(forged)).status_code == 200

    [row] = [row for row in await shop.rows(Payment) if row.id == payment.id]
    assert row.status == "done"
    assert await results(shop) == ["looked_up"]
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("status", ["ABORTED", "EXPIRED", "CANCELED", "PARTIAL_CANCELED", "DONE"])
async def test_forged_webhook_about_a_settled_payment_changes_nothing(
    shop: Shop, session: Session, status: str
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    before = await everything(shop)

    forged = {"orderId": payment.order_id, "status": status, "totalAmount": 1, "balanceAmount": 0}
    await shop.post_webhook(event("PAYMENT_STATUS_CHANGED", **forged))
    await shop.post_webhook(
        event("CANCEL_STATUS_CHANGED", paymentKey=payment.payment_key, **forged)
    )

    assert await everything(shop) == before
    assert set(await results(shop)) == {"looked_up"}


async def test_payment_is_found_by_its_key_alone(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)

    await shop.post_webhook(event("CANCEL_STATUS_CHANGED", paymentKey=payment.payment_key))

    assert await results(shop) == ["looked_up"]


async def test_webhooks_of_our_own_refund_create_no_difference(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await shop.webhooks(url=OUR_WEBHOOKS)

    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="고객 요청")
    await shop.run()
    await shop.webhooks(path="/flush")

    assert await shop.rows(Difference) == []
    assert await results(shop) == ["looked_up"]
    await shop.assert_ledgers_agree()


async def test_webhook_triggers_a_requested_refund(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=None, reason="고객 요청")

    await shop.post_webhook(event("CANCEL_STATUS_CHANGED", orderId=payment.order_id))

    [asked] = await shop.rows(Refund)
    assert asked.status == "done"
