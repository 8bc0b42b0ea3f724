"""A session gives a loaded row without asking, and asks for what it does not know any more."""

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


async def test_a_loaded_row_costs_no_statement(rt: Runtime, customer: Customer) -> None:
    async with rt.db.read() as db:
        first = await db.get_one(Customer, customer.id)
        with statements(rt) as asked:
            assert await db.get_one(Customer, customer.id) is first
    assert asked == []


async def test_what_a_rollback_made_doubtful_is_read_again(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        row = await db.get_one(Customer, customer.id)
        with suppress(ZeroDivisionError):
            async with db.begin_nested():
                row.customer_key = "x" * 36
                await db.flush()
                raise ZeroDivisionError
        assert (await db.get_one(Customer, customer.id)).customer_key == "c" * 36


async def test_options_are_obeyed_for_a_loaded_row(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        await db.get_one(Customer, customer.id)
        with statements(rt) as asked:
            await db.get_one(Customer, customer.id, populate_existing=True)
    assert len(asked) == 1


async def test_a_row_that_is_not_there_is_an_error(rt: Runtime) -> None:
    async with rt.db.read() as db:
        with pytest.raises(NoResultFound):
            await db.get_one(Customer, "nobody")


async def test_a_column_that_is_set_is_written(rt: Runtime, customer: Customer) -> None:
    async with rt.db.write() as db:
        (await db.get_one(Customer, customer.id)).customer_key = "d" * 36
    async with rt.db.read() as db:
        assert (await db.get_one(Customer, customer.id)).customer_key == "d" * 36
