"""Plan changes, pauses and card changes charge exactly what the preview showed."""

from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import cancel, change_method, change_plan, pause, refund

RENEWAL = date(2026, 12, 24)


async def test_changing_now_to_a_dearer_plan_charges_the_difference(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(days=10))
    shown = await change_plan.preview(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro"
    )

    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        seen.subscription.id,
        plan_code="pro",
        expected_charge_krw=shown.charge_krw,
    )
    seen = await shop.view(session, seen.subscription.id)

    assert (shown.credit_krw, shown.charge_krw, shown.refund_krw) == (6600, 22400, 0)
    assert await shop.money() == [("approved", 9900), ("approved", 22400)]
    assert (seen.plan.code, seen.subscription.period_number) == ("pro", 2)
    assert (seen.subscription.starts_on, seen.subscription.ends_on) == (
        date(2026, 12, 4),
        date(2027, 1, 4),
    )
    await shop.run_daily_until(date(2027, 1, 4))
    assert (await shop.money())[-1] == ("approved", 29000)
    await shop.assert_ledgers_agree()


async def test_changing_now_to_a_cheaper_plan_refunds_the_difference(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, "basic-yearly")
    shown = await change_plan.preview(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic"
    )

    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        seen.subscription.id,
        plan_code="basic",
        expected_charge_krw=shown.charge_krw,
    )
    await shop.run()

    assert (shown.charge_krw, shown.refund_krw) == (0, 99000 - 9900)
    assert await shop.money() == [("approved", 99000), ("canceled", 89100)]
    back = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    assert back.refund_krw == 9900, "the credit of the year pays the month"
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    await shop.run()
    assert (await shop.money())[-1] == ("canceled", 9900)
    await shop.assert_ledgers_agree()


async def test_canceling_after_a_change_refunds_both_payments(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await change_plan.change_now(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro", expected_charge_krw=19100
    )
    await shop.view(session, seen.subscription.id)

    shown = await cancel.preview(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=shown.refund_krw
    )
    await shop.run()

    assert shown.refund_krw == 29000
    assert sorted(await shop.money()) == [
        ("approved", 9900),
        ("approved", 19100),
        ("canceled", 9900),
        ("canceled", 19100),
    ]
    await shop.assert_ledgers_agree()


async def test_declined_change_leaves_the_subscription_unchanged(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, persona="approves_once")

    await change_plan.change_now(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro", expected_charge_krw=19100
    )
    after = await shop.view(session, seen.subscription.id)

    assert (after.plan.code, after.subscription.status) == ("basic", "active")
    assert after.subscription.ends_on == seen.subscription.ends_on
    assert after.subscription.due_at == seen.subscription.due_at
    assert sorted(row.status for row in await shop.rows(Invoice)) == ["paid", "void"]
    other = await shop.card(session)
    await change_method.change_method(
        shop.rt, actor_of(session), after.subscription.id, payment_method_id=other
    )
    await shop.run_daily_until(RENEWAL)
    assert await shop.money() == [("approved", 9900), ("approved", 9900)]


async def test_change_at_period_end_charges_the_new_price(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic-yearly"
    )
    planned = await shop.view(session, seen.subscription.id)

    await shop.run_daily_until(RENEWAL)
    after = await shop.view(session, seen.subscription.id)

    assert planned.plan.code == "basic"
    assert planned.next_plan is not None
    assert await shop.money() == [("approved", 9900), ("approved", 99000)]
    assert (after.plan.code, after.next_plan) == ("basic-yearly", None)
    assert after.subscription.ends_on == date(2027, 12, 24)


async def test_planned_change_can_be_dropped(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro"
    )
    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic"
    )

    await shop.run_daily_until(RENEWAL)

    assert await shop.money() == [("approved", 9900), ("approved", 9900)]


async def test_trial_continues_after_a_plan_change(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro")
    await change_plan.change_now(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic", expected_charge_krw=0
    )
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.run_daily_until(date(2026, 12, 8))

    assert await shop.money() == [("approved", 9900)]


@pytest.mark.parametrize("plan_code", ["pro", "basic"])
async def test_change_waits_for_an_unresolved_renewal(
    shop: Shop, session: Session, plan_code: str
) -> None:
    """Once that renewal is paid, the change would be lost, or come although it was undone."""
    seen = await shop.subscribe(session)
    of, customer = seen.subscription.id, actor_of(session)
    if plan_code == "basic":
        await change_plan.change_at_period_end(shop.rt, customer, of, plan_code="pro")
    await shop.go_to(seen.subscription.ends_on)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.run()
    assert (await shop.view(session, of)).is_unresolved

    with pytest.raises(Conflict) as caught:
        await change_plan.change_at_period_end(shop.rt, customer, of, plan_code=plan_code)

    assert caught.value.code == "payment_open"


async def test_charge_other_than_shown_is_refused(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(Conflict) as caught:
        await change_plan.change_now(
            shop.rt, actor_of(session), seen.subscription.id, plan_code="pro", expected_charge_krw=1
        )

    assert caught.value.code == "preview_changed"
    assert len(await shop.money()) == 1


async def test_paused_subscription_is_not_charged_and_resuming_starts_a_new_period(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    await shop.run_daily_until(RENEWAL + timedelta(days=10))
    paused = await shop.view(session, seen.subscription.id)
    assert (paused.subscription.status, paused.works) == ("paused", False)
    assert len(await shop.money()) == 1

    await pause.resume(shop.rt, actor_of(session), seen.subscription.id)
    seen = await shop.view(session, seen.subscription.id)

    assert (seen.subscription.status, seen.works) == ("active", True)
    assert (seen.subscription.starts_on, seen.subscription.ends_on) == (
        date(2027, 1, 3),
        date(2027, 2, 3),
    )
    assert len(await shop.money()) == 2


async def test_pause_within_the_paid_period_changes_no_date(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    paused = await shop.view(session, seen.subscription.id)
    await pause.resume(shop.rt, actor_of(session), seen.subscription.id)
    after = await shop.view(session, seen.subscription.id)

    assert paused.works
    assert after.subscription.due_at == seen.subscription.due_at
    assert len(await shop.money()) == 1


async def test_subscription_stays_paused_when_resuming_is_declined(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, persona="approves_once")
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    await shop.run_daily_until(RENEWAL + timedelta(days=1))

    await pause.resume(shop.rt, actor_of(session), seen.subscription.id)
    seen = await shop.view(session, seen.subscription.id)

    assert seen.subscription.status == "paused"
    other = await shop.card(session)
    await change_method.change_method(
        shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other
    )
    await pause.resume(shop.rt, actor_of(session), seen.subscription.id)
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "active"


async def test_open_invoice_can_be_paid_now(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_1")
    with pytest.raises(Conflict) as caught:
        await change_method.pay_now(shop.rt, actor_of(session), seen.subscription.id)
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.go_to(date(2026, 12, 8))
    await shop.run()

    await change_method.pay_now(shop.rt, actor_of(session), seen.subscription.id)

    assert caught.value.code == "nothing_owed"
    assert (await shop.view(session, seen.subscription.id)).subscription.status == "active"
    assert await shop.money() == [("approved", 29000)]


@pytest.mark.parametrize("method_id", ["0" * 32, "", "x" * 400, "'; --", "no-such"])
async def test_unknown_method_changes_nothing(shop: Shop, session: Session, method_id: str) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(NotFound):
        await change_method.change_method(
            shop.rt, actor_of(session), seen.subscription.id, payment_method_id=method_id
        )

    now = (await shop.view(session, seen.subscription.id)).subscription
    assert now.model_dump() == seen.subscription.model_dump()


async def change_now(shop: Shop, session: Session, subscription_id: str, plan_code: str) -> None:
    """Change to another plan now."""
    customer = actor_of(session)
    shown = await change_plan.preview(shop.rt, customer, subscription_id, plan_code=plan_code)
    await change_plan.change_now(
        shop.rt,
        customer,
        subscription_id,
        plan_code=plan_code,
        expected_charge_krw=shown.charge_krw,
    )
    await shop.rt.tasks.drain(seconds=120)


async def test_used_days_are_not_refunded_after_the_new_period_was_refunded(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    shop.wait(timedelta(days=15))
    await change_now(shop, session, of, "basic-yearly")
    [paid] = [row for row in await shop.rows(Payment) if row.period_number == 2]
    await refund.refund_payment(shop.rt, KIM, paid.id, amount_krw=None, reason="asked for")
    await shop.run()

    shown = await cancel.preview(shop.rt, actor_of(session), of)

    assert shown.refund_krw == 4_950, "the credit from the first period"


async def test_amount_too_small_to_charge_is_not_refunded(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session, "basic-yearly")).subscription.id
    shop.wait(timedelta(days=365 - 36))
    await change_now(shop, session, of, "basic")  # the remaining 135 won are not charged

    shown = await cancel.preview(shop.rt, actor_of(session), of)

    assert (shown.price_krw, shown.refund_krw) == (9_900, 9_765)
