"""A shop, its workers and the sandbox as processes of their own, and what is true of its money."""

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
from tests.crash.life import Life, command, eventually, hasty
from tests.payment_methods.flow import back_from
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
    """Everything that a crash test works with; `arena` opens one.

    Attributes:
        months: How often every subscription has become due.
    """

    folder: Path
    settings: Settings
    seed: str
    subscriptions: int
    workers: list[Life] = field(default_factory=list[Life])
    months: int = 1

    def __post_init__(self) -> None:
        """Connect; nothing runs yet."""
        url = self.settings.database_url.replace("+aiosqlite", "")
        # Not from a pool: the server goes away in some tests, and SQLite's file is others' too.
        # Whoever opens SQLite's file first after a kill recovers it, which the others wait for.
        patience = {"timeout": 60} if self.settings.uses_sqlite else {}
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=patience)
        file = self.engine.url.database
        self._turns = WriteQueue(Path(file)) if self.settings.uses_sqlite and file else None
        where = "--port", str(self.settings.tossbill_port), "--db", str(self.folder / "sandbox.db")
        sandbox = command("sandbox", "--seed", self.seed, *where)
        self._sandbox = Life(sandbox, self._environment(), self.folder / "sandbox.log")
        self._control = httpx.Client(
            base_url=f"{self.settings.api_base_url}/_control",
            auth=(SANDBOX_SECRET_KEY, ""),
            timeout=30,
            trust_env=False,
        )

    def open(self) -> None:
        """Start the sandbox; fill the shop with subscriptions that are all due."""
        self._sandbox.start()
        eventually(self._sandbox_answers, "the sandbox")
        self.control("POST", "clock/set", {"at": NOON.isoformat(), "stopped": True})
        migrations.upgrade(self.settings.database_url)
        asyncio.run(self._fill())

    def close(self) -> None:
        """End every process."""
        for life in (*self.workers, self._sandbox):
            life.kill()
        self._control.close()
        if self._turns:
            asyncio.run(self._turns.close())
        self.engine.dispose()

    def worker(self, *, is_hasty: bool = True) -> Life:
        """Start one more worker; one that is not hasty is the command itself."""
        name = f"worker-{len(self.workers) + 1}"
        birth = hasty(name) if is_hasty else command("worker", "--name", name)
        life = Life(birth, self._environment(), self.folder / f"{name}.log")
        self.workers.append(life)
        life.start()
        return life

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox's control API."""
        answer = self._control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def faults(self, *rules: dict[str, Any]) -> None:
        """Put fault rules in place of all there were."""
        self.control("POST", "faults", list(rules))

    def charges(self) -> Counter[str]:
        """Return how often Toss has charged each subscription's period."""
        entries = self.control("GET", "ledger")["entries"]
        approved = [row for row in entries if row["effect"] == "payment_approved"]
        return Counter(row["order_id"].rpartition("-")[0] for row in approved)

    def count(self, *conditions: sa.ColumnElement[bool]) -> int:
        """Count rows of our database."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(*conditions)) or 0

    @property
    def in_flight(self) -> int:
        """How many payments belong to a worker."""
        return self.count(IS_OPEN, col(Payment.lease_until).is_not(None))

    @property
    def takings(self) -> int:
        """How often a worker has taken a payment up, all of them together."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.sum(col(Payment.attempts)))) or 0

    def let_time_pass(self) -> None:
        """Make every look-up that is due at some time due now, instead of waiting minutes."""
        asyncio.run(self._in_turn(self._end_waits))

    async def _in_turn(self, work: Callable[[], None]) -> None:
        """Write as our own processes do, who would keep others out for seconds (ADR-0023)."""
        async with self._turns.acquire() if self._turns else nullcontext():
            work()

    def _end_waits(self) -> None:
        waits = IS_OPEN, col(Payment.next_try_at).is_not(None)
        with self.engine.begin() as connection:
            connection.execute(sa.update(Payment).where(*waits).values(next_try_at=LONG_AGO))

    def is_dry(self) -> bool:
        """Whether nothing is due and nothing is open."""
        self.let_time_pass()
        now = datetime.fromisoformat(self.control("GET", "clock")["now"])
        return not self.count(IS_OPEN) and not self.count(col(Subscription.due_at) <= now)

    def next_month(self) -> None:
        """Let every subscription become due once more."""
        self.control("POST", "clock/advance", {"months": 1})
        self.months += 1

    def drain(self) -> None:
        """Wait until everything is settled, with Toss well again."""
        self.faults()
        eventually(self.is_dry, "everything settled")

    def assert_charged_once_each(self) -> None:
        """Nothing doubled, nothing lost, and our ledger is Toss's to the won."""
        charges = self.charges()
        assert [order for order, times in charges.items() if times > 1] == []
        assert len(charges) == self.subscriptions * self.months
        assert self.control("GET", "ledger/check")["consistent"]
        assert self._ours() == self._theirs()
        found = asyncio.run(self._reconcile())
        assert (found.differences, found.adopted) == (0, 0)
        assert self.count(col(Subscription.attention).is_not(None)) == 0

    def _ours(self) -> list[tuple[str, int]]:
        done = col(Payment.status) == PaymentStatus.DONE
        query = sa.select(col(Payment.order_id), col(Payment.amount_krw)).where(done)
        with self.engine.connect() as connection:
            return sorted((row.order_id, row.amount_krw) for row in connection.execute(query))

    def _theirs(self) -> list[tuple[str, int]]:
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
        await registration.finish(rt, session, back_from(call, auth_key=answer["authKey"]))
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
    """Open a shop in a folder; on SQLite, or in an empty database of a server."""
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
