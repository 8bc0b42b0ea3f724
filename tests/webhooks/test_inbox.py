"""Webhooks are stored, handled, retried and deleted; arbitrary bodies change nothing."""

import random
from datetime import timedelta

import pytest

from tests.support.shop import Shop
from tests.webhooks.sending import event, everything, results, unresolved_renewal
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Payment
from tossbill_ui.webhooks.dispatch import ATTEMPTS, handle, handle_pending
from tossbill_ui.webhooks.inbox import forget_old, receive
from tossbill_ui.webhooks.models import WebhookEvent


@pytest.mark.parametrize(
    "body",
    [
        event("payout.changed", status="COMPLETED"),
        event("BILLING_DELETED"),
        event("BILLING_DELETED", billingKey="guessed"),
        event("BILLING_DELETED", billingKey={"$ne": None}),
        event("PAYMENT_STATUS_CHANGED", orderId="0" * 64),
        event("PAYMENT_STATUS_CHANGED", orderId=["'; DROP TABLE payment; --"]),
        event("PAYMENT_STATUS_CHANGED", orderId="\x00\ud800"),
        b'{"createdAt": "x", "secret": "s", "status": "DONE", "orderId": "o"}',
        b'{"eventType": {"a": 1}, "data": []}',
        b'{"eventType": null, "data": null}',
    ],
)
async def test_irrelevant_webhook_is_stored_and_changes_nothing(
    shop: Shop, session: Session, body: bytes
) -> None:
    await shop.subscribe(session)
    before = await everything(shop)

    assert (await shop.post_webhook(body)).status_code == 200

    assert await everything(shop) == before
    assert (await results(shop))[0] in ("ignored", "not_ours")


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b'"text"', b"{", b"[" * 60_000, b'{"a":' * 10_000]
)
async def test_body_that_is_no_json_object_is_accepted_but_not_stored(
    shop: Shop, body: bytes
) -> None:
    assert (await shop.post_webhook(body)).status_code == 200
    assert await shop.rows(WebhookEvent) == []


async def test_thousand_mangled_webhooks_change_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    before, rng = await everything(shop), random.Random(7)  # noqa: S311 - no secret
    whole = event(
        "PAYMENT_STATUS_CHANGED",
        orderId=payment.order_id,
        status="CANCELED",
        billingKey=await shop.billing_key(seen.method.id),
    )

    for _ in range(1000):
        mangled = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            mangled[rng.randrange(len(mangled))] = rng.choice(b'{}[]":,0aZ\\\xff')
        await receive(shop.rt, bytes(mangled[: rng.randint(1, len(mangled))]))
    await handle_pending(shop.rt)

    assert await everything(shop) == before
    assert None not in await results(shop)


async def test_unhandled_webhook_is_swept_up_after_a_crash(shop: Shop, session: Session) -> None:
    payment = await unresolved_renewal(shop, session)
    body = event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id)
    assert await receive(shop.rt, body)

    assert await handle_pending(shop.rt) == 1

    assert await results(shop) == ["looked_up"]
    assert await handle_pending(shop.rt) == 0


async def test_webhook_is_retried_while_toss_is_down_and_then_given_up(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await shop.faults({"endpoint": "lookup", "kind": "error_500_before"})

    await shop.post_webhook(event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id))
    for _ in range(ATTEMPTS - 1):
        assert await results(shop) == [None]
        shop.wait(timedelta(hours=1))
        await handle_pending(shop.rt)

    assert await results(shop) == ["given_up"]


async def test_two_workers_handle_a_webhook_once(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = await shop.subscribe(session)
    key = await shop.billing_key(seen.method.id)
    event_id = await receive(shop.rt, event("BILLING_DELETED", billingKey=key))
    assert event_id

    for _ in range(2):
        await handle(shop.rt, event_id)

    [row] = await shop.rows(WebhookEvent)
    assert (row.attempts, row.result) == (1, "method_lost")


async def test_handled_webhooks_are_deleted_after_a_month(shop: Shop) -> None:
    await shop.post_webhook(event("payout.changed"))
    shop.wait(timedelta(days=31))
    await shop.post_webhook(event("seller.changed"))

    assert await forget_old(shop.rt) == 1
    assert [row.event_type for row in await shop.rows(WebhookEvent)] == ["seller.changed"]
