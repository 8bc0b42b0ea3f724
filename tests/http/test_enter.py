"""The pages to come in by, through their routes: what a GET leaves alone, and what a press does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest
from sqlmodel import col
from starlette.applications import Starlette

from tests.conftest import NOON
from tests.customers.links import ORIGIN, SETTINGS, entry, later, link, member, rows
from tests.support.actors import KIM
from tests.support.shop import Shop, open_shop
from tossbill_ui import runtime
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import Conflict, NeedsSignIn
from tossbill_ui.core.scope import Scope, Task
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import entering, invitations, sessions
from tossbill_ui.customers import session as cookies
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.link_revocation import revoke_links
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.session import Session, actor_of, new_session, seal
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.http.enter import enter_routes
from tossbill_ui.http.enter_by_code import CODE_BURST
from tossbill_ui.http.enter_page import Pages
from tossbill_ui.notices.models import Notice
from tossbill_ui.privacy.erase import erase
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import merge
from tossbill_ui.subscriptions.actions.merge_at_entry import enter_and_merge
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.ui.enter import text
from tossbill_ui.ui.enter.page import render
from tossbill_ui.ui.shared.text.frame import TO_SHOP
from tossbill_ui.ui.shared.text.refusals import REFUSALS

US = "http://localhost:3000"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
SUBSCRIPTION = "5" * 32


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        opened.rt = replace(opened.rt, settings=Settings(**SETTINGS), machine=FrozenClock(NOON))
        runtime.install(opened.rt)
        yield opened
    runtime.install(None)


@pytest.fixture
def rt(shop: Shop) -> Runtime:
    return shop.rt


class Browser:
    """A reader in front of the pages, which keeps its session."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def open(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def press(
        self, page: httpx.Response, *, headers: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """Send the form of a page."""
        action = re.search(r'action="([^"]+)"', page.text)
        assert action
        sent = dict(HIDDEN.findall(page.text)) | fields
        usual = {"origin": US, "sec-fetch-site": "same-origin"}
        path = action[1].replace("&amp;", "&")
        return await self.http.post(path, data=sent, headers=usual if headers is None else headers)

    async def enter(self, path: str, **fields: Any) -> httpx.Response:
        return await self.press(await self.open(path), **fields)

    def use(self, rt: Runtime, session: Session) -> None:
        value = seal(rt.signer, session)
        self.http.cookies.set(cookies.COOKIE_NAME, value, domain="localhost.local")

    def session(self, rt: Runtime) -> Session | None:
        value = self.http.cookies.get(cookies.COOKIE_NAME)
        return cookies.unseal(rt.signer, value) if value else None


@pytest.fixture
async def reader(rt: Runtime, tmp_path: Path) -> AsyncGenerator[Browser]:
    app = Starlette(routes=enter_routes(Pages(rt.settings, tmp_path, render)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=US) as http:
        yield Browser(http)


async def signed_in(rt: Runtime, customer: Customer) -> Session:
    async with rt.db.write() as db:
        entrance = Entrance(via=Via.CODE)
        return sessions.open_session(rt, db, customer_id=customer.id, entrance=entrance)


async def live_sessions(rt: Runtime) -> list[StoredSession]:
    return [row for row in await rows(rt, StoredSession) if row.revoked_at is None]


def where(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.headers["location"].removeprefix(US)


async def test_page_of_a_link_says_whose_it_is_and_hides_the_rest(
    rt: Runtime, reader: Browser
) -> None:
    customer = await member(rt, name="김하나", email="hana@example.com", email_verified=True)
    token = await link(rt, customer, task=Task.CANCEL, subscription_id=SUBSCRIPTION)

    page = await reader.open(f"/enter/{token}")

    assert page.status_code == 200
    assert "h***@example.com" in page.text
    assert "김*나" in page.text
    assert text.TASKS[Task.CANCEL].ko.format(brand="Tossbill") in page.text
    assert not any(secret in page.text for secret in ("hana@", "김하나", "member-42", customer.id))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("kind", ["link", "entry"])
async def test_page_that_scanners_open_twenty_times_is_left_for_one_press(
    rt: Runtime, reader: Browser, kind: str
) -> None:
    customer = await member(rt) if kind == "link" else None
    path = f"/enter/{await link(rt, customer)}" if customer else f"/enter/?t={entry(rt)}"
    opened = await asyncio.gather(
        *(reader.http.request(method, path) for method in ("GET", "HEAD") * 10)
    )
    assert {page.status_code for page in opened} == {200}
    assert await rows(rt, StoredSession) == []

    page = await reader.open(path)
    answers = await asyncio.gather(*(reader.press(page) for _ in range(4)))
    others = await asyncio.gather(*(reader.open(path) for _ in range(2)))

    assert {where(answer) for answer in answers} == {"/subscription/"}
    assert {where(answer) for answer in others} == {"/subscription/"}
    [session] = await rows(rt, StoredSession)
    found = reader.session(rt)
    assert found
    assert (found.id, found.customer_id) == (session.id, session.customer_id)


async def test_two_presses_of_two_pages_open_one_session(rt: Runtime, reader: Browser) -> None:
    path = f"/enter/{await link(rt, await member(rt))}"
    pages = [await reader.open(path), await reader.open(path)]

    answers = await asyncio.gather(*(reader.press(page) for page in pages))

    assert sorted(answer.status_code for answer in answers) == [200, 303]
    assert len(await rows(rt, StoredSession)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": US, "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_press_that_another_site_sends_opens_nothing(
    rt: Runtime, reader: Browser, headers: dict[str, str]
) -> None:
    page = await reader.open(f"/enter/{await link(rt, await member(rt))}")

    answer = await reader.press(page, headers=headers)

    assert (answer.status_code, text.LINK_TITLE.ko in answer.text) == (200, True)
    assert await rows(rt, StoredSession) == []


async def test_form_of_another_link_or_browser_opens_nothing(rt: Runtime, reader: Browser) -> None:
    mine, other = [await link(rt, await member(rt, each)) for each in ("a", "b")]
    page = await reader.open(f"/enter/{mine}")
    form: dict[str, Any] = dict(HIDDEN.findall((await reader.open(f"/enter/{other}")).text))

    wrong_forms: list[dict[str, Any]] = [form, {"form": ""}, {"press": "x"}, {"form": "가"}]
    for wrong in wrong_forms:
        assert (await reader.press(page, **wrong)).status_code == 200
    reader.use(rt, await signed_in(rt, await member(rt, "victim")))
    assert (await reader.press(page)).status_code == 200
    assert [row.via for row in await rows(rt, StoredSession)] == [Via.CODE]


@pytest.mark.parametrize("end", ["spent", "expired", "revoked", "unknown", "malformed", "entry"])
async def test_link_that_opens_nothing_shows_the_way_in_by_code(
    rt: Runtime, reader: Browser, end: str
) -> None:
    token = await link(rt, await member(rt))
    path = f"/enter/{token}"
    if end == "spent":
        await reader.enter(path)
        reader.http.cookies.clear()
    elif end == "expired":
        later(rt, hours=1)
    elif end == "revoked":
        async with rt.db.write() as db:
            for row in await rows(rt, PortalLink):
                await revoke_links(rt, db, row.customer_id)
    elif end == "entry":
        path = f"/enter/?t={entry(rt, exp=1)}"
    else:
        path = "/enter/" + ("x" * 43 if end == "unknown" else "%00/..;/?<script>")
    before = len(await rows(rt, StoredSession))

    got = await reader.open(path)
    posted = await reader.http.post(path, data={"press": "1"}, headers={"origin": US})

    plain = (await reader.open("/enter/" + "y" * 43)).text
    assert [page.status_code for page in (got, posted)] == [200, 200]
    for page in (got, posted):
        assert page.text == plain
        assert text.WHY["over"][0].ko in page.text
        assert text.ASK_SHOP.ko in page.text
        assert 'data-testid="enter-email"' in page.text
        assert "set-cookie" not in page.headers
    assert len(await rows(rt, StoredSession)) == before


async def test_spent_link_leads_on_in_the_browser_that_spent_it(
    rt: Runtime, reader: Browser
) -> None:
    wanted = {"task": Task.CANCEL, "subscription_id": SUBSCRIPTION}
    path = f"/enter/{await link(rt, await member(rt), **wanted)}"
    page = await reader.open(path)
    panel = f"/subscription/?panel=cancel&subscription={SUBSCRIPTION}"

    assert where(await reader.press(page)) == panel
    assert where(await reader.press(page)) == panel
    assert where(await reader.open(path)) == panel
    assert len(await rows(rt, StoredSession)) == 1


async def test_link_of_another_customer_says_who_leaves_and_ends_that_session(
    rt: Runtime, reader: Browser
) -> None:
    before = await signed_in(
        rt, await member(rt, "a", email="anna@example.com", email_verified=True)
    )
    reader.use(rt, before)
    path = f"/enter/{await link(rt, await member(rt, 'b'))}"

    page = await reader.open(path)
    assert text.LEAVES_TITLE.ko.format(who="a***@example.com") in page.text
    assert len(await live_sessions(rt)) == 1
    await reader.press(page)

    [session] = await live_sessions(rt)
    assert session.id != before.id
    found = reader.session(rt)
    assert found
    assert found.id == session.id


async def test_visitor_with_nothing_is_dropped_in_silence(rt: Runtime, reader: Browser) -> None:
    visitor = new_session()
    reader.use(rt, visitor)

    page = await reader.open(f"/enter/{await link(rt, await member(rt))}")
    await reader.press(page)

    assert 'data-testid="enter-note"' not in page.text
    found = reader.session(rt)
    assert found
    assert found.id != visitor.id


async def anonymous(shop: Shop, reader: Browser) -> tuple[Session, str]:
    """Return a reader's anonymous customer, who subscribes."""
    session = new_session()
    subscription_id = (await shop.subscribe(session)).subscription.id
    reader.use(shop.rt, session)
    return session, subscription_id


async def test_visitor_with_a_subscription_may_merge_it(
    shop: Shop, rt: Runtime, reader: Browser
) -> None:
    session, _ = await anonymous(shop, reader)
    linked = await member(rt)
    path = f"/enter/{await link(rt, linked)}"
    page = await reader.open(path)

    assert [page.text.count(f'data-testid="{each}"') for each in ("enter-merge", "enter-continue")]
    assert page.text.count('class="button "') == 2
    assert (await reader.press(page)).status_code == 200
    assert [row.spent_at for row in await rows(rt, PortalLink)] == [None]
    twice = await asyncio.gather(*(reader.press(page, merge="yes") for _ in range(2)))
    assert [where(answer) for answer in twice] == ["/subscription/"] * 2

    found = reader.session(rt)
    assert found
    assert found.customer_id == session.customer_id
    by_id = {row.id: row for row in await rows(rt, Customer)}
    assert by_id[session.customer_id].external_id == "member-42"
    assert by_id[linked.id].merged_into == session.customer_id
    [live] = await live_sessions(rt)
    assert (live.id, live.customer_id) == (found.id, session.customer_id)


async def test_visitor_may_continue_without_merging(
    shop: Shop, rt: Runtime, reader: Browser
) -> None:
    session, _ = await anonymous(shop, reader)
    linked = await member(rt)

    await reader.enter(f"/enter/{await link(rt, linked)}", merge="no")

    found = reader.session(rt)
    assert found
    assert found.customer_id == linked.id
    assert [row.customer_id for row in await live_sessions(rt)] == [linked.id]
    assert not any(row.merged_into for row in await rows(rt, Customer))
    assert session.customer_id != linked.id


async def test_refused_merge_is_explained_and_cannot_be_forced(
    shop: Shop, rt: Runtime, reader: Browser
) -> None:
    other = new_session()
    await shop.subscribe(other)
    async with rt.db.write() as db:
        (await db.get_one(Customer, other.customer_id)).external_id = "member-42"
    await anonymous(shop, reader)
    path = f"/enter/{await link(rt, await member(rt))}"

    page = await reader.open(path)
    assert "두 계정에 모두 이용 중인 구독이 있어서" in page.text.replace("\u00a0", " ")
    assert "enter-merge" not in page.text
    assert (await reader.press(page, merge="yes")).status_code == 200
    assert where(await reader.press(page, merge="no")) == "/subscription/"


async def test_link_for_a_task_merges_nothing(shop: Shop, rt: Runtime, reader: Browser) -> None:
    await anonymous(shop, reader)
    wanted = {"task": Task.CANCEL, "subscription_id": SUBSCRIPTION}

    page = await reader.open(f"/enter/{await link(rt, await member(rt), **wanted)}")
    await reader.press(page, merge="yes")

    assert "enter-merge" not in page.text
    assert text.LOSES_BODY.ko in page.text
    assert not any(row.merged_into for row in await rows(rt, Customer))


async def test_session_for_a_task_can_be_merged_with_nobody(
    shop: Shop, rt: Runtime, reader: Browser
) -> None:
    victim = new_session()
    subscription_id = (await shop.subscribe(victim)).subscription.id
    [row] = await rows(rt, Customer)
    limited = await link(rt, row, task=Task.HISTORY, subscription_id=subscription_id)
    await reader.enter(f"/enter/{limited}")
    before = reader.session(rt)
    assert before
    before = replace(before, scope=Scope(Task.HISTORY, subscription_id))
    assert text.HAS_TITLE.ko not in (await reader.open("/enter/")).text.replace("\u00a0", " ")
    path = f"/enter/{await link(rt, await member(rt))}"

    page = await reader.open(path)
    assert "enter-merge" not in page.text
    assert text.HAS_TITLE.ko not in page.text.replace("\u00a0", " ")
    opened = await invitations.open_link(rt, path.rpartition("/")[2])
    assert opened.invitation
    for each in (before, replace(before, scope=None)):  # as a process reads it, and as it may claim
        with pytest.raises(NeedsSignIn):
            await enter_and_merge(rt, actor_of(each), opened.invitation, Press("a"), before=each)
    await reader.press(page, merge="yes")

    assert not any(each.merged_into for each in await rows(rt, Customer))
    assert [each.customer_id for each in await rows(rt, Subscription)] == [victim.customer_id]


class Killed(BaseException):
    """Ends a process in the middle."""


@pytest.mark.parametrize(
    "error", [Conflict("x", code="money_open"), Killed()], ids=["refused", "killed"]
)
async def test_merge_that_fails_leaves_everything_as_it_was(
    shop: Shop, rt: Runtime, reader: Browser, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    session, _ = await anonymous(shop, reader)
    page = await reader.open(f"/enter/{await link(rt, await member(rt))}")
    with monkeypatch.context() as patched:
        patched.setattr(merge, "_hand_over", AsyncMock(side_effect=error))
        with suppress(Killed):
            shown = await reader.press(page, merge="yes")
            assert REFUSALS["money_open"].ko in shown.text.replace("\u00a0", " ")

    assert [row.spent_at for row in await rows(rt, PortalLink)] == [None]
    assert [row.id for row in await live_sessions(rt)] == [session.id]
    assert where(await reader.press(page, merge="yes")) == "/subscription/"
    assert [
        row.merged_into for row in await rows(rt, Customer) if row.id != session.customer_id
    ] == [session.customer_id]


async def test_entry_leads_to_its_plan_and_back_to_the_shop(rt: Runtime, reader: Browser) -> None:
    token = entry(rt, plan="basic", return_url=f"{ORIGIN}/account", locale="en")

    assert where(await reader.enter(f"/enter/?t={token}")) == "/register/?plan=basic"

    page = await reader.open("/enter/?why=more")
    assert f'href="{ORIGIN}/account" class="to-shop"' in page.text
    reader.http.cookies.clear()
    spent = await reader.open(f"/enter/?t={token}&lang=ko")
    assert f'href="{ORIGIN}/account" referrerpolicy="no-referrer">{TO_SHOP.ko}' in spent.text


async def test_spent_entry_works_no_more_after_its_member_is_erased(
    rt: Runtime, reader: Browser
) -> None:
    path = f"/enter/?t={entry(rt, name='김하나')}"
    page = await reader.open(path)
    await reader.press(page)
    await erase(rt, KIM, "ext:member-42")
    reader.http.cookies.clear()

    for answer in (await reader.open(path), await reader.press(page)):
        assert 'name="press"' not in answer.text
        assert answer.status_code == 200
    assert [row.external_id for row in await rows(rt, Customer)] == [None]
    [link] = await rows(rt, PortalLink)
    assert (link.made_by, link.return_url) == ("", None)


@pytest.mark.parametrize(
    "change", [{"verified_email": "b@x.test"}, {"blocked_at": NOON}], ids=["address", "blocked"]
)
async def test_code_signs_nobody_in_who_has_changed_since_it_was_compared(
    rt: Runtime, change: dict[str, Any]
) -> None:
    customer = await member(rt, email="a@x.test", email_verified=True)
    async with rt.db.write() as db:
        await update_where(db, Customer, col(Customer.id) == customer.id, **change)

    assert await entering.sign_in(rt, customer, before=None) is None
    assert await rows(rt, StoredSession) == []


async def test_language_is_switched_on_the_page_of_a_link(rt: Runtime, reader: Browser) -> None:
    path = f"/enter/{await link(rt, await member(rt))}"
    switch = re.search(r'href="([^"]+)" class="other-language"', (await reader.open(path)).text)
    assert switch

    page = await reader.open(switch[1])
    assert text.LINK_TITLE.en in page.text
    assert text.LINK_TITLE.en in (await reader.open(path)).text


async def code_for(rt: Runtime) -> str:
    await rt.tasks.drain(seconds=60)
    notices: list[Any] = await rows(rt, Notice)
    return max(re.findall(r"\b\d{6}\b", " ".join(row.body for row in notices)))


async def test_code_from_a_mail_signs_in_with_a_new_session(rt: Runtime, reader: Browser) -> None:
    customer = await member(rt, email="hana@example.com", email_verified=True)
    planted = new_session()
    reader.use(rt, planted)

    page = await reader.open("/enter/?next=/history/%3Fyear=2026")
    asked = await reader.press(page, email=" Hana@example.com ")
    page = await reader.open(where(asked))
    assert 'autocomplete="one-time-code"' in page.text
    code = await code_for(rt)
    wrong = await reader.press(page, code=f"{(int(code) + 1) % 10**6:06}")
    assert text.PROBLEMS["wrong_code"].ko.format(left=4) in wrong.text
    done = await reader.press(wrong, code=code)

    assert where(done) == "/history/?year=2026"
    [row] = await rows(rt, StoredSession)
    assert (row.customer_id, row.via) == (customer.id, Via.CODE)
    found = reader.session(rt)
    assert found
    assert found.id == row.id != planted.id
    assert text.PROBLEMS["code_over"].ko in (await reader.press(page, code=code)).text


async def test_unknown_address_gets_the_same_answer(rt: Runtime, reader: Browser) -> None:
    await member(rt, email="hana@example.com", email_verified=True)
    pages: list[str] = []
    for email in ("hana@example.com", "nobody@example.com"):
        asked = await reader.press(await reader.open("/enter/"), email=email)
        page = await reader.open(where(asked))
        pages += [re.sub(r"[0-9a-f]{32}", "", each.text) for each in (asked, page)]
        await reader.press(page, code="000000")

    assert pages[:2] == pages[2:]
    assert await rows(rt, StoredSession) == []


async def test_one_of_several_customers_is_chosen_after_the_code(
    rt: Runtime, reader: Browser
) -> None:
    for external_id in ("a", "b"):
        await member(rt, external_id, email="hana@example.com", email_verified=True)
    second = max(await rows(rt, Customer), key=lambda row: row.external_id)
    asked = await reader.press(await reader.open("/enter/"), email="hana@example.com")

    page = await reader.press(await reader.open(where(asked)), code=await code_for(rt))
    assert page.text.count('data-testid="enter-customer"') == 2
    assert await rows(rt, StoredSession) == []
    assert where(await reader.press(page, customer=second.id)) == "/subscription/"

    assert [row.customer_id for row in await rows(rt, StoredSession)] == [second.id]


async def test_codes_of_one_caller_are_counted_over_all_attempts(reader: Browser) -> None:
    fields = {"attempt": "0" * 32, "code": "000000", "next": "/"}
    answers = [
        await reader.http.post("/enter/", data=fields, headers={"origin": US})
        for _ in range(int(CODE_BURST) + 1)
    ]

    assert text.PROBLEMS["code_over"].ko in answers[-2].text
    assert text.PROBLEMS["too_often"].ko in answers[-1].text


@pytest.mark.parametrize("why", ["ended", "other", "more", "needed", "over", "<script>"])
@pytest.mark.parametrize("onward", ["/history/", "//evil.example/", "https://evil.example/"])
async def test_page_says_why_and_leads_to_our_own_pages_alone(
    reader: Browser, why: str, onward: str
) -> None:
    page = await reader.http.get("/enter/", params={"why": why, "next": onward})

    title = text.OTHER_TITLE if why == "other" else text.WHY.get(why, (text.TITLE,))[0]
    assert title.ko in page.text
    assert ("evil" in page.text) is False
    assert ("/history/" in page.text) is (onward == "/history/")
    assert "<script" not in page.text


async def test_browser_whose_next_session_has_arrived_is_led_on(
    rt: Runtime, reader: Browser
) -> None:
    address = "/enter/?why=ended&next=%2Fhistory%2F"
    reader.use(rt, new_session())
    stays = await reader.open(address)
    reader.use(rt, await signed_in(rt, await member(rt)))

    led = await reader.open(address)

    assert (stays.status_code, text.WHY["ended"][0].ko in stays.text) == (200, True)
    assert (led.status_code, led.headers["location"]) == (303, f"{US}/history/")


@pytest.mark.parametrize("email", ["", "no address", "a@b@c", "x" * 300])
async def test_wrong_address_is_explained_beside_its_field(reader: Browser, email: str) -> None:
    page = await reader.press(await reader.open("/enter/"), email=email)

    assert page.status_code == 200
    assert text.PROBLEMS["no_mail_address"].ko in page.text
    assert 'aria-invalid="true"' in page.text


async def test_address_without_its_slash_leads_there(reader: Browser) -> None:
    answer = await reader.http.get("/enter?why=ended", headers={"host": "evil.example"})

    assert (answer.status_code, answer.headers["location"]) == (307, f"{US}/enter/?why=ended")


async def test_page_of_a_link_names_no_address_that_nobody_verified(
    rt: Runtime, reader: Browser
) -> None:
    customer = await member(rt, name="김하나", email="victim@example.com")

    page = await reader.open(f"/enter/{await link(rt, customer)}")

    assert "김*나" in page.text
    assert "@example.com" not in page.text
