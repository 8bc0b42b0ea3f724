"""Generated requests: no unexpected server error, and a refusal changes nothing."""

import asyncio
import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conformance.case import CARD_BODY, CHARGE_BODY
from tests.conformance.shapes import problems_of_answer
from tests.sandbox.client import AUTH, ManualClock, SandboxClient
from tossbill_sandbox.app import create_app

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    # Includes lone surrogates, which JSON can encode.
    st.text(st.characters(), max_size=400),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
WON = st.one_of(st.integers(-10, 20_000), JUNK)
ORDER_ID = st.one_of(st.integers(0, 10**6).map("order-{}".format), st.just("order-1"), JUNK)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "accept-language": st.sampled_from(["en", "ko", "", "fr;q=0.1"]),
        "idempotency-key": st.text("ab", max_size=310),
        "tosspayments-test-code": st.sampled_from(["", "REJECT_CARD_PAYMENT", "NONSENSE"]),
    },
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
STATE = """
    SELECT (SELECT COUNT(*) || '/' || TOTAL(deleted_at IS NOT NULL) || '/' || TOTAL(declined)
                || '/' || TOTAL(approved) FROM billing_key),
           (SELECT COUNT(*) || '/' || TOTAL(balance_krw) || '/' || TOTAL(status = 'DONE')
                FROM payment),
           (SELECT COUNT(*) FROM cancel), (SELECT COUNT(*) FROM ledger),
           (SELECT COUNT(*) FROM events),
           (SELECT COUNT(*) || '/' || TOTAL(used_at IS NOT NULL) FROM authorization)
"""


@dataclass(frozen=True, slots=True)
class SharedSandbox:
    """A sandbox that all examples share, with a connection to its file."""

    runner: asyncio.Runner
    client: SandboxClient
    file: sqlite3.Connection
    names: dict[str, str]

    def send(self, method: str, path: str, body: object, headers: dict[str, str]) -> httpx.Response:
        content = json.dumps(body).encode()
        request = self.client.http.request(
            method, path, content=content, auth=AUTH, headers=headers
        )
        return self.runner.run(request)

    def state(self) -> tuple[Any, ...]:
        return self.file.execute(STATE).fetchone()


@contextmanager
def open_shared_sandbox(path: Path) -> Generator[SharedSandbox]:
    """Create a sandbox on a file, with a billing key and a payment."""
    app = create_app(database=path, clock=ManualClock(), seed="any")
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://sandbox.test/"
        )
        client = SandboxClient(http)
        billing_key = runner.run(client.billing_key())
        payment = runner.run(client.charge(billing_key, "order-1", amount=10**9)).json()
        file = sqlite3.connect(path)
        yield SharedSandbox(
            runner, client, file, {"billing": billing_key, "payment": payment["paymentKey"]}
        )
        file.close()
        runner.run(http.aclose())
        runner.run(app.aclose())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Generator[SharedSandbox]:
    with open_shared_sandbox(tmp_path_factory.mktemp("any") / "sandbox.db") as opened:
        yield opened


def mostly(value: Any, junk: st.SearchStrategy[Any] = JUNK) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(value), st.just(value), st.just(value), junk)


def body_of(required: dict[str, st.SearchStrategy[Any]], **optional: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.fixed_dictionaries(required, optional=optional), JUNK)


REQUESTS = {
    "issue": (
        "POST",
        "v1/billing/authorizations/issue",
        body_of({"authKey": JUNK, "customerKey": mostly("customer_1")}),
        None,
    ),
    "card": (
        "POST",
        "v1/billing/authorizations/card",
        body_of(
            {name: mostly(value) for name, value in CARD_BODY.items()},
            customerEmail=JUNK,
            customerName=JUNK,
        ),
        "Billing",
    ),
    "charge": (
        "POST",
        "v1/billing/{billing}",
        body_of(
            {name: mostly(v) for name, v in CHARGE_BODY.items()}
            | {"orderId": ORDER_ID, "amount": WON},
            taxFreeAmount=WON,
            taxExemptionAmount=WON,
            cardInstallmentPlan=WON,
            customerIp=JUNK,
        ),
        "Payment",
    ),
    "confirm": (
        "POST",
        "v1/payments/confirm",
        body_of({"paymentKey": mostly("never"), "orderId": ORDER_ID, "amount": WON}),
        None,
    ),
    "cancel": (
        "POST",
        "v1/payments/{payment}/cancel",
        body_of(
            {"cancelReason": mostly("변심"), "cancelAmount": WON},
            refundableAmount=WON,
            taxFreeAmount=WON,
            currency=mostly("KRW"),
            refundReceiveAccount=JUNK,
            cancelRequestId=JUNK,
        ),
        "Payment",
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW,
)
@given(data=st.data())
def test_any_body(sandbox: SharedSandbox, name: str, data: st.DataObject) -> None:
    method, path, bodies, shape = REQUESTS[name]
    body, headers = data.draw(bodies), data.draw(HEADERS)
    before = sandbox.state()

    answer = sandbox.send(method, path.format_map(sandbox.names), body, headers)

    check_response(sandbox, answer, before, shape, body)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW,
)
@given(
    folder=st.sampled_from(
        ["billing", "payments", "payments/orders", "transactions", "settlements", "cash-receipts"]
    ),
    name=st.text(max_size=30),
    query=st.dictionaries(
        st.sampled_from(["startDate", "endDate", "limit", "startingAfter", "page", "size"]),
        st.one_of(st.just("2026-11-24T00:00:00"), st.just("2026-11-24"), st.text(max_size=12)),
    ),
)
@example(folder="billing", name="\n0", query={})
def test_any_path(
    sandbox: SharedSandbox, method: str, folder: str, name: str, query: dict[str, str]
) -> None:
    text = "&".join(f"{quote(k)}={quote(v, errors='replace')}" for k, v in query.items())
    before = sandbox.state()

    path = f"v1/{folder}/{quote(name, safe='', errors='replace')}".rstrip("/")
    answer = sandbox.send(method, f"{path}?{text}", {}, {})

    check_response(sandbox, answer, before, None, {})


def test_ledger_is_consistent_afterwards(sandbox: SharedSandbox) -> None:
    assert sandbox.runner.run(sandbox.client.check())["consistent"]


def check_response(
    sandbox: SharedSandbox,
    answer: httpx.Response,
    before: tuple[Any, ...],
    shape: str | None,
    body: Any,
) -> None:
    if answer.status_code >= 500:
        assert answer.json()["code"] == "FAILED_DB_PROCESSING"
        assert len(body["customerKey"]) > 300
    if answer.status_code >= 400:
        assert sandbox.state() == before
        assert problems_of_answer(answer.json(), "Error") == []
    elif shape:
        assert problems_of_answer(answer.json(), shape) == []
