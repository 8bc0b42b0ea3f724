"""The ledger is consistent after a kill during concurrent charges and refunds."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.client import SandboxClient
from tests.sandbox.process import running

pytestmark = pytest.mark.processes

PAYERS = 6


async def pay_and_refund(client: SandboxClient, payer: int, acknowledged: list[str]) -> None:
    """Charge and refund a part, in a loop; record each order whose approval was received."""
    billing_key = await client.billing_key(customer_key=f"customer_{payer}")
    for number in range(10_000):
        order_id = f"order-{payer}-{number}"
        answer = await client.charge(
            billing_key, order_id, key=order_id, customerKey=f"customer_{payer}"
        )
        acknowledged.append(order_id)
        await client.cancel_payment(answer.json()["paymentKey"], cancelAmount=900)


@pytest.mark.parametrize("answers", [3, 40])
async def test_acknowledged_charges_are_in_the_consistent_ledger_after_a_kill(
    tmp_path: Path, answers: int
) -> None:
    acknowledged: list[str] = []
    async with running(tmp_path / "sandbox.db") as (client, process), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_until_killed(pay_and_refund(client, payer, acknowledged)))
            for payer in range(PAYERS)
        ]
        while len(acknowledged) < answers:
            await asyncio.sleep(0)
        process.kill()
        await asyncio.wait(tasks)

    async with running(tmp_path / "sandbox.db") as (client, _):
        check = await client.check()
        entries = (await client.ledger())["entries"]
        charged = [e["order_id"] for e in entries if e["effect"] == "payment_approved"]
        unacknowledged = [order for order in charged if order not in acknowledged]

        assert check["consistent"], check
        assert set(acknowledged) <= set(charged)
        assert len(unacknowledged) <= PAYERS
        for order_id in unacknowledged:
            assert (await client.lookup(order_id)).json()["totalAmount"] == 4900


async def _until_killed(work: Coroutine[Any, Any, None]) -> None:
    with suppress(httpx.TransportError):
        await work
