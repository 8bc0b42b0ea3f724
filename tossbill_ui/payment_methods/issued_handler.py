"""The handler of issued payment methods, registered by a domain that this one does not import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Fulfilled:
    """What a registration was for has been done.

    Attributes:
        payment_id: The payment that this started, if something was owed.
    """

    payment_id: str | None


class IssuedHandler(Protocol):
    """Does what a registration is for, in the transaction that stores its payment method."""

    async def after_issued(
        self, rt: Runtime, db: AsyncSession, registration: Registration, method: PaymentMethod
    ) -> Fulfilled | None:
        """Change the registration's subscription to its new method, and collect what is owed.

        Nothing else happens later or twice: the registration ends in the same transaction.

        Args:
            rt: The process's runtime.
            db: The transaction that stores the method.
            registration: One with a ``subscription_id``.
            method: The new method.

        Returns:
            None if it is not possible any more; the method stays registered.
        """
        ...


_registered: IssuedHandler | None = None


def register(handler: IssuedHandler) -> None:
    """Register the handler of this process; the composition root calls this once."""
    global _registered
    _registered = handler


def current() -> IssuedHandler:
    """Return the handler of this process.

    Raises:
        RuntimeError: None is registered.
    """
    if _registered is None:
        raise RuntimeError("No handler of issued methods is registered; see `composition`.")
    return _registered
