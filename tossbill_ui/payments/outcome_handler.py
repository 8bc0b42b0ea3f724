"""Who handles the outcomes of payments: the domain above, which payments does not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.payments.outcome import Outcome
from tossbill_ui.runtime import Runtime


class OutcomeHandler(Protocol):
    """Owns what is paid for; each method runs in the transaction that records an outcome."""

    async def lock(self, db: AsyncSession, subscription_id: str) -> None:
        """Make others who change a subscription, its invoices or its payments wait for us."""
        ...

    async def load(self, db: AsyncSession, payments: Sequence[tuple[str, ...]]) -> object:
        """Lock subscriptions, and load what handling the outcomes of their payments needs.

        Args:
            db: The transaction that records.
            payments: Each a subscription's id and a payment's, sorted.

        Returns:
            The rows, to be held until they have been used.
        """
        ...

    async def method_of(self, db: AsyncSession, subscription_id: str) -> str:
        """Return the id of the payment method that a subscription is charged on now."""
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
            db: The transaction that records.
            invoice: What was to be paid.
            payment: The attempt to collect it.
            found: How the attempt ended.
            actor: The engine, or the operator whose approval ended it.
        """
        ...

    async def after_refund(self, rt: Runtime, db: AsyncSession, refund: Refund) -> None:
        """Handle a refund that is done or refused; the subscription is locked."""
        ...


_registered: OutcomeHandler | None = None


def register(handler: OutcomeHandler) -> None:
    """Make a handler the one of this process; the composition root does so, once."""
    global _registered
    _registered = handler


def current() -> OutcomeHandler:
    """Return the handler of this process.

    Raises:
        RuntimeError: None is registered; an outcome must never be recorded without it.
    """
    if _registered is None:
        raise RuntimeError("No handler of payment outcomes is registered: see `composition`.")
    return _registered
