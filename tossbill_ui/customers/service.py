"""Creates customers the first time they are needed, and remembers their language."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.language import Language, as_language
from tossbill_ui.core.text import clean, is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

EXTERNAL = "ext:"


async def ensure_customer(rt: Runtime, db: AsyncSession, *, customer_id: str) -> Customer:
    """Return the customer, creating it if needed; safe to call concurrently.

    The only place that creates a customer key. It runs inside the caller's write transaction, and
    until that ends, nobody can delete, merge or erase the customer. Of two that were merged, it
    returns the one that stayed.

    Raises:
        NotFound: The customer was erased.
    """
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement: sa.Insert = (
        insert(Customer)
        .values(id=customer_id, customer_key=str(uuid.uuid4()), created_at=rt.clock.now())
        .on_conflict_do_nothing(index_elements=["id"])
    )
    while True:
        await db.exec(statement)
        if found := await db.get(Customer, customer_id, with_for_update={"read": True}):
            stays = await db.get_one(Customer, found.merged_into) if found.merged_into else found
            if stays.blocked_at:
                raise NotFound("This customer was erased.")
            return stays
        # `retention` deleted a forgotten visitor between the two statements.


async def find(db: AsyncSession, customer_id: str) -> Customer | None:
    """Return a customer by an id that may be that of one who was merged into them."""
    found = await db.get(Customer, customer_id) if is_id(customer_id) else None
    return await db.get(Customer, found.merged_into) if found and found.merged_into else found


async def named(db: AsyncSession, name: str) -> Customer:
    """Return the customer whom a person names.

    Args:
        db: Any transaction.
        name: Our id, or ``ext:`` and the shop's id.

    Raises:
        NotFound: There is none.
    """
    if name.startswith(EXTERNAL):
        external_id = name.removeprefix(EXTERNAL)
        query = select(Customer).where(col(Customer.external_id) == external_id)
        customer = (await db.exec(query)).first()
    else:
        customer = await find(db, name)
    if customer is None:
        raise NotFound(f"There is no such customer: {clean(name, limit=140)}")
    return customer


async def id_of(rt: Runtime, name: str) -> str:
    """Return our id of the customer whom a person names; see `named`.

    Raises:
        NotFound: There is none.
    """
    async with rt.db.read() as db:
        return (await named(db, name)).id


async def former_ids(db: AsyncSession, customer_id: str) -> Sequence[str]:
    """Return the ids of those who were merged into a customer; nearly always none."""
    query = select(Customer.id).where(col(Customer.merged_into) == customer_id)
    return (await db.exec(query)).all()


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
