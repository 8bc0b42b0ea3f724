"""A shop whose workers and sandbox are separate processes, and checks of its ledgers."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import col

from tests.conftest import NOON
from tests.crash.managed_process import ManagedProcess, command, eventually, fast_worker
from tests.payment_methods.flow import window_return
from tests.support.population import fill
from tests.support.server import free_port
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_ui import migrations
from tossbill_ui.build import ROOT
from tossbill_ui.composition import build_runtime
from tossbill_ui.core.settings import SANDBOX_SECRET_KEY, Settings
from tossbill_ui.core.write_queue import WriteQueue
from tossbill_ui.customers.session import actor_of, new_session
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods import registration
from tossbill_ui.payments.models import OPEN, Payment, PaymentStatus
from tossbill_ui.payments.reconcile import Reconciliation, reconcile
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.terms import catalog

IS_OPEN = col(Payment.status).in_(OPEN)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Arena:
    """The environment of a crash test; `arena` opens one.

    Attributes:
        months: How many times every subscription has become due.
    """

    folder: Path
    settings: Settings
    seed: str
    subscriptions: int
    workers: list[ManagedProcess] = field(default_factory=list[ManagedProcess])
    months: int = 1

    def __post_init__(self) -> None:
        """Set up the connections; no process is started yet."""
        url = self.settings.database_url.replace("+aiosqlite", "")
        # No pool: the server stops in some tests, and other processes use SQLite's file too.
        # After a kill, the first to open SQLite's file recovers it, and the others wait for that.
        connect_args = {"timeout": 60} if self.settings.uses_sqlite else {}
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=connect_args)
        file = self.engine.url.database
        self._write_queue = WriteQueue(Path(file)) if self.settings.uses_sqlite and file else None
        where = "--port", str(self.settings.tossbill_port), "--db", str(self.folder / "sandbox.db")
        sandbox = command("sandbox", "--seed", self.seed, *where)
        self._sandbox = ManagedProcess(sandbox, self._environment(), self.folder / "sandbox.log")
        self._control = httpx.Client(
            base_url=f"{self.settings.api_base_url}/_control",
            auth=(SANDBOX_SECRET_KEY, ""),
            timeout=30,
            trust_env=False,
        )

    def open(self) -> None:
        """Start the sandbox and fill the shop with due subscriptions."""
        self._sandbox.start()
        eventually(self._sandbox_answers, "the sandbox")
        self.control("POST", "clock/set", {"at": NOON.isoformat(), "stopped": True})
        migrations.upgrade(self.settings.database_url)
        asyncio.run(self._fill())

    def close(self) -> None:
        """Kill all processes and close the connections."""
        for process in (*self.workers, self._sandbox):
            process.kill()
        self._control.close()
        if self._write_queue:
            asyncio.run(self._write_queue.close())
        self.engine.dispose()

    def worker(self, *, is_fast: bool = True) -> ManagedProcess:
        """Start another worker: one with short waits, or the real command."""
        name = f"worker-{len(self.workers) + 1}"
        starter = fast_worker(name) if is_fast else command("worker", "--name", name)
        worker = ManagedProcess(starter, self._environment(), self.folder / f"{name}.log")
        self.workers.append(worker)
        worker.start()
        return worker

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox's control API."""
        answer = self._control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def faults(self, *rules: dict[str, Any]) -> None:
        """Replace all fault rules."""
        self.control("POST", "faults", list(rules))

    def charges(self) -> Counter[str]:
        """Return the number of charges at Toss for each subscription's period."""
        entries = self.control("GET", "ledger")["entries"]
        approved = [row for row in entries if row["effect"] == "payment_approved"]
        return Counter(row["order_id"].rpartition("-")[0] for row in approved)

    def count(self, *conditions: sa.ColumnElement[bool]) -> int:
        """Count rows of our database."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(*conditions)) or 0

    @property
    def in_flight(self) -> int:
        """The number of open payments leased by a worker."""
        return self.count(IS_OPEN, col(Payment.lease_until).is_not(None))

    @property
    def claims(self) -> int:
        """The total number of claims of payments by workers."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.sum(col(Payment.attempts)))) or 0

    def let_time_pass(self) -> None:
        """Make every scheduled retry due now, instead of waiting for minutes."""
        asyncio.run(self._write_in_queue(self._end_waits))

    async def _write_in_queue(self, work: Callable[[], None]) -> None:
        """Write through the write queue, as our own processes do (ADR-0023)."""
        async with self._write_queue.acquire() if self._write_queue else nullcontext():
            work()

    def _end_waits(self) -> None:
        waits = IS_OPEN, col(Payment.next_try_at).is_not(None)
        with self.engine.begin() as connection:
            connection.execute(sa.update(Payment).where(*waits).values(next_try_at=LONG_AGO))

    def is_exhausted(self) -> bool:
        """Return whether nothing is due and no payment is open."""
        self.let_time_pass()
        now = datetime.fromisoformat(self.control("GET", "clock")["now"])
        return not self.count(IS_OPEN) and not self.count(col(Subscription.due_at) <= now)

    def next_month(self) -> None:
        """Advance the clock, so that every subscription is due again."""
        self.control("POST", "clock/advance", {"months": 1})
        self.months += 1

    def drain(self) -> None:
        """Clear the faults and wait until everything is settled."""
        self.faults()
        eventually(self.is_exhausted, "everything settled")

    def assert_charged_once_each(self) -> None:
        """Assert that every period was charged exactly once and both ledgers agree to the won."""
        charges = self.charges()
        assert [order for order, times in charges.items() if times > 1] == []
        assert len(charges) == self.subscriptions * self.months
        # Not `double_charges`: one card pays for all subscriptions here, and the judge knows cards
        # and amounts only. It is asked where every customer has a card of its own.
        assert self.control("GET", "ledger/check")["consistent"]
        assert self._our_payments() == self._toss_payments()
        found = asyncio.run(self._reconcile())
        assert (found.differences, found.adopted) == (0, 0)
        assert self.count(col(Subscription.attention).is_not(None)) == 0

    def _our_payments(self) -> list[tuple[str, int]]:
        done = col(Payment.status) == PaymentStatus.DONE
        query = sa.select(col(Payment.order_id), col(Payment.amount_krw)).where(done)
        with self.engine.connect() as connection:
            return sorted((row.order_id, row.amount_krw) for row in connection.execute(query))

    def _toss_payments(self) -> list[tuple[str, int]]:
        entries = self.control("GET", "ledger")["entries"]
        moved = [row for row in entries if row["amount_krw"] is not None]
        assert all(row["effect"] == "payment_approved" for row in moved)
        return sorted((row["order_id"], row["amount_krw"]) for row in moved)

    def _sandbox_answers(self) -> bool:
        with suppress(httpx.TransportError):
            return self._control.get("clock").is_success
        return False

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOSS")}
        return kept | {
            "TOSSBILL_DATA_DIR": str(self.settings.tossbill_data_dir),
            "TOSSBILL_DATABASE_URL": self.settings.tossbill_database_url.get_secret_value(),
            "TOSSBILL_PORT": str(self.settings.tossbill_port),
        }

    async def _fill(self) -> None:
        rt = build_runtime(self.settings)
        await rt.clock.refresh()
        await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))
        customer_id, method_id = await self._card(rt)
        await fill(rt, self.subscriptions, customer_id=customer_id, payment_method_id=method_id)
        await rt.close()

    async def _card(self, rt: Runtime) -> tuple[str, str]:
        session = new_session()
        call = await registration.start(rt, session)
        number = PERSONAS_BY_NAME["approve"].number
        body = {"customerKey": call.customer_key, "cardNumber": number}
        answer = self.control("POST", "authorizations", body)
        await registration.finish(rt, session, window_return(call, auth_key=answer["authKey"]))
        await rt.tasks.drain(seconds=120)
        outcome = await outcomes.get_outcome(rt, actor_of(session), call.registration_id)
        assert outcome.method
        return session.customer_id, outcome.method.id

    async def _reconcile(self) -> Reconciliation:
        rt = build_runtime(self.settings)
        await rt.clock.refresh()
        found = await reconcile(rt, days=31 * self.months)
        await rt.close()
        return found


@contextmanager
def arena(
    folder: Path, *, subscriptions: int, seed: str, database_url: str = ""
) -> Generator[Arena]:
    """Open a shop in a folder, on SQLite or on an empty database of a server."""
    data = folder / "data"
    data.mkdir(parents=True)
    settings = Settings(
        tossbill_data_dir=data,
        tossbill_database_url=SecretStr(database_url),
        tossbill_port=free_port(),
    )
    opened = Arena(folder, settings, seed, subscriptions)
    try:
        opened.open()
        yield opened
    finally:
        opened.close()
