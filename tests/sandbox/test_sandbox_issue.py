"""Issuing and deleting billing keys, and the conventions all endpoints share."""

import base64
import re

import httpx
import pytest

from tests.sandbox.client import AUTH, ISSUE, ManualClock, SandboxClient
from tossbill_sandbox.app import SANDBOX_SECRET_KEY, Sandbox
from tossbill_sandbox.errors import ERRORS

NEW_SHAPE = ["mId", "customerKey", "authenticatedAt", "method", "billingKey", "card"]
OTHER_SHOP = {
    "client_key": "test_ck_other",
    "secret_key": "test_sk_other",
    "m_id": "othershop",
    "api_version": "2022-11-16",
}


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


async def test_issued_key_has_tosss_format(client: SandboxClient) -> None:
    answer = await client.issue(await client.auth_key())

    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [*NEW_SHAPE, "transfers", "easyPay"]
    assert body["card"] == {
        "issuerCode": "61",
        "acquirerCode": "31",
        "number": "94000061****123*",
        "cardType": "신용",
        "ownerType": "개인",
    }
    assert body["authenticatedAt"] == "2026-11-24T12:00:00+09:00"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}=", body["billingKey"])
    assert (body["method"], body["customerKey"]) == ("카드", "customer_1")
    assert await client.effects() == ["billing_key_issued"]


async def test_older_api_version_includes_the_card_company(client: SandboxClient) -> None:
    await client.http.post("_control/shops", json=OTHER_SHOP)
    auth_key = await client.auth_key(clientKey="test_ck_other")

    body = (await client.issue(auth_key, auth=("test_sk_other", ""))).json()

    assert list(body) == [*NEW_SHAPE, "cardCompany", "cardNumber"]
    assert (body["cardCompany"], body["cardNumber"]) == ("현대", "94000061****123*")


async def test_older_form_has_the_auth_key_in_its_path(client: SandboxClient) -> None:
    auth_key = (await client.auth_key()).replace("=", "%3D")
    path = f"v1/billing/authorizations/{auth_key}"

    answer = await client.http.post(path, auth=AUTH, json={"customerKey": "customer_1"})

    assert answer.status_code == 200
    assert answer.json()["billingKey"]


async def test_responses_have_the_recorded_headers(client: SandboxClient) -> None:
    headers = (await client.issue("unknown")).headers

    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-cache, no-store, max-age=0, must-revalidate"
    assert (headers["pragma"], headers["expires"]) == ("no-cache", "0")
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-tosspayments-trace-id"])
    assert "idempotency-key" not in headers


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "UNAUTHORIZED_KEY"),
        ({"authorization": "Bearer abc"}, 401, "UNAUTHORIZED_KEY"),
        ({"authorization": "Basic ***"}, 401, "UNAUTHORIZED_KEY"),
        (basic("test_sk_nobody:"), 401, "UNAUTHORIZED_KEY"),
        (basic("\ufeff" + SANDBOX_SECRET_KEY + ":"), 401, "UNAUTHORIZED_KEY"),
        (basic(SANDBOX_SECRET_KEY + ":password"), 401, "UNAUTHORIZED_KEY"),
        (basic(SANDBOX_SECRET_KEY), 403, "INCORRECT_BASIC_AUTH_FORMAT"),
    ],
)
async def test_each_authentication_error_has_its_code(
    client: SandboxClient, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await client.http.post(ISSUE, headers=headers, json={})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "INVALID_REQUEST"),
        (b"{", "INVALID_REQUEST"),
        (b"\xff", "INVALID_REQUEST"),
        (b"[]", "INVALID_REQUEST"),
        (b"[" * 100_000, "INVALID_REQUEST"),
        (b'{"authKey":"\\ud800","customerKey":"customer_1"}', "INVALID_REQUEST"),
        (b'{"customerKey":"customer_1"}', "INVALID_REQUEST"),
        (b'{"authKey":"a"}', "INVALID_REQUEST"),
        (b'{"authKey":7,"customerKey":"customer_1"}', "INVALID_REQUEST"),
        (b'{"authKey":"a","customerKey":"c"}', "INVALID_REQUEST"),
        (b'{"authKey":"%s","customerKey":"customer_1"}' % (b"a" * 301), "INVALID_REQUEST"),
        (b'{"authKey":"a","customerKey":"%s"}' % (b"c" * 301), "FAILED_DB_PROCESSING"),
        (b'{"authKey":"a","customerKey":"bad key!"}', "NOT_FOUND_BILLING"),
        (b'{"authKey":"a","customerKey":"%s"}' % (b"c" * 300), "NOT_FOUND_BILLING"),
    ],
)
async def test_documented_limits_are_enforced(
    client: SandboxClient, content: bytes, code: str
) -> None:
    answer = await client.http.post(ISSUE, auth=AUTH, content=content)

    assert (answer.status_code, answer.json()["code"]) == (ERRORS[code].status, code)


async def test_auth_key_is_valid_once(client: SandboxClient) -> None:
    auth_key = await client.auth_key()
    await client.issue(auth_key)

    again = await client.issue(auth_key)

    assert (again.status_code, again.json()["code"]) == (404, "NOT_FOUND_BILLING")
    assert await client.effects() == ["billing_key_issued"]


async def test_other_customer_is_refused_and_the_auth_key_stays_valid(
    client: SandboxClient,
) -> None:
    auth_key = await client.auth_key()

    stranger = await client.issue(auth_key, customer_key="customer_2")
    owner = await client.issue(auth_key)

    assert (stranger.status_code, stranger.json()["code"]) == (400, "NOT_MATCHES_CUSTOMER_KEY")
    assert owner.status_code == 200


async def test_mismatched_key_pair_is_refused(
    client: SandboxClient,
) -> None:
    await client.http.post("_control/shops", json=OTHER_SHOP)

    answer = await client.issue(await client.auth_key(), auth=("test_sk_other", ""))

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_API_KEY")


async def test_refused_card_uses_up_its_auth_key(client: SandboxClient) -> None:
    auth_key = await client.auth_key("refused_at_issue")

    refused = await client.issue(auth_key)
    again = await client.issue(auth_key)

    assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_REJECT_CARD")
    assert again.json()["code"] == "NOT_FOUND_BILLING"
    assert await client.effects() == []


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("", "존재하지 않는 빌링 결제 인증 정보 입니다."),
        ("ko-KR", "존재하지 않는 빌링 결제 인증 정보 입니다."),
        ("en-US", "Billing payment authentication information that does not exist."),
        ("en", "Billing payment authentication information that does not exist."),
    ],
)
async def test_errors_are_in_the_requested_language(
    client: SandboxClient, language: str, message: str
) -> None:
    answer = await client.issue("unknown", language=language)

    assert answer.json() == {"code": "NOT_FOUND_BILLING", "message": message}


@pytest.mark.parametrize("encode", [False, True])
async def test_key_can_be_deleted_raw_or_percent_encoded(
    client: SandboxClient, encode: bool
) -> None:
    billing_key: str = (await client.issue(await client.auth_key())).json()["billingKey"]
    named = billing_key.replace("=", "%3D") if encode else billing_key

    answer = await client.delete(named)

    assert (answer.status_code, answer.content) == (200, b"")
    ledger = await client.ledger()
    assert ledger["billing_keys"] == [
        {"billing_key": billing_key, "customer_key": "customer_1", "deleted": True}
    ]
    assert await client.effects() == ["billing_key_issued", "billing_key_deleted"]


async def test_deleting_a_deleted_or_unknown_key_is_refused(client: SandboxClient) -> None:
    billing_key: str = (await client.issue(await client.auth_key())).json()["billingKey"]
    await client.delete(billing_key)

    again, unknown = await client.delete(billing_key), await client.delete("never/was=")

    assert again.json()["code"] == "ALREADY_REMOVED_BILLING_KEY"
    assert unknown.json()["code"] == "NOT_FOUND_BILLING"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "v1/payments/some-key", "NOT_FOUND_PAYMENT"),
        ("GET", "v1/payments/orders/some-order", "NOT_FOUND_PAYMENT"),
        ("GET", "v1/nothing/here", "NOT_FOUND_HTTP_METHOD"),
        ("GET", ISSUE, "NOT_FOUND_HTTP_METHOD"),
        ("PUT", "v1/payments/some-key", "NOT_FOUND_HTTP_METHOD"),
    ],
)
async def test_unknown_resources_return_tosss_404(
    client: SandboxClient, method: str, path: str, code: str
) -> None:
    answer = await client.http.request(method, path, auth=AUTH)

    assert answer.status_code == 404
    assert answer.json() == {"code": code, "message": ERRORS[code].ko}


async def test_issuing_by_card_data_requires_a_contract(client: SandboxClient) -> None:
    await client.http.post("_control/switches", json={"card_data_contract": False})

    answer = await client.http.post("v1/billing/authorizations/card", auth=AUTH, json={})

    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_SUPPORTED_METHOD")


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (("127.0.0.1", 1), {}, 200),
        (("::1", 1), {}, 200),
        (("203.0.113.9", 1), {}, 403),
        (("127.0.0.1", 1), {"origin": "http://evil.test"}, 403),
        (("127.0.0.1", 1), {"origin": "http://sandbox.test"}, 200),
    ],
)
async def test_control_api_is_restricted_to_this_machine(
    sandbox: Sandbox, client: tuple[str, int], headers: dict[str, str], status: int
) -> None:
    transport = httpx.ASGITransport(sandbox, client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
        answer = await http.post("/_control/reset", headers=headers)

    assert answer.status_code == status


async def test_reset_deletes_all_data(client: SandboxClient, manual_clock: ManualClock) -> None:
    auth_key = await client.auth_key()
    await client.issue(auth_key, key="k")

    await client.http.post("_control/reset")

    assert await client.ledger() == {"entries": [], "billing_keys": []}
    assert (await client.issue(auth_key, key="k")).status_code == 404
    assert (await client.issue(await client.auth_key())).status_code == 200
