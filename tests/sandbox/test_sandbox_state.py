"""The sandbox's state: clock, switches, snapshots and seed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.client import AUTH, ManualClock, SandboxClient
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.clock import plus
from tossbill_sandbox.store.switches import Switches

START = "2026-11-24T03:00:00+00:00"


async def post(client: SandboxClient, path: str, body: Any = None) -> httpx.Response:
    return await client.http.post(f"_control/{path}", json=body)


async def now(client: SandboxClient) -> str:
    return (await client.http.get("_control/clock")).json()["now"]


async def test_clock_offset_adds_to_the_base_clock(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    await post(client, "clock/advance", {"days": 1, "hours": 2})
    manual_clock.forward(timedelta(minutes=3))

    assert await now(client) == "2026-11-25T05:03:00+00:00"


async def test_clock_stops_and_resumes(client: SandboxClient, manual_clock: ManualClock) -> None:
    await post(client, "clock/set", {"at": "2026-12-01", "stopped": True})
    manual_clock.forward(timedelta(days=1))
    stopped = await now(client)
    await post(client, "clock/set", {"stopped": False})
    manual_clock.forward(timedelta(minutes=1))

    assert stopped == "2026-11-30T15:00:00+00:00"
    assert await now(client) == "2026-11-30T15:01:00+00:00"


async def test_clock_does_not_move_before_the_latest_effect(client: SandboxClient) -> None:
    await client.billing_key()

    answer = await post(client, "clock/set", {"at": "2026-11-24T11:59:59"})

    assert answer.status_code == 400
    assert await now(client) == START


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock/advance", {}),
        ("clock/advance", {"days": -1}),
        ("clock/advance", {"days": 10**8}),
        ("clock/advance", {"years": 1}),
        ("clock/advance", {"days": True}),
        ("clock/advance", []),
        ("clock/set", {"at": "tomorrow"}),
        ("clock/set", {"stopped": 1}),
        ("switches", {"no_such_switch": True}),
        ("switches", {"auth_key_used": "NO_SUCH_CODE"}),
        ("switches", {"delete_is_idempotent": "yes"}),
        ("switches", {"window_lifetime": -1}),
        ("switches", {"rate_limit_per_minute": 0}),
        ("snapshots", {"name": "../../etc/passwd"}),
        ("snapshots", {}),
        ("shops", {"client_key": 7, "secret_key": "s", "m_id": "m", "api_version": "v"}),
        ("shops", {"client_key": "c"}),
    ],
)
async def test_invalid_requests_are_refused_and_change_nothing(
    client: SandboxClient, path: str, body: Any
) -> None:
    switches = (await client.http.get("_control/switches")).json()

    answer = await post(client, path, body)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert await now(client) == START
    assert (await client.http.get("_control/switches")).json() == switches


async def test_nothing_is_due_in_an_empty_sandbox(client: SandboxClient) -> None:
    assert (await post(client, "clock/next")).status_code == 409


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31T00:00:00+09:00", 1, "2026-02-28T00:00:00+09:00"),
        ("2024-01-31T00:00:00+09:00", 1, "2024-02-29T00:00:00+09:00"),
        ("2026-11-30T23:30:00+09:00", 3, "2027-02-28T23:30:00+09:00"),
    ],
)
def test_adding_months_clamps_to_the_end_of_the_month(
    start: str, months: int, expected: str
) -> None:
    assert plus(datetime.fromisoformat(start), months=months) == datetime.fromisoformat(expected)


async def test_clock_and_switches_survive_a_restart(
    tmp_path: Path, manual_clock: ManualClock
) -> None:
    path = tmp_path / "sandbox.db"
    for step in range(2):
        app = create_app(database=path, clock=manual_clock)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
            client = SandboxClient(http)
            if step == 0:
                await post(client, "clock/advance", {"days": 30})
                await client.switch(window_lifetime=60, delete_is_idempotent=True)
            assert await now(client) == "2026-12-24T03:00:00+00:00"
            switches = (await http.get("_control/switches")).json()
            assert (switches["window_lifetime"], switches["delete_is_idempotent"]) == (60, True)
        await app.aclose()


async def test_every_switch_can_be_read_and_set_to_the_same_value(client: SandboxClient) -> None:
    switches = (await client.http.get("_control/switches")).json()

    assert set(switches) == set(Switches.__slots__)
    assert (await post(client, "switches", switches)).json() == switches


async def test_reset_restores_clock_and_switches(client: SandboxClient) -> None:
    await post(client, "clock/advance", {"days": 30})
    await client.switch(delete_is_idempotent=True)

    await post(client, "reset")

    assert await now(client) == START
    assert (await client.http.get("_control/switches")).json()["delete_is_idempotent"] is False


async def test_snapshot_restores_all_data(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.charge(billing_key, "order-1")
    before = await client.ledger()
    assert (await post(client, "snapshots", {"name": "one-payment"})).status_code == 201

    await client.charge(billing_key, "order-2")
    await client.delete(billing_key)
    await post(client, "clock/advance", {"days": 3})
    await post(client, "snapshots/one-payment/restore")

    assert await client.ledger() == before
    assert await now(client) == START
    assert (await client.charge(billing_key, "order-2")).status_code == 200
    assert (await client.http.get("_control/snapshots")).json() == ["one-payment"]
    assert (await post(client, "snapshots/never/restore")).status_code == 404


async def run_calls(client: SandboxClient) -> list[bytes]:
    """Make a variety of calls and return every response body and trace id."""
    await post(client, "reset", {"seed": "seven", "at": "2026-01-31T09:00:00"})
    await post(client, "faults", [{"endpoint": "charge", "kind": "error_500_before", "rate": 0.5}])
    billing_key = await client.billing_key("approves_after_1")
    answers = [await client.charge(billing_key, f"order-{n}", key=f"k{n}") for n in range(8)]
    answers += [await client.charge(billing_key, "order-7", key="k7")]
    await post(client, "clock/advance", {"months": 1})
    done = [a for a in answers if a.status_code == 200]
    answers += [await client.cancel_payment(done[0].json()["paymentKey"], cancelAmount=900)]
    answers += [await client.delete(billing_key), await client.charge(billing_key, "order-9")]
    ledger = (await client.http.get("_control/ledger")).content
    return [ledger, *(a.content + a.headers["x-tosspayments-trace-id"].encode() for a in answers)]


async def test_same_seed_and_calls_produce_the_same_bytes(client: SandboxClient) -> None:
    first = await run_calls(client)
    second = await run_calls(client)

    assert first == second
    assert len({*first}) > 5


async def test_sandboxes_created_with_one_seed_produce_the_same_ids(
    tmp_path: Path, manual_clock: ManualClock
) -> None:
    keys: list[str] = []
    for name in ("a.db", "b.db"):
        app = create_app(database=tmp_path / name, clock=manual_clock, seed="7")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
            keys.append(await SandboxClient(http).billing_key())
        await app.aclose()

    assert keys[0] == keys[1]


async def test_fault_rule_with_its_own_seed_strikes_the_same_requests_in_any_sandbox(
    client: SandboxClient,
) -> None:
    rule = {"endpoint": "lookup", "kind": "error_500_before", "rate": 0.3, "seed": "luck"}
    rounds: list[list[int]] = []
    for _ in range(2):
        await post(client, "reset", {"seed": None})
        await post(client, "faults", [rule])
        rounds.append([(await client.lookup("order-1")).status_code for _ in range(30)])

    assert rounds[0] == rounds[1]
    assert 3 <= rounds[0].count(500) <= 15


async def test_payments_use_the_virtual_clock(client: SandboxClient) -> None:
    await post(client, "clock/set", {"at": "2027-03-01T00:00:00"})

    body = (await client.charge(await client.billing_key())).json()

    assert body["approvedAt"] == "2027-03-01T00:00:00+09:00"
    assert datetime.fromisoformat(body["approvedAt"]) == datetime(2027, 2, 28, 15, tzinfo=UTC)


async def test_unconfirmed_payment_is_due_and_expires(client: SandboxClient) -> None:
    made = await agree(client)

    moved = await post(client, "clock/next")

    assert moved.json()["now"] == "2026-11-24T03:10:00+00:00"
    body = (await client.lookup("order-1")).json()
    assert (body["status"], body["failure"]["code"]) == ("EXPIRED", "EXPIRED_PAYMENT")
    late = await confirm(client, made["paymentKey"])
    assert (late.status_code, late.json()["code"]) == (404, "NOT_FOUND_PAYMENT_SESSION")


@pytest.mark.parametrize(
    ("card", "changes", "status", "code"),
    [
        ("9400006100001234", {}, 200, None),
        ("9400006100001234", {"amount": 4901}, 400, "INVALID_REQUEST"),
        ("9400006100001234", {"orderId": "order-2"}, 400, "INVALID_REQUEST"),
        ("9400006100001234", {"paymentKey": "never"}, 404, "NOT_FOUND_PAYMENT"),
        ("9400007100011112", {}, 403, "REJECT_CARD_PAYMENT"),
    ],
)
async def test_one_off_payment_is_confirmed_or_refused(
    client: SandboxClient, card: str, changes: dict[str, Any], status: int, code: str | None
) -> None:
    made = await agree(client, card)

    answer = await confirm(client, made["paymentKey"], **changes)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if code is None:
        assert (answer.json()["status"], answer.json()["type"]) == ("DONE", "NORMAL")
        again = await confirm(client, made["paymentKey"])
        assert again.json()["code"] == "ALREADY_PROCESSED_PAYMENT"
    assert (await client.check())["consistent"]


async def agree(client: SandboxClient, card: str = "9400006100001234") -> dict[str, Any]:
    body = {"orderId": "order-1", "orderName": "책", "amount": 4900, "cardNumber": card}
    answer = await client.http.post("_control/payments", json=body, auth=AUTH)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def confirm(client: SandboxClient, payment_key: str, **changes: Any) -> httpx.Response:
    body = {"paymentKey": payment_key, "orderId": "order-1", "amount": 4900, **changes}
    return await client.http.post("v1/payments/confirm", json=body, auth=AUTH)
