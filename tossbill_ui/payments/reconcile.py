"""Compares our ledger with Toss's, and records the differences."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.calendar import instant, korean_day
from tossbill_ui.core.crypto import new_id
from tossbill_ui.payments import outcome_handler, repository
from tossbill_ui.payments.compare import compare_at_toss
from tossbill_ui.payments.differences import note_difference
from tossbill_ui.payments.models import (
    OPEN,
    DifferenceKind,
    Payment,
    PaymentStatus,
)
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.toss.wire import Transaction

log = logging.getLogger(__name__)

# Successive runs overlap, since Toss lists new payments late and older ones get refunded.
DAYS = 7
# A payment made a moment ago may not be listed yet (contract §4.7).
LAG = timedelta(hours=1)
BATCH_SIZE = 200
# The numbers fit into the database; Toss lists what others made up, too.
ORDER_ID = re.compile(r"([0-9a-f]{32})-([0-9]{4,9})-([0-9]{1,9})")


@dataclass
class Reconciliation:
    """The result of a comparison.

    Attributes:
        compared: How many payments Toss lists.
        adopted: How many payments of ours were missing here and have been added.
        differences: How many new differences were recorded for review.
        refunds: How many refunds were made at Toss and have been added.
    """

    compared: int = 0
    adopted: int = 0
    refunds: int = 0
    differences: int = 0


@dataclass
class _TossPayment:
    """One payment according to Toss's transactions."""

    order_id: str
    payment_key: str
    charged_krw: int | None = None
    is_in_won: bool = True
    has_refunds: bool = False


@dataclass
class _Ledger:
    """Toss's payments, by order id or else payment key."""

    theirs: dict[str, _TossPayment] = field(default_factory=dict[str, _TossPayment])

    def add(self, row: Transaction) -> None:
        """Add one transaction."""
        name = row.order_id or row.payment_key
        payment = self.theirs.setdefault(name, _TossPayment(row.order_id, row.payment_key))
        payment.is_in_won &= row.is_in_won
        if row.status == "DONE":
            payment.charged_krw = row.amount if row.is_in_won else None
        else:
            payment.has_refunds = True


async def reconcile(rt: Runtime, *, days: int = DAYS) -> Reconciliation:
    """Compare the last days with Toss's list; safe to repeat: differences are recorded once.

    A payment of ours that is open or missing here is looked up by the next `settle`. A refund made
    at Toss is added, with its event and notice. Any other difference is recorded, never corrected.

    Args:
        rt: The process's runtime.
        days: How many Korean days to go back, not counting today.

    Raises:
        GatewayRefused: Toss refused our key or contract.
        OutcomeUnknown: Toss's list could not be read, and nothing was compared; or a payment in it
            could not, and the others were.

    Source: contract §4.7.
    """
    until = rt.clock.now()
    since = instant(korean_day(until) - timedelta(days=days))
    ledger, found = _Ledger(), Reconciliation()
    async for row in rt.toss.transactions(since=since, until=until):
        ledger.add(row)
    found.compared = len(ledger.theirs)
    to_check = await _compare(rt, ledger, found)
    to_check += await _missing_at_toss(rt, ledger, since, until)
    await _check_balances(rt, to_check, found)
    return found


async def _check_balances(rt: Runtime, to_check: list[Payment], found: Reconciliation) -> None:
    """Compare each payment at Toss; one that cannot be read does not keep the others from it."""
    unread: OutcomeUnknown | None = None
    for payment in to_check:
        try:
            compared = await compare_at_toss(rt, payment)
        except OutcomeUnknown as error:
            data = {"payment": payment.id, "error": error.message}
            log.warning("toss.outcome_unknown", extra={"data": data})
            unread = error
        else:
            found.refunds += compared.adopted
            found.differences += compared.differences
    if unread:
        raise unread


async def _compare(rt: Runtime, ledger: _Ledger, found: Reconciliation) -> list[Payment]:
    """Compare payment by payment; return ours whose balance must be checked."""
    to_check: list[Payment] = []
    for names in _chunks(ledger.theirs):
        async with rt.db.write() as db:
            ours = await repository.payments_by_order(db, names)
            for name in names:
                theirs, payment = ledger.theirs[name], ours.get(name)
                if payment is None:
                    await _record_missing_here(rt, db, theirs, found)
                elif await _needs_balance_check(rt, db, theirs, payment, found):
                    to_check.append(payment)
    return to_check


def _chunks(names: Iterable[str]) -> Iterable[list[str]]:
    every = list(names)
    return (every[start : start + BATCH_SIZE] for start in range(0, len(every), BATCH_SIZE))


async def _record_missing_here(
    rt: Runtime, db: AsyncSession, theirs: _TossPayment, found: Reconciliation
) -> None:
    parts = ORDER_ID.fullmatch(theirs.order_id)
    if parts and await _adopt(rt, db, theirs, *parts.groups()):
        found.adopted += 1
        return
    kind = DifferenceKind.ORPHAN if parts else DifferenceKind.FOREIGN
    found.differences += await note_difference(
        rt,
        db,
        kind=kind,
        subject=theirs.order_id or theirs.payment_key,
        theirs_krw=theirs.charged_krw,
    )


async def _adopt(
    rt: Runtime,
    db: AsyncSession,
    theirs: _TossPayment,
    subscription_id: str,
    period: str,
    number: str,
) -> bool:
    """Add a payment that a restored backup lacks; `settle` finds out the rest."""
    invoice = await repository.open_invoice(db, subscription_id)
    is_its_period = invoice is not None and invoice.period_number == int(period)
    if invoice is None or not is_its_period or theirs.charged_krw != invoice.amount_krw:
        return False
    if await repository.open_payment(db, subscription_id):
        return False
    method_id = await outcome_handler.current().method_of(db, subscription_id)
    now = rt.machine.now()
    db.add(
        Payment(
            id=new_id(),
            invoice_id=invoice.id,
            subscription_id=subscription_id,
            customer_id=invoice.customer_id,
            payment_method_id=method_id,
            status=PaymentStatus.UNKNOWN,
            period_number=invoice.period_number,
            number=int(number),
            order_id=theirs.order_id,
            idempotency_key=f"charge-{theirs.order_id}",
            amount_krw=invoice.amount_krw,
            tax_free_krw=invoice.tax_free_krw,
            created_at=rt.clock.now(),
            first_sent_at=now,
            sent_at=now,
            may_repeat=False,
            next_try_at=now,
            attempts=1,
        )
    )
    await db.flush()
    return True


async def _needs_balance_check(
    rt: Runtime,
    db: AsyncSession,
    theirs: _TossPayment,
    payment: Payment,
    found: Reconciliation,
) -> bool:
    if payment.status in OPEN:
        if payment.lease_until is None:
            payment.next_try_at = rt.machine.now()
            db.add(payment)
        return False
    if payment.status == PaymentStatus.REFUSED:
        await _note(rt, db, DifferenceKind.REFUSED_HERE, payment, theirs.charged_krw, found)
        return False
    if not theirs.is_in_won or theirs.charged_krw not in (None, payment.amount_krw):
        await _note(rt, db, DifferenceKind.AMOUNT, payment, theirs.charged_krw, found)
    return theirs.has_refunds or payment.refunded_krw > 0


async def _missing_at_toss(
    rt: Runtime, ledger: _Ledger, since: datetime, until: datetime
) -> list[Payment]:
    """Return payments that are paid here but not listed by Toss."""
    async with rt.db.read() as db:
        ours = await repository.paid_between(db, since, until - LAG)
    return [payment for payment in ours if payment.order_id not in ledger.theirs]


async def _note(
    rt: Runtime,
    db: AsyncSession,
    kind: DifferenceKind,
    payment: Payment,
    theirs_krw: int | None,
    found: Reconciliation,
) -> None:
    found.differences += await note_difference(
        rt,
        db,
        kind=kind,
        subject=payment.order_id,
        payment_id=payment.id,
        ours_krw=payment.amount_krw,
        theirs_krw=theirs_krw,
    )
