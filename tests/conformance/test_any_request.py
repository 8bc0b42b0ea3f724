"""Whatever is sent: no server error that was not asked for, and a refusal changes nothing."""

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
from tests.sandbox.box import AUTH, Box, HandClock
from tossbill_sandbox.app import create_app

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    # Half characters too: JSON can spell them.
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
class World:
    """A box that all examples share, and a look into its file."""

    runner: asyncio.Runner
    box: Box
    file: sqlite3.Connection
    names: dict[str, str]

    def send(self, method: str, path: str, body: object, headers: dict[str, str]) -> httpx.Response:
        content = json.dumps(body).encode()
        request = self.box.http.request(method, path, content=content, auth=AUTH, headers=headers)
        return self.runner.run(request)

    def state(self) -> tuple[Any, ...]:
        return self.file.execute(STATE).fetchone()


@contextmanager
def opened_world(path: Path) -> Generator[World]:
    """Open a box in a file, with a billing key and a payment in it."""
    app = create_app(database=path, clock=HandClock(), seed="any")
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://box.test/")
        box = Box(http)
        billing_key = runner.run(box.billing_key())
        payment = runner.run(box.charge(billing_key, "order-1", amount=10**9)).json()
        file = sqlite3.connect(path)
        yield World(runner, box, file, {"billing": billing_key, "payment": payment["paymentKey"]})
        file.close()
        runner.run(http.aclose())
        runner.run(app.aclose())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    with opened_world(tmp_path_factory.mktemp("any") / "box.db") as opened:
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
def test_any_body(world: World, name: str, data: st.DataObject) -> None:
    method, path, bodies, shape = REQUESTS[name]
    body, headers = data.draw(bodies), data.draw(HEADERS)
    before = world.state()

    answer = world.send(method, path.format_map(world.names), body, headers)

    judge(world, answer, before, shape, body)


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
def test_any_address(
    world: World, method: str, folder: str, name: str, query: dict[str, str]
) -> None:
    text = "&".join(f"{quote(k)}={quote(v, errors='replace')}" for k, v in query.items())
    before = world.state()

    path = f"v1/{folder}/{quote(name, safe='', errors='replace')}".rstrip("/")
    answer = world.send(method, f"{path}?{text}", {}, {})

    judge(world, answer, before, None, {})


def test_the_sums_hold_after_all_that(world: World) -> None:
    assert world.runner.run(world.box.check())["consistent"]


def judge(
    world: World, answer: httpx.Response, before: tuple[Any, ...], shape: str | None, body: Any
) -> None:
    if answer.status_code >= 500:
        assert answer.json()["code"] == "FAILED_DB_PROCESSING"
        assert len(body["customerKey"]) > 300
    if answer.status_code >= 400:
        assert world.state() == before
        assert problems_of_answer(answer.json(), "Error") == []
    elif shape:
        assert problems_of_answer(answer.json(), shape) == []
