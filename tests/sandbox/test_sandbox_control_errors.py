"""Whatever is wrong with a request of the control API, the answer is a sentence about it."""

import json
import re
from typing import Any

import pytest

from tests.sandbox.client import AUTH, SandboxClient
from tossbill_sandbox.app import Sandbox
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME

# What Python says of itself, and not of the request.
PYTHON = re.compile(
    r"__\w+__|NoneType|codec|literal|unhashable|argument|isoformat|mapping|magnitude|line \d"
    r"|SQLite|out of range|Traceback|\bTrue\b|\bNone\b|\bint\b|\bstr\b|\bdict\b"
)
CARD_NUMBER = PERSONAS_BY_NAME["approve"].number
JUNK = [b"", b"{", b"\xff", b"null", b"[]", b"7", b'"text"', b"[" * 100_000, b'{"at": "\\ud800"}']
POSTS = [
    "clock/advance",
    "clock/set",
    "clock/follow",
    "switches",
    "faults",
    "shops",
    "refunds",
    "snapshots",
    "reset",
    "webhooks",
    "webhooks/events",
]
PAIR = {"client_key": "test_ck_mine", "secret_key": "test_sk_mine"}
WRONG: list[tuple[str, Any, str]] = [
    ("clock/advance", {"days": "1"}, "days must be a whole number from 0"),
    ("clock/advance", {"years": 1}, "months, weeks, days"),
    ("clock/advance", {"weeks": 10**8}, "the clock goes from 2000 to 2999"),
    ("clock/advance", {"months": 10**8}, "the clock goes from 2000 to 2999"),
    ("clock/advance", {"hours": 24 * 366 * 1000}, "the clock goes from 2000 to 2999"),
    ("clock/set", {"at": "tomorrow"}, "at must be a date or time, such as 2026-12-01T09:00:00"),
    ("clock/set", {"at": None}, "at must be a date or time"),
    ("clock/set", {"at": "0001-01-01"}, "the clock goes from 2000 to 2999"),
    ("clock/set", {"stopped": "yes"}, "stopped must be true or false"),
    ("clock/follow", {"next": 7}, "next must be a date or time"),
    ("clock/follow", {"waits": {"order_id": "a"}}, "waits must have an order_id and until"),
    ("clock/follow", {"waits": {"order_id": "a", "until": 1}}, "until must be a date or time"),
    ("switches", {"nothing": True}, "there is no switch nothing; there are auth_key_unknown, "),
    ("switches", {"auth_key_used": []}, "[] is not a valid value of auth_key_used"),
    ("switches", {"english_enums": None}, "null is not a valid value of english_enums"),
    ("switches", {"rate_limit_per_minute": True}, "true is not a valid value"),
    (
        "switches",
        {"amounts_may_be_strings": ["issue"]},
        "must be a list of cancel, charge, confirm",
    ),
    ("switches", {"amounts_may_be_strings": [["a"]]}, "must be a list of"),
    ("switches", {"billing_status_webhooks": "DONE"}, "must be a list of"),
    ("switches", {"window_lifetime": "1"}, "window_lifetime must be a number of seconds"),
    ("faults", {"endpoint": "charge", "kind": "html"}, "expected a list of fault rules"),
    ("faults", ["html"], "a fault rule must be an object"),
    ("faults", [{"kind": "html"}], "endpoint is missing"),
    ("faults", [{"endpoint": "charge"}], "kind is missing"),
    ("faults", [{"endpoint": [], "kind": "html"}], "endpoint must be one of any, "),
    ("faults", [{"endpoint": "any", "kind": {}}], "kind must be one of "),
    ("faults", [{"endpoint": "any", "kind": "html", "times": 1}], "there is no field times"),
    (
        "faults",
        [{"endpoint": "any", "kind": "html", "count": "1"}],
        "count must be null or a whole",
    ),
    ("faults", [{"endpoint": "any", "kind": "html", "count": 10**30}], "count must be null or a"),
    (
        "faults",
        [{"endpoint": "any", "kind": "html", "count": 1.5}],
        "count must be null or a whole",
    ),
    ("faults", [{"endpoint": "any", "kind": "html", "delay_ms": None}], "delay_ms must be a whole"),
    ("faults", [{"endpoint": "any", "kind": "html", "rate": "1"}], "rate must be a number from 0"),
    ("faults", [{"endpoint": "any", "kind": "html", "seed": 7}], "seed must be a text"),
    ("faults", [{"endpoint": "any", "kind": "refuse", "code": []}], "needs one of Toss's codes"),
    ("shops", {}, "client_key is missing"),
    ("shops", {"client_key": "test_ck_mine"}, "secret_key is missing"),
    ("shops", {**PAIR, "client_key": None}, "client_key must be a text"),
    ("shops", {**PAIR, "client_key": "test_sk_a"}, "client_key must begin with test_ck_"),
    ("shops", {**PAIR, "client_key": "test_gck_a"}, "client_key must begin with test_ck_"),
    ("shops", {**PAIR, "secret_key": "test_ck_a"}, "secret_key must begin with test_sk_"),
    ("shops", {**PAIR, "secret_key": "live_sk_a"}, "secret_key must begin with test_sk_"),
    ("shops", {**PAIR, "secret_key": "test_sk_"}, "secret_key must begin with test_sk_"),
    ("shops", {**PAIR, "secret_key": "test_sk_a b"}, "secret_key must begin with test_sk_"),
    ("shops", {**PAIR, "m_id": ""}, "m_id must have 1 to 14 letters, digits, - or _"),
    ("shops", {**PAIR, "m_id": 7}, "m_id must be a text"),
    ("shops", {**PAIR, "api_version": "newest"}, "api_version must be a version of Toss's API"),
    ("shops", {**PAIR, "mid": "a"}, "there is no field mid"),
    (
        "shops",
        {**PAIR, "secret_key": "test_sk_tossbillSandboxSecretKey00"},
        "the secret_key belongs to another client_key",
    ),
    ("refunds", {}, "orderId is missing"),
    ("refunds", {"orderId": 7}, "orderId must be a text"),
    ("refunds", {"orderId": "order-1", "amount": "1"}, "amount must be a whole number from 0"),
    ("refunds", {"orderId": "order-1", "reason": 7}, "reason must be a text"),
    ("snapshots", {}, "a snapshot name consists of"),
    ("reset", {"at": 7}, "at must be a date or time"),
    ("reset", {"seed": {}}, "seed must be a text"),
    ("webhooks", {}, "url must be an absolute http or https URL"),
    ("webhooks/events", {"eventType": 7}, "eventType must be a string"),
]


@pytest.mark.parametrize("path", POSTS)
async def test_a_body_that_is_no_object_is_named(client: SandboxClient, path: str) -> None:
    before = await client.ledger()

    for junk in JUNK:
        answer = await client.http.post(f"_control/{path}", content=junk)

        if answer.status_code != 400:
            # A reset without a body, and an empty list of fault rules, are requests.
            assert (path, junk) in {("reset", b""), ("faults", b"[]")}
            continue
        assert not PYTHON.search(answer.json()["error"]), answer.text
        assert answer.json()["error"]
    assert await client.ledger() == before


async def test_a_wrong_field_is_named(client: SandboxClient) -> None:
    for path, body, sentence in WRONG:
        answer = await client.http.post(f"_control/{path}", json=body)

        assert answer.status_code == 400, (path, body, answer.text)
        assert sentence in answer.json()["error"], (path, body)
        assert not PYTHON.search(answer.json()["error"]), answer.text


async def test_a_wrong_parameter_is_named(client: SandboxClient) -> None:
    for query, sentence in {
        "after=x": "after must be a whole number",
        "limit=x": "limit must be a whole number",
        "after=9999999999999999999999": "after must be a whole number",
        "after=٣": "after must be a whole number",
    }.items():
        answer = await client.http.get(f"_control/ledger?{query}")

        assert (answer.status_code, sentence in answer.json()["error"]) == (400, True), query
    huge = await client.http.delete(f"_control/webhooks/{10**30}")
    assert (huge.status_code, huge.json()) == (400, {"error": "a number is too large"})


ORDER = {"orderId": "order-1", "orderName": "A", "amount": 4900, "cardNumber": CARD_NUMBER}
OWNER = {"customerKey": "customer_1", "cardNumber": CARD_NUMBER}


@pytest.mark.parametrize(
    ("path", "sent", "sentence"),
    [
        ("payments", {**ORDER, "orderId": "a"}, "orderId must be a text of 6 to 64"),
        ("payments", {**ORDER, "orderName": 7}, "orderName must be a text of 1 to 100"),
        ("payments", {**ORDER, "amount": "4900"}, "amount must be a whole number of won"),
        ("payments", {**ORDER, "cardNumber": "12"}, "cardNumber must be a card number"),
        ("payments", {"orderId": "order-1"}, "orderName is missing"),
        ("payments", {**ORDER, "taxFreeAmount": 5000}, "one of the optional fields is wrong"),
        ("payments", [], "expected a JSON object"),
        ("authorizations", {**OWNER, "customerKey": "a"}, "customerKey must be a text of 2 to 300"),
        ("authorizations", {**OWNER, "customerKey": "a" * 301}, "customerKey must be a text of 2"),
        ("authorizations", {**OWNER, "cardNumber": 7}, "cardNumber must be a card number"),
        ("authorizations", {"customerKey": "customer_1"}, "cardNumber is missing"),
    ],
)
async def test_wrong_field_is_named_beside_tosss_code(
    client: SandboxClient, path: str, sent: object, sentence: str
) -> None:
    answer = await client.http.post(f"_control/{path}", json=sent, auth=AUTH)

    assert answer.status_code >= 400
    assert list(answer.json()) == ["code", "message", "error"]
    assert sentence in answer.json()["error"]


async def test_refusal_of_something_else_names_no_field(client: SandboxClient) -> None:
    made = await client.http.post("_control/payments", json=ORDER, auth=AUTH)
    stranger = await client.http.post("_control/payments", json={}, auth=("test_sk_nobody", ""))

    assert made.status_code == 200
    assert (stranger.json()["code"], "error" in stranger.json()) == ("UNAUTHORIZED_KEY", False)


@pytest.mark.parametrize(
    ("method", "path", "sentence"),
    [
        ("DELETE", "webhooks/99", "there is no webhook of this id"),
        ("POST", "webhooks/deliveries/99/resend", "there is no such delivery, or its webhook"),
        ("POST", "snapshots/none/restore", "there is no snapshot of this name"),
        ("POST", "refunds", "no payment has this order id"),
        ("GET", "nope", "there is no call /sandbox/_control/nope; /sandbox/openapi.json describes"),
    ],
)
async def test_unknown_thing_is_not_found(
    client: SandboxClient, method: str, path: str, sentence: str
) -> None:
    answer = await client.http.request(method, f"_control/{path}", json={"orderId": "order-1"})

    assert (answer.status_code, list(answer.json())) == (404, ["error"])
    assert answer.json()["error"].startswith(sentence)


async def test_wrong_method_names_the_others(client: SandboxClient) -> None:
    answer = await client.http.put("_control/shops", json=PAIR)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json() == {"error": "/sandbox/_control/shops takes GET, POST, not PUT"}


async def test_page_of_another_site_is_told_so(client: SandboxClient) -> None:
    site = await client.http.get("_control/clock", headers={"origin": "http://evil.test"})
    host = await client.http.get("_control/clock", headers={"host": "pay.example.com"})

    assert (site.status_code, host.status_code) == (403, 403)
    assert site.json() == {"error": "the request came from a page of another site"}
    assert "at localhost or a loopback address; --control-from lets" in host.json()["error"]


async def test_every_post_is_tried(sandbox: Sandbox) -> None:
    """What needs the secret key refuses as Toss does; what has no body cannot be wrong."""
    others = {"authorizations", "payments", "clock/next", "webhooks/flush"}
    paths = {
        path.removeprefix("/_control/")
        for route in sandbox.routes
        if "POST" in getattr(route, "methods", set[str]())
        and (path := getattr(route, "path", "")).startswith("/_control/")
        and "{" not in path
    }

    assert paths - others == set(POSTS)
    assert json.dumps(sorted(others - paths)) == "[]"
