"""A refund is the same amount in the preview, the mail, the page after the end and the history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import cancel, refund
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.timeline import Wanted
from tossbill_ui.subscriptions.reading.timeline_sources import Topic
from tossbill_ui.ui.history.rows import HistoryRow, row
from tossbill_ui.ui.shared.text import Language, speak
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.cancel_view import CancelView, cancel_view

GOODWILL = 5000


async def paid(shop: Shop, session: Session) -> Payment:
    seen = await shop.subscribe(session)
    return await shop.only_row(Payment, seen.subscription.id)


async def give(shop: Shop, payment: Payment, amount_krw: int) -> None:
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=amount_krw, reason="선의")
    await shop.run()


async def end(shop: Shop, session: Session, payment: Payment) -> CancelView:
    who, of = actor_of(session), payment.subscription_id
    shown = await cancel_view(shop.rt, who, of)
    await cancel.cancel_now(shop.rt, who, of, expected_refund_krw=shown.refund_krw)
    return shown


async def history(shop: Shop, session: Session) -> list[HistoryRow]:
    wanted = Wanted(topic=Topic.REFUND)
    return [row(entry) async for entry in timeline.every(shop.rt, actor_of(session), wanted)]


async def alert_title(shop: Shop, session: Session) -> str:
    [only] = await subscription_view.rows(shop.rt, actor_of(session))
    return only.alert.title


@pytest.mark.parametrize(
    ("days", "refund_krw", "how"),
    [
        (
            1,
            4900,
            "남은 29일치는 9,570원이지만, 앞서 돌려드린 금액을 빼고 남은 4,900원까지 돌려드려요. ",
        ),
        (
            15,
            4900,
            "남은 15일치는 4,950원이지만, 앞서 돌려드린 금액을 빼고 남은 4,900원까지 돌려드려요. ",
        ),
        (16, 4620, "9,900원 가운데 오늘을 포함해 남은 14일치예요 (30일 중). 1원 아래는 올려요. "),
        (20, 3300, "9,900원 가운데 오늘을 포함해 남은 10일치예요 (30일 중). 1원 아래는 올려요. "),
    ],
)
async def test_goodwill_lowers_a_later_refund_only_by_the_balance(
    shop: Shop, session: Session, days: int, refund_krw: int, how: str
) -> None:
    payment = await paid(shop, session)
    await give(shop, payment, GOODWILL)
    shop.wait(timedelta(days=days))

    shown = await end(shop, session, payment)
    asked = await alert_title(shop, session)
    await shop.run()

    amount = f"{refund_krw:,}원"
    assert (shown.refund_krw, shown.now) == (refund_krw, f"지금 끝내고 {amount} 돌려받기")
    assert shown.now_how.replace("\u2060", "").startswith(how)
    assert asked == f"{amount} 환불을 요청했어요"
    assert await alert_title(shop, session) == f"{amount}을 돌려드렸어요"
    mails = {mail.kind: mail.body for mail in await shop.rows(Notice)}
    assert f"돌려드릴 금액: {amount}" in mails["canceled"]
    assert f"환불 금액: {amount}" in mails["refunded"]
    assert (await shop.money())[1:] == [("canceled", GOODWILL), ("canceled", refund_krw)]
    await shop.assert_ledgers_agree()


async def test_payment_refunded_in_full_at_toss_leaves_nothing_to_promise(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment)
    await reconcile(shop.rt)

    shown = await end(shop, session, payment)

    assert (shown.refund_krw, shown.now) == (0, "지금 끝내기")
    assert shown.now_how.startswith("이번 기간에 결제한 금액은 이미 모두 돌려드렸어요.")


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("ko", "토스페이먼츠에서 환불했어요. 카드사에 따라"),
        ("en", "Refunded directly at Toss Payments. It may take"),
    ],
)
async def test_history_says_that_a_refund_was_made_at_toss(
    shop: Shop, session: Session, language: Language, note: str
) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)
    await reconcile(shop.rt)
    speak(language)

    [line] = await history(shop, session)

    assert line.note.startswith(note)
    assert "1,000" in line.amount


async def test_refund_that_waits_for_the_shop_is_not_called_requested(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    code = "NOT_CANCELABLE_PAYMENT"
    await shop.faults({"endpoint": "cancel", "kind": "refuse", "code": code, "count": 1})

    await end(shop, session, payment)
    await shop.run()

    assert await alert_title(shop, session) == "9,900원을 아직 돌려드리지 못했어요"
