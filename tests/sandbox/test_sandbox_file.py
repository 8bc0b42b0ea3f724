"""The database file: versions, restarts, and kills at critical points."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import AUTH, SandboxClient
from tests.sandbox.process import running
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.schema import WrongSchemaVersion

NEW_IN_TRIP = ("payment_key", "script", "installments")
COLUMNS_OF_VERSION_5 = (
    "payment_key, client_key, type, order_id, order_name, customer_key, billing_key, method,"
    " persona, installment_months, status, total_krw, balance_krw, tax_free_krw,"
    " tax_exemption_krw, last_transaction_key, secret, failure_code, requested_at, approved_at"
)
PAYMENT_OF_VERSION_5 = """
        payment_key TEXT PRIMARY KEY,
        client_key TEXT NOT NULL REFERENCES shop,
        type TEXT NOT NULL CHECK (type IN ('BILLING', 'NORMAL')),
        order_id TEXT NOT NULL,
        order_name TEXT NOT NULL,
        customer_key TEXT,
        billing_key TEXT REFERENCES billing_key,
        method TEXT NOT NULL,
        persona TEXT NOT NULL,
        installment_months INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL CHECK (status IN (
            'IN_PROGRESS', 'DONE', 'CANCELED', 'PARTIAL_CANCELED', 'ABORTED', 'EXPIRED'
        )),
        total_krw INTEGER NOT NULL CHECK (total_krw > 0),
        balance_krw INTEGER NOT NULL CHECK (balance_krw BETWEEN 0 AND total_krw),
        tax_free_krw INTEGER NOT NULL CHECK (tax_free_krw >= 0),
        tax_exemption_krw INTEGER NOT NULL CHECK (tax_exemption_krw >= 0),
        last_transaction_key TEXT,
        secret TEXT,
        failure_code TEXT,
        requested_at TEXT NOT NULL,
        approved_at TEXT
    """


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[SandboxClient]:
    app = create_app(database=file)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
        yield SandboxClient(http)
    await app.aclose()


async def test_file_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    app = create_app(database=tmp_path / "old.db")
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
        with pytest.raises(WrongSchemaVersion, match="schema 99"):
            await http.get("/_control/ledger")
    await app.aclose()


async def test_payments_survive_the_migration_that_lets_them_wait_for_their_buyer(
    tmp_path: Path,
) -> None:
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        paid = (await client.charge(await client.billing_key())).json()["paymentKey"]
        await client.cancel_payment(paid, cancelAmount=900)
        before = (await client.lookup("order-1")).json()
        waiting = {"orderId": "order-2", "orderName": "책", "amount": 900}
        card = {"cardNumber": "9400006100001234"}
        await client.http.post("_control/payments", json=waiting | card, auth=AUTH)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(f"""
            CREATE TABLE old ({PAYMENT_OF_VERSION_5});
            INSERT INTO old SELECT {COLUMNS_OF_VERSION_5} FROM payment;
            DROP TABLE payment;
            ALTER TABLE old RENAME TO payment;
            CREATE UNIQUE INDEX payment_order ON payment (client_key, order_id);
            DROP TABLE unheard_charge;
            DROP TABLE double_charge;
            PRAGMA user_version = 5;
        """)  # noqa: S608 - constant names
        for column in NEW_IN_TRIP:
            connection.execute(f"ALTER TABLE trip DROP COLUMN {column}")
        connection.execute("ALTER TABLE shop DROP COLUMN paired_client_key")

    async with opened(file) as client:
        after = (await client.lookup("order-1")).json()
        expired = (await client.lookup("order-2")).json()
        refunded = await client.cancel_payment(paid)
        reopened = await client.pay_in_window(orderId="order-2")

        assert after == before
        assert expired["status"] == "EXPIRED"
        assert refunded.json()["balanceAmount"] == 0
        assert reopened.params["paymentKey"] != expired["paymentKey"]
        assert (await client.check())["consistent"]


async def test_file_of_the_previous_version_is_migrated(tmp_path: Path) -> None:
    """The old file does not mark the app's own endpoint, but its URL is updated all the same."""
    here, there, theirs = (f"http://localhost:{port}/webhooks/toss" for port in (1, 2, 3))
    file = tmp_path / "sandbox.db"

    async def run(url: str) -> list[str]:
        app = create_app(database=file, webhook_url=url)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
            await http.post("/_control/webhooks", json={"url": theirs})
            known = (await http.get("/_control/webhooks")).json()["endpoints"]
        await app.aclose()
        return [each["url"] for each in known]

    assert await run(here) == [here, theirs]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE webhook_endpoint DROP COLUMN is_own")
        for table in ("unheard_charge", "double_charge"):
            connection.execute(f"DROP TABLE {table}")
        for column in ("language", *NEW_IN_TRIP):
            connection.execute(f"ALTER TABLE trip DROP COLUMN {column}")
        connection.execute("ALTER TABLE shop DROP COLUMN paired_client_key")
        connection.execute("PRAGMA user_version = 3")

    assert await run(here) == [here, theirs, theirs]
    assert await run(there) == [there, theirs, theirs, theirs]


@pytest.mark.processes
async def test_restart_loses_nothing(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (client, _):
        auth_key = await client.auth_key()
        await client.fault("lookup", "error_500_before")
        first = await client.issue(auth_key, key="k")

    async with running(database) as (client, _):
        replay = await client.issue(auth_key, key="k")
        rules = (await client.http.get("_control/faults")).json()

    assert replay.content == first.content
    assert len(rules) == 1


@pytest.mark.processes
async def test_kill_between_effect_and_stored_response_leaves_neither(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database, die_mid_transaction=True) as (client, process):
        auth_key = await client.auth_key()
        with pytest.raises(httpx.TransportError):
            await client.issue(auth_key, key="k")
        await process.wait()

    async with running(database) as (client, _):
        effects = await client.effects()
        again = await client.issue(auth_key, key="k")

        assert (effects, again.status_code) == ([], 200)
        assert await client.effects() == ["billing_key_issued"]


@pytest.mark.parametrize(("kind", "happened"), [("delay_before", 0), ("delay_after", 1)])
@pytest.mark.processes
async def test_kill_before_or_after_the_commit_frees_the_key_and_keeps_one_effect(
    tmp_path: Path, kind: str, happened: int
) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (client, process):
        auth_key = await client.auth_key()
        await client.fault("issue", kind, count=1, delay_ms=60_000)
        lost = asyncio.create_task(client.issue(auth_key, key="k"))
        await _wait_for_effects(client, happened)
        process.kill()
        with pytest.raises(httpx.TransportError):
            await lost

    async with running(database) as (client, _):
        effects = len(await client.effects())
        replay = await client.issue(auth_key, key="k")

        assert effects == happened
        assert replay.status_code == 200
        [key] = (await client.ledger())["billing_keys"]
        assert key["billing_key"] == replay.json()["billingKey"]


@pytest.mark.processes
async def test_reset_fault_cuts_a_real_socket(tmp_path: Path) -> None:
    async with running(tmp_path / "sandbox.db") as (client, _):
        for kind, happened in [("reset_before", 0), ("reset_after", 1)]:
            auth_key = await client.auth_key()
            await client.fault("issue", kind, count=1)

            # Either is a cut connection; which one the kernel reports depends on timing.
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await client.issue(auth_key, key=kind)

            assert len(await client.effects()) == happened


async def _wait_for_effects(client: SandboxClient, effects: int) -> None:
    """Wait until the rule has struck and the expected effects are in the ledger."""
    while (await client.http.get("_control/faults")).json()[0]["count"] > 0:
        pass
    while len(await client.effects()) < effects:
        pass


def test_in_memory_sandbox_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_and_close() -> None:
        sandbox = create_app()
        await sandbox.start()
        await sandbox.aclose()

    monkeypatch.chdir(tmp_path)
    asyncio.run(open_and_close())

    assert list(tmp_path.iterdir()) == []
