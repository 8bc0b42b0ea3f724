"""The judge names a shop that charges again after an answer it never heard, and no other shop."""

import asyncio
import base64
import json
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from tests.sandbox.client import AUTH, ManualClock, SandboxClient
from tossbill_sandbox.api import fault_effects
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store import double_charges, schema
from tossbill_sandbox.testing import TossSandbox

LOSING = ["reset_after", "error_500_after", "no_answer_after", "html", "bad_json", "wrong_shape"]
HEARD = ["delay_after", "huge_body", "slow_drip", "wrong_customer_key"]
BEFORE = ["reset_before", "error_500_before", "no_answer_before", "conflict_409", "too_many_429"]


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[SandboxClient]:
    app = create_app(database=file)
    yield SandboxClient(TossSandbox(app).http)
    await app.aclose()


async def try_to_charge(client: SandboxClient, *arguments: Any, **named: Any) -> None:
    with suppress(httpx.TransportError):
        await client.charge(*arguments, **named)


async def lost_charge(client: SandboxClient, kind: str = "reset_after") -> str:
    """Charge order-1 under the key "k", lose the answer, and return the billing key."""
    billing_key = await client.billing_key()
    await client.fault("charge", kind, count=1, delay_ms=1)
    await try_to_charge(client, billing_key, key="k")
    return billing_key


async def named(client: SandboxClient) -> list[tuple[str, str]]:
    """Return the orders of every finding, after a check that the ledger agrees with itself."""
    check = await client.check()
    assert check["consistent"]
    found = check["double_charges"]
    return [(each["unheard"]["order_id"], each["again"]["order_id"]) for each in found]


@pytest.mark.parametrize("kind", LOSING)
async def test_new_order_after_a_lost_answer_is_named(client: SandboxClient, kind: str) -> None:
    billing_key = await lost_charge(client, kind)

    again = (await client.charge(billing_key, "order-2")).json()

    [found] = (await client.check())["double_charges"]
    assert found["message"].startswith("This shop may have charged twice: ")
    assert "same Idempotency-Key, or look the order up" in found["message"]
    assert found["amount_krw"] == 4900
    assert found["customer_key"] == "customer_1"
    assert found["reason"] == kind
    assert found["billing_key"] == f"{billing_key[:8]}…"
    assert found["lost_at"] == "2026-11-24T03:00:00+00:00"
    assert found["unheard"]["order_id"] == "order-1"
    assert found["again"] == {
        "order_id": "order-2",
        "payment_key": again["paymentKey"],
        "approved_at": "2026-11-24T03:00:00+00:00",
        "status": "DONE",
    }


async def test_finding_can_be_dismissed_and_is_not_made_again(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.charge(billing_key, "order-2")

    dismissed = await client.http.delete("_control/double-charges")
    await client.charge(billing_key, "order-3")

    assert (dismissed.status_code, dismissed.json()["double_charges"]) == (200, [])
    assert await named(client) == []


@pytest.mark.parametrize("kind", [*HEARD, *BEFORE])
async def test_readable_answers_and_charges_that_did_not_happen_name_nobody(
    client: SandboxClient, kind: str
) -> None:
    billing_key = await lost_charge(client, kind)

    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def _repeat(client: SandboxClient, billing_key: str) -> None:
    assert (await client.charge(billing_key, key="k")).status_code == 200


async def _look_up(client: SandboxClient, billing_key: str) -> None:
    await client.lookup("order-1")


async def _look_up_by_key(client: SandboxClient, billing_key: str) -> None:
    [_, paid] = (await client.ledger())["entries"]
    await client.http.get(f"v1/payments/{paid['payment_key']}", auth=AUTH)


async def _list(client: SandboxClient, billing_key: str) -> None:
    days = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-24T23:59:59"}
    listed = await client.http.get("v1/transactions", params=days, auth=AUTH)
    assert len(listed.json()) == 1


async def _refund(client: SandboxClient, billing_key: str) -> None:
    await client.http.post("_control/refunds", json={"orderId": "order-1"})


@pytest.mark.parametrize("learn", [_repeat, _look_up, _look_up_by_key, _list, _refund])
async def test_shop_that_learned_of_the_payment_is_not_named(
    client: SandboxClient, learn: Callable[[SandboxClient, str], Awaitable[None]]
) -> None:
    billing_key = await lost_charge(client)

    await learn(client, billing_key)
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_other_amounts_and_other_keys_name_nobody(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)

    await client.charge(billing_key, "order-2", amount=9900)
    await client.charge(await client.billing_key(), "order-3")

    assert await named(client) == []


async def test_refused_charge_whose_answer_is_lost_names_nobody(client: SandboxClient) -> None:
    billing_key = await client.billing_key("approves_after_1")
    await client.fault("charge", "reset_after", count=1)
    await try_to_charge(client, billing_key)

    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_used_order_id_is_no_news_of_the_payment(client: SandboxClient) -> None:
    """Toss's message asks for another order id, which is how shops come to charge twice."""
    billing_key = await lost_charge(client)

    refused = await client.charge(billing_key)
    await client.charge(billing_key, "order-2")

    assert refused.json()["code"] == "DUPLICATED_ORDER_ID"
    assert await named(client) == [("order-1", "order-2")]


async def test_lookup_that_fails_is_no_news_of_the_payment(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.fault("lookup", "reset_after", count=1)

    with suppress(httpx.TransportError):
        await client.lookup("order-1")
    await client.charge(billing_key, "order-2")

    assert await named(client) == [("order-1", "order-2")]


async def test_headers_alone_are_no_news_of_the_payment(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)

    answer = await client.http.head("v1/payments/orders/order-1", auth=AUTH)
    await client.charge(billing_key, "order-2")

    assert answer.status_code == 200
    assert await named(client) == [("order-1", "order-2")]


async def look_up_and_close(app: ASGIApp, order_id: str) -> dict[str, Any]:
    """Look an order up, and hang up as soon as all the announced bytes are here."""
    basic = base64.b64encode(":".join(AUTH).encode())
    path = f"/v1/payments/orders/{order_id}"
    headers = [(b"host", b"localhost"), (b"authorization", b"Basic " + basic)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    asked = [{"type": "http.request", "body": b"", "more_body": False}]
    body, whole = b"", asyncio.Event()
    length = 0

    async def receive() -> Message:
        if asked:
            return asked.pop()
        await whole.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal body, length
        if message["type"] == "http.response.start":
            length = int(Headers(raw=message["headers"])["content-length"])
            return
        body += message.get("body", b"")
        if len(body) == length:
            whole.set()

    await app(scope, receive, send)
    return json.loads(body)


async def test_shop_that_closes_after_the_last_byte_of_a_slow_lookup_is_not_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fault_effects, "DRIP_SECONDS", 0.001)
    app = create_app()
    client = SandboxClient(TossSandbox(app).http)
    billing_key = await lost_charge(client)
    await client.fault("lookup", "slow_drip", count=1, delay_ms=2)

    found = await look_up_and_close(app, "order-1")
    await client.charge(billing_key, "order-2")

    assert found["status"] == "DONE"
    assert await named(client) == []
    await app.aclose()


async def test_shop_that_accepted_a_webhook_about_the_payment_is_not_named(
    manual_clock: ManualClock,
) -> None:
    shop = httpx.MockTransport(lambda _: httpx.Response(200))
    app = create_app(clock=manual_clock, webhook_transport=shop)
    client = SandboxClient(TossSandbox(app).http)
    await client.http.post("_control/webhooks", json={"url": "http://shop.test/hook"})
    await client.switch(billing_status_webhooks=["DONE"])
    billing_key = await lost_charge(client)
    await client.http.post("_control/webhooks/flush")

    await client.charge(billing_key, "order-2")

    assert await named(client) == []
    await app.aclose()


async def test_accepted_webhook_leaves_nothing_to_search(
    manual_clock: ManualClock, tmp_path: Path
) -> None:
    """Lost charges that the shop was told of must not slow down every later charge."""
    shop, file = httpx.MockTransport(lambda _: httpx.Response(200)), tmp_path / "sandbox.db"
    app = create_app(clock=manual_clock, webhook_transport=shop, database=file)
    client = SandboxClient(TossSandbox(app).http)
    await client.http.post("_control/webhooks", json={"url": "http://shop.test/hook"})
    await client.switch(billing_status_webhooks=["DONE"])

    await lost_charge(client)
    await client.http.post("_control/webhooks/flush")

    assert unheard(file) == []
    await app.aclose()


def unheard(file: Path) -> list[tuple[str, bool]]:
    """Return the reason of each unheard charge, and whether it is lost already."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT reason, lost_at IS NOT NULL FROM unheard_charge")
        return [(reason, bool(is_lost)) for reason, is_lost in rows]


def test_one_statement_finds_the_lost_charge_among_many() -> None:
    statements: list[str] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        schema.create(connection)
        connection.set_trace_callback(statements.append)
        double_charges.name(connection, "again", [f"lost-{n}" for n in range(50)])

    assert len([each for each in statements if "SELECT u.payment_key" in each]) == 1
    assert len(statements) == 1


@pytest.mark.parametrize("kind", ["delay_after", "slow_drip"])
async def test_answer_on_its_way_is_noted_until_it_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A process killed meanwhile has lost it."""
    monkeypatch.setattr(fault_effects, "DRIP_SECONDS", 0.001)
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await client.billing_key()
        await client.fault("charge", kind, count=1, delay_ms=60)
        charging = asyncio.create_task(client.charge(billing_key))
        while not (await client.ledger())["entries"][1:]:
            pass
        meanwhile = unheard(file)
        await charging

    assert meanwhile == [("disconnected", False)]
    assert unheard(file) == []


async def test_snapshot_taken_during_a_delay_loses_no_answer(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_after", count=1, delay_ms=60)
    charging = asyncio.create_task(client.charge(billing_key))
    while not (await client.ledger())["entries"][1:]:
        pass
    await client.http.post("_control/snapshots", json={"name": "mid"})
    await charging

    await client.http.post("_control/snapshots/mid/restore")
    await client.http.delete("_control/faults")
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_charge_made_once_after_many_lost_ones_is_named_once(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_before", count=3, delay_ms=60)
    for number in range(1, 4):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.015):
                await client.charge(billing_key, f"order-{number}")

    await client.charge(billing_key, "order-9")
    while not (await client.ledger())["entries"][4:]:
        await asyncio.sleep(0)

    found = await named(client)
    assert "order-9" in [again for _, again in found]
    assert len({again for _, again in found}) == len({first for first, _ in found}) == len(found)


async def _refund_the_second(client: SandboxClient, billing_key: str) -> None:
    await client.http.post("_control/refunds", json={"orderId": "order-2"})


@pytest.mark.parametrize(
    ("act", "times"), [(_repeat, 0), (_refund, 0), (_refund_the_second, 0), (_look_up, 1)]
)
async def test_repeated_call_or_refund_takes_a_finding_back_and_a_lookup_does_not(
    client: SandboxClient, act: Callable[[SandboxClient, str], Awaitable[None]], times: int
) -> None:
    """A shop that repeats its first call meant both orders."""
    billing_key = await lost_charge(client)
    await client.charge(billing_key, "order-2", key="another")
    before = await named(client)

    await act(client, billing_key)

    assert before == [("order-1", "order-2")]
    assert len(await named(client)) == times


async def test_each_lost_answer_is_named_once(client: SandboxClient) -> None:
    billing_key = await lost_charge(client)
    await client.fault("charge", "reset_after", count=1)
    await try_to_charge(client, billing_key, "order-2")

    await client.charge(billing_key, "order-3")
    await client.http.post("_control/clock/advance", json={"months": 1})
    await client.charge(billing_key, "order-4")

    assert await named(client) == [("order-2", "order-3"), ("order-1", "order-2")]


async def test_charges_at_the_same_time_name_nobody(client: SandboxClient) -> None:
    """The second request is sent before anybody can know that the first has no answer."""
    billing_key = await client.billing_key()
    await client.fault("charge", "no_answer_after", count=1)
    first = asyncio.create_task(client.charge(billing_key))
    while not (await client.ledger())["entries"][1:]:
        pass

    await client.charge(billing_key, "order-2")
    first.cancel()
    await asyncio.wait([first])
    before = await named(client)
    await client.charge(billing_key, "order-3")

    assert (before, await named(client)) == ([], [("order-1", "order-3")])


async def test_lookup_while_the_answer_is_awaited_is_news(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "no_answer_after", count=1)
    first = asyncio.create_task(client.charge(billing_key))
    while (await client.lookup("order-1")).status_code != 200:
        pass

    first.cancel()
    await asyncio.wait([first])
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


@pytest.mark.parametrize("kind", ["delay_before", "delay_after", "slow_drip"])
async def test_client_that_hung_up_has_not_heard(client: SandboxClient, kind: str) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", kind, count=1, delay_ms=50)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await client.charge(billing_key)
    while not (await client.ledger())["entries"][1:]:
        await asyncio.sleep(0)
    await client.charge(billing_key, "order-2")

    [found] = (await client.check())["double_charges"]
    assert (found["reason"], found["unheard"]["order_id"]) == ("disconnected", "order-1")


async def test_charge_that_happens_only_after_its_repetition_is_named(
    client: SandboxClient,
) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_before", count=1, delay_ms=200)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await client.charge(billing_key)

    await client.charge(billing_key, "order-2")
    while not (await client.ledger())["entries"][2:]:
        await asyncio.sleep(0)

    assert await named(client) == [("order-1", "order-2")]


async def test_restart_forgets_neither_lost_answers_nor_findings(tmp_path: Path) -> None:
    """An answer that a killed process was about to lose is lost."""
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await lost_charge(client)
        await client.fault("charge", "reset_after", count=1)
        await try_to_charge(client, billing_key, "order-2")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE unheard_charge SET lost_at = NULL")

    async with opened(file) as client:
        before = await named(client)
        await client.charge(billing_key, "order-3")
        after = await named(client)

    assert before == [("order-1", "order-2")]
    assert after == [("order-2", "order-3"), ("order-1", "order-2")]


@pytest.mark.parametrize("again", ["reset", "snapshots/before/restore"])
async def test_call_of_before_has_no_effect_after_a_reset_or_a_restore(
    client: SandboxClient, again: str
) -> None:
    """The same seed gives the same billing key, so the charge would even be possible."""
    seed = {"seed": "7", "at": "2026-12-01"}
    await client.http.post("_control/reset", json=seed)
    billing_key = await client.billing_key()
    await client.http.post("_control/snapshots", json={"name": "before"})
    await client.fault("charge", "delay_before", count=1, delay_ms=200)
    delayed = asyncio.create_task(client.charge(billing_key))
    while (await client.http.get("_control/faults")).json()[0]["count"]:
        await asyncio.sleep(0)

    await client.http.post(f"_control/{again}", json=seed)
    same = billing_key if "restore" in again else await client.billing_key()
    refused = await delayed
    await client.charge(same, "order-2")

    paid = [each["order_id"] for each in (await client.ledger())["entries"] if each["order_id"]]
    assert same == billing_key
    assert (refused.status_code, refused.json()["code"]) == (500, "COMMON_ERROR")
    assert paid == ["order-2"]


async def test_reset_forgets_findings(client: SandboxClient) -> None:
    await client.charge(await lost_charge(client), "order-2")

    await client.http.post("_control/reset")

    assert await named(client) == []


async def test_file_of_the_previous_version_gets_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await client.billing_key()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "DROP TABLE unheard_charge; DROP TABLE double_charge; PRAGMA user_version = 7"
        )

    async with opened(file) as client:
        await client.fault("charge", "reset_after", count=1)
        await try_to_charge(client, billing_key)
        await client.charge(billing_key, "order-2")
        assert await named(client) == [("order-1", "order-2")]


class Shop(httpx.Client):
    """A shop's own client on real sockets."""

    def __init__(self, toss: TossSandbox) -> None:
        auth = (toss.secret_key, "")
        super().__init__(base_url=toss.base_url, auth=auth, timeout=60, trust_env=False)

    def charge(
        self, billing_key: str, order_id: str, key: str | None = None, patience: float = 60
    ) -> str | None:
        """Return the status of the payment, or None if no answer came in time."""
        body = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id, "orderName": "책"}
        headers, path = {"Idempotency-Key": key} if key else {}, f"/v1/billing/{billing_key}"
        timeout = httpx.Timeout(60, read=patience)
        try:
            return self.post(path, json=body, headers=headers, timeout=timeout).json()["status"]
        except httpx.ReadTimeout:
            return None

    def look_up(self, order_id: str) -> str:
        return self.get(f"/v1/payments/orders/{order_id}").json()["status"]


def naive(shop: Shop, billing_key: str) -> None:
    """Charge again under a new order id."""
    assert shop.charge(billing_key, "order-1", patience=0.1) is None
    assert shop.charge(billing_key, "order-2") == "DONE"


def with_a_key(shop: Shop, billing_key: str) -> None:
    """Repeat the same call."""
    assert shop.charge(billing_key, "order-1", "k", patience=0.1) is None
    assert shop.charge(billing_key, "order-1", "k") == "DONE"
    assert shop.charge(billing_key, "order-2", "l") == "DONE"


def with_a_lookup(shop: Shop, billing_key: str) -> None:
    """Ask what became of the first order."""
    assert shop.charge(billing_key, "order-1", patience=0.1) is None
    assert shop.look_up("order-1") == "DONE"
    assert shop.charge(billing_key, "order-2") == "DONE"


@pytest.mark.parametrize("kind", ["no_answer_after", "delay_after"])
@pytest.mark.parametrize(("retry", "times"), [(naive, 1), (with_a_key, 0), (with_a_lookup, 0)])
def test_shop_on_real_sockets_is_named_if_it_charges_again_unasked(
    toss_server: TossSandbox, retry: Callable[[Shop, str], None], times: int, kind: str
) -> None:
    async def prepare() -> str:
        rule = {"endpoint": "charge", "kind": kind, "count": 1, "delay_ms": 60_000}
        await toss_server.control("POST", "faults", [rule])
        return await toss_server.billing_key()

    with Shop(toss_server) as shop:
        retry(shop, asyncio.run(prepare()))

    assert len(asyncio.run(toss_server.double_charges())) == times
