"""Subscribing starts a trial or charges at once, and never twice by accident."""

from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import cancel, change_plan, subscribe
from tossbill_ui.subscriptions.models import Price, Subscription
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.reading import view


async def test_first_period_is_charged_at_once(shop: Shop, session: Session) -> None:
    quote = await subscribe.quote(shop.rt, actor_of(session), "basic")

    seen = await shop.subscribe(session)

    assert (quote.charge_krw, quote.trial_ends_on, quote.is_subscribed) == (9900, None, False)
    assert (seen.subscription.status, seen.works) == ("active", True)
    assert (seen.subscription.starts_on, seen.subscription.ends_on) == (
        date(2026, 11, 24),
        date(2026, 12, 24),
    )
    assert seen.subscription.due_at == quote.next_charge_at
    assert await shop.money() == [("approved", 9900)]
    assert await shop.event_types(session, seen.subscription.id) == [
        "subscription.created",
        "payment.charged",
        "subscription.started",
    ]
    await shop.assert_ledgers_agree()


async def test_trial_is_charged_when_it_ends(shop: Shop, session: Session) -> None:
    quote = await subscribe.quote(shop.rt, actor_of(session), "pro")
    seen = await shop.subscribe(session, "pro")
    assert (seen.subscription.status, seen.works) == ("trialing", True)
    assert (quote.charge_krw, quote.trial_ends_on) == (0, date(2026, 12, 8))
    await shop.consent_to_trial_end(session, seen.subscription.id)

    await shop.go_to(date(2026, 12, 8), hour=9)
    await shop.run()
    assert await shop.money() == []
    await shop.go_to(date(2026, 12, 8), hour=10)
    await shop.run()

    seen = await shop.view(session, seen.subscription.id)
    assert await shop.money() == [("approved", 29000)]
    assert seen.subscription.status == "active"
    assert seen.subscription.ends_on == date(2027, 1, 8)


async def test_customer_who_changed_plans_gets_no_second_trial(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, plan_code="pro")
    await change_plan.change_now(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic", expected_charge_krw=0
    )
    await cancel.cancel_now(shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=0)

    quote = await subscribe.quote(shop.rt, actor_of(session), "pro")

    assert (quote.charge_krw, quote.trial_ends_on) == (29_000, None)


async def test_customer_gets_one_trial_of_a_plan(shop: Shop, session: Session) -> None:
    first = await shop.subscribe(session, "pro")
    await cancel.cancel_now(
        shop.rt, actor_of(session), first.subscription.id, expected_refund_krw=0
    )

    second = await shop.subscribe(session, "pro")

    assert second.subscription.status == "active"
    assert await shop.money() == [("approved", 29000)]


async def test_declined_first_charge_keeps_the_card_and_reports_the_code(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, persona="expired")

    assert (seen.subscription.status, seen.works) == ("ended", False)
    assert seen.method.status == "active"
    assert seen.last_payment is not None
    assert seen.last_payment.failure_code == "INVALID_CARD_EXPIRATION"
    assert (await shop.only_row(Invoice, seen.subscription.id)).status == "void"
    assert await shop.money() == []


async def test_unresolved_first_charge_is_settled(shop: Shop, session: Session) -> None:
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    seen = await shop.subscribe(session)
    assert (seen.subscription.status, seen.is_unresolved, seen.works) == ("starting", True, False)

    shop.wait(timedelta(minutes=1))
    await shop.run()

    seen = await shop.view(session, seen.subscription.id)
    assert (seen.subscription.status, seen.is_unresolved) == ("active", False)
    assert await shop.money() == [("approved", 9900)]
    await shop.assert_ledgers_agree()


async def test_second_subscription_to_a_plan_must_be_confirmed(
    shop: Shop, session: Session
) -> None:
    first = await shop.subscribe(session)
    method_id = first.method.id

    with pytest.raises(Conflict) as caught:
        await shop.begin(session, "basic", method_id)
    second = await shop.begin(session, "basic", method_id, again=True)

    assert caught.value.code == "already_subscribed"
    assert (await shop.view(session, second)).subscription.status == "active"
    assert len(await shop.rows(Subscription)) == 2


@pytest.mark.parametrize("plan_code", ["", "no-such-plan", "x" * 500, "' OR 1=1"])
async def test_plan_that_is_not_offered_is_refused(
    shop: Shop, session: Session, plan_code: str
) -> None:
    method_id = await shop.card(session)

    with pytest.raises(NotFound):
        await subscribe.subscribe(
            shop.rt,
            actor_of(session),
            plan_code=plan_code,
            payment_method_id=method_id,
            agreed=subscribe.Terms("", 0),
        )


async def test_subscription_needs_the_terms_that_were_shown(shop: Shop, session: Session) -> None:
    """A trial used meanwhile in another tab must not become a charge."""
    first, second = await shop.card(session), await shop.card(session)
    shown = await subscribe.quote(shop.rt, actor_of(session), "pro")
    trial = await shop.begin(session, "pro", first)
    await cancel.cancel_now(shop.rt, actor_of(session), trial, expected_refund_krw=0)

    with pytest.raises(Conflict) as caught:
        await subscribe.subscribe(
            shop.rt,
            actor_of(session),
            plan_code="pro",
            payment_method_id=second,
            agreed=shown.terms,
        )

    assert caught.value.code == "preview_changed"
    assert len(await shop.rows(Subscription)) == 1
    assert await shop.money() == []


async def test_price_raised_after_it_was_shown_is_not_charged(shop: Shop, session: Session) -> None:
    method_id = await shop.card(session)
    shown = await subscribe.quote(shop.rt, actor_of(session), "basic")
    async with shop.rt.db.write() as db:
        db.add(Price(id=new_id(), plan_code="basic", starts_on=today(shop.rt), amount_krw=12_000))

    with pytest.raises(Conflict):
        await subscribe.subscribe(
            shop.rt,
            actor_of(session),
            plan_code="basic",
            payment_method_id=method_id,
            agreed=shown.terms,
        )

    assert await shop.money() == []


async def test_other_customers_cards_and_subscriptions_do_not_exist(
    shop: Shop, session: Session, stranger: Session
) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(NotFound):
        await shop.begin(stranger, "basic", seen.method.id)
    for nobody in (stranger, None):
        with pytest.raises(NotFound):
            await view.subscription(shop.rt, actor_of(nobody), seen.subscription.id)
    assert await view.subscriptions(shop.rt, actor_of(stranger)) == []


async def test_payment_has_a_predictable_order_id_and_key(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    payment = await shop.only_row(Payment, seen.subscription.id)
    assert payment.order_id == f"{seen.subscription.id}-0001-1"
    assert payment.idempotency_key == f"charge-{payment.order_id}"
    assert payment.receipt_url
