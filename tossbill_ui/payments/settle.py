"""Settles payments and refunds that a crash or a lost response left open."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.db import Leased
from tossbill_ui.leases import claims
from tossbill_ui.payments import refund, repository
from tossbill_ui.payments.charge import Claim, PaymentClaim, claimed, collect
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

CONCURRENCY = 16


@dataclass(frozen=True)
class Settled:
    """How many payments and refunds one run processed."""

    payments: int
    refunds: int


async def claim_open_payments(rt: Runtime, db: AsyncSession, *, limit: int) -> list[PaymentClaim]:
    """Claim open payments whose holder is gone or whose next look-up is due."""
    found = await repository.open_payments_due(db, rt.machine.now(), limit=limit)
    rows = await repository.load_charge_rows(db, [payment.id for payment in found])
    claimed_now: list[PaymentClaim] = []
    for payment in found:
        claims.claim_locked(rt, payment)
        if payment.may_repeat:
            payment.sent_at = rt.machine.now()
        claimed_now.append(claimed(payment, *rows[payment.id]))
    return claimed_now


def _claim(row: Leased) -> Claim:
    assert row.lease_until is not None  # noqa: S101 - it was claimed just now
    return Claim(row.id, attempt=row.attempts, until=row.lease_until)


async def settle(rt: Runtime, *, concurrency: int = CONCURRENCY) -> Settled:
    """Process every open payment and refund that is due, until none is left.

    Source: contract §4.5 (look-up), 4.6 (balance), 6 (repeating).
    """
    payments = refunds = 0
    while True:
        async with rt.db.write() as db:
            to_collect = await claim_open_payments(rt, db, limit=concurrency)
            to_refund = await _claim_open_refunds(rt, db, limit=concurrency - len(to_collect))
        if not to_collect and not to_refund:
            return Settled(payments, refunds)
        payments += len(to_collect)
        refunds += len(to_refund)
        collections = [collect(rt, claim) for claim in to_collect]
        executions = [refund.execute_refund(rt, claim) for claim in to_refund]
        for error in await asyncio.gather(*collections, *executions, return_exceptions=True):
            if isinstance(error, Exception):
                log.error("settle.failed", exc_info=error)


async def _claim_open_refunds(rt: Runtime, db: AsyncSession, *, limit: int) -> list[Claim]:
    found = await repository.open_refunds_due(db, rt.machine.now(), limit=limit)
    for row in found:
        claims.claim_locked(rt, row)
    await db.flush()
    return [_claim(row) for row in found]
