"""The engine charges within the shop's charge hours, and customers' own requests at any hour."""

from __future__ import annotations

from datetime import date, timedelta

from tests.subscriptions.paused_toss import SLOTS, PausedToss, assert_all_paid_once
from tests.support.shop import Shop
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Invoice, Payment, PaymentStatus
from tossbill_ui.subscriptions.engine.renewal import Report
from tossbill_ui.subscriptions.models import Subscription

DUE = 2 * SLOTS - 1  # so that the run claims nothing more
TODAY, TOMORROW = date(2026, 12, 20), date(2026, 12, 21)
UNTIL_CLOSED = timedelta(hours=9)  # it is 11:00
RENEWAL = date(2026, 12, 24)


async def end_hours_while_some_wait(paused: PausedToss) -> Report:
    """End the charge hours while some charges are in flight and others wait; return the report."""
    await paused.wait_until_slots_full(DUE)
    paused.shop.clock.advance(UNTIL_CLOSED)
    paused.wire.release(SLOTS)
    return await paused.report()


async def waiting(paused: PausedToss) -> list[Subscription]:
    """Return the subscriptions whose payments had no slot when the hours ended."""
    requested = {order_id.split("-")[0] for order_id in paused.wire.requested}
    rows = await paused.shop.rows(Subscription)
    return [row for row in rows if row.id in set(paused.due) - requested]


async def test_payments_waiting_at_closing_time_are_charged_at_the_next_opening(
    paused: PausedToss,
) -> None:
    await paused.begin(DUE)
    report = await end_hours_while_some_wait(paused)

    assert (report.charged, report.declined, report.unresolved, report.failed) == (SLOTS, 0, 0, 0)
    assert len(await paused.payments()) == len(paused.wire.requested) == SLOTS
    assert len(await paused.shop.rows(Invoice)) == 1 + SLOTS
    opens_at = instant(TOMORROW) + timedelta(hours=10)
    assert {(row.status, row.due_at) for row in await waiting(paused)} == {("active", opens_at)}
    await paused.shop.run()
    assert len(await paused.shop.money()) == 1 + SLOTS

    await paused.shop.go_to(TOMORROW)
    await assert_all_paid_once(paused, DUE)
    assert not paused.wire.looked_up


async def test_retries_waiting_at_closing_time_stay_owed(paused: PausedToss) -> None:
    await paused.make_due(DUE)
    await paused.shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": DUE}
    )
    await paused.shop.run()
    await paused.shop.go_to(TOMORROW)
    paused.start()
    report = await end_hours_while_some_wait(paused)

    assert (report.charged, report.failed) == (SLOTS, 0)
    opens_at = instant(TOMORROW) + timedelta(days=1, hours=10)
    left = await waiting(paused)
    assert [(row.status, row.due_at) for row in left] == [("past_due", opens_at)] * (DUE - SLOTS)
    owed = [row for row in await paused.shop.rows(Invoice) if row.status == "open"]
    assert {row.subscription_id for row in owed} == {row.id for row in left}
    assert {row.refusals for row in owed} == {1}

    paused.wire.release_all()
    await paused.shop.go_to(TOMORROW + timedelta(days=1))
    await paused.shop.run()
    assert len(await paused.shop.money()) == 1 + DUE
    await paused.shop.assert_ledgers_agree()


async def test_unresolved_renewal_is_looked_up_but_not_charged_at_night(
    shop: Shop, session: Session
) -> None:
    row = (await shop.subscribe(session)).subscription
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    await shop.go_to(RENEWAL, hour=19)
    await shop.run()
    for _ in range(14):
        shop.wait(timedelta(hours=1))
        await shop.run()
    assert len(await shop.money()) == 1
    assert (await shop.view(session, row.id)).is_unresolved
    assert (await shop.rows(Payment))[-1].attempts > 10

    shop.wait(timedelta(hours=1))  # it is 10:00
    await shop.run()
    assert len(await shop.money()) == 2
    assert (await shop.view(session, row.id)).subscription.period_number == 2
    await shop.assert_ledgers_agree()


async def test_customers_own_charge_is_retried_at_night(shop: Shop, session: Session) -> None:
    await shop.go_to(date(2026, 11, 25), hour=22)
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    seen = await shop.subscribe(session)
    assert seen.is_unresolved
    shop.wait(timedelta(minutes=2))
    await shop.run()

    assert (await shop.view(session, seen.subscription.id)).subscription.status == "active"
    assert [row.status for row in await shop.rows(Payment)] == [PaymentStatus.DONE]
    assert len(await shop.money()) == 1
