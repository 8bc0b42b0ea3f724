"""Creates customers the first time they are needed, and remembers their language."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import update_where
from tossbill_ui.core.language import Language, as_language
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime


async def ensure_customer(rt: Runtime, db: AsyncSession, *, customer_id: str) -> Customer:
    """Return the customer, creating it if needed; safe to call concurrently.

    The only place that creates a customer key. It runs inside the caller's write transaction, and
    until that ends, nobody can delete the customer.
    """
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement: sa.Insert = (
        insert(Customer)
        .values(id=customer_id, customer_key=str(uuid.uuid4()), created_at=rt.clock.now())
        .on_conflict_do_nothing(index_elements=["id"])
    )
    while True:
        await db.exec(statement)
        lock = {"read": True, "key_share": True}
        if found := await db.get(Customer, customer_id, with_for_update=lock):
            return found
        # `retention` deleted a forgotten visitor between the two statements.


async def language_of(rt: Runtime, db: AsyncSession, customer_id: str) -> Language:
    """Return the language that a customer reads: that of their last page, else the shop's."""
    customer = await db.get_one(Customer, customer_id)
    return as_language(customer.language) or rt.settings.tossbill_locale


async def remember_language(rt: Runtime, customer_id: str, language: Language) -> None:
    """Store the language of the page that a browser shows; nothing for a browser without customer.

    Reads first: nearly always nothing has changed, and a write would wait for other writers.
    """
    async with rt.db.read() as db:
        customer = await db.get(Customer, customer_id)
    if customer is None or customer.language == language:
        return
    async with rt.db.write() as db:
        await update_where(db, Customer, col(Customer.id) == customer_id, language=language)
