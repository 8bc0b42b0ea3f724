"""A claimed row belongs to a worker as long as the worker lives.

Leases and back-off stand on the machine's clock, not on ``rt.clock``: a virtual clock that jumps
a month must not take work away from a living worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlmodel import col

from tossbill_ui.core.db import Leased, update_where
from tossbill_ui.runtime import Runtime

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 1800, 3600))


def machine_now() -> datetime:
    """Return the machine's instant, UTC-aware."""
    return datetime.now(UTC)


def next_try(attempts: int) -> datetime:
    """Return when to ask again after a number of attempts without a certain answer."""
    return machine_now() + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


@asynccontextmanager
async def held(
    rt: Runtime, table: type[Leased], row_id: str, *, attempt: int
) -> AsyncGenerator[None]:
    """Renew the row's lease while the block runs, if it is still this attempt's."""
    keeper = asyncio.create_task(_renew(rt, table, row_id, attempt), name=f"lease {row_id}")
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _renew(rt: Runtime, table: type[Leased], row_id: str, attempt: int) -> None:
    while True:
        await asyncio.sleep(rt.lease.total_seconds() / 3)
        async with rt.db.write() as session:
            await update_where(
                session,
                table,
                col(table.id) == row_id,
                col(table.attempts) == attempt,
                col(table.lease_until).is_not(None),
                lease_until=rt.machine.now() + rt.lease,
            )
