"""Renews leases while their holder works; they end when its process dies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from tossbill_ui.core.db import Leased
from tossbill_ui.core.lease import Lease
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)


@asynccontextmanager
async def keep_lease(
    rt: Runtime,
    table: type[Leased],
    row_id: str,
    *,
    attempt: int,
    until: datetime | None = None,
) -> AsyncGenerator[Lease]:
    """Renew the row's lease while the block runs and the lease still belongs to this attempt."""
    lease, leases = Lease(table, row_id, attempt, until or rt.machine.now() + rt.lease), rt.leases
    leases.held.add(lease)
    leases.keeper = leases.keeper or asyncio.create_task(_keep(rt), name="leases")
    try:
        yield lease
    finally:
        leases.held.discard(lease)
        if not leases.held and leases.keeper:
            keeper, leases.keeper = leases.keeper, None
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)


async def _keep(rt: Runtime) -> None:
    """Renew every lease in time, with one statement per table."""
    while True:
        await asyncio.sleep(rt.lease.total_seconds() / 3)
        try:
            for table in {lease.table for lease in rt.leases.held}:
                await _renew(rt, table, [lease for lease in rt.leases.held if lease.table is table])
        except SQLAlchemyError as error:
            log.warning("leases could not be renewed this time: %s", error)


async def _renew(rt: Runtime, table: type[Leased], leases_of_table: Sequence[Lease]) -> None:
    until = rt.machine.now() + rt.lease
    # A locked row is just being recorded, so there is no need to wait for it.
    ours = (
        select(table.id)
        .where(
            col(table.id).in_([lease.row_id for lease in leases_of_table]),
            sa.tuple_(col(table.id), col(table.attempts)).in_(
                [(lease.row_id, lease.attempt) for lease in leases_of_table]
            ),
            col(table.lease_until).is_not(None),
        )
        .with_for_update(skip_locked=True)
    )
    async with rt.db.write() as db:
        renewed = set((await db.exec(ours)).all())
        renewal = sa.update(table).where(col(table.id).in_(renewed)).values(lease_until=until)
        await db.exec(renewal.execution_options(synchronize_session=False))
    for lease in leases_of_table:
        if lease.row_id in renewed:
            lease.until = until
