"""Webhooks are stored, handled, retried and deleted; arbitrary bodies change nothing."""

import asyncio
import random
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.support.shop import Shop
from tests.webhooks.sending import event, everything, results, unresolved_renewal
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Payment
from tossbill_ui.webhooks.dispatch import ATTEMPTS, handle, handle_pending
from tossbill_ui.webhooks.inbox import OF_AN_OBJECT, receive
from tossbill_ui.webhooks.models import WebhookCount, WebhookEvent

PAYMENT = "PAYMENT_STATUS_CHANGED"
NO_OBJECTS = [b"", b"\xff\xfe", b"[]", b'"text"', b"{", b"[" * 60_000, b'{"a":' * 10_000]


async def counts(shop: Shop) -> dict[str, int]:
    async with shop.rt.db.read() as db:
        return {row.kind: row.number for row in await db.exec(select(WebhookCount))}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (event("payout.changed", status="COMPLETED"), "other"),
        (event("BILLING_DELETED"), "BILLING_DELETED"),
        (event("BILLING_DELETED", billingKey="guessed"), "BILLING_DELETED"),
        (event("BILLING_DELETED", billingKey={"$ne": None}), "BILLING_DELETED"),
        (event(PAYMENT, orderId="0" * 64), PAYMENT),
        (event(PAYMENT, orderId=["'; DROP TABLE payment; --"]), PAYMENT),
        (event(PAYMENT, orderId="\x00\ud800"), PAYMENT),
        (event("CANCEL_STATUS_CHANGED", paymentKey="x" * 60_000), "CANCEL_STATUS_CHANGED"),
        (b'{"createdAt": "x", "secret": "s", "status": "DONE", "orderId": "o"}', "other"),
        (b'{"eventType": {"a": 1}, "data": []}', "other"),
        (b'{"eventType": null, "data": null}', "other"),
        (b'{"eventType": "other", "data": {"orderId": "o"}}', "other"),
        (b'{"eventType": "unreadable"}', "other"),
        (b'{"eventType": "BILLING_DELETED", "data": 7}', "BILLING_DELETED"),
        *((body, "unreadable") for body in NO_OBJECTS),
    ],
)
async def test_webhook_about_nothing_of_ours_is_counted_and_changes_nothing(
    shop: Shop, session: Session, body: bytes, kind: str
) -> None:
    await shop.subscribe(session)
    before = await everything(shop)

    assert (await shop.post_webhook(body)).status_code == 200

    assert await everything(shop) == before
    assert await counts(shop) == {kind: 1}
    assert await shop.rows(WebhookEvent) == []


async def test_stranger_adds_no_rows_and_no_type_of_their_own(shop: Shop) -> None:
    bodies = [event(f"type-{number}", orderId=f"o-{number}") for number in range(200)]
    bodies += [event(PAYMENT, orderId=f"o-{number}") for number in range(200)]

    await asyncio.gather(*(receive(shop.rt, body) for body in bodies))

    assert await counts(shop) == {"other": 200, PAYMENT: 200}
    assert await shop.rows(WebhookEvent) == []


async def test_only_needed_fields_are_stored_and_never_over_8_kb(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    more = {f"field{number}": "나" * 100 for number in range(100)}
    long = dict.fromkeys(("status", "reason", "paymentKey", "billingKey"), "\U0001f4b3" * 4000)
    whole = event(PAYMENT, orderId=payment.order_id, secret="ps_x", **more, **long)

    await shop.post_webhook(whole)

    [stored] = await shop.rows(WebhookEvent)
    assert stored.result == "looked_up"
    assert len(stored.body.encode()) < 8_000
    assert "ps_x" not in stored.body
    assert "field1" not in stored.body


async def test_thousand_mangled_webhooks_change_nothing(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    before, rng = await everything(shop), random.Random(7)  # noqa: S311 - no secret
    whole = event(
        PAYMENT,
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
    body = event(PAYMENT, orderId=payment.order_id)
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

    await shop.post_webhook(event(PAYMENT, orderId=payment.order_id))
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


async def test_one_order_fills_no_table_however_its_webhooks_vary(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    bodies = [event(PAYMENT, orderId=payment.order_id, status=f"S{n}") for n in range(100)]

    kept = [one for one in await asyncio.gather(*(receive(shop.rt, b) for b in bodies)) if one]

    assert len(kept) == len(await shop.rows(WebhookEvent)) == OF_AN_OBJECT
    assert await counts(shop) == {PAYMENT: 100 - OF_AN_OBJECT}


async def test_full_order_takes_no_place_of_another_nor_of_the_next_day(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.subscribe(session)
    [full] = await shop.rows(Payment)
    for number in range(OF_AN_OBJECT):
        assert await receive(shop.rt, event(PAYMENT, orderId=full.order_id, status=f"{number}"))
    again = event(PAYMENT, paymentKey=full.payment_key, status="again")
    assert await receive(shop.rt, again) is None

    await shop.subscribe(stranger)
    [other] = [row for row in await shop.rows(Payment) if row.id != full.id]
    assert await receive(shop.rt, event(PAYMENT, orderId=other.order_id))
    shop.clock.advance(timedelta(days=1))
    assert await receive(shop.rt, again)


async def test_webhook_that_is_sent_twice_at_once_is_stored_once(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    body = event(PAYMENT, orderId=payment.order_id)

    stored = await asyncio.gather(*(receive(shop.rt, body) for _ in range(20)))

    assert sum(each is not None for each in stored) == 1
    assert len(await shop.rows(WebhookEvent)) == 1
    assert await counts(shop) == {}
