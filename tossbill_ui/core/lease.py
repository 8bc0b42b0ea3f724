"""The leases that this process holds; `leases.keeper` renews them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from tossbill_ui.core.clock import Clock
from tossbill_ui.core.db import Leased


@dataclass(eq=False)
class Lease:
    """A lease as its holder knows it.

    Attributes:
        attempt: The fence: it is ours while this is the row's number.
        until: When it ends, on the machine's clock; later, somebody else may have the row.
    """

    table: type[Leased]
    row_id: str
    attempt: int
    until: datetime

    def is_ours(self, machine: Clock) -> bool:
        """Whether nobody else can have the row yet; ask before anything that costs money."""
        return machine.now() < self.until


@dataclass
class HeldLeases:
    """Every lease held, and the one task that renews them, which lives as long as there are any."""

    held: set[Lease] = field(default_factory=set)
    keeper: asyncio.Task[None] | None = None
