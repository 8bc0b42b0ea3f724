"""An outdated page cannot do anything other than what it showed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.subscriptions.price_increases import RENEWAL, add_price, ask_for_consent
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import change_plan, price_increase, refund
from tossbill_ui.subscriptions.models import Price


async def test_change_refunds_what_was_shown(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session, "basic-yearly")).subscription.id
    actor = actor_of(session)
    shown = await change_plan.preview(shop.rt, actor, of, plan_code="basic")
    assert (shown.charge_krw, shown.refund_krw) == (0, 89_100)
    [payment] = await shop.rows(Payment)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=50_000, reason="gift")

    with pytest.raises(Conflict) as caught:
        await change_plan.change_now(
            shop.rt,
            actor,
            of,
            plan_code="basic",
            expected_charge_krw=0,
            expected_refund_krw=89_100,
        )

    assert caught.value.code == "preview_changed"


async def test_planned_change_costs_what_was_shown(shop: Shop, session: Session) -> None:
    of, actor = (await shop.subscribe(session)).subscription.id, actor_of(session)
    shown = await change_plan.preview(shop.rt, actor, of, plan_code="pro")
    async with shop.rt.db.write() as db:
        db.add(Price(id="d" * 32, plan_code="pro", starts_on=date(2026, 11, 24), amount_krw=39_000))

    with pytest.raises(Conflict) as caught:
        await change_plan.change_at_period_end(
            shop.rt, actor, of, plan_code="pro", expected_krw=shown.planned_krw
        )

    assert caught.value.code == "preview_changed"


async def test_answer_is_about_the_price_that_was_asked(shop: Shop, session: Session) -> None:
    of, actor = (await shop.subscribe(session)).subscription.id, actor_of(session)
    await ask_for_consent(shop, of, await add_price(shop, 12_900))
    # One tab shows the question about 12,900 won; in another, Pro is planned and agreed to.
    await change_plan.change_at_period_end(shop.rt, actor, of, plan_code="pro")

    with pytest.raises(NotFound):
        await price_increase.record_decision(shop.rt, actor, of, accepts=False)

    await shop.run_daily_until(RENEWAL)
    assert (await shop.view(session, of)).plan.code == "pro"


async def test_plan_chosen_meanwhile_survives_a_price_increase(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await add_price(shop, 12_900)
    await shop.go_to(date(2026, 12, 1))
    known = price_increase._known

    async def planned_meanwhile(*arguments: object) -> object:
        found = await known(*arguments)  # pyright: ignore[reportArgumentType]
        await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="pro")
        return found

    monkeypatch.setattr(price_increase, "_known", planned_meanwhile)
    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=None)
    await shop.run_daily_until(RENEWAL)

    seen = await shop.view(session, of)
    assert (seen.subscription.status, seen.plan.code) == ("active", "pro")
