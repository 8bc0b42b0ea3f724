"""Counted ids: unlike random ids, they sort rows in the order of creation."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from unittest.mock import patch
from uuid import UUID

from tossbill_ui.core import crypto
from tossbill_ui.customers import service

MARK = "ba5e"


class CountedIds:
    """A replacement for the modules ``secrets`` and ``uuid``."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def token_hex(self, size: int) -> str:
        return f"{MARK}{next(self._numbers):0{2 * size - len(MARK)}x}"

    def uuid4(self) -> UUID:
        return UUID(hex=self.token_hex(16), version=4)


@contextmanager
def counted_ids(_seed: int) -> Generator[None]:
    """Make every new id the next number."""
    counted = CountedIds()
    with patch.object(crypto, "secrets", counted), patch.object(service, "uuid", counted):
        yield
