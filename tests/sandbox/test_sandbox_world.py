"""The box as a whole: its time, its switches, its copies, its seed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.box import AUTH, Box, HandClock
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.clock import plus
from tossbill_sandbox.store.switches import Switches

START = "2026-11-24T03:00:00+00:00"


async def post(box: Box, path: str, body: Any = None) -> httpx.Response:
    return await box.http.post(f"_control/{path}", json=body)


async def now(box: Box) -> str:
    return (await box.http.get("_control/clock")).json()["now"]


async def test_time_moves_forward_on_top_of_the_clock_behind_it(
    box: Box, hand_clock: HandClock
) -> None:
    await post(box, "clock/advance", {"days": 1, "hours": 2})
    hand_clock.forward(timedelta(minutes=3))

    assert await now(box) == "2026-11-25T05:03:00+00:00"


async def test_time_stands_still_when_told_to_and_goes_on_from_there(
    box: Box, hand_clock: HandClock
) -> None:
    await post(box, "clock/set", {"at": "2026-12-01", "stopped": True})
    hand_clock.forward(timedelta(days=1))
    stopped = await now(box)
    await post(box, "clock/set", {"stopped": False})
    hand_clock.forward(timedelta(minutes=1))

    assert stopped == "2026-11-30T15:00:00+00:00"
    assert await now(box) == "2026-11-30T15:01:00+00:00"


async def test_time_does_not_turn_back_behind_what_happened(box: Box) -> None:
    await box.billing_key()

    answer = await post(box, "clock/set", {"at": "2026-11-24T11:59:59"})

    assert answer.status_code == 400
    assert await now(box) == START


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
async def test_nonsense_is_refused_and_changes_nothing(box: Box, path: str, body: Any) -> None:
    switches = (await box.http.get("_control/switches")).json()

    answer = await post(box, path, body)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert await now(box) == START
    assert (await box.http.get("_control/switches")).json() == switches


async def test_nothing_is_due_in_an_empty_box(box: Box) -> None:
    assert (await post(box, "clock/next")).status_code == 409


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31T00:00:00+09:00", 1, "2026-02-28T00:00:00+09:00"),
        ("2024-01-31T00:00:00+09:00", 1, "2024-02-29T00:00:00+09:00"),
        ("2026-11-30T23:30:00+09:00", 3, "2027-02-28T23:30:00+09:00"),
    ],
)
def test_months_end_where_the_calendar_does(start: str, months: int, expected: str) -> None:
    assert plus(datetime.fromisoformat(start), months=months) == datetime.fromisoformat(expected)


async def test_time_and_switches_outlive_the_process(tmp_path: Path, hand_clock: HandClock) -> None:
    path = tmp_path / "box.db"
    for step in range(2):
        app = create_app(database=path, clock=hand_clock)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://box.test/") as http:
            box = Box(http)
            if step == 0:
                await post(box, "clock/advance", {"days": 30})
                await box.switch(window_lifetime=60, delete_is_idempotent=True)
            assert await now(box) == "2026-12-24T03:00:00+00:00"
            switches = (await http.get("_control/switches")).json()
            assert (switches["window_lifetime"], switches["delete_is_idempotent"]) == (60, True)
        await app.aclose()


async def test_every_switch_can_be_read_and_set_to_what_was_read(box: Box) -> None:
    switches = (await box.http.get("_control/switches")).json()

    assert set(switches) == set(Switches.__slots__)
    assert (await post(box, "switches", switches)).json() == switches


async def test_reset_brings_time_and_switches_back(box: Box) -> None:
    await post(box, "clock/advance", {"days": 30})
    await box.switch(delete_is_idempotent=True)

    await post(box, "reset")

    assert await now(box) == START
    assert (await box.http.get("_control/switches")).json()["delete_is_idempotent"] is False


async def test_a_snapshot_brings_everything_back(box: Box) -> None:
    billing_key = await box.billing_key()
    await box.charge(billing_key, "order-1")
    before = await box.ledger()
    assert (await post(box, "snapshots", {"name": "one-payment"})).status_code == 201

    await box.charge(billing_key, "order-2")
    await box.delete(billing_key)
    await post(box, "clock/advance", {"days": 3})
    await post(box, "snapshots/one-payment/restore")

    assert await box.ledger() == before
    assert await now(box) == START
    assert (await box.charge(billing_key, "order-2")).status_code == 200
    assert (await box.http.get("_control/snapshots")).json() == ["one-payment"]
    assert (await post(box, "snapshots/never/restore")).status_code == 404


async def story(box: Box) -> list[bytes]:
    """Do a bit of everything, and return every byte and trace id heard."""
    await post(box, "reset", {"seed": "seven", "at": "2026-01-31T09:00:00"})
    await post(box, "faults", [{"endpoint": "charge", "kind": "error_500_before", "rate": 0.5}])
    billing_key = await box.billing_key("approves_after_1")
    answers = [await box.charge(billing_key, f"order-{n}", key=f"k{n}") for n in range(8)]
    answers += [await box.charge(billing_key, "order-7", key="k7")]
    await post(box, "clock/advance", {"months": 1})
    done = [a for a in answers if a.status_code == 200]
    answers += [await box.cancel_payment(done[0].json()["paymentKey"], cancelAmount=900)]
    answers += [await box.delete(billing_key), await box.charge(billing_key, "order-9")]
    ledger = (await box.http.get("_control/ledger")).content
    return [ledger, *(a.content + a.headers["x-tosspayments-trace-id"].encode() for a in answers)]


async def test_the_same_seed_and_calls_give_the_same_bytes(box: Box) -> None:
    first = await story(box)
    second = await story(box)

    assert first == second
    assert len({*first}) > 5


async def test_a_box_made_with_a_seed_starts_like_any_other_of_that_seed(
    tmp_path: Path, hand_clock: HandClock
) -> None:
    keys: list[str] = []
    for name in ("a.db", "b.db"):
        app = create_app(database=tmp_path / name, clock=hand_clock, seed="7")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://box.test/") as http:
            keys.append(await Box(http).billing_key())
        await app.aclose()

    assert keys[0] == keys[1]


async def test_a_fault_with_a_seed_of_its_own_has_the_same_luck_in_any_box(box: Box) -> None:
    rule = {"endpoint": "lookup", "kind": "error_500_before", "rate": 0.3, "seed": "luck"}
    rounds: list[list[int]] = []
    for _ in range(2):
        await post(box, "reset", {"seed": None})
        await post(box, "faults", [rule])
        rounds.append([(await box.lookup("order-1")).status_code for _ in range(30)])

    assert rounds[0] == rounds[1]
    assert 3 <= rounds[0].count(500) <= 15


async def test_the_clock_of_a_payment_is_the_virtual_one(box: Box) -> None:
    await post(box, "clock/set", {"at": "2027-03-01T00:00:00"})

    body = (await box.charge(await box.billing_key())).json()

    assert body["approvedAt"] == "2027-03-01T00:00:00+09:00"
    assert datetime.fromisoformat(body["approvedAt"]) == datetime(2027, 2, 28, 15, tzinfo=UTC)


async def test_a_payment_that_waits_is_due_and_expires(box: Box) -> None:
    made = await agree(box)

    moved = await post(box, "clock/next")

    assert moved.json()["now"] == "2026-11-24T03:10:00+00:00"
    body = (await box.lookup("order-1")).json()
    assert (body["status"], body["failure"]["code"]) == ("EXPIRED", "EXPIRED_PAYMENT")
    late = await confirm(box, made["paymentKey"])
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
async def test_a_one_off_payment_is_confirmed(
    box: Box, card: str, changes: dict[str, Any], status: int, code: str | None
) -> None:
    made = await agree(box, card)

    answer = await confirm(box, made["paymentKey"], **changes)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if code is None:
        assert (answer.json()["status"], answer.json()["type"]) == ("DONE", "NORMAL")
        again = await confirm(box, made["paymentKey"])
        assert again.json()["code"] == "ALREADY_PROCESSED_PAYMENT"
    assert (await box.check())["consistent"]


async def agree(box: Box, card: str = "9400006100001234") -> dict[str, Any]:
    body = {"orderId": "order-1", "orderName": "책", "amount": 4900, "cardNumber": card}
    answer = await box.http.post("_control/payments", json=body, auth=AUTH)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def confirm(box: Box, payment_key: str, **changes: Any) -> httpx.Response:
    body = {"paymentKey": payment_key, "orderId": "order-1", "amount": 4900, **changes}
    return await box.http.post("v1/payments/confirm", json=body, auth=AUTH)
