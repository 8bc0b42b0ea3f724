"""Faults change what is heard, never what happened."""

import json
import sqlite3
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.sandbox.box import Box
from tossbill_sandbox.api.fault_effects import HUGE_BYTES

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


async def heard(box: Box, auth_key: str) -> httpx.Response | None:
    try:
        return await box.issue(auth_key, key="k")
    except httpx.TransportError:
        return None


@pytest.mark.parametrize(("kind", "effects"), [(k, 0) for k in BEFORE] + [(k, 1) for k in AFTER])
async def test_the_same_key_finds_the_truth_after_any_fault(
    box: Box, kind: str, effects: int
) -> None:
    auth_key = await box.auth_key()
    await box.fault("issue", kind, count=1, delay_ms=1)

    await heard(box, auth_key)
    before_retry = len(await box.effects())
    retry = await box.issue(auth_key, key="k")

    assert before_retry == effects
    assert retry.status_code == 200
    [key] = (await box.ledger())["billing_keys"]
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
async def test_what_is_heard(
    box: Box, kind: str, status: int, expected: dict[str, str] | None
) -> None:
    auth_key = await box.auth_key()
    await box.fault("issue", kind, count=1, delay_ms=1)

    answer = await box.issue(auth_key, key="k")

    assert answer.status_code == status
    body = parsed(answer.content)
    assert (body is None) is (expected is None)
    assert (body or {}).items() >= (expected or {}).items()


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_a_cut_connection_is_a_transport_error_in_process_too(box: Box, kind: str) -> None:
    await box.fault("lookup", kind)

    with pytest.raises(httpx.RemoteProtocolError):
        await box.http.get("v1/payments/some-key")


async def test_rules_count_down_and_wait_for_their_endpoint(box: Box) -> None:
    await box.fault("issue", "error_500_before", count=2)

    assert (await box.delete("unknown")).status_code == 404
    statuses = [(await box.issue("unknown")).status_code for _ in range(3)]
    rules = (await box.http.get("_control/faults")).json()

    assert statuses == [500, 500, 404]
    assert [(rule["kind"], rule["count"]) for rule in rules] == [("error_500_before", 0)]


async def test_a_rule_without_a_count_strikes_until_cleared(box: Box) -> None:
    await box.fault("issue", "error_500_before", count=None)

    struck = [(await box.issue("unknown")).status_code for _ in range(3)]
    await box.http.delete("_control/faults")

    assert struck == [500, 500, 500]
    assert (await box.issue("unknown")).status_code == 404


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
async def test_nonsense_is_no_rule(box: Box, rules: bytes) -> None:
    assert (await box.http.post("_control/faults", content=rules)).status_code == 400


@pytest.mark.parametrize(
    ("kind", "paid"),
    [
        *((kind, False) for kind in (*BEFORE, "too_many_429", "no_answer_before")),
        *((kind, True) for kind in (*AFTER, "no_answer_after")),
    ],
)
async def test_a_charge_is_struck_before_or_after_the_money(
    box: Box, kind: str, paid: bool
) -> None:
    billing_key = await box.billing_key()
    await box.fault("charge", kind, count=1, delay_ms=1)

    with suppress(httpx.TransportError):
        await box.charge(billing_key, key="k")

    assert ((await box.lookup("order-1")).status_code == 200) is paid
    assert (await box.charge(billing_key, key="k")).json()["status"] == "DONE"
    check = await box.check()
    assert (check["consistent"], check["charged_krw"]) == (True, 4900)


async def test_a_cancel_is_struck_after_the_money(box: Box) -> None:
    payment_key = (await box.charge(await box.billing_key())).json()["paymentKey"]
    await box.fault("cancel", "reset_after", count=1)

    with pytest.raises(httpx.RemoteProtocolError):
        await box.cancel_payment(payment_key, key="k")

    assert (await box.lookup("order-1")).json()["status"] == "CANCELED"
    assert (await box.cancel_payment(payment_key, key="k")).status_code == 200
    assert (await box.check())["refunded_krw"] == 4900


async def test_any_code_of_tosss_can_be_asked_for(box: Box) -> None:
    rules = [{"endpoint": "any", "kind": "refuse", "code": "PROVIDER_ERROR"}]
    await box.http.post("_control/faults", json=rules)

    answers = [await box.charge("never"), await box.lookup("order-1")]

    assert [answer.json()["code"] for answer in answers] == ["PROVIDER_ERROR"] * 2


async def test_a_key_is_gone_when_it_is_charged(box: Box) -> None:
    billing_key = await box.billing_key()
    await box.charge(billing_key)
    await box.fault("charge", "key_deleted", count=1)

    answer = await box.charge(billing_key, "order-2")

    assert answer.json()["code"] == "ALREADY_REMOVED_BILLING_KEY"
    assert (await box.effects())[-1] == "billing_key_deleted"
    assert (await box.check())["consistent"]


async def test_the_ledger_takes_no_correction(box: Box, tmp_path: Path) -> None:
    await box.issue(await box.auth_key())
    other = sqlite3.connect(tmp_path / "deep" / "sandbox.db")

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute("DELETE FROM ledger")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute("UPDATE ledger SET effect = 'nothing'")
    other.close()
