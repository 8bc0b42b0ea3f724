"""Canceling stops everything that would be charged, and gives back exactly what was shown."""

from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.actions import cancel, change_method, pause
from tossbill_ui.subscriptions.reading.view import SubscriptionView

RENEWAL = date(2026, 12, 24)


async def test_at_the_periods_end_it_works_until_then(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)

    await shop.each_day(RENEWAL - timedelta(days=1))
    before = await shop.look(session, seen.subscription.id)
    await shop.each_day(RENEWAL + timedelta(days=40))
    after = await shop.look(session, seen.subscription.id)

    assert (before.subscription.status, before.works) == ("canceled", True)
    assert (after.subscription.status, after.works) == ("ended", False)
    assert await shop.money() == [("approved", 9900)]


@pytest.mark.parametrize(
    ("days", "back"), [(0, 9900), (1, 9570), (11, 6270), (29, 330), (15, 4950), (23, 2310)]
)
async def test_now_gives_back_the_days_that_are_left(
    shop: Shop, session: Session, days: int, back: int
) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(days=days))

    shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
    )
    await shop.run()

    assert (shown.refund_krw, shown.days, shown.days_left) == (back, 30, 30 - days)
    assert await shop.money() == [("approved", 9900), ("canceled", back)]
    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.works) == ("ended", False)
    assert await shop.kinds(session, seen.subscription.id) == [
        "subscription.created",
        "payment.charged",
        "subscription.started",
        "subscription.canceled",
        "subscription.ended",
        "refund.requested",
        "refund.done",
    ]
    await shop.assert_ledgers_agree()


async def test_a_refund_that_was_not_shown_does_not_happen(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    shop.wait(timedelta(days=1))

    with pytest.raises(Conflict) as caught:
        await cancel.cancel_now(
            shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
        )

    assert caught.value.code == "preview_changed"
    assert (await shop.look(session, seen.subscription.id)).subscription.status == "active"


async def test_a_cancellation_can_be_undone(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.undo(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.undo(shop.rt, actor_of(session), seen.subscription.id)

    await shop.each_day(RENEWAL)

    assert len(await shop.money()) == 2
    kinds = await shop.kinds(session, seen.subscription.id)
    assert kinds.count("subscription.cancel_undone") == 1


async def test_a_trial_canceled_is_never_charged(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro")
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)

    await shop.each_day(date(2026, 12, 30))

    assert await shop.money() == []
    assert (await shop.look(session, seen.subscription.id)).subscription.status == "ended"


async def test_canceling_stops_the_retries(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, persona="approves_once")
    await shop.each_day(RENEWAL)

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    await shop.each_day(RENEWAL + timedelta(days=20))

    assert (await shop.look(session, seen.subscription.id)).subscription.status == "ended"
    assert len(await shop.rows(Payment)) == 2
    assert [row.status for row in await shop.rows(Invoice)] == ["paid", "void"]


async def in_doubt(shop: Shop, session: Session, kind: str) -> SubscriptionView:
    """Leave a renewal whose answer was lost."""
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": kind, "count": 1})
    await shop.go_to(RENEWAL)
    await shop.run()
    seen = await shop.look(session, seen.subscription.id)
    assert seen.is_unresolved
    return seen


async def test_what_was_charged_before_the_cancel_but_unknown_comes_back(
    shop: Shop, session: Session
) -> None:
    seen = await in_doubt(shop, session, "reset_after")

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    shop.wait(timedelta(minutes=2))
    await shop.run()
    await shop.run()

    assert await shop.money() == [("approved", 9900), ("approved", 9900), ("canceled", 9900)]
    assert (await shop.look(session, seen.subscription.id)).subscription.status == "ended"
    await shop.assert_ledgers_agree()


async def test_what_was_not_charged_before_the_cancel_never_is(
    shop: Shop, session: Session
) -> None:
    seen = await in_doubt(shop, session, "reset_before")

    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    for _ in range(30):
        shop.wait(timedelta(hours=1))
        await shop.run()

    assert await shop.money() == [("approved", 9900)]
    assert [row.status for row in await shop.rows(Invoice)] == ["paid", "void"]
    [payment] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    assert (payment.status, payment.failure_code) == ("refused", "NEVER_CHARGED")


async def test_the_card_cannot_be_changed_while_a_payment_is_unknown(
    shop: Shop, session: Session
) -> None:
    seen = await in_doubt(shop, session, "reset_after")
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


async def test_a_refund_whose_answer_is_lost_happens_once(shop: Shop, session: Session) -> None:
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


async def test_a_card_in_use_cannot_be_removed(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(Conflict) as caught:
        await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)
    await shop.rt.tasks.drain(seconds=120)

    assert caught.value.code == "in_use"
    assert (await shop.look(session, seen.subscription.id)).method.status == "removed"
    await shop.run()
    assert (await shop.money())[-1] == ("canceled", 9900), "money goes back without the card"
