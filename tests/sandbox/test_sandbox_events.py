"""Events are written with their effect; random ids are drawn from one seed."""

import re
import sqlite3
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sandbox.client import SandboxClient
from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.store import random_ids, schema
from tossbill_sandbox.webhooks.events import read_events, record_event

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def connection() -> Generator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    schema.create(connection)
    yield connection
    connection.close()


def test_events_are_numbered_and_read_after_an_id(
    connection: sqlite3.Connection,
) -> None:
    first = record_event(connection, AT, "BILLING_DELETED", {"billingKey": "b", "reason": "삭제"})
    second = record_event(connection, AT, "BILLING_DELETED", {"billingKey": "c", "reason": None})

    assert read_events(connection, after=first) == [
        {
            "id": second,
            "at": AT.isoformat(),
            "kind": "BILLING_DELETED",
            "body": {"billingKey": "c", "reason": None},
        }
    ]


def test_events_are_append_only(connection: sqlite3.Connection) -> None:
    record_event(connection, AT, "BILLING_DELETED", {})

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM events")


def test_ids_have_the_recorded_formats_and_depend_on_the_seed(
    connection: sqlite3.Connection,
) -> None:
    shapes = {
        r"[\w-]{43}=": lambda: random_ids.base64_key(connection),
        r"[0-9a-f]{32}": lambda: random_ids.trace_id(connection),
        r"tosst20261124120000\w{6}": lambda: random_ids.payment_key(connection, "tosstest", AT),
        r"txrd_a01[0-9a-hjkmnp-tv-z]{24}": lambda: random_ids.dated_key(connection, "txrd", AT),
    }
    ids: list[list[str]] = []
    for _ in range(2):
        connection.execute("UPDATE chance SET seed = 'a', draws = 0")
        ids.append([make() for make in shapes.values()])

    assert ids[0] == ids[1]
    assert all(re.fullmatch(shape, made) for shape, made in zip(shapes, ids[0], strict=True))


def test_rolled_back_transaction_rolls_back_its_draws(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("BEGIN")
    lost = random_ids.fraction(connection)
    connection.execute("ROLLBACK")

    assert random_ids.fraction(connection) == lost


async def test_every_payment_status_change_is_an_event_in_order(
    client: SandboxClient, tmp_path: Path
) -> None:
    await client.switch(refused_charge_is_kept=True)
    billing_key = await client.billing_key("approves_after_1")
    await client.charge(billing_key)
    payment_key = (await client.charge(billing_key)).json()["paymentKey"]
    await client.cancel_payment(payment_key, cancelAmount=900)
    await client.delete(billing_key)

    with closing(sqlite3.connect(tmp_path / "deep" / "sandbox.db")) as file:
        file.row_factory = sqlite3.Row
        events = read_events(file)

    assert [(event["kind"], event["body"].get("status")) for event in events] == [
        ("PAYMENT_STATUS_CHANGED", "ABORTED"),
        ("PAYMENT_STATUS_CHANGED", "DONE"),
        ("PAYMENT_STATUS_CHANGED", "PARTIAL_CANCELED"),
        ("CANCEL_STATUS_CHANGED", None),
        ("BILLING_DELETED", None),
    ]
    assert events[-1]["body"] == {"billingKey": billing_key, "reason": "삭제 API 요청"}
    assert events[0]["body"]["failure"]["code"] == "REJECT_CARD_PAYMENT"
    assert (await client.lookup("order-1")).json() == events[2]["body"]


async def test_account_pays_from_200_won_to_ten_million_won(
    client: SandboxClient, tmp_path: Path
) -> None:
    billing_key = await client.billing_key("monthly_limit")
    account = Account("90", "333*****4444", "개인")
    with closing(sqlite3.connect(tmp_path / "deep" / "sandbox.db")) as file, file:
        file.execute("UPDATE billing_key SET card = ?", (account.to_json(),))

    low = await client.charge(billing_key, amount=199)
    high = await client.charge(billing_key, amount=10_000_001)
    declined = await client.charge(billing_key, amount=200)
    await client.http.post("_control/clock/next")
    paid = (await client.charge(billing_key, amount=200)).json()

    codes = [answer.json()["code"] for answer in (low, high, declined)]
    assert codes == [
        "BELOW_MINIMUM_AMOUNT",
        "EXCEEDS_TRANSFER_AMOUNT_MAXIMUM",
        "REJECT_ACCOUNT_PAYMENT",
    ]
    assert (paid["method"], paid["card"]) == ("계좌이체", None)
    assert paid["transfer"]["bankCode"] == "90"
