"""The panel: its data, its request log, and its use in a browser."""

import re
import shlex
from typing import Any, Literal

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect

from tests.sandbox.browsing import in_browser
from tests.sandbox.client import ISSUE, SandboxClient
from tossbill_sandbox.app import SANDBOX_SECRET_KEY, Sandbox
from tossbill_sandbox.store import faults


async def panel(client: SandboxClient, since: str = "") -> dict[str, Any]:
    return (await client.http.get("_control/panel", params={"since": since})).json()


async def test_page_has_no_inline_script_or_style(client: SandboxClient) -> None:
    answer = await client.http.get("")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>[^<]|<style| style=| on\w+=", answer.text) == []
    for path in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
        assert (await client.get(path)).status_code == 200


async def test_panel_returns_the_state_only_if_it_changed(client: SandboxClient) -> None:
    first = await panel(client)
    same = await panel(client, since=first["revision"])
    await client.issue(await client.auth_key("approve_check"))
    changed = await panel(client, since=first["revision"])

    assert "state" not in same
    [method] = changed["state"]["methods"]
    assert (method["label"], method["deleted_at"]) == ("신한 체크 94000041****234*", None)
    assert changed["now"] == "2026-11-24T03:00:00+00:00"


async def test_panel_shows_a_restored_snapshot(client: SandboxClient) -> None:
    await client.http.post("_control/snapshots", json={"name": "empty"})
    await client.billing_key()
    full = await panel(client)

    await client.http.post("_control/snapshots/empty/restore")
    empty = await panel(client, since=full["revision"])

    assert len(full["state"]["methods"]) == 1
    assert empty["state"]["methods"] == []


async def test_request_is_logged_with_a_command_to_repeat_it(client: SandboxClient) -> None:
    auth_key = await client.auth_key()
    await client.issue(auth_key, key="it's mine")
    await client.http.get("v1/payments/some%20key?x=1")

    lookup, issue = (await panel(client))["state"]["requests"]

    assert (issue["method"], issue["path"], issue["status"]) == ("POST", "/" + ISSUE, 200)
    assert auth_key in issue["request"]
    assert "billingKey" in issue["response"]
    words = shlex.split(issue["curl"])
    assert words[:4] == ["curl", "-X", "POST", "http://sandbox.test/sandbox/" + ISSUE]
    assert "idempotency-key: it's mine" in words
    assert words[words.index("--data-raw") + 1] == issue["request"]
    assert SANDBOX_SECRET_KEY not in issue["curl"]
    assert (lookup["path"], lookup["status"]) == ("/v1/payments/some%20key?x=1", 401)


async def test_aborted_request_is_logged(client: SandboxClient) -> None:
    await client.fault("lookup", "reset_before", count=1)
    with pytest.raises(httpx.TransportError):
        await client.http.get("v1/payments/key")

    [request] = (await panel(client))["state"]["requests"]

    assert request["response"] == "{"


async def test_panel_data_is_restricted_to_this_machine(sandbox: Sandbox) -> None:
    transport = httpx.ASGITransport(sandbox, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
        assert (await http.get("/_control/panel")).status_code == 403
        assert (await http.get("/_control/webhooks")).status_code == 403


async def open_panel(chromium: Browser, shop: str, **options: Any) -> Page:
    page = await chromium.new_page(**options)
    await page.goto(f"{shop}/sandbox/?language=ko")
    await expect(page.locator("#next-due")).to_have_text("예정된 일이 없어요")
    return page


@in_browser
async def test_user_sees_and_makes_changes(chromium: Browser, shop: str) -> None:
    page = await open_panel(chromium, shop, permissions=["clipboard-read", "clipboard-write"])
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    await page.get_by_label("받을 주소").fill("http://127.0.0.1:9/hook")
    await page.get_by_role("button", name="추가").click()
    await expect(page.locator("#endpoints code")).to_have_text("http://127.0.0.1:9/hook")
    await page.get_by_label("어디에서").select_option("lookup")
    await page.get_by_label("무엇이").select_option("error_500_before")
    await page.get_by_role("button", name="켜기").click()
    await expect(page.locator("#faults")).to_contain_text("lookup · error_500_before")
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        client = SandboxClient(http)
        key = (await client.issue(await client.auth_key())).json()["billingKey"]
        await client.delete(key)
        assert (await http.get("v1/payments/p")).status_code == 500

    await expect(page.locator("#methods")).to_contain_text("지워짐")
    await expect(page.locator("#faults")).to_contain_text("0번 남음")
    await expect(page.locator("#deliveries")).to_contain_text("ConnectError")
    await expect(page.locator("#next-due")).to_contain_text("다음 일정: 20")
    await page.get_by_role("button", name="BILLING_DELETED 다시 보내기").click()
    await expect(page.locator("#deliveries")).to_contain_text("2번")
    await page.get_by_role("button", name="GET /v1/payments/p curl 복사").click()
    copied: str = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -X GET {shop}/sandbox/v1/payments/p")
    await page.get_by_role("button", name="lookup error_500_before 끄기").click()
    await expect(page.locator("#faults")).to_contain_text("켜 둔 장애가 없어요")
    assert errors == []


@in_browser
async def test_payment_leads_to_its_customer_and_long_lists_are_cut(
    chromium: Browser, shop: str
) -> None:
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        client = SandboxClient(http)
        await http.post("_control/reset")
        for number in range(10):
            await client.charge(await client.billing_key(), orderId=f"order-{number:04d}")
    page = await open_panel(chromium, shop, viewport={"width": 375, "height": 812})
    payments = page.locator("#payments li")

    await expect(payments).to_have_count(9)
    await page.locator("#payments").get_by_role("button", name="2개 더 보기").click()
    await expect(payments).to_have_count(10)
    await expect(payments.nth(8)).to_be_focused()

    await payments.first.get_by_role("link").click()
    await expect(page.locator("#customer")).to_contain_text("결제만 보고 있어요")
    await expect(page.locator("#to-shop")).to_be_hidden()
    await page.goto(f"{shop}/sandbox/#customer=nobody")
    await expect(payments).to_have_text(["결제하면 여기에 보여요."])
    await page.get_by_role("link", name="모두 보기").click()
    await expect(page.locator("#customer")).to_be_hidden()
    await expect(payments.first).to_contain_text("order-0009")
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    found = (await Axe().run(page)).response["violations"]
    assert [each["id"] for each in found] == []


@in_browser
async def test_panel_names_a_shop_that_may_have_charged_twice(chromium: Browser, shop: str) -> None:
    page = await open_panel(chromium, shop, viewport={"width": 375, "height": 812})
    named = page.locator("#doubles")
    await expect(named).to_be_hidden()
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        client = SandboxClient(http)
        key = await client.billing_key()
        await client.fault("charge", "error_500_after", count=1)
        await client.charge(key)
        await client.charge(key, "order-2")

    await expect(named).to_contain_text("order-1의 응답을 받지 못하고 order-2로 다시 결제했어요.")
    await expect(named).to_contain_text("4,900원")
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    found = (await Axe().run(page)).response["violations"]
    assert [each["id"] for each in found] == []
    await page.get_by_role("button", name="확인했어요").click()
    await expect(named).to_be_hidden()


@in_browser
async def test_panel_offers_the_faults_of_an_endpoint(chromium: Browser, shop: str) -> None:
    page = await open_panel(chromium, shop, viewport={"width": 375, "height": 812})
    kinds, code = page.get_by_label("무엇이"), page.get_by_label("오류 코드")

    await page.get_by_label("어디에서").select_option("webhook")
    await expect(kinds.locator("option")).to_have_text(sorted(faults.WEBHOOK_KINDS))
    await page.get_by_label("어디에서").select_option("charge")
    await expect(code).to_be_hidden()
    await kinds.select_option("refuse")
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    await code.fill("REJECT_ACCOUNT_PAYMENT")
    await page.get_by_role("button", name="켜기").click()

    await expect(page.locator("#faults")).to_contain_text("charge · refuse")


@in_browser
async def test_panel_elsewhere_says_where_it_works(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    answer = {"error": "only from this machine"}
    await page.route("**/_control/panel*", lambda route: route.fulfill(status=403, json=answer))
    await page.goto(f"{shop}/sandbox/?language=en")

    await expect(page.get_by_role("alert")).to_contain_text("Open it there at localhost")
    await expect(page.locator("#next-due")).to_have_text("")


@in_browser
async def test_standalone_panel_has_no_mailbox(chromium: Browser, shop: str) -> None:
    page = await open_panel(chromium, shop)

    await expect(page.locator("#requests-title")).to_be_visible()
    await expect(page.locator("#mailbox")).to_be_hidden()


@in_browser
async def test_user_moves_the_clock(chromium: Browser, shop: str) -> None:
    page = await chromium.new_page()
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        await http.post("_control/reset", json={"at": "2026-01-31T12:00:00"})
        client = SandboxClient(http)
        await client.charge(await client.billing_key("monthly_limit"))
        await client.charge(await client.billing_key())
    await page.goto(f"{shop}/sandbox/?language=ko")
    now = page.locator("#now")
    await expect(now).to_contain_text("2026년 1월 31일")
    await expect(page.locator("#payments")).to_contain_text("DONE")

    await page.get_by_role("button", name="다음 일정까지").click()
    await expect(now).to_contain_text("2월 1일")
    await expect(now).to_contain_text("00:00:00")
    await page.get_by_role("button", name="하루 뒤").click()
    await expect(now).to_contain_text("2월 2일")
    await page.get_by_role("button", name="한 달 뒤").click()
    await expect(now).to_contain_text("3월 2일")
    await page.get_by_label("며칠 뒤로").fill("30")
    await expect(page.locator("#days-text")).to_contain_text("30일 뒤, 2026년 4월 1일")
    await page.get_by_role("button", name="가기").click()
    await expect(now).to_contain_text("4월 1일")
    await expect(page.get_by_role("button", name="다음 일정까지")).to_be_disabled()


@in_browser
@pytest.mark.parametrize(
    ("spoken", "going", "waiting"),
    [
        ("ko", "2026년 12월 24일", "결제 order-1부터 확인해요"),
        ("en", "On its way to", "Payment order-1 comes first"),
    ],
)
async def test_panel_says_where_the_clock_is_going_and_what_it_waits_for(
    chromium: Browser, shop: str, spoken: str, going: str, waiting: str
) -> None:
    """The app that follows the clock settles every payment on the way."""
    page = await chromium.new_page()
    way = {
        "target": "2026-12-24T03:00:00+00:00",
        "waits": {"order_id": "order-1", "until": "2026-11-24T03:06:00+00:00"},
    }

    async def say(route: Route) -> None:
        answer = await (await route.fetch()).json()
        await route.fulfill(json=answer | way)

    await page.route("**/_control/panel*", say)
    await page.goto(f"{shop}/sandbox/?language={spoken}")

    shown = page.locator("p[role=status]")
    await expect(shown).to_contain_text(going)
    await expect(shown).to_contain_text(waiting)
    await expect(shown).to_contain_text("12:06:00")
    way |= {"waits": None}
    await expect(shown).not_to_contain_text(waiting)
    await expect(shown).to_contain_text(going)
    way |= {"target": None}
    await expect(shown).to_be_empty()


@in_browser
async def test_failed_call_shows_an_error(chromium: Browser, shop: str) -> None:
    page = await open_panel(chromium, shop)
    await page.route("**/_control/clock/advance", lambda route: route.abort())

    await page.get_by_role("button", name="하루 뒤").click()

    await expect(page.get_by_role("alert")).to_be_visible()


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_panel_is_accessible_and_fits_a_phone(
    chromium: Browser, shop: str, scheme: Literal["light", "dark"]
) -> None:
    viewport = {"width": 375, "height": 812}
    async with httpx.AsyncClient(base_url=f"{shop}/sandbox/") as http:
        client = SandboxClient(http)
        await client.issue(await client.auth_key())
    page = await open_panel(chromium, shop, color_scheme=scheme, viewport=viewport)
    await expect(page.locator("#methods strong")).to_be_visible()

    found = await Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
