"""A claimed row belongs to a worker as long as the worker lives.

Leases and back-off stand on the machine's clock, not on ``rt.clock``: a virtual clock that jumps
a month must not take work away from a living worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
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


@dataclass
class Hold:
    """A lease as its holder knows it.

    Attributes:
        until: When it ends; later than that, somebody else may have the row.
    """

    until: datetime

    def is_ours(self, rt: Runtime) -> bool:
        """Whether nobody else can have the row yet; ask before anything that costs money."""
        return rt.machine.now() < self.until


@asynccontextmanager
async def held(
    rt: Runtime,
    table: type[Leased],
    row_id: str,
    *,
    attempt: int,
    until: datetime | None = None,
) -> AsyncGenerator[Hold]:
    """Renew the row's lease while the block runs, as long as it is this attempt's."""
    hold = Hold(until or rt.machine.now() + rt.lease)
    work = _renew(rt, table, row_id, attempt, hold)
    keeper = asyncio.create_task(work, name=f"lease {row_id}")
    try:
        yield hold
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _renew(rt: Runtime, table: type[Leased], row_id: str, attempt: int, hold: Hold) -> None:
    while True:
        await asyncio.sleep(rt.lease.total_seconds() / 3)
        until = rt.machine.now() + rt.lease
        async with rt.db.write() as session:
            renewed = await update_where(
                session,
                table,
                col(table.id) == row_id,
                col(table.attempts) == attempt,
                col(table.lease_until).is_not(None),
                lease_until=until,
            )
        if renewed:
            hold.until = until
