"""The API of a shop on both databases."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.api.client import Program, client_of, new_program
from tests.conftest import NOON
from tests.support.both_databases import database_url
from tests.support.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


@pytest.fixture
async def http(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(shop.rt) as client:
        yield client


@pytest.fixture
async def program(shop: Shop, http: httpx.AsyncClient) -> Program:
    """A program whose key has every scope."""
    return await new_program(shop.rt, http)


__all__ = ["database_url", "http", "program", "shop"]
