"""Charges and look-ups with spoiled answers, and what must be true of the money after them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from tests.conftest import NOON
from tests.support.population import fill
from tests.support.shop import Shop, open_shop
from tests.support.spoiled import Spoiler, Spoils, is_charge, is_lookup
from tossbill_ui.customers.session import new_session
from tossbill_ui.payments.models import OPEN, Invoice, InvoiceStatus, Payment
from tossbill_ui.payments.settle import settle
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.models import Subscription

# Every charge leaves an open payment, of which Toss knows two thirds.
LOST_CHARGES = (
    {"endpoint": "charge", "kind": "reset_before", "rate": 0.33, "seed": "lost"},
    {"endpoint": "charge", "kind": "reset_after"},
)
LOOKS = 8
BETWEEN_LOOKS = timedelta(hours=6)


@asynccontextmanager
async def spoiled_shop(
    folder: Path, database_url: str, luck: random.Random, spoils: Spoils
) -> AsyncGenerator[tuple[Shop, Spoiler]]:
    """Open a shop whose answers of one kind from Toss are spoiled."""
    spoilers: list[Spoiler] = []

    def through(wire: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        spoilers.append(Spoiler(wire, luck, spoils))
        return spoilers[0]

    async with open_shop(folder, database_url, NOON, through=through) as shop:
        yield shop, spoilers[0]


async def charge_with_spoiled_answers(
    folder: Path, database_url: str, answers: int, luck: random.Random
) -> Counter[str]:
    """Charge many subscriptions, spoil every answer, judge; return how they were spoiled."""
    async with spoiled_shop(folder, database_url, luck, is_charge) as (shop, spoiler):
        await _fill(shop, answers)
        report = await run_due(shop.rt, budget_seconds=600)
        assert report.failed == 0
        await _judge(shop, spoiler, payments=answers)
        return spoiler.spoiled


async def look_up_with_spoiled_answers(
    folder: Path, database_url: str, answers: int, luck: random.Random
) -> Counter[str]:
    """Lose every charge's answer and spoil those to the look-ups that follow; judge."""
    # Some are settled before the last look, by an answer that was spoiled into a true one.
    payments = -(-answers // (LOOKS - 1))
    async with spoiled_shop(folder, database_url, luck, is_lookup) as (shop, spoiler):
        await _fill(shop, payments)
        await shop.faults(*LOST_CHARGES)
        assert (await run_due(shop.rt, budget_seconds=600)).failed == 0
        for _ in range(LOOKS):
            shop.machine.advance(BETWEEN_LOOKS)
            await settle(shop.rt)
        await shop.faults()
        await _judge(shop, spoiler, payments=payments)
        return spoiler.spoiled


async def _fill(shop: Shop, count: int) -> None:
    session = new_session()
    card = await shop.card(session)
    await fill(shop.rt, count, customer_id=session.customer_id, payment_method_id=card)


async def _judge(shop: Shop, spoiler: Spoiler, *, payments: int) -> None:
    """Judge the money as it is now, and again when Toss is well and everything is settled."""
    await assert_nothing_wrong(shop, payments=payments)
    spoiler.is_well = True
    for _ in range(2):
        shop.machine.advance(timedelta(days=1))
        await settle(shop.rt)
    # What Toss refused with a code that nobody knows is repeated by nobody: a person decides.
    still_open = [each for each in await shop.rows(Payment) if each.status in OPEN]
    assert [each.id for each in still_open if not each.is_bound] == []
    await shop.assert_ledgers_agree()
    await assert_nothing_wrong(shop, payments=payments)


async def assert_nothing_wrong(shop: Shop, *, payments: int) -> None:
    """What is *done* was charged, what is *refused* was not, and only what is paid is entered."""
    ledger = await shop.control("GET", "ledger")
    charged = {row["order_id"] for row in ledger["entries"] if row["effect"] == "payment_approved"}
    ours: list[Payment] = await shop.rows(Payment)
    assert len(ours) == payments
    assert {p.order_id for p in ours if p.status == "done"} <= charged
    assert not {p.order_id for p in ours if p.status == "refused"} & charged
    paid = {p.invoice_id for p in ours if p.status == "done"}
    invoices: list[Invoice] = await shop.rows(Invoice)
    assert {each.id for each in invoices if each.status == InvoiceStatus.PAID} == paid
    entered = [each for each in await shop.rows(Subscription) if each.period_number > 1]
    assert len(entered) == len(paid)
