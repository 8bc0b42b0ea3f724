"""A batch of charges takes a fixed number of SQL statements, whatever its size."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.population import fill
from tests.support.shop import Shop
from tests.support.statements import statements
from tossbill_ui.customers.session import new_session
from tossbill_ui.leases import keeper
from tossbill_ui.payments.charge import PaymentClaim
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import Charged, Declined, Outcome, Unresolved
from tossbill_ui.payments.record import record
from tossbill_ui.subscriptions.engine.claiming import claim_due

BATCH = 20
# Select open payments, due subscriptions, what they need, and numbers; write invoices, payments
# and subscriptions.
CLAIM = 7
# Select payments to reclaim and what their lookups need; nothing else is due; write the payments.
RECLAIM = 4
# Select subscriptions and payments with related rows; write payments, invoices, subscriptions,
# events and notices. PostgreSQL also locks the events' numbers.
RECORD = 7
STATUS = {Charged: "done", Declined: "refused", Unresolved: "unknown"}
PAID = Charged(
    payment_key="", approved_at=datetime(2026, 12, 24, tzinfo=UTC), receipt_url="", balance_krw=9900
)


async def claim_batch(shop: Shop, *, in_trial: bool = False) -> list[PaymentClaim]:
    """Claim a batch of subscriptions whose periods or trials are over."""
    seen = await shop.subscribe(new_session())
    row = seen.subscription
    await shop.go_to(date(2026, 12, 20))
    await fill(
        shop.rt,
        BATCH,
        customer_id=row.customer_id,
        payment_method_id=row.payment_method_id,
        in_trial=in_trial,
    )
    with statements(shop.rt) as executed:
        claims, _ = await claim_due(shop.rt, limit=BATCH)
    assert len(claims) == BATCH
    assert len(executed) <= CLAIM + in_trial, executed
    return claims


@pytest.mark.parametrize(
    "found",
    [PAID, Declined("REJECT_CARD_PAYMENT"), Unresolved()],
    ids=lambda each: type(each).__name__,
)
async def test_claiming_and_recording_take_fixed_numbers_of_statements(
    shop: Shop, found: Outcome
) -> None:
    claims = await claim_batch(shop)
    answers = [
        Charged(f"pay-{each.row_id}", found.approved_at, "", found.balance_krw)
        if isinstance(found, Charged)
        else found
        for each in claims
    ]

    with statements(shop.rt) as executed:
        await asyncio.gather(
            *(
                record(shop.rt, each.payment, each.attempt, answer)
                for each, answer in zip(claims, answers, strict=True)
            )
        )

    assert len(executed) <= RECORD + (not shop.rt.db.is_sqlite), executed
    ids = {each.row_id for each in claims}
    ended = {row.status for row in await shop.rows(Payment) if row.id in ids}
    assert ended == {STATUS[type(found)]}


async def test_trials_take_one_more_statement_for_their_consents(shop: Shop) -> None:
    await claim_batch(shop, in_trial=True)


async def test_reclaiming_takes_a_fixed_number_of_statements(shop: Shop) -> None:
    await claim_batch(shop)
    shop.machine.advance(2 * shop.rt.lease)

    with statements(shop.rt) as executed:
        claims, _ = await claim_due(shop.rt, limit=BATCH + 1)

    assert [each.attempt for each in claims] == [2] * BATCH
    assert len(executed) <= RECLAIM, executed


async def test_only_leases_still_held_are_renewed_and_together(shop: Shop) -> None:
    claims = await claim_batch(shop)
    async with shop.rt.db.write() as db:
        row = await db.get_one(Payment, claims[0].row_id)
        row.attempts += 1  # another worker has claimed it
        db.add(row)
    shop.machine.advance(timedelta(hours=1))
    rt = replace(shop.rt, lease=timedelta(seconds=0.15))

    async with AsyncExitStack() as stack:
        lost, *ours = [
            await stack.enter_async_context(
                keeper.keep_lease(rt, Payment, each.row_id, attempt=each.attempt, until=each.until)
            )
            for each in claims
        ]
        with statements(rt) as executed:
            async with asyncio.timeout(120):
                while not all(hold.is_ours(rt.machine) for hold in ours):
                    await asyncio.sleep(0.005)

    assert len(executed) < len(ours), executed
    assert not lost.is_ours(rt.machine)
    assert rt.leases.keeper is None
