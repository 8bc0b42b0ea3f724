"""Killed amid many charges and refunds, the ledger still tells the truth."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.box import Box
from tests.sandbox.process import running

pytestmark = pytest.mark.processes

PAYERS = 6


async def pay_and_refund(box: Box, payer: int, heard: list[str]) -> None:
    """Charge and give back a part, for ever; note each order whose approval was heard."""
    billing_key = await box.billing_key(customer_key=f"customer_{payer}")
    for number in range(10_000):
        order_id = f"order-{payer}-{number}"
        answer = await box.charge(
            billing_key, order_id, key=order_id, customerKey=f"customer_{payer}"
        )
        heard.append(order_id)
        await box.cancel_payment(answer.json()["paymentKey"], cancelAmount=900)


@pytest.mark.parametrize("answers", [3, 40])
async def test_what_was_heard_is_in_the_ledger_and_the_sums_hold(
    tmp_path: Path, answers: int
) -> None:
    heard: list[str] = []
    async with running(tmp_path / "box.db") as (box, process), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_until_gone(pay_and_refund(box, payer, heard)))
            for payer in range(PAYERS)
        ]
        while len(heard) < answers:
            await asyncio.sleep(0)
        process.kill()
        await asyncio.wait(tasks)

    async with running(tmp_path / "box.db") as (box, _):
        check = await box.check()
        entries = (await box.ledger())["entries"]
        charged = [e["order_id"] for e in entries if e["effect"] == "payment_approved"]
        unheard = [order for order in charged if order not in heard]

        assert check["consistent"], check
        assert set(heard) <= set(charged)
        assert len(unheard) <= PAYERS
        for order_id in unheard:
            assert (await box.lookup(order_id)).json()["totalAmount"] == 4900


async def _until_gone(work: Coroutine[Any, Any, None]) -> None:
    with suppress(httpx.TransportError):
        await work
