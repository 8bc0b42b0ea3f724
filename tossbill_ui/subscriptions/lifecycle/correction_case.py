"""A difference to correct, with what both ledgers say about its payment."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict
from tossbill_ui.events.types import Event
from tossbill_ui.payments import outcome
from tossbill_ui.payments.models import Difference, Invoice, Payment
from tossbill_ui.payments.outcome import PAID, Charged
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.lifecycle.notifications import About
from tossbill_ui.subscriptions.lifecycle.publish import publish
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.toss import wire


@dataclass(frozen=True)
class Case:
    """A difference, with what both ledgers say about its payment.

    Attributes:
        payment: Ours; None if we have none.
        theirs: Toss's, as it is now; None if Toss knows none.
        actor: Who resolves it.
    """

    difference: Difference
    subscription: Subscription
    payment: Payment | None
    theirs: wire.Payment | None
    actor: Actor


def refuse(text: str) -> Conflict:
    """Return the refusal of a correction that Toss's state does not allow."""
    return Conflict(text, code="cannot_resolve")


def paid_at_toss(case: Case) -> wire.Payment:
    """Return the payment at Toss.

    Raises:
        Conflict: Toss has not charged it, or not in won (``cannot_resolve``).
    """
    if case.theirs is None or case.theirs.status not in PAID:
        raise refuse("Toss has not charged this payment: resolve this as closed.")
    if not case.theirs.is_in_won:
        raise refuse(f"Toss charged this payment in {case.theirs.currency[:8]}: ask Toss why.")
    return case.theirs


def charged(payment: Payment, theirs: wire.Payment) -> Charged:
    """Return the charge of a payment at Toss.

    Raises:
        Conflict: Toss charged another amount (``cannot_resolve``).
    """
    found = outcome.of_payment(theirs, amount_krw=payment.amount_krw)
    if not isinstance(found, Charged):
        theirs_is = f"{theirs.total_amount} {'won' if theirs.is_in_won else theirs.currency[:8]}"
        raise refuse(f"Toss charged {theirs_is}, not {payment.amount_krw} won.")
    return found


async def publish_correction(
    rt: Runtime,
    db: AsyncSession,
    case: Case,
    *events: Event,
    invoice: Invoice | None = None,
    payment: Payment | None = None,
) -> None:
    """Publish what a correction led to, as an act of the operator who decided on it."""
    about = About(invoice=invoice, payment=payment or case.payment)
    await publish(rt, db, case.subscription, events, actor=case.actor, about=about)
