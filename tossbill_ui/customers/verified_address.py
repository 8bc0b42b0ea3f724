"""The address that signs a customer in: set, replaced and removed here alone (ADR-0047)."""

from __future__ import annotations

from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.mail_address import folded
from tossbill_ui.customers.link_revocation import BY_MAIL, revoke_links
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime


class Teller(Protocol):
    """Writes to the address that a customer has verified, before another takes its place."""

    async def __call__(self, rt: Runtime, db: AsyncSession, customer: Customer) -> None:
        """Write the mail in the transaction that replaces the address."""
        ...


_registered: Teller | None = None


def register(teller: Teller) -> None:
    """Register the teller of this process; the composition root calls this once."""
    global _registered
    _registered = teller


async def set_verified(
    rt: Runtime, db: AsyncSession, customer: Customer, email: str | None
) -> None:
    """Let an address sign in instead of the one before, which is told; None lets none.

    The links that were mailed to the one before open nothing any more.

    Args:
        rt: The process's runtime.
        db: The transaction in which the customer's row is locked.
        customer: Whose address it is.
        email: The address.

    Raises:
        RuntimeError: No teller is registered.
    """
    verified = folded(email) if email else None
    if customer.verified_email == verified:
        return
    if customer.verified_email:
        if _registered is None:
            raise RuntimeError("No teller of former addresses is registered; see `composition`.")
        await _registered(rt, db, customer)
        await revoke_links(rt, db, customer.id, made_by=BY_MAIL)
    customer.verified_email = verified
    customer.email_verified_at = rt.machine.now() if verified else None
    db.add(customer)
