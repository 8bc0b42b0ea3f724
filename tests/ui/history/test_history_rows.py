"""The lines of the history, on the page, in the file and on paper."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.core.actor import VISITOR
from tossbill_ui.core.language import Language
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import SHOWN
from tossbill_ui.payments.models import Payment
from tossbill_ui.prerender import Visit
from tossbill_ui.subscriptions.actions import cancel, refund
from tossbill_ui.subscriptions.models import Plan
from tossbill_ui.subscriptions.reading import timeline
from tossbill_ui.subscriptions.reading.spending import MonthSum
from tossbill_ui.ui.history import csv_file, print_view, rows, text
from tossbill_ui.ui.history import first_paint as history_first_paint
from tossbill_ui.ui.history.chart import chart
from tossbill_ui.ui.history.facts import Fact
from tossbill_ui.ui.history.rows import HistoryRow
from tossbill_ui.ui.shared.text import speak


@pytest.fixture(autouse=True)
def korean() -> None:
    speak("ko")


async def lines(shop: Shop, session: Session) -> list[HistoryRow]:
    page = await timeline.older(shop.rt, actor_of(session))
    return [row for month in rows.months(page.entries) for row in month.rows]


async def facts(shop: Shop, session: Session) -> dict[str, str]:
    """Return the details of the newest line."""
    return {fact.label: fact.value for fact in (await lines(shop, session))[0].facts}


async def test_payment_line_is_short_and_its_details_complete(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    payment, card = await lines(shop, session)

    assert (plain(payment.what), payment.amount) == ("베이직 첫 결제", "9,900원")
    assert payment.status == "", "a paid line shows no status"
    assert payment.note == "9,900원을 결제했어요."
    assert payment.receipt.startswith("https://")
    assert await facts(shop, session) == {
        "결제 시각": "2026. 11. 24. 12:00",
        "결제수단": "현대카드\u00a0····\u00a0123 (신용 · 개인)",
        "이용 기간": "2026. 11. 24. ~ 2026. 12. 23.",
        "공급가액": "9,000원",
        "부가세": "900원",
        "주문번호": f"{seen.subscription.id}-0001-1",
    }
    assert (card.what, card.status) == ("카드 등록", "등록됨")


async def test_lines_are_grouped_by_korean_month(shop: Shop, session: Session) -> None:
    await shop.go_to(date(2026, 12, 1), hour=0)
    await shop.card(session)

    [month] = rows.months((await timeline.older(shop.rt, actor_of(session))).entries)

    assert month.name == "2026년\u00a012월"


async def test_decline_says_why_and_that_nothing_was_charged(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, persona="monthly_limit")

    ended, refused, _ = await lines(shop, session)

    assert (refused.status, refused.tone) == ("결제 실패", "red")
    assert refused.note == "카드 한도나 잔액이 부족해요. 결제된 금액은 없어요."
    assert refused.receipt == ""
    assert "시작하지 않았어요. 결제된 금액은 없어요." in ended.note


async def test_unresolved_payment_says_so(shop: Shop, session: Session) -> None:
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after"},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await shop.subscribe(session)

    doubt = (await lines(shop, session))[0]

    assert (doubt.status, doubt.tone) == ("확인 중", "amber")
    assert "결제됐는지 확인하고 있어요" in doubt.note
    assert "두 번 결제되지 않으니" in plain(doubt.note)


async def test_refunds_have_their_own_line_and_are_listed_in_their_payment(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    shop.wait(timedelta(minutes=1))
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="x")
    asked = (await lines(shop, session))[0]
    assert (asked.what, asked.amount) == ("베이직 환불", "−900원")
    assert asked.status == "환불 중"
    assert "환불을 요청했어요" in asked.note
    await shop.run()

    back, paid, *_ = await lines(shop, session)

    assert (back.status, "돌려드렸어요" in back.note) == ("", True)
    assert Fact("환불", "900원 · 2026. 11. 24. · 환불 완료") in paid.facts
    assert (await facts(shop, session))["원래 결제"] == "2026. 11. 24. · 9,900원"
    assert seen.subscription.id in (await facts(shop, session))["주문번호"]


def test_every_change_that_is_shown_has_words() -> None:
    assert set(SHOWN) == set(text.CHANGES)


async def test_actor_is_shown_without_names(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(minutes=1))
    await cancel.cancel_at_period_end(shop.rt, KIM, seen.subscription.id)

    assert (await lines(shop, session))[0].what == "베이직 해지 신청"
    assert (await facts(shop, session))["누가"] == "가게에서"


def test_highest_bar_has_the_full_height() -> None:

    amounts = [0, 1, 50, 1_234_567_890, *[0] * 8]
    drawn = chart([MonthSum(date(2026, 1 + n, 1), krw) for n, krw in enumerate(amounts)])

    assert [bar.height for bar in drawn.bars[:4]] == ["0", "1", "1", "100"]
    assert [int(bar.y) + int(bar.height) for bar in drawn.bars] == [100] * 12
    assert drawn.total == "1,234,567,941원"
    assert chart([MonthSum(date(2026, 1 + n, 1), 0) for n in range(12)]).shown == "no"


@pytest.mark.parametrize(
    ("first", "box", "columns"),
    [
        (11, "11 0 6 100", "6"),
        (9, "9 0 6 100", "6"),
        (6, "6 0 6 100", "6"),
        (5, "5 0 12 100", "12"),
    ],
)
def test_chart_begins_with_the_first_payment(first: int, box: str, columns: str) -> None:
    sums = [MonthSum(date(2026, 1 + n, 1), 9900 if n >= first else 0) for n in range(12)]

    drawn = chart(sums)

    assert (drawn.box, drawn.columns) == (box, columns)
    assert [bar.shown for bar in drawn.bars] == ["no"] * first + ["yes"] * (12 - first)


async def written(
    shop: Shop, session: Session | None, language: Language = "ko", **query: str
) -> list[dict[str, str]]:
    file = csv_file.history_csv(shop.rt, Visit(session=session, query=query, language=language))
    whole = "".join([part async for part in file.parts])
    assert whole.startswith("\ufeff")
    assert file.name == "history-2026-11-24.csv"
    return list(csv.DictReader(io.StringIO(whole.removeprefix("\ufeff"))))


async def test_the_file_has_every_line_in_the_language_of_the_page(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    shop.wait(timedelta(minutes=1))
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="x")

    returned, paid, card = await written(shop, session)

    assert [line["종류"] for line in (returned, paid, card)] == ["환불", "결제", "카드"]
    assert (paid["날짜"], paid["결제 금액(원)"], paid["부가세(원)"]) == (
        "2026-11-24",
        "9900",
        "900",
    )
    assert (returned["환불 금액(원)"], returned["결제 금액(원)"]) == ("900", "")
    assert paid["주문번호"] == f"{seen.subscription.id}-0001-1"
    assert [line["Type"] for line in await written(shop, session, "en", topic="payment")] == [
        "Payments"
    ]
    assert await written(shop, session, period="2025") == []


async def test_file_of_another_customer_or_a_visitor_is_empty(
    shop: Shop, session: Session, stranger: Session
) -> None:
    seen = await shop.subscribe(session)

    for who in (stranger, None):
        assert await written(shop, who) == []
        assert await written(shop, who, subscription=seen.subscription.id) == []


@pytest.mark.parametrize("first", list("=+-@\t\r\n＝＋－＠"))
def test_no_cell_starts_a_formula(first: str) -> None:
    assert csv_file.safe(f"{first}1+1|cmd") == f"'{first}1+1|cmd"
    assert csv_file.safe(f"\u202e\u200b {first}1+1\ufeff") == f"' {first}1+1"
    assert csv_file.safe("베이직 =1") == "베이직 =1"
    assert csv_file.safe("두\u00a0번 1월\u00a031일\u2060(일)\u2060") == "두 번 1월 31일(일)"
    assert csv_file.safe(9900) == 9900


async def test_plan_named_like_a_formula_is_escaped(shop: Shop, session: Session) -> None:
    from tossbill_ui.subscriptions.models import Plan

    await shop.subscribe(session)
    async with shop.rt.db.write() as db:
        plan = await db.get_one(Plan, "basic")
        plan.name = '=HYPERLINK("http://evil","x")'
        db.add(plan)

    paid = (await written(shop, session, topic="payment"))[0]

    assert paid["내용"] == '\'=HYPERLINK("http://evil","x") 첫 결제'


async def test_long_files_are_streamed_in_chunks_without_loss(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "BATCH_SIZE", 2)
    monkeypatch.setattr(csv_file, "BATCH_SIZE", 3)
    for _ in range(7):
        await shop.card(session)
        shop.wait(timedelta(seconds=1))

    found = await written(shop, session)

    assert len(found) == 7
    assert [line["시각"] for line in found] == sorted(
        (line["시각"] for line in found), reverse=True
    )


async def test_first_paint_matches_the_state(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    slots = await history_first_paint.slots(shop.rt, actor_of(session), {})

    payment, card = await lines(shop, session)
    assert slots["first_view"] == "rows"
    assert slots["first_month_0"] == "2026년\u00a011월"
    assert (slots["first_what_0"], slots["first_amount_0"]) == (payment.what, payment.amount)
    assert (slots["first_what_1"], slots["first_note_1"]) == (card.what, card.note)
    assert slots["first_has_1"].split() == ["line", "note"]
    assert (slots["chart_total"], slots["chart_shown"]) == ("9,900원", "yes")
    assert [name for name, value in slots.items() if not value] == [], "a slot has some text"


async def test_first_paint_of_a_visitor_is_empty(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    assert (await history_first_paint.slots(shop.rt, VISITOR, {}))["first_view"] == "empty"
    assert (await history_first_paint.slots(shop.rt, actor_of(session), {"period": "2025"}))[
        "first_view"
    ] == "none"
    assert (await history_first_paint.slots(shop.rt, VISITOR, {"topic": "\x00"}))[
        "first_view"
    ] == "empty"


async def paper_of(shop: Shop, session: Session | None, query: dict[str, str]) -> str:
    made = print_view.history_paper(shop.rt, Visit(session=session, query=query))
    assert (made.name, made.media_type) == ("", "text/html")
    return "".join([part async for part in made.parts])


async def test_printout_has_all_filtered_lines_in_one_table(
    shop: Shop, session: Session, stranger: Session
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)

    whole = await paper_of(shop, session, {})

    assert whole.count("<tr>") == len(["head", "payment", "card", "sum"])
    for words in ("2026-11-24", "베이직 첫 결제", "9,900원", "9,000원", payment.order_id):
        assert f">{words}</td>" in plain(whole)
    assert "합계" in whole.partition("<tfoot>")[2]
    assert "인쇄 · 카드<" in await paper_of(shop, session, {"topic": "card"})
    for nobody in (stranger, None):
        assert "<td" not in await paper_of(shop, nobody, {})
    assert "맞는 내역이 없어요" in await paper_of(shop, session, {"period": "2025"})


async def test_printout_is_limited_and_says_so(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.subscribe(session)
    monkeypatch.setattr(print_view, "MOST", 1)

    whole = await paper_of(shop, session, {})

    assert whole.count("<tr>") == len(["head", "payment", "sum"])
    assert "최근 1건만" in whole


async def test_plan_name_is_escaped_in_the_printout(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    async with shop.rt.db.write() as db:
        (await db.get_one(Plan, "basic")).name = "<script>alert(1)</script>"

    whole = await paper_of(shop, session, {})

    assert "alert(1)" in whole
    assert "<script>" not in whole
