"""A database session returns a loaded row without a query, and reloads an expired one."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import NoResultFound

from tests.support.statements import statements
from tossbill_ui.core.crypto import new_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

CREATED_AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
async def customer(rt: Runtime) -> Customer:
    row = Customer(id=new_id(), customer_key="c" * 36, created_at=CREATED_AT)
    async with rt.db.write() as db:
        db.add(row)
    return row


async def test_loaded_row_needs_no_query(rt: Runtime, customer: Customer) -> None:
    async with rt.db.read() as db:
        first = await db.get_one(Customer, customer.id)
        with statements(rt) as executed:
            assert await db.get_one(Customer, customer.id) is first
    assert executed == []


async def test_row_expired_by_a_rollback_is_reloaded(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        row = await db.get_one(Customer, customer.id)
        with suppress(ZeroDivisionError):
            async with db.begin_nested():
                row.customer_key = "x" * 36
                await db.flush()
                raise ZeroDivisionError
        assert (await db.get_one(Customer, customer.id)).customer_key == "c" * 36


async def test_load_options_apply_to_a_loaded_row(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        await db.get_one(Customer, customer.id)
        with statements(rt) as executed:
            await db.get_one(Customer, customer.id, populate_existing=True)
    assert len(executed) == 1


async def test_missing_row_raises_an_error(rt: Runtime) -> None:
    async with rt.db.read() as db:
        with pytest.raises(NoResultFound):
            await db.get_one(Customer, "nobody")


async def test_changed_column_is_written(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        (await db.get_one(Customer, customer.id)).customer_key = "d" * 36
    async with rt.db.read() as db:
        assert (await db.get_one(Customer, customer.id)).customer_key == "d" * 36
