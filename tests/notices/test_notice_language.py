"""Notices are in the language of the last page that their customer saw."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tests.notices.test_notices import newest
from tests.subscriptions.price_increases import add_price
from tests.subscriptions.trials import ANNOUNCED, REMINDED
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui import runtime
from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.language import Language
from tossbill_ui.customers import session as sessions
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import ensure_customer, remember_language
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.customers.sessions import ensure_stored
from tossbill_ui.http.pages import page_routes
from tossbill_ui.notices.models import Notice
from tossbill_ui.notices.wording import Rate, say
from tossbill_ui.prerender import Filling, Visit
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import change_plan, price_increase
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Price, PriceConsent
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.text import speak

HANGUL = re.compile("[가-힣]+")
HOW = {
    "ko": "내 구독에서 해지하기를 누르면 언제든지 해지할 수 있어요.",
    "en": "Select Cancel in My subscriptions at any time.",
}


async def nothing(rt: Runtime, visit: Visit) -> Filling:
    return Filling(slots={})


async def visit_page(rt: Runtime, folder: Path, session: Session, **headers: str) -> None:
    """Open a page over HTTP, as a browser of this customer."""
    (folder / "index.html").write_text("<body></body>")
    runtime.install(rt)
    app = Starlette(routes=page_routes(folder, {"/": nothing}))
    cookie = f"{sessions.COOKIE_NAME}={sessions.seal(rt.signer, session)}"
    headers["cookie"] = "; ".join(filter(None, (cookie, headers.get("cookie"))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        assert (await http.get("http://localhost:3000/", headers=headers)).status_code == 200
    await rt.tasks.drain(seconds=60)


async def language(rt: Runtime, session: Session) -> str | None:
    async with rt.db.read() as db:
        customer = await db.get(Customer, session.customer_id)
    return customer.language if customer else "no customer"


async def test_language_of_the_last_page_is_remembered(
    rt: Runtime, session: Session, tmp_path: Path
) -> None:
    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=session.customer_id)
        await ensure_stored(rt, db, session)
    seen = [await language(rt, session)]

    await visit_page(rt, tmp_path, session, **{"accept-language": "en-US,en;q=0.9"})
    seen.append(await language(rt, session))
    await visit_page(rt, tmp_path, session, **{"accept-language": "ko-KR"})
    seen.append(await language(rt, session))
    chosen = {"accept-language": "ko-KR", "cookie": "tossbill_language=en"}
    await visit_page(rt, tmp_path, session, **chosen)
    seen.append(await language(rt, session))

    assert seen == [None, "en", "ko", "en"]


async def test_visitor_without_customer_becomes_none(
    rt: Runtime, session: Session, tmp_path: Path
) -> None:
    await visit_page(rt, tmp_path, session, **{"accept-language": "en"})

    assert await language(rt, session) == "no customer"


async def test_mail_of_the_engine_is_in_the_customers_language(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await remember_language(shop.rt, session.customer_id, "en")
    await shop.go_to(date(2026, 12, 24))

    await shop.run()

    first, renewal = await shop.rows(Notice)
    assert first.subject == "[Tossbill] 9,900원을 결제했어요"
    assert renewal.subject == "[Tossbill] We charged ₩9,900"
    assert "Your payment for Basic was successful." in renewal.body
    assert "Next payment: Sun, Jan 24, 2027\n" in renewal.body
    assert HANGUL.findall(renewal.subject + renewal.body) == []


async def test_customer_who_saw_no_page_gets_the_shops_language(
    shop: Shop, session: Session
) -> None:
    object.__setattr__(
        shop.rt, "settings", shop.rt.settings.model_copy(update={"tossbill_locale": "en"})
    )

    await shop.subscribe(session)

    assert (await newest(shop)).subject == "[Tossbill] We charged ₩9,900"


@pytest.mark.parametrize(("reads", "later"), [("en", "ko"), ("ko", "en")])
async def test_instructions_are_stored_as_shown_and_reminders_follow_the_customer(
    shop: Shop, session: Session, reads: Language, later: Language
) -> None:
    await shop.subscribe(session, "pro")
    await remember_language(shop.rt, session.customer_id, reads)
    await shop.go_to(ANNOUNCED)
    await announce_trials(shop.rt)
    asked = await newest(shop)
    await remember_language(shop.rt, session.customer_id, later)
    await shop.go_to(REMINDED)
    await announce_trials(shop.rt)
    reminded = await newest(shop)

    [consent] = await shop.rows(PriceConsent)
    assert consent.how_to_cancel == HOW[reads]
    assert HOW[reads] in asked.body
    assert HOW[later] in reminded.body
    assert HOW[reads] not in reminded.body


async def test_chosen_plan_stores_instructions_in_the_customers_language(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await remember_language(shop.rt, session.customer_id, "en")
    shop.wait(timedelta(hours=1))

    await change_plan.change_at_period_end(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro"
    )

    [consent] = await shop.rows(PriceConsent)
    assert consent.how_to_cancel == HOW["en"]


@pytest.mark.parametrize("own", [None, "고객센터에 전화하세요"])
async def test_each_customer_is_asked_in_their_language(
    shop: Shop, session: Session, own: str | None
) -> None:
    other = new_session()
    asked: list[tuple[Session, Language]] = [(session, "ko"), (other, "en")]
    for each, reads in asked:
        await shop.subscribe(each)
        await remember_language(shop.rt, each.customer_id, reads)
    await add_price(shop)

    await price_increase.request_consents(shop.rt, KIM, "basic", how_to_cancel=own)

    notices = [row for row in await shop.rows(Notice) if row.kind == "price_rises"]
    bodies = {row.customer_id: row for row in notices}
    korean, english = bodies[session.customer_id], bodies[other.customer_id]
    assert "베이직 가격이 2026년 12월 24일(목)부터 월 12,900원이 돼요" in korean.subject
    assert "지금 가격: 월 9,900원 (부가세 포함)\n새 가격: 월 12,900원 (부가세 포함)" in korean.body
    assert "increases to ₩12,900 a month on Thu, Dec 24, 2026" in english.subject
    assert f"How to cancel: {own or HOW['en']}" in english.body
    assert f"해지하는 방법: {own or HOW['ko']}" in korean.body


@pytest.mark.parametrize("reads", ["ko", "en"])
def test_money_and_days_look_the_same_on_pages_and_in_mails(reads: Language) -> None:
    speak(reads)
    day = date(2027, 1, 31)
    price = Price(
        id="p", plan_code="x", starts_on=day, amount_krw=1_234_567_890, unit=Unit.WEEK, count=2
    )

    pages = [wording.won(9900), wording.full_day(day), wording.price(price)]
    mails = [9900, day, Rate(1_234_567_890, Interval(Unit.WEEK, 2))]

    assert [say(value, reads) for value in mails] == [
        text.replace("\u00a0", " ").replace("\u2060", "") for text in pages
    ]
    assert wording.day_of(datetime(2027, 1, 31, 1, tzinfo=UTC)) == pages[1]
