"""One-off payments: the window by plain form posts, the return to the shop, the confirm."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from tests.sandbox.client import AUTH, ORDER, WINDOW, ManualClock, SandboxClient, errors
from tests.sandbox.webhook_receiver import (
    ENDPOINT_URL,
    WebhookReceiver,
    control,
    receiver,
    webhook_transport,
)

__all__ = ["receiver", "webhook_transport"]
SUCCESS = "http://shop.test/success/?registration=7&token=t"


async def status_of(client: SandboxClient, order_id: str = "order-1") -> str:
    return (await client.lookup(order_id)).json()["status"]


async def test_v2_payment_returns_to_the_shop_and_is_confirmed(client: SandboxClient) -> None:
    address = await client.open_window(**ORDER)
    before = (await client.lookup("order-1")).json()

    moved = await client.enter_card(address)
    back = httpx.URL(moved.headers["location"])
    between = await status_of(client)
    confirmed = (await client.confirm(back.params["paymentKey"])).json()

    key = before["paymentKey"]
    assert str(back) == (
        f"{SUCCESS}&paymentType=NORMAL&orderId=order-1&paymentKey={key}&amount=50000"
    )
    assert (before["status"], before["method"], before["card"]) == ("READY", None, None)
    assert (between, confirmed["status"], confirmed["type"]) == ("IN_PROGRESS", "DONE", "NORMAL")
    assert (confirmed["totalAmount"], confirmed["card"]["issuerCode"]) == (50_000, "61")
    assert confirmed["requestedAt"] == before["requestedAt"]
    assert await client.effects() == ["payment_approved"]
    assert (await client.check())["consistent"]


async def test_v1_payment_returns_three_parameters(client: SandboxClient) -> None:
    back = await client.pay_in_window(script="v1", customerKey="")

    assert list(back.params)[2:] == ["orderId", "paymentKey", "amount"]


async def test_form_asks_for_the_card_alone(client: SandboxClient) -> None:
    page = (await client.get(await client.open_window(**ORDER))).text

    named = re.findall(r'<(?:input|select)[^>]* name="(\w+)"', page)
    assert named == ["number", "company", "expiry", "months", "agree"]
    assert re.search(r'data-testid="window-amount">50,000원<', page)
    assert re.search(r'data-testid="window-order-name">토스 티셔츠 외 2건<', page)
    assert re.search(r'data-testid="window-submit">50,000원 결제하기<', page)
    assert re.search(r'data-testid="window-agree" required>', page)


async def test_order_name_is_escaped(client: SandboxClient) -> None:
    page = await client.get(await client.open_window(**{**ORDER, "orderName": "<script>x"}))

    assert "<script>x" not in page.text


async def test_errors_are_shown_at_their_fields(client: SandboxClient) -> None:
    address = await client.open_window(**ORDER)

    wrong = await client.enter_card(address, number="1", expiry="13/30", agree="")

    assert (wrong.status_code, errors(wrong)) == (422, ["number", "expiry", "agree"])
    assert await status_of(client) == "READY"


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"amount": "49999"}, []),
        ({}, [0, *range(2, 13)]),
        ({"maxCardInstallmentPlan": "3"}, [0, 2, 3]),
        ({"cardInstallmentPlan": "6"}, [6]),
        ({"cardInstallmentPlan": "0"}, []),
    ],
)
async def test_shop_limits_the_installments(
    client: SandboxClient, changes: dict[str, str], offered: list[int]
) -> None:
    address = await client.open_window(**{**ORDER, **changes})
    months = (await client.get(address)).text.partition('id="months"')[2].partition("</select>")[0]

    back = await client.enter_card(address, months=str(offered[-1] if offered else 0))
    key = httpx.URL(back.headers["location"]).params["paymentKey"]
    confirmed = await client.confirm(key, amount=int(changes.get("amount", "50000")))

    assert [int(each) for each in re.findall(r'value="(\d+)"', months)] == offered
    card = confirmed.json()["card"]
    assert card["installmentPlanMonths"] == (offered[-1] if offered else 0)


async def test_debit_card_is_not_paid_in_installments(client: SandboxClient) -> None:
    address = await client.open_window(**ORDER)

    answer = await client.enter_card(address, number="9400004100002345", months="3")

    assert errors(answer) == ["months"]


async def test_cancel_leads_to_fail_url_without_the_order(client: SandboxClient) -> None:
    answer = await client.cancel(await client.open_window(**ORDER))

    back = httpx.URL(answer.headers["location"])
    assert (back.path, list(back.params)) == ("/fail/", ["code", "message"])
    assert back.params["code"] == "PAY_PROCESS_CANCELED"
    assert await status_of(client) == "READY"


async def test_refusal_in_the_window_leads_to_fail_url_with_the_order(
    client: SandboxClient,
) -> None:
    back = await client.pay_in_window("refused_in_window")

    message = quote("결제 승인이 거절되었습니다.")
    assert str(back) == (
        f"http://shop.test/fail/?code=REJECT_CARD_COMPANY&message={message}&orderId=order-1"
    )


@pytest.mark.parametrize(
    ("persona", "status", "code", "after"),
    [
        ("monthly_limit", 403, "REJECT_CARD_PAYMENT", "ABORTED"),
        ("stolen", 400, "INVALID_CARD_LOST_OR_STOLEN", "ABORTED"),
        ("issuer_silent", 500, "FAILED_CARD_COMPANY_RESPONSE", "IN_PROGRESS"),
        ("approves_once", 200, None, "DONE"),
    ],
)
async def test_card_is_declined_at_the_confirm(
    client: SandboxClient, persona: str, status: int, code: str | None, after: str
) -> None:
    key = (await client.pay_in_window(persona)).params["paymentKey"]

    answer = await client.confirm(key)
    found = await client.http.get(f"v1/payments/{key}", auth=AUTH)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert found.json()["status"] == after
    assert (found.json()["failure"] or {}).get("code") == (code if after == "ABORTED" else None)
    assert (await client.check())["consistent"]


async def test_declined_order_can_be_paid_again(client: SandboxClient) -> None:
    declined = (await client.pay_in_window("stolen")).params["paymentKey"]
    await client.confirm(declined)

    paid = (await client.pay_in_window()).params["paymentKey"]

    assert (await client.confirm(paid)).json()["status"] == "DONE"
    assert (await client.confirm(declined)).json()["code"] == "ALREADY_PROCESSED_PAYMENT"


async def test_tampered_amount_is_refused_as_the_switch_says(client: SandboxClient) -> None:
    key = (await client.pay_in_window()).params["paymentKey"]

    refused = await client.confirm(key, amount=100)
    await client.switch(confirm_amount_differs="FORBIDDEN_REQUEST")
    switched = await client.confirm(key, amount=100)

    assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_REQUEST")
    assert switched.json()["code"] == "FORBIDDEN_REQUEST"
    assert await status_of(client) == "IN_PROGRESS"


async def test_confirm_before_the_buyer_has_paid_is_refused(client: SandboxClient) -> None:
    await client.open_window(**ORDER)
    key = (await client.lookup("order-1")).json()["paymentKey"]

    refused = await client.confirm(key)

    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND_PAYMENT_SESSION")


async def test_too_small_amount_is_refused_at_the_confirm(client: SandboxClient) -> None:
    key = (await client.pay_in_window(amount="99")).params["paymentKey"]

    assert (await client.confirm(key, amount=99)).json()["code"] == "BELOW_MINIMUM_AMOUNT"


async def test_unpaid_order_expires_with_its_window(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    address = await client.open_window(**ORDER)
    manual_clock.forward(timedelta(minutes=30))

    late = await client.enter_card(address)

    back = httpx.URL(late.headers["location"])
    assert (back.params["code"], back.params["orderId"]) == ("PAY_PROCESS_ABORTED", "order-1")
    found = (await client.lookup("order-1")).json()
    assert (found["status"], found["failure"]["code"]) == ("EXPIRED", "EXPIRED_PAYMENT")
    assert found["method"] is None


async def test_paid_order_expires_ten_minutes_after_the_payment(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    address = await client.open_window(**ORDER)
    manual_clock.forward(timedelta(minutes=29))
    back = httpx.URL((await client.enter_card(address)).headers["location"])
    manual_clock.forward(timedelta(minutes=9, seconds=59))
    in_time = await status_of(client)
    manual_clock.forward(timedelta(seconds=1))

    late = await client.confirm(back.params["paymentKey"])

    assert in_time == "IN_PROGRESS"
    assert (late.json()["code"], await status_of(client)) == (
        "NOT_FOUND_PAYMENT_SESSION",
        "EXPIRED",
    )


async def test_window_is_due_when_it_expires(client: SandboxClient) -> None:
    await client.open_window(**ORDER)

    moved = await client.http.post("_control/clock/next")

    assert moved.json()["now"] == "2026-11-24T03:30:00+00:00"
    assert await status_of(client) == "EXPIRED"


async def test_order_paid_twice_is_confirmed_once(client: SandboxClient) -> None:
    first = (await client.pay_in_window()).params["paymentKey"]
    second = (await client.pay_in_window("approve_check")).params["paymentKey"]

    old, new = await client.confirm(first), await client.confirm(second)

    assert old.json()["code"] == "NOT_FOUND_PAYMENT_SESSION"
    assert (new.json()["status"], new.json()["paymentKey"]) == ("DONE", second)
    assert (await client.check())["consistent"]


async def test_approved_order_does_not_open_a_window(client: SandboxClient) -> None:
    open_already = await client.open_window(**ORDER)
    await client.confirm((await client.pay_in_window()).params["paymentKey"])

    refused = await client.http.get("window", params={**WINDOW, **ORDER})
    late = await client.enter_card(open_already)

    assert refused.status_code == 400
    assert 'data-code="DUPLICATED_ORDER_ID"' in refused.text
    assert httpx.URL(late.headers["location"]).params["code"] == "DUPLICATED_ORDER_ID"


async def test_form_submitted_twice_leads_to_the_same_url(client: SandboxClient) -> None:
    address = await client.open_window(**ORDER)

    first, second = await client.enter_card(address), await client.enter_card(address)

    assert first.headers["location"] == second.headers["location"]


async def test_payment_object_has_the_metadata_and_the_taxes(client: SandboxClient) -> None:
    await client.open_window(
        **ORDER, metadata=json.dumps({"seat": "다 열 7"}), taxFreeAmount="10000"
    )

    found = (await client.lookup("order-1")).json()

    assert found["metadata"] == {"seat": "다 열 7"}
    assert (found["taxFreeAmount"], found["vat"]) == (10_000, 3636)


async def test_payment_by_a_customer_without_a_name(client: SandboxClient) -> None:
    back = await client.pay_in_window(customerKey="@@ANONYMOUS", orderId="order=1")

    confirmed = await client.confirm(back.params["paymentKey"], orderId="order=1")

    assert confirmed.json()["status"] == "DONE"


async def test_last_page_in_an_iframe_has_the_result_for_the_shops_page(
    client: SandboxClient,
) -> None:
    address = await client.open_window(
        **ORDER, windowTarget="iframe", parentOrigin="http://shop.test"
    )

    await client.enter_card(address)

    page = (await client.get(address)).text
    assert 'data-ending="succeeded" data-url="http://shop.test/success/' in page
    assert "paymentType=NORMAL&amp;orderId=order-1" in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "TRANSFER"}, "NOT_SUPPORTED_METHOD"),
        ({"customerKey": "a"}, "INVALID_CUSTOMER_KEY"),
        ({"clientKey": "test_ck_nobody"}, "UNAUTHORIZED_KEY"),
        ({"amount": ""}, "INVALID_AMOUNT_VALUE"),
        ({"amount": "1.5"}, "INVALID_AMOUNT_VALUE"),
        ({"amount": "9007199254740992"}, "INVALID_AMOUNT_VALUE"),
        ({"amount": "0"}, "BELOW_ZERO_AMOUNT"),
        ({"amount": "-1"}, "BELOW_ZERO_AMOUNT"),
        ({"orderId": "short"}, "INVALID_PARAMETERS"),
        ({"orderId": "a" * 65}, "INVALID_PARAMETERS"),
        ({"orderId": "주문번호-1"}, "INVALID_PARAMETERS"),
        ({"orderName": ""}, "INVALID_PARAMETERS"),
        ({"orderName": "가" * 101}, "INVALID_PARAMETERS"),
        ({"taxFreeAmount": "50001"}, "INVALID_PARAMETERS"),
        ({"taxExemptionAmount": "-1"}, "INVALID_PARAMETERS"),
        ({"cardInstallmentPlan": "1"}, "INVALID_PARAMETERS"),
        ({"cardInstallmentPlan": "2", "maxCardInstallmentPlan": "2"}, "INVALID_PARAMETERS"),
        ({"metadata": "{"}, "INVALID_METADATA"),
        ({"metadata": "[]"}, "INVALID_METADATA"),
        ({"metadata": '{"a": 1}'}, "INVALID_METADATA"),
        ({"metadata": '{"[a]": "b"}'}, "INVALID_METADATA"),
        ({"metadata": json.dumps({str(n): "" for n in range(6)})}, "INVALID_METADATA"),
    ],
)
async def test_invalid_order_is_refused_with_a_code(
    client: SandboxClient, changes: dict[str, str], code: str
) -> None:
    answer = await client.http.get("window", params={**WINDOW, **ORDER, **changes})

    assert answer.status_code == 400
    assert f'data-code="{code}"' in answer.text
    assert (await client.lookup("order-1")).status_code == 404


async def test_status_changes_send_webhooks(
    client: SandboxClient, receiver: WebhookReceiver
) -> None:
    await control(client, url=ENDPOINT_URL)
    declined = (await client.pay_in_window("stolen")).params["paymentKey"]
    await client.confirm(declined)
    await client.confirm((await client.pay_in_window()).params["paymentKey"])
    await client.open_window(**{**ORDER, "orderId": "order-2"})
    await client.http.post("_control/clock/next")

    await control(client, "/flush")

    sent = [json.loads(each.content) for each in receiver.received]
    assert {each["eventType"] for each in sent} == {"PAYMENT_STATUS_CHANGED"}
    assert [(each["data"]["orderId"], each["data"]["status"]) for each in sent] == [
        ("order-1", "ABORTED"),
        ("order-1", "DONE"),
        ("order-2", "EXPIRED"),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"metadata": r'{"a":"\ud800"}'}, "INVALID_METADATA"),
        ({"metadata": r'{"\udfff":"a"}'}, "INVALID_METADATA"),
        ({"amount": "0050000"}, "INVALID_AMOUNT_VALUE"),
        ({"taxFreeAmount": "01"}, "INVALID_PARAMETERS"),
        ({"cardInstallmentPlan": "03"}, "INVALID_PARAMETERS"),
    ],
)
async def test_order_that_no_script_writes_is_refused(
    client: SandboxClient, changes: dict[str, str], code: str
) -> None:
    refused = await client.http.get("window", params={**WINDOW, **ORDER, **changes})

    assert (refused.status_code, f'data-code="{code}"' in refused.text) == (400, True)


@pytest.mark.parametrize("order", [{}, ORDER])
async def test_no_text_of_a_window_is_a_server_error(
    client: SandboxClient, order: dict[str, str]
) -> None:
    every = {**WINDOW, **order} | {"cardTypes": "", "parentOrigin": "", "metadata": "{}"}
    query = [(name, bad) for name in every for bad in ("%ED%A0%80", "%00", "%FF", "\\ud800")]

    for name, bad in query:
        others = httpx.QueryParams({key: value for key, value in every.items() if key != name})
        answer = await client.http.get(f"window?{others}&{name}={bad}")
        assert answer.status_code in (303, 400), (name, bad)
