"""A batch of charges asks the database a fixed number of things, however large it is."""

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
# Open payments, due subscriptions, what they need, numbers; then invoices, payments and
# subscriptions are written.
CLAIM = 7
# Payments to take up and what Toss is asked about them; nothing else is due; then they are written.
TAKE_UP = 4
# Subscriptions, payments with all that follows from them; then payments, invoices, subscriptions,
# the events and the notices are written. PostgreSQL locks the numbers of the events besides.
RECORD = 7
STATUS = {Charged: "done", Declined: "refused", Unresolved: "unknown"}
PAID = Charged(
    payment_key="", approved_at=datetime(2026, 12, 24, tzinfo=UTC), receipt_url="", balance_krw=9900
)


async def due(shop: Shop, *, in_trial: bool = False) -> list[PaymentClaim]:
    """Claim a batch of subscriptions whose periods, or trials, are over."""
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
    with statements(shop.rt) as asked:
        claims, _ = await claim_due(shop.rt, limit=BATCH)
    assert len(claims) == BATCH
    assert len(asked) <= CLAIM + in_trial, asked
    return claims


@pytest.mark.parametrize(
    "found",
    [PAID, Declined("REJECT_CARD_PAYMENT"), Unresolved()],
    ids=lambda each: type(each).__name__,
)
async def test_claiming_and_recording(shop: Shop, found: Outcome) -> None:
    claims = await due(shop)
    answers = [
        Charged(f"pay-{each.row_id}", found.approved_at, "", found.balance_krw)
        if isinstance(found, Charged)
        else found
        for each in claims
    ]

    with statements(shop.rt) as asked:
        await asyncio.gather(
            *(
                record(shop.rt, each.payment, each.attempt, answer)
                for each, answer in zip(claims, answers, strict=True)
            )
        )

    assert len(asked) <= RECORD + (not shop.rt.db.is_sqlite), asked
    ids = {each.row_id for each in claims}
    ended = {row.status for row in await shop.rows(Payment) if row.id in ids}
    assert ended == {STATUS[type(found)]}


async def test_trials_cost_one_more_for_all_their_consents(shop: Shop) -> None:
    await due(shop, in_trial=True)


async def test_taking_up(shop: Shop) -> None:
    await due(shop)
    shop.machine.advance(2 * shop.rt.lease)

    with statements(shop.rt) as asked:
        claims, _ = await claim_due(shop.rt, limit=BATCH + 1)

    assert [each.attempt for each in claims] == [2] * BATCH
    assert len(asked) <= TAKE_UP, asked


async def test_leases_are_renewed_together_and_only_those_still_ours(shop: Shop) -> None:
    claims = await due(shop)
    async with shop.rt.db.write() as db:
        row = await db.get_one(Payment, claims[0].row_id)
        row.attempts += 1  # another worker has taken it
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
        with statements(rt) as asked:
            async with asyncio.timeout(120):
                while not all(hold.is_ours(rt.machine) for hold in ours):
                    await asyncio.sleep(0.005)

    assert len(asked) < len(ours), asked
    assert not lost.is_ours(rt.machine)
    assert rt.leases.keeper is None
