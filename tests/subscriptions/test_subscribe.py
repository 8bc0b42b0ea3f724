"""Subscribing: with a trial or the first charge at once, and never twice by accident."""

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


async def test_the_first_period_is_charged_at_once(shop: Shop, session: Session) -> None:
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
    assert await shop.kinds(session, seen.subscription.id) == [
        "subscription.created",
        "payment.charged",
        "subscription.started",
    ]
    await shop.assert_ledgers_agree()


async def test_a_trial_is_charged_when_it_ends(shop: Shop, session: Session) -> None:
    quote = await subscribe.quote(shop.rt, actor_of(session), "pro")
    seen = await shop.subscribe(session, "pro")
    assert (seen.subscription.status, seen.works) == ("trialing", True)
    assert (quote.charge_krw, quote.trial_ends_on) == (0, date(2026, 12, 8))
    await shop.go_on_after_trial(session, seen.subscription.id)

    await shop.go_to(date(2026, 12, 8), hour=9)
    await shop.run()
    assert await shop.money() == []
    await shop.go_to(date(2026, 12, 8), hour=10)
    await shop.run()

    seen = await shop.look(session, seen.subscription.id)
    assert await shop.money() == [("approved", 29000)]
    assert seen.subscription.status == "active"
    assert seen.subscription.ends_on == date(2027, 1, 8)


async def test_who_moved_away_from_a_plan_gets_its_trial_no_second_time(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, plan_code="pro")
    await change_plan.change_now(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="basic", expected_charge_krw=0
    )
    await cancel.cancel_now(shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=0)

    quote = await subscribe.quote(shop.rt, actor_of(session), "pro")

    assert (quote.charge_krw, quote.trial_ends_on) == (29_000, None)


async def test_who_had_a_trial_gets_no_other(shop: Shop, session: Session) -> None:
    first = await shop.subscribe(session, "pro")
    await cancel.cancel_now(
        shop.rt, actor_of(session), first.subscription.id, expected_refund_krw=0
    )

    second = await shop.subscribe(session, "pro")

    assert second.subscription.status == "active"
    assert await shop.money() == [("approved", 29000)]


async def test_a_refused_first_charge_leaves_the_card_and_says_so(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, persona="expired")

    assert (seen.subscription.status, seen.works) == ("ended", False)
    assert seen.method.status == "active"
    assert seen.last_payment is not None
    assert seen.last_payment.failure_code == "INVALID_CARD_EXPIRATION"
    assert (await shop.one(Invoice, seen.subscription.id)).status == "void"
    assert await shop.money() == []


async def test_a_first_charge_without_an_answer_is_settled(shop: Shop, session: Session) -> None:
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    seen = await shop.subscribe(session)
    assert (seen.subscription.status, seen.is_unresolved, seen.works) == ("starting", True, False)

    shop.wait(timedelta(minutes=1))
    await shop.run()

    seen = await shop.look(session, seen.subscription.id)
    assert (seen.subscription.status, seen.is_unresolved) == ("active", False)
    assert await shop.money() == [("approved", 9900)]
    await shop.assert_ledgers_agree()


async def test_a_second_one_to_the_same_plan_must_be_asked_for(
    shop: Shop, session: Session
) -> None:
    first = await shop.subscribe(session)
    method_id = first.method.id

    with pytest.raises(Conflict) as caught:
        await shop.begin(session, "basic", method_id)
    second = await shop.begin(session, "basic", method_id, again=True)

    assert caught.value.code == "already_subscribed"
    assert (await shop.look(session, second)).subscription.status == "active"
    assert len(await shop.rows(Subscription)) == 2


@pytest.mark.parametrize("plan_code", ["", "no-such-plan", "x" * 500, "' OR 1=1"])
async def test_a_plan_that_is_not_offered_cannot_be_had(
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


async def test_nothing_begins_on_other_terms_than_were_shown(shop: Shop, session: Session) -> None:
    """A trial that another tab took meanwhile must not become a charge."""
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


async def test_a_price_that_rose_while_it_was_shown_is_not_charged(
    shop: Shop, session: Session
) -> None:
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


async def test_strangers_cards_and_subscriptions_do_not_exist(
    shop: Shop, session: Session, stranger: Session
) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(NotFound):
        await shop.begin(stranger, "basic", seen.method.id)
    for nobody in (stranger, None):
        with pytest.raises(NotFound):
            await view.subscription(shop.rt, actor_of(nobody), seen.subscription.id)
    assert await view.subscriptions(shop.rt, actor_of(stranger)) == []


async def test_the_payment_is_written_down_before_toss_is_asked(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)

    payment = await shop.one(Payment, seen.subscription.id)
    assert payment.order_id == f"{seen.subscription.id}-0001-1"
    assert payment.idempotency_key == f"charge-{payment.order_id}"
    assert payment.receipt_url
