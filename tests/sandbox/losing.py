"""Charges whose answer the shop never heard, and the judge's findings about them."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox.client import SandboxClient
from tossbill_sandbox.app import create_app
from tossbill_sandbox.testing import TossSandbox


@asynccontextmanager
async def opened(file: Path) -> AsyncGenerator[SandboxClient]:
    app = create_app(database=file)
    yield SandboxClient(TossSandbox(app).http)
    await app.aclose()


async def try_to_charge(client: SandboxClient, *arguments: Any, **named: Any) -> None:
    with suppress(httpx.TransportError):
        await client.charge(*arguments, **named)


async def lost_charge(client: SandboxClient, kind: str = "reset_after") -> str:
    """Charge order-1 under the key "k", lose the answer, and return the billing key."""
    billing_key = await client.billing_key()
    await client.fault("charge", kind, count=1, delay_ms=1)
    await try_to_charge(client, billing_key, key="k")
    return billing_key


async def named(client: SandboxClient) -> list[tuple[str, str]]:
    """Return the orders of every finding, after a check that the ledger agrees with itself."""
    check = await client.check()
    assert check["consistent"]
    found = check["double_charges"]
    return [(each["unheard"]["order_id"], each["again"]["order_id"]) for each in found]


def unheard(file: Path) -> list[tuple[str, bool]]:
    """Return the reason of each unheard charge, and whether it is lost already."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT reason, lost_at IS NOT NULL FROM unheard_charge")
        return [(reason, bool(is_lost)) for reason, is_lost in rows]


async def repeat(client: SandboxClient, billing_key: str) -> None:
    assert (await client.charge(billing_key, key="k")).status_code == 200


async def look_up(client: SandboxClient, billing_key: str) -> None:
    await client.lookup("order-1")


async def refund(client: SandboxClient, billing_key: str) -> None:
    await client.http.post("_control/refunds", json={"orderId": "order-1"})
