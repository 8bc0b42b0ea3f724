"""The question in the browser that came back: its page, its form, and what it never does."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from starlette.applications import Starlette

from tests.subscriptions.test_register_for import past_due
from tests.support.customer import HIDDEN
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui import runtime
from tossbill_ui.customers.masked import account_number
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session, actor_of, seal
from tossbill_ui.http.confirmation import confirmation_routes
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.payment_methods.registration import WindowCall
from tossbill_ui.prerender import Moved, Visit
from tossbill_ui.subscriptions.actions import change_method
from tossbill_ui.ui import first_paint
from tossbill_ui.ui.registration import callback, confirm_address, confirm_view
from tossbill_ui.ui.registration import view as registration_view

OURS = {"origin": "http://localhost:3000", "sec-fetch-site": "same-origin"}


@pytest.fixture
async def other(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    """The browser that came back; it has no cookie."""
    runtime.install(shop.rt)
    routes = confirmation_routes(
        confirm_address.PATH, confirm_view.show, confirm_view.take_answer, stylesheet="/app.css"
    )
    transport = httpx.ASGITransport(Starlette(routes=routes))
    base_url = shop.rt.settings.public_url
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client
    runtime.install(None)


async def came_back(
    shop: Shop, call: WindowCall, *, caller: Session | None = None, persona: str = "approve"
) -> str:
    """Enter a card in the window and come back in another browser; return where it is led to."""
    typed = {"customerKey": call.customer_key, "cardNumber": PERSONAS_BY_NAME[persona].number}
    answer = await shop.control("POST", "authorizations", typed)
    query = dict(parse_qsl(urlsplit(call.success_url).query))
    query |= {"authKey": answer["authKey"], "customerKey": call.customer_key}
    moved = await first_paint.success(shop.rt, Visit(caller, query))
    assert isinstance(moved, Moved)
    assert moved.session is None
    assert answer["authKey"] not in moved.path
    return moved.path


async def began(shop: Shop, session: Session, plan: str = "") -> WindowCall:
    opened = await registration_view.opened(shop.rt, session, plan)
    assert opened.call
    return opened.call


def form_of(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


async def say(other: httpx.AsyncClient, page: str, answer: str) -> httpx.Response:
    """Press a button of the question."""
    return await other.post(
        confirm_address.PATH, data=form_of(page) | {"answer": answer}, headers=OURS
    )


def shown(page: str) -> str:
    """Return what a reader of the page reads."""
    return plain(" ".join(unescape(re.sub(r"<[^>]*>", " ", page.partition("</title>")[2])).split()))


async def issued(shop: Shop) -> int:
    """Return the number of requests that asked Toss for a billing key."""
    entries = (await shop.control("GET", "ledger"))["entries"]
    return sum(entry["effect"] == "billing_key_issued" for entry in entries)


async def owner_of_method(shop: Shop) -> list[str]:
    async with shop.rt.db.read() as db:
        return list((await db.exec(select(PaymentMethod.customer_id))).all())


async def test_page_says_whose_account_plan_and_time(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    call = await began(shop, session, "pro")
    async with shop.rt.db.write() as db:
        values = {
            "name": "김하나",
            "email": "typed-by-anybody@example.com",
            "verified_email": "hana.kim@example.com",
            "email_verified_at": shop.clock.now(),
        }
        await db.exec(sa.update(Customer).values(**values))

    answer = await other.get(await came_back(shop, call))

    words = shown(answer.text)
    assert "이 카드를 등록할까요?" in words
    assert "김*나 h***@example.com" in words
    assert account_number(session.customer_id) in words
    assert "요금제 프로" in words
    assert "2026. 11. 24. 12:00" in words
    assert "typed-by-anybody" not in answer.text
    assert "hana.kim" not in answer.text
    assert "하나" not in words
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert await issued(shop) == 0


async def test_yes_issues_once_shows_the_result_and_gives_no_session(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    address = await came_back(shop, await began(shop, session))
    page = (await other.get(address)).text

    answers = [await say(other, page, "yes") for _ in range(2)]
    await shop.rt.tasks.drain(seconds=120)
    result = await other.get(answers[0].headers["location"])

    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["location"] for answer in answers} == {address}
    words = shown(result.text)
    assert "카드를 등록했어요" in words
    assert "현대카드" in words
    assert "등록을 시작한 브라우저에서 이어가" in words
    assert "href=" not in result.text.partition("</head>")[2]
    assert "http-equiv" not in result.text
    assert all("set-cookie" not in each.headers for each in (*answers, result))
    assert await issued(shop) == 1
    assert await owner_of_method(shop) == [session.customer_id]


async def test_page_without_a_script_is_loaded_again_until_its_result_is_final(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    await shop.control("POST", "faults", [{"endpoint": "issue", "kind": "error_500_after"}])
    page = (await other.get(await came_back(shop, await began(shop, session)))).text
    address = (await say(other, page, "yes")).headers["location"]
    await shop.rt.tasks.drain(seconds=120)

    unsure = (await other.get(address)).text

    assert '<meta http-equiv="refresh" content="2">' in unsure
    assert "확인이 늦어지고 있어요" in shown(unsure)


async def test_no_and_ten_minutes_end_it_with_words(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    call = await began(shop, session)
    address = await came_back(shop, call)
    page = (await other.get(address)).text
    await say(other, page, "maybe")
    assert "이 카드를 등록할까요?" in shown((await other.get(address)).text)
    assert (await say(other, page, "no")).headers["location"] == address
    declined = shown((await other.get(address)).text)
    late = await came_back(shop, call)
    shop.wait(timedelta(minutes=10))

    for words in (declined, *[shown((await other.get(each)).text) for each in (address, late)]):
        assert "등록된 것과 결제된 금액은 없어요" in words
        assert "이 카드 등록하기" not in words
    await say(other, page, "yes")
    assert await issued(shop) == 0


@pytest.mark.parametrize("plan", [{}, {"plan": "pro"}])
async def test_browser_that_began_waits_and_can_begin_again(
    shop: Shop, session: Session, plan: dict[str, str]
) -> None:
    call = await began(shop, session, plan.get("plan", ""))
    await came_back(shop, call)

    moved = await first_paint.register(shop.rt, Visit(session, plan))
    assert isinstance(moved, Moved)
    query = urlencode({"registration": call.registration_id, **plan})
    assert moved.path == f"/success/?{query}"
    query = dict(parse_qsl(urlsplit(moved.path).query))
    waits, is_final = await callback.outcome_view(shop.rt, actor_of(session), query, seconds=0)
    assert (waits.view, is_final) == ("waiting", False)
    assert account_number(session.customer_id) in waits.body
    again = dict(parse_qsl(urlsplit(waits.action_href).query))
    for elsewhere in ({"plan": "basic"}, again):
        assert not isinstance(await first_paint.register(shop.rt, Visit(session, elsewhere)), Moved)


async def test_yes_to_a_change_names_and_charges_what_is_owed(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    call = await change_method.register_for(shop.rt, session, await past_due(shop, session))
    before = await shop.money()
    page = (await other.get(await came_back(shop, call))).text
    words = shown(page)
    assert "결제수단을 바꿀 구독 베이직" in words
    assert "등록하고 9,900원 결제하기" in words
    lied = await other.post(
        confirm_address.PATH,
        data=form_of(page) | {"answer": "yes", "amount": "0"},
        headers=OURS,
    )
    assert "note=changed" in lied.headers["location"]
    assert "결제할 금액이 바뀌어서" in shown((await other.get(lied.headers["location"])).text)

    address = (await say(other, page, "yes")).headers["location"]
    await shop.rt.tasks.drain(seconds=120)  # the exchange, which starts the charge
    await shop.rt.tasks.drain(seconds=120)

    words = shown((await other.get(address)).text)
    assert "카드를 바꿨어요" in words
    assert "밀린 9,900원도 결제했어요" in words
    assert await shop.money() == [*before, ("approved", 9_900)]


async def test_another_customers_browser_is_told_so_and_keeps_its_session(
    shop: Shop, session: Session, stranger: Session, other: httpx.AsyncClient
) -> None:
    address = await came_back(shop, await began(shop, session), caller=stranger)
    other.cookies.set("tossbill_session", seal(shop.rt.signer, stranger))

    page = (await other.get(address)).text
    assert "이 브라우저에서 쓰던 계정이 아니에요" in shown(page)
    answer = await say(other, page, "yes")
    await shop.rt.tasks.drain(seconds=120)

    assert "set-cookie" not in answer.headers
    assert await owner_of_method(shop) == [session.customer_id]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {**OURS, "sec-fetch-site": "cross-site"},
        {**OURS, "content-type": "text/plain"},
    ],
)
async def test_answer_of_another_page_is_not_taken(
    shop: Shop, session: Session, other: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    page = (await other.get(await came_back(shop, await began(shop, session)))).text
    body = str(httpx.QueryParams(form_of(page) | {"answer": "yes"}))
    typed = {"content-type": "application/x-www-form-urlencoded"} | headers

    answer = await other.post(confirm_address.PATH, content=body, headers=typed)

    assert answer.headers["location"].endswith("/success/?problem=foreign_answer")
    assert await issued(shop) == 0


STRANGE = ("", "\x00", "가" * 300, "' OR 1=1 --", "<script>", "../..", "A" * 43, "f" * 32)


async def test_strange_parameters_answer_with_a_page_and_send_nothing(
    shop: Shop, session: Session, other: httpx.AsyncClient
) -> None:
    address = await came_back(shop, await began(shop, session))
    good = dict(parse_qsl(urlsplit(address).query))
    for name in (*good, "kind", "note", "amount", "answer"):
        for value in STRANGE:
            query = good | {name: value}
            page = await other.get(confirm_address.PATH, params=query)
            answer = await other.post(
                confirm_address.PATH, data={"answer": "yes", **query}, headers=OURS
            )
            assert (page.status_code, answer.status_code) == (200, 303)
            assert "<script>" not in page.text
            assert "set-cookie" not in page.headers

    async with shop.rt.db.read() as db:
        [status] = (await db.exec(select(col(Registration.status)))).all()
    assert status == "returned"
    assert await issued(shop) == 0
