"""An operator or a program makes nobody pay more: the customer alone may do that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.actor import Actor, ActorKind
from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.errors import Conflict, InvalidRequest, NeedsConsent, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import EventRecord
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause
from tossbill_ui.subscriptions.actions.post_price import post_price
from tossbill_ui.subscriptions.models import Price, PriceConsent
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms.catalog import PriceEntry
from tossbill_ui.subscriptions.terms.pricing import is_dearer

KEY = Actor(ActorKind.API_KEY, id="0" * 32, name="backend")


async def refused(shop: Shop, act: Awaitable[object]) -> None:
    """Assert that an act needs the customer, and changes nothing."""
    before, money = len(await shop.rows(EventRecord)), await shop.money()
    with pytest.raises(NeedsConsent):
        await act
    assert (len(await shop.rows(EventRecord)), await shop.money()) == (before, money)


async def test_dearer_plan_needs_the_customer_and_a_cheaper_one_does_not(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    now, later = change_plan.change_now, change_plan.change_at_period_end
    shown = await change_plan.preview(shop.rt, KEY, of, plan_code="basic-yearly")
    charge = shown.charge_krw

    await refused(shop, now(shop.rt, KEY, of, plan_code="basic-yearly", expected_charge_krw=charge))
    await refused(shop, later(shop.rt, KEY, of, plan_code="basic-yearly"))
    await refused(shop, later(shop.rt, KEY, of, plan_code="pro"))
    await later(shop.rt, KEY, of, plan_code="letter", expected_krw=1900)
    await refused(shop, later(shop.rt, KEY, of, plan_code="basic"))
    await now(shop.rt, KEY, of, plan_code="letter", expected_charge_krw=0)
    await shop.run()

    seen = await shop.view(session, of)
    assert (seen.plan.code, seen.subscription.status) == ("letter", "active")
    assert await shop.money() == [("approved", 9900), ("canceled", 8000)]


async def test_planned_change_to_a_dearer_plan_may_be_dropped_by_others(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="pro")

    await change_plan.change_at_period_end(shop.rt, KEY, of, plan_code="basic")

    assert (await shop.view(session, of)).next_plan is None


@pytest.mark.parametrize(
    ("coming", "price", "is_more"),
    [
        ((9900, Unit.MONTH), (9900, Unit.MONTH), False),
        ((9901, Unit.MONTH), (9900, Unit.MONTH), True),
        ((1900, Unit.WEEK), (9900, Unit.MONTH), False),
        ((2500, Unit.WEEK), (9900, Unit.MONTH), True),  # more a month, although less a period
        ((99000, Unit.YEAR), (9900, Unit.MONTH), True),  # more at once, although less a month
        ((9900, Unit.MONTH), (99000, Unit.YEAR), True),
        ((8000, Unit.MONTH), (99000, Unit.YEAR), False),
    ],
)
def test_price_is_dearer_if_a_period_or_a_day_costs_more(
    coming: tuple[int, Unit], price: tuple[int, Unit], is_more: bool
) -> None:
    after, before = (
        Price(id="", plan_code="", starts_on=date(2026, 1, 1), amount_krw=krw, unit=unit)
        for krw, unit in (coming, price)
    )

    assert is_dearer(after, before) == is_more
    assert Interval(Unit.MONTH, 3).average_days == pytest.approx(91.3, abs=0.1)


async def test_resuming_that_charges_needs_the_customer(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await pause.pause(shop.rt, KEY, of)
    await shop.go_to((await shop.view(session, of)).subscription.ends_on)
    with pytest.raises(Conflict):
        await pause.resume(shop.rt, KEY, of, expected_krw=1)

    await refused(shop, pause.resume(shop.rt, KEY, of, expected_krw=9900))
    await pause.resume(shop.rt, actor_of(session), of, expected_krw=9900)

    assert (await shop.view(session, of)).subscription.status == "active"


Act = Callable[..., Awaitable[None]]


@pytest.mark.parametrize(
    ("stop", "take_back"),
    [(cancel.cancel_at_period_end, cancel.undo), (pause.pause, pause.resume)],
    ids=["cancel", "pause"],
)
async def test_customers_no_is_taken_back_by_the_customer_alone(
    shop: Shop, session: Session, stop: Act, take_back: Act
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await stop(shop.rt, KEY, of)
    await take_back(shop.rt, KEY, of)
    await stop(shop.rt, actor_of(session), of)

    await refused(shop, take_back(shop.rt, KEY, of))
    await take_back(shop.rt, actor_of(session), of)

    assert (await shop.view(session, of)).subscription.status == "active"


async def test_posted_price_asks_those_who_pay_less_and_is_posted_once(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription
    entry = PriceEntry(starts_on=today(shop.rt) + timedelta(days=8), amount_krw=12_000)

    first = await post_price(shop.rt, KEY, "basic", entry)
    again = await post_price(shop.rt, KEY, "basic", entry)
    await shop.rt.tasks.drain(seconds=120)

    assert first.id == again.id
    [asked] = await shop.rows(PriceConsent)
    assert (asked.subscription_id, asked.after_krw) == (of.id, 12_000)
    other = entry.model_copy(update={"amount_krw": 12_001})
    with pytest.raises(Conflict, match="another price"):
        await post_price(shop.rt, KEY, "basic", other)
    past = entry.model_copy(update={"starts_on": today(shop.rt) - timedelta(days=1)})
    with pytest.raises(InvalidRequest):
        await post_price(shop.rt, KEY, "basic", past)
    for actor, plan in ((KEY, "nosuch"), (actor_of(session), "basic")):
        with pytest.raises(NotFound):
            await post_price(shop.rt, actor, plan, entry)
