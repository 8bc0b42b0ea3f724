"""The engine charges in the hours that the shop has set, and an owner's wish at any hour."""

from __future__ import annotations

from datetime import date, timedelta

from tests.subscriptions.paused_toss import PLACES, Desk, assert_all_paid_once
from tests.support.shop import Shop
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Invoice, Payment, PaymentStatus
from tossbill_ui.subscriptions.engine.renewal import Report
from tossbill_ui.subscriptions.models import Subscription

DUE = 2 * PLACES - 1  # so that a pass looks for nothing more
TODAY, TOMORROW = date(2026, 12, 20), date(2026, 12, 21)
UNTIL_CLOSED = timedelta(hours=9)  # it is 11:00
RENEWAL = date(2026, 12, 24)


async def close_while_some_wait(desk: Desk) -> Report:
    """Let the hours end while Toss is being asked and others wait; return what the pass did."""
    await desk.until_all_stand(DUE)
    desk.shop.clock.advance(UNTIL_CLOSED)
    desk.wire.answer(PLACES)
    return await desk.ended()


async def waiting(desk: Desk) -> list[Subscription]:
    """Return the subscriptions whose payments had no place when the hours ended."""
    asked = {order_id.split("-")[0] for order_id in desk.wire.asked}
    rows = await desk.shop.rows(Subscription)
    return [row for row in rows if row.id in set(desk.due) - asked]


async def test_who_waits_when_the_hours_end_is_charged_when_they_begin(desk: Desk) -> None:
    await desk.begin(DUE)
    report = await close_while_some_wait(desk)

    assert (report.charged, report.refused, report.in_doubt, report.failed) == (PLACES, 0, 0, 0)
    assert len(await desk.payments()) == len(desk.wire.asked) == PLACES
    assert len(await desk.shop.rows(Invoice)) == 1 + PLACES
    opens_at = instant(TOMORROW) + timedelta(hours=10)
    assert {(row.status, row.due_at) for row in await waiting(desk)} == {("active", opens_at)}
    await desk.shop.run()
    assert len(await desk.shop.money()) == 1 + PLACES

    await desk.shop.go_to(TOMORROW)
    await assert_all_paid_once(desk, DUE)
    assert not desk.wire.looked_up


async def test_what_is_tried_again_is_owed_still(desk: Desk) -> None:
    await desk.have_due(DUE)
    await desk.shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": DUE}
    )
    await desk.shop.run()
    await desk.shop.go_to(TOMORROW)
    desk.start()
    report = await close_while_some_wait(desk)

    assert (report.charged, report.failed) == (PLACES, 0)
    opens_at = instant(TOMORROW) + timedelta(days=1, hours=10)
    left = await waiting(desk)
    assert [(row.status, row.due_at) for row in left] == [("past_due", opens_at)] * (DUE - PLACES)
    owed = [row for row in await desk.shop.rows(Invoice) if row.status == "open"]
    assert {row.subscription_id for row in owed} == {row.id for row in left}
    assert {row.refusals for row in owed} == {1}

    desk.wire.open()
    await desk.shop.go_to(TOMORROW + timedelta(days=1))
    await desk.shop.run()
    assert len(await desk.shop.money()) == 1 + DUE
    await desk.shop.assert_ledgers_agree()


async def test_what_is_in_doubt_is_looked_up_at_night_and_not_charged(
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
    assert (await shop.look(session, row.id)).is_unresolved
    assert (await shop.rows(Payment))[-1].attempts > 10

    shop.wait(timedelta(hours=1))  # it is 10:00
    await shop.run()
    assert len(await shop.money()) == 2
    assert (await shop.look(session, row.id)).subscription.period_number == 2
    await shop.assert_ledgers_agree()


async def test_what_its_owner_wants_is_asked_for_again_at_night(
    shop: Shop, session: Session
) -> None:
    await shop.go_to(date(2026, 11, 25), hour=22)
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    seen = await shop.subscribe(session)
    assert seen.is_unresolved
    shop.wait(timedelta(minutes=2))
    await shop.run()

    assert (await shop.look(session, seen.subscription.id)).subscription.status == "active"
    assert [row.status for row in await shop.rows(Payment)] == [PaymentStatus.DONE]
    assert len(await shop.money()) == 1
