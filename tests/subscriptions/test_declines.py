"""The reason of a decline decides what follows a declined renewal."""

from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import change_method, review

RENEWAL = date(2026, 12, 24)


async def test_soft_decline_is_retried_until_paid(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_2")
    await shop.consent_to_trial_end(session, seen.subscription.id)
    days: list[date] = []
    for day in range(30):
        await shop.go_to(date(2026, 12, 8) + timedelta(days=day))
        if (await shop.run()).examined:
            days.append(date(2026, 12, 8) + timedelta(days=day))
        if await shop.money():
            break

    seen = await shop.view(session, seen.subscription.id)
    assert [day.day for day in days] == [8, 9, 11]
    assert (seen.subscription.status, seen.subscription.grace_until_on) == ("active", None)
    assert seen.subscription.ends_on == date(2027, 1, 11), "nothing worked since the trial's end"
    orders = sorted(payment.order_id for payment in await shop.rows(Payment))
    assert [order[-6:] for order in orders] == ["0001-1", "0001-2", "0001-3"]
    await shop.assert_ledgers_agree()


async def test_grace_period_ends_before_the_retries(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, persona="approves_once")

    await shop.run_daily_until(RENEWAL + timedelta(days=6))
    before = await shop.view(session, seen.subscription.id)
    await shop.run_daily_until(RENEWAL + timedelta(days=7))
    after = await shop.view(session, seen.subscription.id)

    assert (before.subscription.status, before.works) == ("past_due", True)
    assert (after.subscription.status, after.works) == ("past_due", False)
    assert after.subscription.due_at is not None


@pytest.mark.parametrize(("plan_code", "status"), [("basic", "ended"), ("pro", "paused")])
async def test_plan_decides_the_status_after_the_last_retry(
    shop: Shop, session: Session, plan_code: str, status: str
) -> None:
    persona = "approves_once" if plan_code == "basic" else "expired"
    seen = await shop.subscribe(session, plan_code, persona=persona)
    if plan_code == "pro":
        await shop.consent_to_trial_end(session, seen.subscription.id)

    await shop.run_daily_until(RENEWAL + timedelta(days=20))

    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.due_at) == (status, None)
    assert [row.status for row in await shop.rows(Invoice)][-1] == "uncollectible"
    if plan_code == "basic":
        assert len(await shop.rows(Payment)) == 1 + 5
    else:
        assert len(await shop.rows(Payment)) == 1, "a hard decline is not retried"
    await shop.assert_ledgers_agree()


async def test_hard_decline_asks_for_a_new_card_at_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="stolen")
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.go_to(date(2026, 12, 8))
    await shop.run()
    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("past_due", True)

    other = await shop.card(session)
    owed = await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )

    seen = await shop.view(session, seen.subscription.id)
    assert owed
    assert (seen.subscription.status, seen.subscription.needs_card) == ("active", False)
    assert await shop.money() == [("approved", 29000)]
    assert "subscription.method_needed" in await shop.event_types(session, seen.subscription.id)


async def test_configuration_error_stops_charging_and_opens_a_review(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY", "count": 1}
    )
    await shop.go_to(RENEWAL)

    report = await shop.run()
    await shop.run_daily_until(RENEWAL + timedelta(days=3))

    seen = await shop.view(session, seen.subscription.id)
    assert report.is_access_refused
    assert (seen.subscription.status, seen.works) == ("active", True)
    assert seen.subscription.attention == "setup"
    assert len(await shop.money()) == 1
    await review.approve(shop.rt, KIM, seen.subscription.id)
    await shop.run()
    assert len(await shop.money()) == 2
    assert (await review.open_reviews(shop.rt)).count == 0
