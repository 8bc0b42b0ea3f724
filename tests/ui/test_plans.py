"""The plans on the start page, as quoted by the services."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.support.shop import Shop
from tossbill_ui.core.calendar import Unit
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.prerender import Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Price
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import Catalog, PlanEntry
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.plans.view import PlanCard
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.view_rows import flat


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("unit", "count", "text"),
    [("month", 1, "월 9,900원"), ("year", 1, "연 9,900원"), ("week", 2, "2주마다 9,900원")],
)
def test_a_price_names_its_period(unit: str, count: int, text: str) -> None:
    price = Price(
        id="p", plan_code="x", starts_on=date(2026, 1, 1), amount_krw=9900, unit=Unit(unit)
    )
    price.count = count

    assert plain(wording.price(price)) == text


async def test_plan_card_states_amounts_and_dates(shop: Shop, session: Session) -> None:
    basic, pro, yearly, _ = await plans_view.cards(shop.rt, actor_of(session))

    assert plain(basic.price) == "월 9,900원"
    assert plain(basic.happens) == "오늘 결제하고, 다음 결제일은 2026년 12월 24일(목)이에요."
    assert plain(pro.happens) == (
        "오늘은 0원이에요. 2026년 12월 8일(화)에 체험이 끝나기 전에 계속할지 여쭤보고, "
        "답이 없으면 결제 없이 끝나요."
    )
    assert plain(yearly.price) == "연 99,000원"
    assert basic.href == "/register/?plan=basic"


async def test_current_plan_links_to_the_subscription(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    mine, *_ = await plans_view.cards(shop.rt, actor_of(session))
    theirs, *_ = await plans_view.cards(shop.rt, actor_of(replace(session, customer_id="f" * 32)))

    assert mine.href == "/subscription/"
    assert theirs.href == "/register/?plan=basic"


async def test_a_shop_without_plans_registers_cards(rt: Runtime, session: Session) -> None:
    filling = await first_paint.home(rt, Visit(session, {}))

    assert filling.slots["home_view"] == "no_plans"
    assert filling.slots["plan0_shown"] == "no"


async def test_plans_beyond_the_slots_are_shown(rt: Runtime, session: Session) -> None:
    price = {"starts_on": "2026-01-01", "amount_krw": 1000}
    entries = [
        PlanEntry.model_validate({"code": f"p{number}", "name": f"P{number}", "price": [price]})
        for number in range(plans_view.PAINTED + 2)
    ]
    await catalog.seed(rt, Catalog(plan=entries))

    found = await plans_view.cards(rt, actor_of(session))

    assert len(found) == plans_view.PAINTED + 2
    assert [card.name for card in plans_view.painted(found)] == [f"P{n}" for n in range(6)]
    assert all(all(flat(card, "").values()) for card in [*found, PlanCard()])
