"""Frequent queries find their rows by an index."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import NOON
from tests.support.statements import statements
from tossbill_ui.core.actor import VISITOR, customer
from tossbill_ui.customers.service import former_ids
from tossbill_ui.payments import repository as payments
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository as subscriptions
from tossbill_ui.subscriptions.lifecycle import facts
from tossbill_ui.subscriptions.reading import spending
from tossbill_ui.subscriptions.reading.timeline_sources import SOURCES, Cursor, Source, read

PARTS: dict[str, Any] = {"id": "a", "subscription_id": "a", "period_number": 1}
INVOICE = Invoice(**PARTS)
PAYMENT = Payment(**PARTS, invoice_id="a")
Query = Callable[[AsyncSession], Awaitable[object]]


@pytest.fixture
def database_url(empty_database: Path, tmp_path: Path) -> str:
    """SQLite only: PostgreSQL's plans depend on the contents of the tables."""
    return f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'tossbill.db')}"


IDS = {"ids": ["a", "b"]}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(lambda db: payments.open_payments_due(db, NOON, limit=9), id="open payments"),
        pytest.param(lambda db: payments.open_refunds_due(db, NOON, limit=9), id="open refunds"),
        pytest.param(lambda db: payments.open_payment(db, "a"), id="open payment"),
        pytest.param(lambda db: payments.open_invoice(db, "a"), id="open invoice"),
        pytest.param(lambda db: payments.paid_invoice(db, "a", 1), id="paid invoice"),
        pytest.param(lambda db: payments.done_payment(db, "a"), id="done payment"),
        pytest.param(lambda db: payments.refused_before(db, PAYMENT), id="refused before"),
        pytest.param(lambda db: payments.payment_counts(db, [INVOICE, INVOICE]), id="begun"),
        pytest.param(lambda db: payments.load_charge_rows(db, ["a", "b"]), id="executed"),
        pytest.param(lambda db: payments.payments_by_order(db, ["a"]), id="by order id"),
        pytest.param(lambda db: payments.refunds_of(db, "a"), id="refunds"),
        pytest.param(lambda db: subscriptions.due(db, NOON, limit=9), id="due"),
        pytest.param(lambda db: subscriptions.locked_all(db, ["a", "b"]), id="locked"),
        pytest.param(lambda db: db.exec(facts._NEEDS, params=IDS), id="needs"),
        pytest.param(lambda db: subscriptions.load_followed(db, ["a", "b"]), id="followed"),
        pytest.param(lambda db: db.exec(facts._OFFERS, params=IDS), id="offers"),
        pytest.param(lambda db: subscriptions.had_plan(db, "a", "b"), id="had a plan"),
        pytest.param(lambda db: subscriptions.of_actor(db, customer("a")), id="a customer's"),
        pytest.param(lambda db: former_ids(db, "a"), id="former ids"),
        pytest.param(lambda db: subscriptions.events(db, "a"), id="history"),
        pytest.param(lambda db: subscriptions.waiting(db), id="waiting"),
    ],
)
async def test_query_uses_an_index(rt: Runtime, query: Query) -> None:
    steps = await plan_of(rt, query)

    assert [step for step in steps if step.startswith("SCAN") and "INDEX" not in step] == []


async def plan_of(rt: Runtime, query: Query) -> list[str]:
    """Run a query and return SQLite's plan for it."""
    with statements(rt) as executed:
        async with rt.db.read() as db:
            await query(db)

    [(sql, values)] = [each for each in executed if each.sql.startswith("SELECT")]
    async with rt.db.engine.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        return [row.detail for row in plan]


CARDS, PAYMENTS, CHANGES, REFUNDS = SOURCES
READ_BY = [
    (CARDS, "customer_id", "ix_registration_history"),
    (PAYMENTS, "customer_id", "ix_payment_customer"),
    (PAYMENTS, "subscription_id", "ix_payment_subscription"),
    (REFUNDS, "customer_id", "ix_refund_customer"),
    (REFUNDS, "subscription_id", "ix_refund_subscription"),
    (CHANGES, "customer_id", "ix_event_shown_customer"),
    (CHANGES, "subscription_id", "ix_event_shown_subscription"),
]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize(
    ("source", "owner", "index"), READ_BY, ids=lambda each: getattr(each, "topic", each)
)
async def test_history_page_is_read_in_index_order(
    rt: Runtime, source: Source, owner: str, index: str, rank: int, newest_first: bool
) -> None:
    """Nothing is sorted, so rows beyond the page are never read."""
    conditions = (
        sa.inspect(source.table).columns[owner] == "a",
        source.at >= NOON,
        source.at < NOON,
        source.beyond(Cursor(NOON, rank, "7"), newest_first=newest_first),
    )

    steps = await plan_of(
        rt, lambda db: read(db, source, *conditions, newest_first=newest_first, limit=9)
    )

    assert f"USING INDEX {index} " in steps[0]
    assert [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step] == []


async def test_chart_is_summed_from_its_index_alone(rt: Runtime) -> None:
    steps = await plan_of(rt, lambda _: spending.last_months(rt, VISITOR))

    read = [step for step in steps if "payment" in step]
    assert len(read) == spending.MONTHS
    assert [step for step in read if "COVERING INDEX ix_payment_spent" not in step] == []


def test_scan_is_detected() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        [row] = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT a FROM t WHERE a = 1")
    engine.dispose()
    assert row.detail.startswith("SCAN")
