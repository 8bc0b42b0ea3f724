"""The page of payment methods, with the real services."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.actions.change_method import change_method
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.methods import actions, view
from tossbill_ui.ui.shared.view_rows import ABSENT


async def rows_of(shop: Shop, session: Session) -> tuple[view.MethodRow, ...]:
    return await view.rows(shop.rt, actor_of(session))


async def test_method_names_the_subscriptions_that_will_be_charged(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(days=1))
    await shop.card(session, "approve_check")

    new, used = await rows_of(shop, session)

    assert plain(used.use) == "베이직에 사용 중"
    assert (used.remove, new.remove) == (ABSENT, "remove-method")
    assert new.use == "쓰는 구독이 없어요"
    assert plain(new.detail) == "체크 · 개인 · 2026. 11. 25. 등록"
    assert (new.default, used.default) == ("default-method", ABSENT)
    assert (new.choose, used.choose) == (ABSENT, "choose-default")
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    _, unused = await rows_of(shop, session)
    assert (unused.use, unused.remove) == ("쓰는 구독이 없어요", "remove-method")


async def test_same_card_twice_is_recognized_and_told_apart_by_date(
    shop: Shop, session: Session
) -> None:
    old = await shop.card(session)
    shop.wait(timedelta(days=1))
    new = await shop.card(session)

    rows = await rows_of(shop, session)

    assert {plain(row.warning_text) for row in rows} == {"같은 카드를 여러 번 등록했어요"}
    assert len({row.detail for row in rows}) == 2
    for card, month in ((old, 11), (new, 12)):
        day = date(2027, month, 1)
        await set_expiry(shop.rt, actor_of(session), card, month=day)
    assert {row.warning for row in await rows_of(shop, session)} == {ABSENT}


async def test_same_card_twice_on_one_day_is_told_apart_by_the_time(
    shop: Shop, session: Session
) -> None:
    await shop.card(session, "approve_check")
    for seconds in (60, 3540, 9):
        shop.wait(timedelta(seconds=seconds))
        await shop.card(session)

    details = [plain(row.detail) for row in await rows_of(shop, session)]

    assert details == [
        "신용 · 개인 · 2026. 11. 24. 13:00:09 등록",
        "신용 · 개인 · 2026. 11. 24. 13:00:00 등록",
        "신용 · 개인 · 2026. 11. 24. 12:01 등록",
        "체크 · 개인 · 2026. 11. 24. 등록",
    ]


async def test_method_in_use_says_why_it_stays_and_leads_to_its_change(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    panel = f"/subscription/?panel=method&subscription={seen.subscription.id}"

    [alone] = await rows_of(shop, session)
    await shop.begin(session, "pro", seen.method.id)
    [shared] = await rows_of(shop, session)

    assert (alone.kept, alone.change, alone.change_href) == (
        "kept-because-used",
        "change-method",
        panel,
    )
    assert (shared.change, shared.change_href) == ("change-method", "/subscription/")


async def test_refused_card_says_why(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, persona="stopped")

    [row] = await rows_of(shop, session)

    assert (row.warning_text, row.default, row.choose) == ("정지된 카드예요.", ABSENT, ABSENT)


async def test_method_that_toss_deleted_says_so_while_a_subscription_needs_it(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    key = await shop.billing_key(seen.method.id)
    body = f'{{"eventType": "BILLING_DELETED", "data": {{"billingKey": "{key}"}}}}'
    await shop.post_webhook(body.encode())

    [row] = await rows_of(shop, session)

    assert row.warning_text == "등록한 결제수단이 지워졌어요."
    assert plain(row.use) == "베이직에 다른 결제수단이 필요해요"
    assert (row.choose, row.remove, row.kept) == (ABSENT, ABSENT, ABSENT)
    assert row.change_href == f"/subscription/?panel=method&subscription={seen.subscription.id}"
    other = await shop.card(session, "approve_check")
    await change_method(shop.rt, actor_of(session), seen.subscription.id, payment_method_id=other)
    assert [row.id for row in await rows_of(shop, session)] == [other]


async def test_method_that_its_customer_removed_is_not_said_to_be_deleted_by_toss(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    of, customer = seen.subscription.id, actor_of(session)
    await cancel.cancel_at_period_end(shop.rt, customer, of)
    await actions.remove(shop.rt, customer, seen.method.id)
    await shop.rt.tasks.drain(seconds=120)
    await cancel.undo(shop.rt, customer, of)

    [row] = await rows_of(shop, session)

    assert row.warning_text == "등록한 결제수단이 지워졌어요."
    assert plain(row.use) == "베이직에 다른 결제수단이 필요해요"


async def test_month_of_expiry_is_shown_where_it_is_known(shop: Shop, session: Session) -> None:
    card = await shop.card(session)
    await set_expiry(shop.rt, actor_of(session), card, month=date(2027, 11, 1))

    [row] = await rows_of(shop, session)

    assert plain(row.detail).endswith("등록 · 2027년 11월까지")


async def test_chosen_method_is_shown_first_as_the_default(
    shop: Shop, session: Session, stranger: Session
) -> None:
    old = await shop.card(session)
    shop.wait(timedelta(days=1))
    await shop.card(session, "approve_check")

    chosen = await actions.choose_default(shop.rt, actor_of(session), old)
    refused = await actions.choose_default(shop.rt, actor_of(stranger), old)

    assert plain(chosen) == "기본 결제수단을 현대카드 ···· 123으로 정했어요."
    assert "이미 없는 결제수단" in plain(refused)
    first, other = await rows_of(shop, session)
    assert (first.id, first.default, first.choose) == (old, "default-method", ABSENT)
    assert (other.default, other.choose) == (ABSENT, "choose-default")


async def test_method_in_use_stays_and_an_unused_one_is_removed(
    shop: Shop, session: Session, stranger: Session
) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(days=1))
    other = await shop.card(session)

    in_use = await actions.remove(shop.rt, actor_of(session), seen.method.id)
    of_another = await actions.remove(shop.rt, actor_of(stranger), other)
    await actions.remove(shop.rt, actor_of(session), other)
    await shop.rt.tasks.drain(seconds=120)

    assert "먼저 다른 결제수단으로" in plain(in_use)
    assert "지우지 못했어요" in of_another
    assert [row.id for row in await rows_of(shop, session)] == [seen.method.id]


async def test_methods_are_rendered_before_any_script(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.card(session)

    mine = await first_paint.methods(shop.rt, Visit(session, {}))
    theirs = await first_paint.methods(shop.rt, Visit(stranger, {}))

    assert isinstance(mine, Filling)
    assert (mine.slots["phase"], mine.slots["method0_testid"]) == ("rows", "method")
    assert plain(mine.slots["method0_label"]) == "현대카드 ···· 123"
    assert mine.slots["method1_testid"] == ABSENT
    assert theirs.slots["phase"] == "empty"
