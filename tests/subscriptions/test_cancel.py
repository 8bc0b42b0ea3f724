"""Canceling stops all future charges and refunds exactly the amount shown."""

from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.actions import cancel, change_method, pause
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.reading.view import SubscriptionView

RENEWAL = date(2026, 12, 24)


async def test_subscription_canceled_at_period_end_works_until_then(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)

    await shop.run_daily_until(RENEWAL - timedelta(days=1))
    before = await shop.view(session, seen.subscription.id)
    await shop.run_daily_until(RENEWAL + timedelta(days=40))
    after = await shop.view(session, seen.subscription.id)

    assert (before.subscription.status, before.works) == ("canceled", True)
    assert (after.subscription.status, after.works) == ("ended", False)
    assert await shop.money() == [("approved", 9900)]


@pytest.mark.parametrize(
    ("days", "refund_krw"), [(0, 9900), (1, 9570), (11, 6270), (29, 330), (15, 4950), (23, 2310)]
)
async def test_canceling_now_refunds_the_remaining_days(
    shop: Shop, session: Session, days: int, refund_krw: int
) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(days=days))

    shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
    )
    await shop.run()

    assert (shown.refund_krw, shown.days, shown.days_left) == (refund_krw, 30, 30 - days)
    assert await shop.money() == [("approved", 9900), ("canceled", refund_krw)]
    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.works) == ("ended", False)
    assert await shop.event_types(session, seen.subscription.id) == [
        "subscription.created",
        "payment.charged",
        "subscription.started",
        "subscription.canceled",
        "subscription.ended",
        "refund.requested",
        "refund.done",
    ]
    await shop.assert_ledgers_agree()


async def test_refund_other_than_shown_is_refused(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    shop.wait(timedelta(days=1))

    with pytest.raises(Conflict) as caught:
        await cancel.cancel_now(
            shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
        )

    assert caught.value.code == "preview_changed"
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "active"


async def test_cancellation_can_be_undone(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.undo(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.undo(shop.rt, actor_of(session), seen.subscription.id)

    await shop.run_daily_until(RENEWAL)

    assert len(await shop.money()) == 2
    kinds = await shop.event_types(session, seen.subscription.id)
    assert kinds.count("subscription.cancel_undone") == 1


async def test_canceled_trial_is_never_charged(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro")
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)

    await shop.run_daily_until(date(2026, 12, 30))

    assert await shop.money() == []
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "ended"


async def test_canceling_stops_retries(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, persona="approves_once")
    await shop.run_daily_until(RENEWAL)

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await shop.run_daily_until(RENEWAL + timedelta(days=20))

    assert (await shop.view(session, seen.subscription.id)).subscription.status == "ended"
    assert len(await shop.rows(Payment)) == 2
    assert [row.status for row in await shop.rows(Invoice)] == ["paid", "void"]


async def with_unresolved_renewal(shop: Shop, session: Session, kind: str) -> SubscriptionView:
    """Renew a subscription with the response to its charge lost."""
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": kind, "count": 1})
    await shop.go_to(RENEWAL)
    await shop.run()
    seen = await shop.view(session, seen.subscription.id)
    assert seen.is_unresolved
    return seen


async def test_unresolved_charge_before_a_cancellation_is_refunded(
    shop: Shop, session: Session
) -> None:
    seen = await with_unresolved_renewal(shop, session, "reset_after")

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    shop.wait(timedelta(minutes=2))
    await shop.run()
    await shop.run()

    assert await shop.money() == [("approved", 9900), ("approved", 9900), ("canceled", 9900)]
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "ended"
    await shop.assert_ledgers_agree()


async def test_unsent_charge_before_a_cancellation_is_never_made(
    shop: Shop, session: Session
) -> None:
    seen = await with_unresolved_renewal(shop, session, "reset_before")

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    for _ in range(30):
        shop.wait(timedelta(hours=1))
        await shop.run()

    assert await shop.money() == [("approved", 9900)]
    assert [row.status for row in await shop.rows(Invoice)] == ["paid", "void"]
    [payment] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    assert (payment.status, payment.failure_code) == ("refused", "NEVER_CHARGED")


async def test_card_cannot_be_changed_while_a_payment_is_unresolved(
    shop: Shop, session: Session
) -> None:
    seen = await with_unresolved_renewal(shop, session, "reset_after")
    other = await shop.card(session)

    with pytest.raises(Conflict) as caught:
        await change_method.change_method(
            shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
        )
    with pytest.raises(Conflict):
        await change_method.pay_now(shop.rt, actor_of(session), seen.subscription.id)
    with pytest.raises(Conflict):
        await pause.pause(shop.rt, actor_of(session), seen.subscription.id)

    assert caught.value.code == "payment_open"
    shop.wait(timedelta(minutes=2))
    await shop.run()
    assert not await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )
    assert len(await shop.money()) == 2


async def test_refund_with_a_lost_response_happens_once(shop: Shop, session: Session) -> None:
    for kind in ("reset_after", "reset_before", "error_500_after", "too_many_429"):
        seen = await shop.subscribe(session)
        await shop.faults({"endpoint": "cancel", "kind": kind, "count": 1})
        shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
        await cancel.cancel_now(
            shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
        )
        await shop.run()
        shop.wait(timedelta(minutes=2))
        await shop.run()

    assert await shop.money() == [("approved", 9900), ("canceled", 9900)] * 4
    assert {row.status for row in await shop.rows(Refund)} == {"done"}
    await shop.assert_ledgers_agree()


async def test_card_can_be_removed_when_nothing_will_be_charged_and_undo_asks_for_one(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, "basic-yearly")
    of, customer = seen.subscription.id, actor_of(session)
    await cancel.cancel_at_period_end(shop.rt, customer, of)

    await change_method.remove_method(shop.rt, customer, seen.method.id)
    canceled = await shop.view(session, of)
    assert (canceled.method.status, canceled.subscription.needs_card) == ("removed", False)
    await cancel.undo(shop.rt, customer, of)

    asked = await shop.view(session, of)
    assert (asked.subscription.status, asked.subscription.needs_card) == ("active", True)
    other = await shop.card(session)
    await change_method.change_method(shop.rt, customer, of, payment_method_id=other)
    await shop.go_to(asked.subscription.ends_on)
    await shop.run()
    assert await shop.money() == [("approved", 99_000), ("approved", 99_000)]


async def test_card_of_a_paused_subscription_can_be_removed_and_resuming_asks_for_one(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    of, customer = seen.subscription.id, actor_of(session)
    await pause.pause(shop.rt, customer, of)
    await change_method.remove_method(shop.rt, customer, seen.method.id)
    await shop.go_to((await shop.view(session, of)).subscription.ends_on)

    with pytest.raises(Conflict) as caught:
        await pause.resume(shop.rt, customer, of)

    assert caught.value.code == "method_removed"
    other = await shop.card(session)
    await change_method.change_method(shop.rt, customer, of, payment_method_id=other)
    await pause.resume(shop.rt, customer, of)
    assert (await shop.view(session, of)).subscription.status == "active"
    assert await shop.money() == [("approved", 9_900), ("approved", 9_900)]


async def test_card_cannot_be_removed_while_a_resumed_period_is_unpaid(
    shop: Shop, session: Session
) -> None:
    """The subscription is paused until the payment is settled, which may need the card again."""
    seen = await shop.subscribe(session)
    of, customer = seen.subscription.id, actor_of(session)
    await pause.pause(shop.rt, customer, of)
    await shop.go_to(seen.subscription.ends_on)
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    await pause.resume(shop.rt, customer, of)
    assert (await shop.view(session, of)).is_unresolved

    with pytest.raises(Conflict) as caught:
        await change_method.remove_method(shop.rt, customer, seen.method.id)

    assert caught.value.code == "in_use"


@pytest.mark.parametrize("status", SubscriptionStatus)
async def test_card_can_be_removed_in_exactly_these_statuses(
    shop: Shop, session: Session, status: SubscriptionStatus
) -> None:
    seen = await shop.subscribe(session)
    async with shop.rt.db.write() as db:
        subscription = await db.get_one(Subscription, seen.subscription.id)
        subscription.status = status
        subscription.ended_at = shop.clock.now() if status == "ended" else None
    is_refused = False

    try:
        await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)
    except Conflict:
        is_refused = True

    assert is_refused == (status not in ("paused", "canceled", "ended"))


async def test_card_in_use_cannot_be_removed(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(Conflict) as caught:
        await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)
    await shop.rt.tasks.drain(seconds=120)

    assert caught.value.code == "in_use"
    assert (await shop.view(session, seen.subscription.id)).method.status == "removed"
    await shop.run()
    assert (await shop.money())[-1] == ("canceled", 9900), "the refund needs no card"
