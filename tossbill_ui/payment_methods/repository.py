"""Queries of the payment methods domain; each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.text import is_id
from tossbill_ui.leases.claims import is_due
from tossbill_ui.payment_methods.models import (
    UNDER_WAY,
    MethodStatus,
    PaymentMethod,
    Registration,
    RegistrationStatus,
)

REUSABLE = (RegistrationStatus.STARTED, RegistrationStatus.ABANDONED)
UNUSED = (*REUSABLE, RegistrationStatus.FAILED)
CLAIMABLE = (*UNUSED, RegistrationStatus.RETURNED)
IS_UNDER_WAY = col(Registration.status).in_(UNDER_WAY)
IS_REMOVING = col(PaymentMethod.status) == MethodStatus.REMOVING


async def registration(db: AsyncSession, registration_id: str) -> Registration | None:
    """Return a registration by its id, which may be any untrusted text."""
    return await db.get(Registration, registration_id) if is_id(registration_id) else None


async def method(db: AsyncSession, method_id: str) -> PaymentMethod | None:
    """Return a payment method by its id, which may be any untrusted text."""
    return await db.get(PaymentMethod, method_id) if is_id(method_id) else None


async def get_owned(db: AsyncSession, actor: Actor, method_id: str) -> PaymentMethod:
    """Return a payment method that an actor may change; the id may be any untrusted text.

    Raises:
        NotFound: It does not exist, or it is another customer's.
        NeedsSignIn: The actor's session is limited to a task.
    """
    actor.require_all()
    found = await method(db, method_id)
    if found is None or not actor.may_see(found.customer_id):
        raise NotFound("This customer has no such payment method.")
    return found


async def registration_by_auth_key(db: AsyncSession, digest: str) -> Registration | None:
    """Return the registration that an authKey was spent on."""
    query = select(Registration).where(col(Registration.auth_key_hash) == digest)
    return (await db.exec(query)).first()


async def pending_registration(db: AsyncSession, customer_id: str) -> Registration | None:
    """Return the customer's registration whose billing key is being requested, if any."""
    query = select(Registration).where(
        col(Registration.customer_id) == customer_id, col(Registration.status).in_(UNDER_WAY)
    )
    return (await db.exec(query)).first()


async def unresolved(db: AsyncSession) -> Sequence[Registration]:
    """Return every registration whose outcome is unknown, oldest first."""
    query = (
        select(Registration)
        .where(col(Registration.status) == RegistrationStatus.UNKNOWN)
        .order_by(col(Registration.claimed_at), col(Registration.id))
    )
    return (await db.exec(query)).all()


async def reusable(
    db: AsyncSession,
    *,
    customer_id: str,
    session_id: str,
    subscription_id: str | None,
    plan_code: str | None,
    since: datetime,
) -> Registration | None:
    """Return this browser's newest registration for a purpose that no authKey was spent on."""
    query = (
        select(Registration)
        .where(
            col(Registration.customer_id) == customer_id,
            col(Registration.session_id) == session_id,
            col(Registration.subscription_id) == subscription_id,
            col(Registration.plan_code) == plan_code,
            col(Registration.status).in_(REUSABLE),
            col(Registration.created_at) > since,
        )
        .order_by(col(Registration.created_at).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


async def returned(
    db: AsyncSession, *, session_id: str, plan_code: str | None, subscription_id: str | None
) -> str | None:
    """Return the id of a browser's newest registration that waits for a yes in another one."""
    query = (
        select(Registration.id)
        .where(
            col(Registration.status) == RegistrationStatus.RETURNED,
            col(Registration.session_id) == session_id,
            col(Registration.plan_code) == plan_code,
            col(Registration.subscription_id) == subscription_id,
        )
        .order_by(col(Registration.returned_at).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


async def method_of(db: AsyncSession, registration_id: str) -> PaymentMethod | None:
    """Return the payment method that a registration created, if any."""
    if not is_id(registration_id):
        return None
    query = select(PaymentMethod).where(col(PaymentMethod.registration_id) == registration_id)
    return (await db.exec(query)).first()


async def has_billing_key(db: AsyncSession, key_hash: str) -> bool:
    """Whether a method of ours, maybe a removed one, has the billing key with this SHA-256."""
    query = select(PaymentMethod.id).where(col(PaymentMethod.billing_key_hash) == key_hash)
    return (await db.exec(query.limit(1))).first() is not None


async def methods_of(db: AsyncSession, customer_id: str) -> Sequence[PaymentMethod]:
    """Return every method that the customer has or had."""
    query = select(PaymentMethod).where(col(PaymentMethod.customer_id) == customer_id)
    return (await db.exec(query)).all()


async def takeovers(
    db: AsyncSession, customer_id: str, session_id: str
) -> tuple[Registration | None, Registration | None]:
    """Return the registrations whose sessions took over, and may take over.

    Returns:
        The customer's claimed registration that belongs to the session of its own id, and the one
        that brought a session; None where there is none.
    """
    is_own, id_ = col(Registration.session_id) == col(Registration.id), col(Registration.id)
    query = select(Registration).where(
        col(Registration.customer_id) == customer_id,
        col(Registration.claimed_at).is_not(None),
        is_own | (id_ == session_id),
    )
    found = (await db.exec(query.order_by(col(Registration.claimed_at).desc()))).all()
    current = next((each for each in found if each.session_id == each.id), None)
    return current, next((each for each in found if each.id == session_id), None)


async def move_registrations(db: AsyncSession, customer_id: str, *, session_id: str) -> None:
    """Let all registrations of a customer belong to one session."""
    statement = (
        sa.update(Registration)
        .where(col(Registration.customer_id) == customer_id)
        .values(session_id=session_id)
    )
    await db.exec(statement)


async def active_methods(db: AsyncSession, customer_id: str) -> Sequence[PaymentMethod]:
    """Return the customer's methods that can be charged, newest first."""
    query = (
        select(PaymentMethod)
        .where(
            col(PaymentMethod.customer_id) == customer_id,
            col(PaymentMethod.status) == MethodStatus.ACTIVE,
        )
        .order_by(col(PaymentMethod.created_at).desc(), col(PaymentMethod.id).desc())
    )
    return (await db.exec(query)).all()


async def due_registrations(
    db: AsyncSession, now: datetime, *, limit: int
) -> Sequence[Registration]:
    """Return registrations with a request to Toss due, oldest first."""
    query = (
        select(Registration)
        .where(IS_UNDER_WAY, is_due(Registration, now))
        .order_by(col(Registration.claimed_at))
        .limit(limit)
    )
    return (await db.exec(query)).all()


async def due_removals(db: AsyncSession, now: datetime, *, limit: int) -> Sequence[PaymentMethod]:
    """Return methods with a deletion at Toss due, oldest first."""
    query = (
        select(PaymentMethod)
        .where(IS_REMOVING, is_due(PaymentMethod, now))
        .order_by(col(PaymentMethod.created_at))
        .limit(limit)
    )
    return (await db.exec(query)).all()


def unanswered(before: datetime) -> sa.ColumnElement[bool]:
    """Return the condition for returns in another browser before an instant, without a yes."""
    return sa.and_(
        col(Registration.status) == RegistrationStatus.RETURNED,
        col(Registration.returned_at) <= before,
    )


def forgotten(before: datetime) -> sa.ColumnElement[bool]:
    """Return the condition for registrations started before an instant and never finished."""
    return sa.and_(
        col(Registration.status) == RegistrationStatus.STARTED,
        col(Registration.created_at) < before,
    )
