"""The handler of payment outcomes, registered by a domain that payments does not import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.payments.outcome import Outcome
from tossbill_ui.runtime import Runtime


class OutcomeHandler(Protocol):
    """Handles payment outcomes; each method runs in the transaction that records one."""

    async def lock(self, db: AsyncSession, subscription_id: str) -> None:
        """Lock a subscription, its invoices and its payments against concurrent changes."""
        ...

    async def load(self, db: AsyncSession, payments: Sequence[tuple[str, ...]]) -> object:
        """Lock subscriptions, and load what is needed to handle the outcomes of their payments.

        Args:
            db: The transaction that records the outcomes.
            payments: Pairs of a subscription id and a payment id, sorted.

        Returns:
            The rows, to be referenced until they have been used.
        """
        ...

    async def method_of(self, db: AsyncSession, subscription_id: str) -> str:
        """Return the id of the payment method that a subscription currently uses."""
        ...

    async def after_payment(
        self,
        rt: Runtime,
        db: AsyncSession,
        invoice: Invoice,
        payment: Payment,
        found: Outcome,
        *,
        actor: Actor,
    ) -> None:
        """Handle a payment's outcome; the subscription is locked, payment and invoice are updated.

        Args:
            rt: The process's runtime.
            db: The transaction that records the outcome.
            invoice: The invoice.
            payment: The attempt to collect it.
            found: The outcome.
            actor: The engine, or the operator whose approval settled the payment.
        """
        ...

    async def after_refund(self, rt: Runtime, db: AsyncSession, refund: Refund) -> None:
        """Handle a refund that is done or refused; the subscription is locked."""
        ...

    async def after_lowered(
        self, rt: Runtime, db: AsyncSession, refund: Refund, *, before_krw: int
    ) -> None:
        """Handle a refund that waits, and that was lowered to what is left at Toss."""
        ...


_registered: OutcomeHandler | None = None


def register(handler: OutcomeHandler) -> None:
    """Register the handler of this process; the composition root calls this once."""
    global _registered
    _registered = handler


def current() -> OutcomeHandler:
    """Return the handler of this process.

    Raises:
        RuntimeError: None is registered; no outcome may be recorded without one.
    """
    if _registered is None:
        raise RuntimeError("No payment outcome handler is registered; see `composition`.")
    return _registered
