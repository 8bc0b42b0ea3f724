"""Ids from a seed: with those of the operating system no story could be told again."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch
from uuid import UUID

from tossbill_ui.core import crypto
from tossbill_ui.customers import service


class _Seeded:
    """Stands in for the modules ``secrets`` and ``uuid``."""

    def __init__(self, luck: random.Random) -> None:
        self._luck = luck

    def token_hex(self, size: int) -> str:
        return self._luck.randbytes(size).hex()

    def uuid4(self) -> UUID:
        return UUID(bytes=self._luck.randbytes(16), version=4)


@contextmanager
def seeded_ids(seed: int) -> Generator[None]:
    """Let every id that we make follow from a seed."""
    seeded = _Seeded(random.Random(f"ids {seed}"))  # noqa: S311 - a seed must repeat
    with patch.object(crypto, "secrets", seeded), patch.object(service, "uuid", seeded):
        yield
