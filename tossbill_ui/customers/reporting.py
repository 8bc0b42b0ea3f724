"""What became known of customers, for the event log, which this domain does not import."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.mail_address import folded
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

# Each changed field: whether there was a value before, and whether there is one now.
Changes = Mapping[str, tuple[bool, bool]]


class Reporter(Protocol):
    """Records what became known of a customer."""

    async def __call__(
        self, rt: Runtime, db: AsyncSession, customer: Customer, changes: Changes, *, actor: Actor
    ) -> None:
        """Record changes in the transaction that makes them; none if the customer is new."""
        ...


_registered: Reporter | None = None


def register(reporter: Reporter) -> None:
    """Register the reporter of this process; the composition root calls this once."""
    global _registered
    _registered = reporter


@asynccontextmanager
async def reported(
    rt: Runtime, db: AsyncSession, customer: Customer, *, actor: Actor, is_new: bool = False
) -> AsyncGenerator[None]:
    """Report what the block changes about a locked customer, or that there is a new one.

    Raises:
        RuntimeError: No reporter is registered.
    """
    if _registered is None:
        raise RuntimeError("No reporter of customers is registered; see `composition`.")
    before = _known(customer)
    yield
    changes = {
        name: (bool(before[name]), bool(value))
        for name, value in _known(customer).items()
        if before[name] != value
    }
    if is_new:
        await _registered(rt, db, customer, {}, actor=actor)
    elif changes:
        await _registered(rt, db, customer, changes, actor=actor)


def _known(customer: Customer) -> dict[str, str | bool | None]:
    email = customer.email
    return {
        "external_id": customer.external_id,
        "name": customer.name,
        "email": email,
        "is_email_verified": email is not None and folded(email) == customer.verified_email,
    }
