"""The leases that this process holds; `leases.keeper` renews them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from tossbill_ui.core.clock import Clock
from tossbill_ui.core.db import Leased


@dataclass(eq=False)
class Lease:
    """A lease as seen by its holder.

    Attributes:
        attempt: The fencing token: the lease is ours while the row has this number.
        until: When it expires, by the machine's clock; after that, another may claim the row.
    """

    table: type[Leased]
    row_id: str
    attempt: int
    until: datetime

    def is_ours(self, machine: Clock) -> bool:
        """Whether the lease has not expired; check this before anything that moves money."""
        return machine.now() < self.until


@dataclass
class HeldLeases:
    """Every lease this process holds, and the task that renews them while there are any."""

    held: set[Lease] = field(default_factory=set)
    keeper: asyncio.Task[None] | None = None
