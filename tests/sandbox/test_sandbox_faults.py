"""Fault rules: effects on responses, and recovery by retries."""

import json
import sqlite3
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import AUTH, SandboxClient
from tossbill_sandbox.api.fault_effects import HUGE_BYTES, distort
from tossbill_sandbox.api.response import SandboxResponse
from tossbill_sandbox.store.faults import KINDS, WEBHOOK_KINDS, Rule

BEFORE = ["reset_before", "error_500_before", "conflict_409"]
AFTER = [
    "reset_after",
    "error_500_after",
    "html",
    "bad_json",
    "wrong_shape",
    "huge_body",
    "slow_drip",
    "wrong_customer_key",
    "delay_after",
]


async def try_issue(client: SandboxClient, auth_key: str) -> httpx.Response | None:
    try:
        return await client.issue(auth_key, key="k")
    except httpx.TransportError:
        return None


@pytest.mark.parametrize(("kind", "effects"), [(k, 0) for k in BEFORE] + [(k, 1) for k in AFTER])
async def test_retry_with_the_same_key_recovers_from_any_fault(
    client: SandboxClient, kind: str, effects: int
) -> None:
    auth_key = await client.auth_key()
    await client.fault("issue", kind, count=1, delay_ms=1)

    await try_issue(client, auth_key)
    before_retry = len(await client.effects())
    retry = await client.issue(auth_key, key="k")

    assert before_retry == effects
    assert retry.status_code == 200
    [key] = (await client.ledger())["billing_keys"]
    assert retry.json()["billingKey"] == key["billing_key"]


def parsed(body: bytes) -> dict[str, str] | None:
    try:
        return json.loads(body)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("error_500_after", 500, {"code": "COMMON_ERROR"}),
        ("error_500_before", 500, {"code": "COMMON_ERROR"}),
        ("conflict_409", 409, {"code": "IDEMPOTENT_REQUEST_PROCESSING"}),
        ("html", 502, None),
        ("bad_json", 200, None),
        ("wrong_shape", 200, {"result": "OK"}),
        ("huge_body", 200, {"customerKey": "customer_1", "padding": "x" * HUGE_BYTES}),
        ("slow_drip", 200, {"customerKey": "customer_1"}),
        ("wrong_customer_key", 200, {"customerKey": "somebody-else"}),
    ],
)
async def test_response_of_each_fault(
    client: SandboxClient, kind: str, status: int, expected: dict[str, str] | None
) -> None:
    auth_key = await client.auth_key()
    await client.fault("issue", kind, count=1, delay_ms=1)

    answer = await client.issue(auth_key, key="k")

    assert answer.status_code == status
    body = parsed(answer.content)
    assert (body is None) is (expected is None)
    assert (body or {}).items() >= (expected or {}).items()


EMPTY, ROW = SandboxResponse(200, b""), {"customerKey": "customer_1"}
BODIES = [ROW, [ROW, ROW], []]
ANSWERS = [EMPTY, *(SandboxResponse(200, json.dumps(each).encode()) for each in BODIES)]


async def no_wait(seconds: float) -> None:
    assert seconds == 0


@pytest.mark.parametrize("kind", sorted(KINDS - WEBHOOK_KINDS))
@pytest.mark.parametrize("answer", ANSWERS)
async def test_each_fault_changes_each_form_of_an_answer(
    kind: str, answer: SandboxResponse
) -> None:
    rule = Rule("any", kind, code="COMMON_ERROR" if kind == "refuse" else None)

    distorted = await distort(rule, answer, answer.to_response(trace_id="t"), no_wait)

    if kind in ("huge_body", "wrong_customer_key"):
        changed = json.loads(bytes(distorted.body))
        [first, *rest] = changed if isinstance(changed, list) else [changed]
        assert len(first["padding"]) == HUGE_BYTES if kind == "huge_body" else first != ROW
        assert rest in ([], [ROW])


@pytest.mark.parametrize("kind", ["huge_body", "wrong_customer_key"])
async def test_list_may_have_a_fault(client: SandboxClient, kind: str) -> None:
    await client.charge(await client.billing_key())
    await client.fault("transactions", kind)
    days = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-25T00:00:00"}

    answer = await client.http.get("v1/transactions", params=days, auth=AUTH)

    assert (answer.status_code, answer.json()[0]["orderId"]) == (200, "order-1")


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_reset_fault_is_a_transport_error_in_process(
    client: SandboxClient, kind: str
) -> None:
    await client.fault("lookup", kind)

    with pytest.raises(httpx.RemoteProtocolError):
        await client.http.get("v1/payments/some-key")


async def test_rules_count_down_on_their_endpoint_only(client: SandboxClient) -> None:
    await client.fault("issue", "error_500_before", count=2)

    assert (await client.delete("unknown")).status_code == 404
    statuses = [(await client.issue("unknown")).status_code for _ in range(3)]
    rules = (await client.http.get("_control/faults")).json()

    assert statuses == [500, 500, 404]
    assert [(rule["kind"], rule["count"]) for rule in rules] == [("error_500_before", 0)]


async def test_rule_without_a_count_strikes_until_cleared(client: SandboxClient) -> None:
    await client.fault("issue", "error_500_before", count=None)

    struck = [(await client.issue("unknown")).status_code for _ in range(3)]
    await client.http.delete("_control/faults")

    assert struck == [500, 500, 500]
    assert (await client.issue("unknown")).status_code == 404


@pytest.mark.parametrize(
    "rules",
    [
        b"{",
        b"{}x",
        b"7",
        b'[{"endpoint":"issue"}]',
        b'[{"endpoint":"nothing","kind":"html"}]',
        b'[{"endpoint":"issue","kind":"nothing"}]',
        b'[{"endpoint":"issue","kind":"html","count":-1}]',
        b'[{"endpoint":"issue","kind":"html","delay_ms":-1}]',
        b'[{"endpoint":"issue","kind":"html","rate":1.1}]',
        b'[{"endpoint":"issue","kind":"html","code":"COMMON_ERROR"}]',
        b'[{"endpoint":"issue","kind":"refuse"}]',
        b'[{"endpoint":"issue","kind":"refuse","code":"NO_SUCH_CODE"}]',
        b'[{"endpoint":"issue","kind":"late"}]',
        b'[{"endpoint":"webhook","kind":"html"}]',
    ],
)
async def test_invalid_rules_are_refused(client: SandboxClient, rules: bytes) -> None:
    assert (await client.http.post("_control/faults", content=rules)).status_code == 400


@pytest.mark.parametrize(
    ("kind", "paid"),
    [
        *((kind, False) for kind in (*BEFORE, "too_many_429", "no_answer_before")),
        *((kind, True) for kind in (*AFTER, "no_answer_after")),
    ],
)
async def test_fault_strikes_a_charge_before_or_after_the_approval(
    client: SandboxClient, kind: str, paid: bool
) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", kind, count=1, delay_ms=1)

    with suppress(httpx.TransportError):
        await client.charge(billing_key, key="k")

    assert ((await client.lookup("order-1")).status_code == 200) is paid
    assert (await client.charge(billing_key, key="k")).json()["status"] == "DONE"
    check = await client.check()
    assert (check["consistent"], check["charged_krw"]) == (True, 4900)


async def test_fault_strikes_a_cancel_after_the_refund(client: SandboxClient) -> None:
    payment_key = (await client.charge(await client.billing_key())).json()["paymentKey"]
    await client.fault("cancel", "reset_after", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        await client.cancel_payment(payment_key, key="k")

    assert (await client.lookup("order-1")).json()["status"] == "CANCELED"
    assert (await client.cancel_payment(payment_key, key="k")).status_code == 200
    assert (await client.check())["refunded_krw"] == 4900


async def test_any_of_tosss_codes_can_be_provoked(client: SandboxClient) -> None:
    rules = [{"endpoint": "any", "kind": "refuse", "code": "PROVIDER_ERROR"}]
    await client.http.post("_control/faults", json=rules)

    answers = [await client.charge("never"), await client.lookup("order-1")]

    assert [answer.json()["code"] for answer in answers] == ["PROVIDER_ERROR"] * 2


async def test_key_deleted_fault_deletes_the_key_before_a_charge(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.charge(billing_key)
    await client.fault("charge", "key_deleted", count=1)

    answer = await client.charge(billing_key, "order-2")

    assert answer.json()["code"] == "ALREADY_REMOVED_BILLING_KEY"
    assert (await client.effects())[-1] == "billing_key_deleted"
    assert (await client.check())["consistent"]


async def test_ledger_is_append_only(client: SandboxClient, tmp_path: Path) -> None:
    await client.issue(await client.auth_key())
    other = sqlite3.connect(tmp_path / "deep" / "sandbox.db")

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute("DELETE FROM ledger")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute("UPDATE ledger SET effect = 'nothing'")
    other.close()
