"""Resumes registrations and removals that a crash, a kill or a lost response left open."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from tossbill_ui.leases import claims
from tossbill_ui.payment_methods import confirmation, issuing, removal, repository
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

BATCH_SIZE = 20
EVERY_SECONDS = 2.0
# Toss's window expires after 30 minutes; a day later nobody comes back from it.
FORGOTTEN_AFTER = timedelta(days=1)


async def sweep(rt: Runtime) -> int:
    """Process every row whose worker is gone or whose next attempt is due; return how many.

    Source: ADR-0003.
    """
    async with rt.db.read() as db:
        now = rt.machine.now()
        registrations = await repository.due_registrations(db, now, limit=BATCH_SIZE)
        removals = await repository.due_removals(db, now, limit=BATCH_SIZE)
    work = [_claim_registration(rt, row) for row in registrations]
    work += [_claim_removal(rt, row) for row in removals]
    for error in await asyncio.gather(*work, return_exceptions=True):
        if error is not None:
            log.error("sweep.row_failed", exc_info=error)
    return len(work)


async def abandon_forgotten(rt: Runtime) -> int:
    """End the registrations that were started a day ago and never finished; return how many.

    Nothing is lost by this: a valid authKey that arrives even later still counts.
    """
    forgotten = repository.forgotten(rt.clock.now() - FORGOTTEN_AFTER)
    # Read first: a write would wake the disk every two seconds for nothing.
    async with rt.db.read() as db:
        if (await db.exec(select(Registration.id).where(forgotten).limit(1))).first() is None:
            return 0
    end = sa.update(Registration).where(forgotten)
    async with rt.db.write() as db:
        done = await db.exec(
            end.values(status=RegistrationStatus.ABANDONED, ended_at=rt.clock.now())
        )
    log.info("registration.abandoned", extra={"data": {"count": done.rowcount}})
    return done.rowcount


async def sweep_forever(rt: Runtime) -> None:
    """Sweep every few seconds until cancelled; an error in one round does not stop it."""
    while True:
        try:
            await sweep(rt)
            await confirmation.wipe_unanswered(rt)
        except (OSError, SQLAlchemyError):
            log.exception("sweep.failed")
        await asyncio.sleep(EVERY_SECONDS)


async def _claim_registration(rt: Runtime, row: Registration) -> None:
    attempt = await claims.claim(rt, row, repository.IS_UNDER_WAY)
    if attempt:
        await issuing.issue(rt, row.id, attempt=attempt)


async def _claim_removal(rt: Runtime, row: PaymentMethod) -> None:
    attempt = await claims.claim(rt, row, repository.IS_REMOVING)
    if attempt:
        await removal.delete_at_toss(rt, row.id, attempt=attempt)
