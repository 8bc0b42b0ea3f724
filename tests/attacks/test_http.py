"""Forged addresses, headers and cookies."""

import re

import httpx
import pytest

from tests.clients.raw import answers_to
from tests.clients.recorded import recordings
from tests.support.customer import APPROVED, Customer, view_of
from tests.support.server import Server
from tossbill_sandbox.app import SANDBOX_SECRET_KEY

# Webhooks about nothing of ours, by what their body says they are about.
COUNTED = "SELECT sum(number) FROM webhook_count WHERE kind = 'PAYMENT_STATUS_CHANGED'"
PAGES = ["/", "/register/", "/success/", "/fail/", "/history/"]


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/app.css", "/healthz", "/session"])
def test_every_response_has_the_security_headers(server: Server, path: str) -> None:
    answer = httpx.get(f"{server.url}{path}")

    # A form that is sent without a referrer has no origin that could be checked.
    policy = "same-origin" if path == "/register/" else "no-referrer"
    assert answer.headers["referrer-policy"] == policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "permissions-policy" in answer.headers


def test_only_hashed_assets_are_cached_as_immutable(server: Server) -> None:
    page = httpx.get(f"{server.url}/").text
    asset = re.search(r'href="(/assets/[^"]+\.css)"', page)

    assert asset
    assert "immutable" in httpx.get(f"{server.url}{asset[1]}").headers["cache-control"]
    assert "immutable" not in httpx.get(f"{server.url}/toss_billing.js").headers.get(
        "cache-control", ""
    )


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_cached_and_set_a_safe_cookie(server: Server, path: str) -> None:
    answer = httpx.get(f"{server.url}{path}")

    assert answer.headers["cache-control"] == "no-store"
    if path in ("/success/", "/fail/"):
        assert "tossbill_session" not in answer.headers.get("set-cookie", "")
    else:
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie  # plain http here; https is tested with the cookie itself


def test_foreign_origin_gets_no_cors_headers(server: Server) -> None:
    answer = httpx.get(f"{server.url}/history/", headers={"Origin": "https://evil.example"})

    assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"},
        {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
    ],
)
def test_headers_do_not_choose_the_return_address(server: Server, headers: dict[str, str]) -> None:
    with Customer(server.url) as customer:
        customer.http.headers.update(headers)
        call = customer.open_register()

    assert call["success_url"].startswith(f"{server.url}/success/?")
    assert call["fail_url"].startswith(f"{server.url}/fail/?")


@pytest.mark.parametrize("number", ["127.0.0.1", "[::1]"])
def test_request_by_ip_address_is_redirected_to_the_host_name(server: Server, number: str) -> None:
    host = {"host": f"{number}:{server.port}"}

    answer = httpx.get(f"{server.url}/register/", params={"a": "b"}, headers=host)

    assert answer.status_code == 307
    assert answer.headers["location"] == f"{server.url}/register/?a=b"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "@evil.example", "\\"]
)
def test_session_route_redirects_only_to_our_own_pages(server: Server, target: str) -> None:
    answer = httpx.get(f"{server.url}/session", params={"next": target})

    assert answer.headers["location"] == f"{server.url}/"


def test_return_url_loses_auth_key_and_token_at_once(server: Server) -> None:
    with Customer(server.url) as customer:
        address = customer.through_window(customer.open_register(), card=APPROVED)
        answer = customer.http.get(address)

    assert answer.status_code == 303
    assert re.fullmatch(r"/success/\?registration=[0-9a-f]{32}", answer.headers["location"])


def test_return_without_its_session_asks_and_registers_nothing(server: Server) -> None:
    before = server.keys_at_toss()
    with Customer(server.url) as customer, Customer(server.url) as thief:
        address = customer.through_window(customer.open_register())
        value = customer.http.cookies["tossbill_session"]
        thief.open_register()
        assert thief.arrive(address) == "asked"
        customer.http.cookies.clear()
        assert customer.arrive(address) == "asked"
        customer.http.cookies.set("tossbill_session", value[:-2] + "xx")
        assert customer.arrive(address) == "asked"
        assert server.keys_at_toss() == before
        customer.http.cookies.clear()
        customer.take("tossbill_session", value)
        customer.wait_for(address, "issued")
        assert thief.arrive(address) == "other_session"


def test_failure_message_is_escaped_and_truncated(server: Server) -> None:
    evil = "<img src=x onerror=alert(1)> https://evil.example " + "x" * 5000
    page = httpx.get(f"{server.url}/fail/", params={"code": evil, "message": evil}).text

    assert "<img src=x" not in page
    assert 'href="https://evil' not in page
    assert "x" * 300 not in page
    assert view_of(page) == "failed"


def test_huge_body_is_refused(server: Server) -> None:
    assert httpx.post(f"{server.url}/", content=b"x" * 1_000_000).status_code in (405, 413)


def test_requests_that_offer_http_2_keep_their_body(server: Server) -> None:
    """As Java's HttpClient sends them, to the sandbox and to the webhooks."""
    card, _ = recordings()["Java HttpClient"]
    content = b'{"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": "none"}}'
    head = card.split(b"\r\n\r\n")[0].replace(b"Content-Length: 156", b"Content-Length: 68")
    head = head.replace(b"/sandbox/v1/billing/authorizations/card", b"/webhooks/toss")

    [(status, issued)] = answers_to(server.port, [card])
    # Other tests compare the sandbox's keys and money with the app's.
    key = f"{server.url}/sandbox/v1/billing/{issued['billingKey']}"
    assert httpx.delete(key, auth=(SANDBOX_SECRET_KEY, "")).status_code == 200
    before = server.rows(COUNTED)
    answers_to(server.port, [head + b"\r\n\r\n" + content])

    assert status == 200
    assert server.rows(COUNTED) != before


def test_every_refusal_is_recorded(server: Server) -> None:
    with Customer(server.url) as customer:
        call = customer.open_register()
        customer.arrive(call["success_url"] + "&authKey=a&customerKey=someone-else")

    kinds = [row[0] for row in server.rows("SELECT kind FROM security_event")]
    assert "refused.wrong_customer_key" in kinds
