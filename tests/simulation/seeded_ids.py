"""Ids from a seed: with random ids from the operating system no story could be repeated."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch
from uuid import UUID

from tossbill_ui.core import crypto
from tossbill_ui.customers import service


class _Seeded:
    """A replacement for the modules ``secrets`` and ``uuid``."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def token_hex(self, size: int) -> str:
        return self._rng.randbytes(size).hex()

    def uuid4(self) -> UUID:
        return UUID(bytes=self._rng.randbytes(16), version=4)


@contextmanager
def seeded_ids(seed: int) -> Generator[None]:
    """Derive all of our ids from a seed."""
    seeded = _Seeded(random.Random(f"ids {seed}"))  # noqa: S311 - a seed must repeat
    with patch.object(crypto, "secrets", seeded), patch.object(service, "uuid", seeded):
        yield
