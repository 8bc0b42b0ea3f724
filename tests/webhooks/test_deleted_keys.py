"""A webhook about a deleted billing key removes the method and asks for another card."""

from datetime import date, timedelta

from tests.support.shop import OUR_WEBHOOKS, Shop
from tests.webhooks.sending import RENEWAL, event, results, unresolved_renewal
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import change_method
from tossbill_ui.webhooks.models import WebhookEvent


async def test_deleted_billing_key_removes_the_method_and_asks_for_another(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await shop.webhooks(url=OUR_WEBHOOKS)
    key = await shop.billing_key(seen.method.id)

    await shop.rt.toss.delete_billing_key(billing_key=key)
    await shop.webhooks(path="/flush")

    seen = await shop.view(session, seen.subscription.id)
    assert (seen.method.status, seen.method.billing_key_sealed) == ("removed", None)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("active", True)
    assert "subscription.method_needed" in await shop.event_types(session, seen.subscription.id)
    assert await results(shop) == ["method_lost"]
    [stored] = await shop.rows(WebhookEvent)
    assert key not in stored.body
    assert fingerprint(key) in stored.body


async def test_retries_stop_with_a_deleted_key_and_continue_with_another(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_2")
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.go_to(date(2026, 12, 8))
    await shop.run()
    before = len(await shop.rows(Payment))
    deleted = event("BILLING_DELETED", billingKey=await shop.billing_key(seen.method.id))

    await shop.post_webhook(deleted)
    await shop.run_daily_until(date(2026, 12, 12))

    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)
    assert len(await shop.rows(Payment)) == before
    other = await shop.card(session)
    await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )
    seen = await shop.view(session, seen.subscription.id)
    assert seen.subscription.status == "active"
    assert await shop.money() == [("approved", 29000)]


async def test_key_deleted_while_its_payment_is_unresolved_causes_no_double_charge(
    shop: Shop, session: Session
) -> None:
    payment = await unresolved_renewal(shop, session)
    key = await shop.billing_key(payment.payment_method_id)

    await shop.post_webhook(event("BILLING_DELETED", billingKey=key))
    shop.wait(timedelta(minutes=2))
    await shop.run()

    [row] = [row for row in await shop.rows(Payment) if row.id == payment.id]
    assert row.status == "done"
    assert await shop.money() == [("approved", 9900)] * 2


async def test_unsent_charge_with_a_deleted_key_ends_in_asking_for_a_card(
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
    await shop.post_webhook(event("BILLING_DELETED", billingKey=key))
    await shop.run_daily_until(RENEWAL + timedelta(days=4))

    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)
    assert await shop.money() == [("approved", 9900)]


async def test_repeated_webhook_is_stored_and_handled_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    deleted = event("BILLING_DELETED", billingKey=await shop.billing_key(seen.method.id))
    for _ in range(3):
        assert (await shop.post_webhook(deleted)).status_code == 200
    later = deleted.replace(b"12:00", b"12:01")

    await shop.post_webhook(later)

    assert sorted(await results(shop)) == ["method_lost", "not_ours"]
    kinds = await shop.event_types(session, seen.subscription.id)
    assert kinds.count("subscription.method_needed") == 1


async def test_own_removal_does_not_count_as_a_lost_method(shop: Shop, session: Session) -> None:
    await shop.webhooks(url=OUR_WEBHOOKS)
    method_id = await shop.card(session)

    await change_method.remove_method(shop.rt, actor_of(session), method_id)
    await shop.rt.tasks.drain(seconds=120)
    await shop.webhooks(path="/flush")

    assert await results(shop) == ["not_ours"]
