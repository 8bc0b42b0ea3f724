"""A resource says what the rows say."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.shop import Shop
from tossbill_ui.customers.portal_links import ensure_linked
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.resources import customers, plans, subscriptions
from tossbill_ui.subscriptions.actions import cancel, change_plan
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import PriceEntry


async def subscription_of(shop: Shop, subscription_id: str) -> subscriptions.Subscription:
    await shop.rt.tasks.drain(seconds=120)
    async with shop.rt.db.read() as db:
        return await subscriptions.get(shop.rt, db, subscription_id)


async def test_active_subscription_tells_what_comes_next(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    found = await subscription_of(shop, seen.subscription.id)

    assert found.model_dump(mode="json") == {
        "id": seen.subscription.id,
        "customer_id": session.customer_id,
        "plan": "basic",
        "status": "active",
        "is_active": True,
        "is_extra": False,
        "payment_method_id": seen.method.id,
        "price_id": seen.price.id,
        "amount_krw": 9900,
        "next_plan": "basic",
        "next_amount_krw": 9900,
        "period_number": 1,
        "starts_on": "2026-11-24",
        "ends_on": "2026-12-24",
        "owed_krw": None,
        "grace_until_on": None,
        "needs_payment_method": False,
        "review": None,
        "created_at": "2026-11-24T03:00:00Z",
        "canceled_at": None,
        "ended_at": None,
    }


async def test_planned_change_and_cancellation_decide_the_next_period(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    of = (shop.rt, actor_of(session), seen.subscription.id)
    await change_plan.change_at_period_end(*of, plan_code="letter")
    planned = await subscription_of(shop, seen.subscription.id)
    await cancel.cancel_at_period_end(*of)
    canceled = await subscription_of(shop, seen.subscription.id)

    assert (planned.next_plan, planned.next_amount_krw) == ("letter", 1900)
    assert (canceled.next_plan, canceled.next_amount_krw) == (None, None)
    assert (canceled.is_active, canceled.canceled_at) == (True, shop.clock.now())


async def test_past_due_subscription_tells_what_is_owed_and_until_when_it_works(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session, persona="approves_once")
    await shop.go_to(seen.subscription.ends_on)
    await shop.run()
    late = await subscription_of(shop, seen.subscription.id)
    await shop.go_to(seen.subscription.ends_on + timedelta(days=8))
    later = await subscription_of(shop, seen.subscription.id)

    assert (late.status, late.is_active, late.owed_krw) == ("past_due", True, 9900)
    assert late.grace_until_on == seen.subscription.ends_on + timedelta(days=7)
    assert (later.is_active, later.owed_krw) == (False, 9900)


async def test_customer_is_named_by_the_shops_id_and_ours(shop: Shop) -> None:
    async with shop.rt.db.write() as db:
        row = await ensure_linked(
            shop.rt,
            db,
            external_id="42",
            email="Kim@example.com",
            email_verified=True,
            name="김철수",
        )
    async with shop.rt.db.read() as db:
        found = await customers.get(db, "ext:42")
        assert await customers.get(db, row.id) == found

    assert found.model_dump(mode="json") == {
        "id": row.id,
        "external_id": "42",
        "name": "김철수",
        "email": "Kim@example.com",
        "is_email_verified": True,
        "locale": None,
        "is_erased": False,
        "created_at": "2026-11-24T03:00:00Z",
    }


async def test_plan_has_both_texts_and_the_price_of_today(shop: Shop) -> None:
    await catalog.add_price(
        shop.rt, "basic", PriceEntry(starts_on=date(2027, 1, 1), amount_krw=9000)
    )
    async with shop.rt.db.read() as db:
        before = await plans.get(shop.rt, db, "basic")
        await shop.go_to(date(2027, 1, 1), hour=0)
        after = await plans.get(shop.rt, db, "basic")
        everything = await plans.everything(shop.rt, db)

    assert before.price is not None
    assert after.price is not None
    assert (before.price.amount_krw, after.price.amount_krw) == (9900, 9000)
    assert (after.name.ko, after.name.en) == ("베이직", "Basic")
    assert [plan.code for plan in everything.data] == ["basic", "pro", "basic-yearly", "letter"]
    assert everything.data[0] == after
