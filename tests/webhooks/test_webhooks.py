"""What Toss sends, and what strangers send under its name, to the real route and services."""

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.actors import KIM
from tests.support.shop import OUR_WEBHOOKS, Shop
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Difference, Payment, Refund
from tossbill_ui.subscriptions.actions import change_method, refund
from tossbill_ui.subscriptions.models import Subscription, SubscriptionEvent
from tossbill_ui.webhooks.dispatch import ATTEMPTS, handle, handle_pending
from tossbill_ui.webhooks.inbox import forget_old, receive
from tossbill_ui.webhooks.models import WebhookEvent

RENEWAL = date(2026, 12, 24)
TABLES = (Payment, Refund, Subscription, SubscriptionEvent, PaymentMethod, Difference)


def event(kind: str, **data: Any) -> bytes:
    body = {"eventType": kind, "createdAt": "2026-11-24T12:00:00.000000", "data": data}
    return json.dumps(body).encode()


async def everything(shop: Shop) -> list[str]:
    return [repr(row) for table in TABLES for row in await shop.rows(table)]


async def results(shop: Shop) -> list[str]:
    rows = sorted(await shop.rows(WebhookEvent), key=lambda row: row.received_at)
    return [row.result for row in rows]


async def doubtful(shop: Shop, session: Session) -> Payment:
    """Renew a subscription; Toss takes the money and its answer is lost."""
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before", "count": 1},
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    await shop.faults()
    [payment] = [row for row in await shop.rows(Payment) if row.status == "unknown"]
    return payment


async def test_a_hint_settles_a_doubtful_payment_by_what_toss_says(
    shop: Shop, session: Session
) -> None:
    payment = await doubtful(shop, session)

    forged = event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id, status="ABORTED")
    assert (await shop.hear(forged)).status_code == 200

    [row] = [row for row in await shop.rows(Payment) if row.id == payment.id]
    assert row.status == "done"
    assert await results(shop) == ["looked_up"]
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("status", ["ABORTED", "EXPIRED", "CANCELED", "PARTIAL_CANCELED", "DONE"])
async def test_a_lie_about_a_settled_payment_changes_nothing(
    shop: Shop, session: Session, status: str
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    before = await everything(shop)

    lie = {"orderId": payment.order_id, "status": status, "totalAmount": 1, "balanceAmount": 0}
    await shop.hear(event("PAYMENT_STATUS_CHANGED", **lie))
    await shop.hear(event("CANCEL_STATUS_CHANGED", paymentKey=payment.payment_key, **lie))

    assert await everything(shop) == before
    assert set(await results(shop)) == {"looked_up"}


async def test_a_payment_named_by_its_key_alone_is_found(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)

    await shop.hear(event("CANCEL_STATUS_CHANGED", paymentKey=payment.payment_key))

    assert await results(shop) == ["looked_up"]


async def test_money_given_back_without_us_becomes_a_visible_entry(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await shop.webhooks(url=OUR_WEBHOOKS)

    await shop.rt.toss.cancel_payment(
        payment_key=payment.payment_key,
        amount_krw=900,
        tax_free_krw=0,
        refundable_krw=9900,
        reason="at Toss's own console",
        idempotency_key="by-hand",
    )
    await shop.webhooks(path="/flush")

    [difference] = await shop.rows(Difference)
    assert (difference.kind, difference.ours_krw, difference.theirs_krw) == ("balance", 9900, 9000)
    [same] = await shop.rows(Payment)
    assert (same.status, same.refunded_krw) == ("done", 0)


async def test_the_webhooks_of_our_own_refund_are_no_difference(
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


async def test_a_hint_carries_an_asked_refund_out(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=None, reason="고객 요청")

    await shop.hear(event("CANCEL_STATUS_CHANGED", orderId=payment.order_id))

    [asked] = await shop.rows(Refund)
    assert asked.status == "done"


async def test_a_deleted_billing_key_stops_the_method_and_asks_for_another(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await shop.webhooks(url=OUR_WEBHOOKS)
    key = await shop.billing_key(seen.method.id)

    await shop.rt.toss.delete_billing_key(billing_key=key)
    await shop.webhooks(path="/flush")

    seen = await shop.look(session, seen.subscription.id)
    assert (seen.method.status, seen.method.billing_key_sealed) == ("removed", None)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("active", True)
    assert "subscription.method_needed" in await shop.kinds(session, seen.subscription.id)
    assert await results(shop) == ["method_lost"]
    [stored] = await shop.rows(WebhookEvent)
    assert key not in stored.body
    assert fingerprint(key) in stored.body


async def test_retries_stop_with_the_key_and_go_on_with_another(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_2")
    await shop.go_on_after_trial(session, seen.subscription.id)
    await shop.go_to(date(2026, 12, 8))
    await shop.run()
    before = len(await shop.rows(Payment))
    deleted = event("BILLING_DELETED", billingKey=await shop.billing_key(seen.method.id))

    await shop.hear(deleted)
    await shop.each_day(date(2026, 12, 12))

    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)
    assert len(await shop.rows(Payment)) == before
    other = await shop.card(session)
    await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )
    seen = await shop.look(session, seen.subscription.id)
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 29000)]


async def test_a_key_lost_while_its_payment_is_in_doubt_charges_nobody_twice(
    shop: Shop, session: Session
) -> None:
    payment = await doubtful(shop, session)
    key = await shop.billing_key(payment.payment_method_id)

    await shop.hear(event("BILLING_DELETED", billingKey=key))
    shop.wait(timedelta(minutes=2))
    await shop.run()

    [row] = [row for row in await shop.rows(Payment) if row.id == payment.id]
    assert row.status == "done"
    assert await shop.money() == [("approved", 9900)] * 2


async def test_without_key_a_payment_that_was_never_made_ends_in_asking_for_a_card(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "error_500_before", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before", "count": 1},
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    await shop.faults()

    key = await shop.billing_key(seen.method.id)
    await shop.hear(event("BILLING_DELETED", billingKey=key))
    await shop.each_day(RENEWAL + timedelta(days=4))

    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)
    assert await shop.money() == [("approved", 9900)]


async def test_a_repeated_webhook_is_kept_once_and_done_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    deleted = event("BILLING_DELETED", billingKey=await shop.billing_key(seen.method.id))
    for _ in range(3):
        assert (await shop.hear(deleted)).status_code == 200
    later = deleted.replace(b"12:00", b"12:01")

    await shop.hear(later)

    assert sorted(await results(shop)) == ["method_lost", "not_ours"]
    kinds = await shop.kinds(session, seen.subscription.id)
    assert kinds.count("subscription.method_needed") == 1


async def test_deleting_by_ourselves_is_no_loss(shop: Shop, session: Session) -> None:
    await shop.webhooks(url=OUR_WEBHOOKS)
    method_id = await shop.card(session)

    await change_method.remove_method(shop.rt, actor_of(session), method_id)
    await shop.rt.tasks.drain(seconds=120)
    await shop.webhooks(path="/flush")

    assert await results(shop) == ["not_ours"]


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
async def test_what_says_nothing_about_us_is_kept_and_changes_nothing(
    shop: Shop, session: Session, body: bytes
) -> None:
    await shop.subscribe(session)
    before = await everything(shop)

    assert (await shop.hear(body)).status_code == 200

    assert await everything(shop) == before
    assert (await results(shop))[0] in ("ignored", "not_ours")


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[]", b'"text"', b"{", b"[" * 60_000, b'{"a":' * 10_000]
)
async def test_what_is_no_json_object_is_answered_and_forgotten(shop: Shop, body: bytes) -> None:
    assert (await shop.hear(body)).status_code == 200
    assert await shop.rows(WebhookEvent) == []


async def test_a_thousand_mangled_webhooks_change_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    before, dice = await everything(shop), random.Random(7)  # noqa: S311 - mangles, hides nothing
    whole = event(
        "PAYMENT_STATUS_CHANGED",
        orderId=payment.order_id,
        status="CANCELED",
        billingKey=await shop.billing_key(seen.method.id),
    )

    for _ in range(1000):
        mangled = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            mangled[dice.randrange(len(mangled))] = dice.choice(b'{}[]":,0aZ\\\xff')
        await receive(shop.rt, bytes(mangled[: dice.randint(1, len(mangled))]))
    await handle_pending(shop.rt)

    assert await everything(shop) == before
    assert None not in await results(shop)


async def test_what_a_crash_left_is_swept_up_after_its_lease(shop: Shop, session: Session) -> None:
    payment = await doubtful(shop, session)
    body = event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id)
    assert await receive(shop.rt, body)

    assert await handle_pending(shop.rt) == 1

    assert await results(shop) == ["looked_up"]
    assert await handle_pending(shop.rt) == 0


async def test_while_toss_is_away_a_webhook_waits_and_at_last_is_given_up(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    await shop.faults({"endpoint": "lookup", "kind": "error_500_before"})

    await shop.hear(event("PAYMENT_STATUS_CHANGED", orderId=payment.order_id))
    for _ in range(ATTEMPTS - 1):
        assert await results(shop) == [None]
        shop.wait(timedelta(hours=1))
        await handle_pending(shop.rt)

    assert await results(shop) == ["given_up"]


async def test_two_workers_handle_one_webhook_once(
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


async def test_what_was_handled_is_forgotten_after_a_month(shop: Shop) -> None:
    await shop.hear(event("payout.changed"))
    shop.wait(timedelta(days=31))
    await shop.hear(event("seller.changed"))

    assert await forget_old(shop.rt) == 1
    assert [row.event_type for row in await shop.rows(WebhookEvent)] == ["seller.changed"]
