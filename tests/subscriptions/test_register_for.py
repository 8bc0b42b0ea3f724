"""A registration for a subscription changes it and pays what is owed: exactly once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.payment_methods.flow import window_return
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import registration
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.payment_methods.ticket import Return
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.subscriptions.actions import cancel, change_method
from tossbill_ui.subscriptions.lifecycle import invoicing
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.reading import registered
from tossbill_ui.subscriptions.reading.registered import MethodChange
from tossbill_ui.ui.registration import change_view

RENEWAL = date(2026, 12, 24)


async def past_due(shop: Shop, session: Session) -> str:
    """Subscribe, change to a card that is stopped, and let its renewal be declined."""
    of = (await shop.subscribe(session)).subscription.id
    stopped = await shop.card(session, "stopped")
    await change_method.change_method(shop.rt, actor_of(session), of, payment_method_id=stopped)
    await shop.go_to(RENEWAL)
    await shop.run()
    assert (await shop.view(session, of)).subscription.status == "past_due"
    return of


async def back(shop: Shop, call: WindowCall, persona: str = "approve") -> Return:
    """Type a card into the window; return what it sends back."""
    typed = {
        "customerKey": call.customer_key,
        "cardNumber": PERSONAS_BY_NAME[persona].number,
    }
    answer = await shop.control("POST", "authorizations", typed)
    return window_return(call, auth_key=answer["authKey"])


async def finish(shop: Shop, session: Session, end: Return) -> None:
    await registration.finish(shop.rt, session, end)
    await shop.rt.tasks.drain(seconds=120)  # the exchange, which starts the charge
    await shop.rt.tasks.drain(seconds=120)


async def change_of(shop: Shop, session: Session, call: WindowCall) -> MethodChange:
    async with shop.rt.db.read() as db:
        row = await db.get_one(Registration, call.registration_id)
    return await registered.method_change(shop.rt, actor_of(session), row)


async def test_new_card_replaces_the_refused_one_and_pays_what_is_owed(
    shop: Shop, session: Session
) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)

    await finish(shop, session, await back(shop, call))

    seen = await shop.view(session, of)
    assert (seen.subscription.status, seen.subscription.needs_card) == ("active", False)
    assert seen.method.last_digits == "123"
    assert await shop.money() == [("approved", 9_900), ("approved", 9_900)]
    change = await change_of(shop, session, call)
    assert change.payment is not None
    assert (change.is_changed, change.payment.status) == (True, PaymentStatus.DONE)
    await shop.assert_ledgers_agree()


async def test_two_returns_and_a_reload_charge_once(shop: Shop, session: Session) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)
    end = await back(shop, call)

    for _ in range(3):
        await finish(shop, session, end)

    assert await shop.money() == [("approved", 9_900)] * 2
    assert (await shop.event_types(session, of)).count("subscription.method_changed") == 2


async def test_crash_before_the_charge_is_sent_charges_once(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)
    with monkeypatch.context() as killed:
        killed.setattr(invoicing, "spawn", lambda rt, found: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        await finish(shop, session, await back(shop, call))
    change = await change_of(shop, session, call)
    assert change.payment is not None
    assert (change.is_final, change.payment.status) == (False, PaymentStatus.PENDING)

    for _ in range(3):
        shop.wait(timedelta(minutes=10))
        await shop.run()

    assert (await shop.view(session, of)).subscription.status == "active"
    assert await shop.money() == [("approved", 9_900)] * 2


async def test_lost_answer_of_the_registration_charges_once(shop: Shop, session: Session) -> None:
    from tossbill_ui.payment_methods.sweep import sweep

    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)
    await shop.faults({"endpoint": "issue", "kind": "reset_after", "count": 1})
    await finish(shop, session, await back(shop, call))
    assert (await shop.view(session, of)).subscription.status == "past_due"

    shop.wait(timedelta(minutes=1))
    await sweep(shop.rt)

    assert (await shop.view(session, of)).subscription.status == "active"
    assert await shop.money() == [("approved", 9_900)] * 2


async def test_card_that_is_refused_too_stays_and_nothing_is_charged(
    shop: Shop, session: Session
) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)

    await finish(shop, session, await back(shop, call, "expired"))

    change = await change_of(shop, session, call)
    assert change.payment is not None
    assert (change.is_changed, change.payment.status) == (True, PaymentStatus.REFUSED)
    assert (await shop.view(session, of)).subscription.status == "past_due"
    assert await shop.money() == [("approved", 9_900)]


async def test_nothing_is_charged_if_nothing_is_owed(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session)).subscription.id
    call = await change_method.register_for(shop.rt, session, of)

    await finish(shop, session, await back(shop, call, "approve_check"))

    change = await change_of(shop, session, call)
    assert (change.is_changed, change.payment) == (True, None)
    assert (await shop.view(session, of)).method.last_digits == "234"
    assert await shop.money() == [("approved", 9_900)]


async def test_subscription_that_ended_meanwhile_is_not_changed(
    shop: Shop, session: Session
) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), of)

    await finish(shop, session, await back(shop, call))

    change = await change_of(shop, session, call)
    assert (change.is_changed, change.payment) == (False, None)
    assert len(await shop.rows(PaymentMethod)) == 3, "the card stays registered"
    assert await shop.money() == [("approved", 9_900)]


async def test_payment_that_is_not_settled_keeps_its_card(shop: Shop, session: Session) -> None:
    of = await past_due(shop, session)
    call = await change_method.register_for(shop.rt, session, of)
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    await change_method.pay_now(shop.rt, actor_of(session), of)
    assert (await shop.view(session, of)).is_unresolved

    await finish(shop, session, await back(shop, call))

    assert not (await change_of(shop, session, call)).is_changed
    with pytest.raises(Conflict, match="not settled"):
        await change_method.register_for(shop.rt, session, of)


async def test_purpose_is_checked_for_its_owner_when_stored_and_when_used(
    shop: Shop, session: Session, stranger: Session
) -> None:
    of = await past_due(shop, session)
    for wanted in (of, "", "0" * 32, "' OR 1=1 --"):
        with pytest.raises(NotFound):
            await change_method.register_for(shop.rt, stranger, wanted)
    call = await registration.start(shop.rt, stranger, subscription_id=of)

    await finish(shop, stranger, await back(shop, call))

    assert (await shop.view(session, of)).subscription.status == "past_due"
    async with shop.rt.db.read() as db:
        row = await db.get_one(Registration, call.registration_id)
    assert (row.status, row.changed_at, row.payment_id) == ("issued", None, None)
    assert await shop.money() == [("approved", 9_900)]


async def test_ended_subscription_gets_no_registration(shop: Shop, session: Session) -> None:
    of = await past_due(shop, session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), of)

    with pytest.raises(Conflict) as caught:
        await change_method.register_for(shop.rt, session, of)
    assert caught.value.code == "ended"


async def test_registration_for_one_purpose_is_not_reused_for_another(
    shop: Shop, session: Session
) -> None:
    """A window that is open for a card only must not begin to charge, or the other way round."""
    of = (await shop.subscribe(session)).subscription.id
    plain, changing = (
        await registration.start(shop.rt, session),
        await change_method.register_for(shop.rt, session, of),
    )

    assert plain.registration_id != changing.registration_id
    assert (await registration.start(shop.rt, session)).registration_id == plain.registration_id
    again = await change_method.register_for(shop.rt, session, of)
    assert again.registration_id == changing.registration_id


async def test_page_names_the_amount_before_the_window_opens(shop: Shop, session: Session) -> None:
    of = await past_due(shop, session)
    query = {"for": "subscription", "subscription": of}

    opened = await change_view.opened(shop.rt, session, query)

    assert opened.call is not None
    assert (opened.view.view, opened.view.today) == ("ready", "9,900원")
    assert plain(opened.view.press) == "새 카드로 9,900원 결제하기"
    assert "밀린 9,900원을 오늘 결제" in plain(opened.view.consent)
    [subscription] = await shop.rows(Subscription)
    assert subscription.status == "past_due"
