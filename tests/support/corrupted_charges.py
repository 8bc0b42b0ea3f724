"""Charges and lookups with corrupted responses, and checks of the money afterwards."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from tests.conftest import NOON
from tests.support.corrupted_responses import ResponseCorrupter, Selector, is_charge, is_lookup
from tests.support.population import fill
from tests.support.shop import Shop, open_shop
from tossbill_ui.customers.session import new_session
from tossbill_ui.payments.models import OPEN, Invoice, InvoiceStatus, Payment
from tossbill_ui.payments.settle import settle
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.subscriptions.models import Subscription

# Every charge leaves an open payment; Toss has charged two thirds of them.
LOST_CHARGES = (
    {"endpoint": "charge", "kind": "reset_before", "rate": 0.33, "seed": "lost"},
    {"endpoint": "charge", "kind": "reset_after"},
)
LOOKUPS = 8
LOOKUP_INTERVAL = timedelta(hours=6)


@asynccontextmanager
async def corrupted_shop(
    folder: Path, database_url: str, rng: random.Random, selects: Selector
) -> AsyncGenerator[tuple[Shop, ResponseCorrupter]]:
    """Open a shop that gets corrupted responses to one kind of request."""
    corrupters: list[ResponseCorrupter] = []

    def wrap(wire: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        corrupters.append(ResponseCorrupter(wire, rng, selects))
        return corrupters[0]

    async with open_shop(folder, database_url, NOON, wrap_transport=wrap) as shop:
        yield shop, corrupters[0]


async def charge_with_corrupted_responses(
    folder: Path, database_url: str, answers: int, rng: random.Random
) -> Counter[str]:
    """Charge many subscriptions, corrupt every response, check; return the corruptions."""
    async with corrupted_shop(folder, database_url, rng, is_charge) as (shop, corrupter):
        await _fill(shop, answers)
        report = await run_due(shop.rt, budget_seconds=600)
        assert report.failed == 0
        await _check(shop, corrupter, payments=answers)
        return corrupter.corrupted


async def look_up_with_corrupted_responses(
    folder: Path, database_url: str, answers: int, rng: random.Random
) -> Counter[str]:
    """Lose the response to every charge, corrupt those to the following lookups, and check."""
    # Some are settled before the last lookup, by a corruption that left the response true.
    payments = -(-answers // (LOOKUPS - 1))
    async with corrupted_shop(folder, database_url, rng, is_lookup) as (shop, corrupter):
        await _fill(shop, payments)
        await shop.faults(*LOST_CHARGES)
        assert (await run_due(shop.rt, budget_seconds=600)).failed == 0
        for _ in range(LOOKUPS):
            shop.machine.advance(LOOKUP_INTERVAL)
            await settle(shop.rt)
        await shop.faults()
        await _check(shop, corrupter, payments=payments)
        return corrupter.corrupted


async def _fill(shop: Shop, count: int) -> None:
    session = new_session()
    card = await shop.card(session)
    await fill(shop.rt, count, customer_id=session.customer_id, payment_method_id=card)


async def _check(shop: Shop, corrupter: ResponseCorrupter, *, payments: int) -> None:
    """Check the money now, and again once Toss responds correctly and everything is settled."""
    await assert_money_is_right(shop, payments=payments)
    corrupter.is_off = True
    for _ in range(2):
        shop.machine.advance(timedelta(days=1))
        await settle(shop.rt)
    # A refusal with an unknown code is not retried: a person decides.
    still_open = [each for each in await shop.rows(Payment) if each.status in OPEN]
    assert [each.id for each in still_open if not each.is_bound] == []
    await shop.assert_ledgers_agree()
    await assert_money_is_right(shop, payments=payments)


async def assert_money_is_right(shop: Shop, *, payments: int) -> None:
    """Done payments were charged, refused ones were not, and only paid periods were activated."""
    ledger = await shop.control("GET", "ledger")
    charged = {row["order_id"] for row in ledger["entries"] if row["effect"] == "payment_approved"}
    ours: list[Payment] = await shop.rows(Payment)
    assert len(ours) == payments
    assert {p.order_id for p in ours if p.status == "done"} <= charged
    assert not {p.order_id for p in ours if p.status == "refused"} & charged
    paid = {p.invoice_id for p in ours if p.status == "done"}
    invoices: list[Invoice] = await shop.rows(Invoice)
    assert {each.id for each in invoices if each.status == InvoiceStatus.PAID} == paid
    activated = [each for each in await shop.rows(Subscription) if each.period_number > 1]
    assert len(activated) == len(paid)
