"""A shop with one real customer, and any number of generated rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr

from tests.conftest import NOON
from tests.payment_methods.flow import register
from tests.support.wire import Wire
from tossbill_ui import migrations
from tossbill_ui.build import ROOT
from tossbill_ui.composition import build_runtime
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.toss.client import TossClient

NUMBERS = """WITH RECURSIVE n(i) AS (
    SELECT CAST(:first AS integer) UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:last AS integer))
"""
STRANGERS = (
    """INSERT INTO customer (id, customer_key, created_at)
    {numbers} SELECT {id}, {id}, {past} FROM n""",
    """INSERT INTO subscription (id, customer_id, plan_code, price_id, payment_method_id, status,
        is_extra, period_number, starts_on, ends_on, anchor_on, anchor_period, due_at, needs_card,
        approved_period, created_at)
    {numbers} SELECT {id}, {id}, 'basic', :price_id, :method_id, 'active', {no}, 1, '2026-11-24',
        '2026-12-24', '2026-11-24', 1, {later}, {no}, 0, {past} FROM n""",
    """INSERT INTO invoice (id, subscription_id, customer_id, price_id, kind, status,
        period_number, starts_on, ends_on, anchor_on, anchor_period, order_name, price_krw,
        credit_krw, amount_krw, tax_free_krw, created_at, paid_at, refusals)
    {numbers} SELECT {id}, {id}, {id}, :price_id, 'renewal', 'paid', 1, '2026-11-24',
        '2026-12-24', '2026-11-24', 1, 'basic', 9900, 0, 9900, 0, {past}, {past}, 0 FROM n""",
    """INSERT INTO payment (id, invoice_id, subscription_id, customer_id, payment_method_id,
        status, period_number, number, order_id, idempotency_key, amount_krw, tax_free_krw,
        refunded_krw, created_at, first_sent_at, sent_at, may_repeat, is_bound, payment_key,
        approved_at, attempts)
    {numbers} SELECT {id}, {id}, {id}, {id}, :method_id, 'done', 1, 1, {id}, {id}, 9900, 0, 0,
        {past}, {past}, {past}, {yes}, {no}, {id}, {past}, 1 FROM n""",
)
# The customer's own history, with a payment every seven minutes back from now.
PAST = (
    """INSERT INTO invoice (id, subscription_id, customer_id, price_id, kind, status,
        period_number, starts_on, ends_on, anchor_on, anchor_period, order_name, price_krw,
        credit_krw, amount_krw, tax_free_krw, created_at, paid_at, refusals)
    {numbers} SELECT {own}, :subscription_id, :customer_id, :price_id, 'renewal', 'paid', i + 1,
        '2026-11-24', '2026-12-24', '2026-11-24', 1, 'basic', 9900, 0, 9900, 0, {ago}, {ago}, 0
        FROM n""",
    """INSERT INTO payment (id, invoice_id, subscription_id, customer_id, payment_method_id,
        status, period_number, number, order_id, idempotency_key, amount_krw, tax_free_krw,
        refunded_krw, created_at, first_sent_at, sent_at, may_repeat, is_bound, payment_key,
        approved_at, attempts)
    {numbers} SELECT {own}, {own}, :subscription_id, :customer_id, :method_id, 'done', i + 1, 1,
        {own}, {own}, 9900, 0, CASE i % 10 WHEN 0 THEN 99 ELSE 0 END, {ago}, {ago}, {ago}, {yes},
        {no}, {own}, {ago}, 1 FROM n""",
    """INSERT INTO refund (id, payment_id, subscription_id, customer_id, status, number,
        idempotency_key, amount_krw, tax_free_krw, balance_krw, is_bound, reason, actor,
        created_at, first_sent_at, ended_at, attempts, origin)
    {numbers} SELECT {own}, {own}, :subscription_id, :customer_id, 'done', 1, {own}, 99, 0, 9900,
        {no}, 'x', 'customer', {ago}, {ago}, {ago}, 1, 'shop' FROM n WHERE i % 10 = 0""",
    """INSERT INTO event (id, type, at, customer_id, subscription_id, actor_kind, actor_id,
        actor_name, reason)
    {numbers} SELECT {own},
        CASE i % 50 WHEN 0 THEN 'subscription.paused' ELSE 'payment.charged' END, {ago},
        :customer_id, :subscription_id, 'engine', '', '', '' FROM n""",
)
SQLITE = {
    "past": "'2026-11-24 01:00:00'",
    "id": "printf('%032d', i)",
    "later": "datetime('2026-12-24 01:00:00', '+' || (i % 43200) || ' minutes')",
    "own": "printf('%031da', i)",
    "ago": "datetime('2026-11-24 01:00:00', '-' || (7 * i) || ' minutes')",
    "yes": "1",
    "no": "0",
}
POSTGRESQL = {
    "past": "timestamptz '2026-11-24 01:00:00+00'",
    "id": "lpad(i::text, 32, '0')",
    "later": "timestamptz '2026-12-24 01:00:00+00' + (i % 43200) * interval '1 minute'",
    "own": "lpad(i::text, 31, '0') || 'a'",
    "ago": "timestamptz '2026-11-24 01:00:00+00' - i * interval '7 minutes'",
    "yes": "true",
    "no": "false",
}


@dataclass(frozen=True)
class Shop:
    """A runtime and one real customer with a card."""

    rt: Runtime
    session: Session
    method_id: str

    @property
    def customer_id(self) -> str:
        """The real customer's id."""
        return self.session.customer_id


@asynccontextmanager
async def open_generated_shop(folder: Path, database_url: str) -> AsyncGenerator[Shop]:
    """Open a shop on SQLite, or in an empty PostgreSQL database."""
    settings = Settings(tossbill_data_dir=folder, tossbill_database_url=SecretStr(database_url))
    migrations.upgrade(settings.database_url)
    wire = Wire().transport()
    toss = TossClient(base_url="http://toss.test", secret_key=SecretStr("k"), transport=wire)
    rt = replace(build_runtime(settings), toss=toss, clock=FrozenClock(NOON))
    await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))
    session = new_session()
    outcome = await register(rt, session)
    assert outcome.method
    try:
        yield Shop(rt, session, outcome.method.id)
    finally:
        await rt.close()


async def add_strangers(shop: Shop, first: int, last: int) -> None:
    """Add customers, numbered from 1, with one subscription each that was paid once."""
    await _insert(shop, STRANGERS, first, last)


async def add_past(shop: Shop, subscription_id: str, first: int, last: int) -> None:
    """Add payments of the real customer, numbered from 1, with invoices, refunds and events."""
    await _insert(shop, PAST, first, last, subscription_id=subscription_id)


async def _insert(
    shop: Shop, statements: tuple[str, ...], first: int, last: int, **more: str
) -> None:
    words = SQLITE if shop.rt.db.is_sqlite else POSTGRESQL
    async with shop.rt.db.write() as db:
        offer = await catalog.offer_of(shop.rt, db, "basic")
        assert offer
        values: dict[str, object] = {
            "first": first,
            "last": last,
            "price_id": offer.price.id,
            "method_id": shop.method_id,
            "customer_id": shop.customer_id,
            **more,
        }
        connection = await db.connection()
        for statement in statements:
            text = sa.text(statement.format(numbers=NUMBERS, **words))
            used = {name: values[name] for name in values if f":{name}" in text.text}
            await connection.execute(text, used)
    async with shop.rt.db.engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
        await connection.commit()
