"""A lower price reaches everybody on the plan from their next period on."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.subscriptions.price_increases import RENEWAL, add_price, ask_for_consent
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.actor import VISITOR
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice
from tossbill_ui.subscriptions.actions import cancel, change_plan, pause, price_decrease
from tossbill_ui.subscriptions.actions.price_decrease import Left, Lowered, lower_prices
from tossbill_ui.subscriptions.models import Price
from tossbill_ui.ui.subscription import view as subscription_view


async def lower(shop: Shop, **more: bool) -> Lowered:
    return await lower_prices(shop.rt, KIM, "basic", **more)


async def lowered_notices(shop: Shop) -> list[Notice]:
    return [row for row in await shop.rows(Notice) if row.kind == "price_lowered"]


async def test_everybody_pays_less_from_the_next_period_on_and_is_told_once(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_decrease, "BATCH", 2)
    people = [session, *(new_session() for _ in range(4))]
    ids = [(await shop.subscribe(each)).subscription.id for each in people]
    await shop.subscribe(new_session(), "pro")
    await add_price(shop, 7900)

    first, again = await lower(shop), await lower(shop)

    assert first == Lowered(5, 5 * 9900, 5 * 7900)
    assert again == Lowered(left=Counter({Left.LOWERED: 5}))
    assert len(await lowered_notices(shop)) == 5
    [notice, *_] = await lowered_notices(shop)
    assert "2026년 12월 24일(목)부터 월 7,900원으로 내려가요" in notice.subject
    assert "지금 가격: 월 9,900원 (부가세 포함)\n새 가격: 월 7,900원 (부가세 포함)\n" in notice.body
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    assert "7,900원" in row.next
    assert (await shop.event_types(session, ids[0]))[-1] == "subscription.price_lowered"
    await shop.run_daily_until(RENEWAL)
    assert (await shop.event_types(session, ids[0]))[-1] == "subscription.renewed"
    assert "subscription.plan_changed" not in await shop.event_types(session, ids[0])
    assert (await shop.money())[-5:] == [("approved", 7900)] * 5
    assert (await lower(shop)).left == {Left.SAME_PRICE: 5}


async def test_dry_run_counts_and_changes_nothing(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop, 7900)

    assert await lower(shop, is_dry_run=True) == Lowered(1, 9900, 7900)

    assert (await shop.view(session, of)).subscription.next_price_id is None
    assert await lowered_notices(shop) == []


async def test_run_that_stops_in_the_middle_is_continued(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(price_decrease, "BATCH", 1)
    for each in (session, new_session(), new_session()):
        await shop.subscribe(each)
    await add_price(shop, 7900)
    real, calls = price_decrease.publish, list[object]()

    async def stops(*args: object, **more: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise ConnectionResetError
        await real(*args, **more)  # pyright: ignore

    monkeypatch.setattr(price_decrease, "publish", stops)
    with pytest.raises(ConnectionResetError):
        await lower(shop)
    monkeypatch.setattr(price_decrease, "publish", real)

    assert (await lower(shop)).lowered == 2
    assert len(await lowered_notices(shop)) == 3


async def test_subscriptions_in_between_are_left_as_they_are(shop: Shop) -> None:
    people = [new_session() for _ in range(4)]
    planned, canceled, asked, due = [
        (await shop.subscribe(each)).subscription.id for each in people
    ]
    await change_plan.change_at_period_end(shop.rt, actor_of(people[0]), planned, plan_code="pro")
    await cancel.cancel_at_period_end(shop.rt, actor_of(people[1]), canceled)
    higher = await add_price(shop, 12900)
    await ask_for_consent(shop, asked, higher)
    async with shop.rt.db.write() as db:
        lower_price = Price(
            id="e" * 32, plan_code="basic", starts_on=date(2026, 12, 23), amount_krw=7900
        )
        db.add(lower_price)

    found = await lower(shop)

    assert found.left == {
        Left.PLANNED: 1,
        Left.CANCELED: 1,
        Left.ASKED: 1,
        Left.SAME_PRICE: 1,
    }
    assert (await shop.view(people[3], due)).subscription.next_price_id is None


async def test_trial_and_unpaid_subscription_are_left_and_reached_later(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    trial = Price(id="f" * 32, plan_code="pro", starts_on=date(2026, 11, 25), amount_krw=19000)
    async with shop.rt.db.write() as db:
        db.add(trial)
    await shop.subscribe(new_session(), "pro")
    assert (await lower_prices(shop.rt, KIM, "pro")).left == {Left.TRIALING: 1}
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.run_daily_until(RENEWAL)
    await shop.faults()
    await add_price(shop, 7900)
    assert (await lower(shop)).left == {Left.UNPAID: 1}

    await shop.run_daily_until(date(2026, 12, 25))

    assert (await lower(shop)).lowered == 1
    assert (await shop.view(session, of)).coming.amount_krw == 7900


async def test_paused_subscription_resumes_at_the_lower_price(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await pause.pause(shop.rt, actor_of(session), of)
    await add_price(shop, 7900)
    assert (await lower(shop)).lowered == 1
    await shop.go_to(date(2027, 1, 5))

    await pause.resume(shop.rt, actor_of(session), of)
    await shop.view(session, of)

    assert (await shop.money())[-1] == ("approved", 7900)


@pytest.mark.parametrize("planned", ["letter", "basic"])
async def test_lower_price_is_kept_when_the_current_plan_is_chosen_again(
    shop: Shop, session: Session, planned: str
) -> None:
    """Found by the simulation."""
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop, 7900)
    await lower(shop)

    for plan_code in (planned, "basic"):
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code=plan_code)

    await shop.run_daily_until(RENEWAL)
    assert (await shop.money())[-1] == ("approved", 7900)


async def test_lower_price_of_another_interval_is_no_lower_price(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    weekly = Price(id="a" * 32, plan_code="basic", starts_on=RENEWAL, amount_krw=2900, unit="week")
    async with shop.rt.db.write() as db:
        db.add(weekly)

    assert (await lower(shop)).left == {Left.OTHER_INTERVAL: 1}


async def test_only_operators_lower_the_price_of_a_plan_that_exists(shop: Shop) -> None:
    for actor, plan in ((KIM, "no-such"), (VISITOR, "basic")):
        with pytest.raises(NotFound):
            await lower_prices(shop.rt, actor, plan)
