"""The start page begins with the customer's own subscriptions."""

from __future__ import annotations

from datetime import date

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.prerender import Visit
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.home import view
from tossbill_ui.ui.shared.view_rows import ABSENT


async def test_page_begins_with_the_plans_if_there_is_no_subscription(
    shop: Shop, session: Session
) -> None:
    found = await view.home(shop.rt, actor_of(session))

    assert (found.shown.title, found.shown.mine) == ("어떤 구독을 시작할까요?", "no")
    assert found.mine == ()


async def test_subscription_is_shown_in_short_with_its_next_payment(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)

    found = await view.home(shop.rt, actor_of(session))

    [mine] = found.mine
    assert (found.shown.title, found.shown.mine) == ("내\u00a0구독", "yes")
    assert (mine.plan, mine.status, mine.tone) == ("베이직", "이용 중", "ink")
    assert plain(mine.what) == "다음 결제 · 2026년 12월 24일(목) · 9,900원"


async def test_debt_comes_first_and_is_named(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.go_to(date(2026, 12, 24))
    await shop.run()
    await shop.faults()
    await shop.subscribe(session, "letter")

    first, second = (await view.home(shop.rt, actor_of(session))).mine

    assert (first.status, first.what) == ("결제 실패", "9,900원을 결제하지 못했어요")
    assert second.plan == "주간 편지"


async def test_ended_subscription_is_not_shown(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    wanted = seen.subscription.id
    await cancel.cancel_now(shop.rt, actor_of(session), wanted, expected_refund_krw=9900)

    assert (await view.home(shop.rt, actor_of(session))).mine == ()


async def test_page_is_painted_with_the_subscriptions(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    filling = await first_paint.home(shop.rt, Visit(session, {}))

    assert filling.slots["mine0_plan"] == "베이직"
    assert filling.slots["mine1_testid"] == ABSENT
    assert filling.slots["home_mine"] == "yes"
    assert all(filling.slots.values())
