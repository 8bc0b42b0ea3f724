"""Queries of the payment methods domain; each runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.text import is_id
from tossbill_ui.payment_methods.models import (
    UNDER_WAY,
    MethodStatus,
    PaymentMethod,
    Registration,
    RegistrationStatus,
)

Due = Callable[[datetime], sa.ColumnElement[bool]]
REUSABLE = (RegistrationStatus.STARTED, RegistrationStatus.ABANDONED)
CLAIMABLE = (*REUSABLE, RegistrationStatus.FAILED)


async def registration(session: AsyncSession, registration_id: str) -> Registration | None:
    """Return a registration by its id, which may be any text from a stranger."""
    return await session.get(Registration, registration_id) if is_id(registration_id) else None


async def method(session: AsyncSession, method_id: str) -> PaymentMethod | None:
    """Return a payment method by its id, which may be any text from a stranger."""
    return await session.get(PaymentMethod, method_id) if is_id(method_id) else None


async def registration_by_auth_key(session: AsyncSession, digest: str) -> Registration | None:
    """Return the registration that an authKey was spent on."""
    query = select(Registration).where(col(Registration.auth_key_hash) == digest)
    return (await session.exec(query)).first()


async def under_way(session: AsyncSession, customer_id: str) -> Registration | None:
    """Return the customer's registration that Toss is being asked about, if any."""
    query = select(Registration).where(
        col(Registration.customer_id) == customer_id, col(Registration.status).in_(UNDER_WAY)
    )
    return (await session.exec(query)).first()


async def in_doubt(session: AsyncSession) -> Sequence[Registration]:
    """Return every registration whose outcome is unknown, oldest first."""
    query = (
        select(Registration)
        .where(col(Registration.status) == RegistrationStatus.UNKNOWN)
        .order_by(col(Registration.claimed_at), col(Registration.id))
    )
    return (await session.exec(query)).all()


async def reusable(
    session: AsyncSession, *, customer_id: str, session_id: str, since: datetime
) -> Registration | None:
    """Return this browser's newest registration that no authKey was spent on."""
    query = (
        select(Registration)
        .where(
            col(Registration.customer_id) == customer_id,
            col(Registration.session_id) == session_id,
            col(Registration.status).in_(REUSABLE),
            col(Registration.created_at) > since,
        )
        .order_by(col(Registration.created_at).desc())
        .limit(1)
    )
    return (await session.exec(query)).first()


async def method_of(session: AsyncSession, registration_id: str) -> PaymentMethod | None:
    """Return the payment method that a registration led to."""
    if not is_id(registration_id):
        return None
    query = select(PaymentMethod).where(col(PaymentMethod.registration_id) == registration_id)
    return (await session.exec(query)).first()


async def active_methods(session: AsyncSession, customer_id: str) -> Sequence[PaymentMethod]:
    """Return the customer's methods that can be charged, newest first."""
    query = (
        select(PaymentMethod)
        .where(
            col(PaymentMethod.customer_id) == customer_id,
            col(PaymentMethod.status) == MethodStatus.ACTIVE,
        )
        .order_by(col(PaymentMethod.created_at).desc(), col(PaymentMethod.id).desc())
    )
    return (await session.exec(query)).all()


def _due(table: type[Registration | PaymentMethod], now: datetime) -> sa.ColumnElement[bool]:
    """Nobody alive works on the row, and its time has come."""
    return sa.or_(col(table.lease_until) < now, col(table.next_try_at) <= now)


def due_registration(now: datetime) -> sa.ColumnElement[bool]:
    """Condition: Toss must be asked (again) about the registration."""
    return sa.and_(col(Registration.status).in_(UNDER_WAY), _due(Registration, now))


def due_removal(now: datetime) -> sa.ColumnElement[bool]:
    """Condition: Toss must be asked (again) to delete the method."""
    return sa.and_(col(PaymentMethod.status) == MethodStatus.REMOVING, _due(PaymentMethod, now))


async def due_ids(
    session: AsyncSession, now: datetime, *, limit: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the ids of due registrations and due removals, oldest first."""
    registrations = (
        select(Registration.id)
        .where(due_registration(now))
        .order_by(col(Registration.claimed_at))
        .limit(limit)
    )
    removals = (
        select(PaymentMethod.id)
        .where(due_removal(now))
        .order_by(col(PaymentMethod.created_at))
        .limit(limit)
    )
    return (await session.exec(registrations)).all(), (await session.exec(removals)).all()


def forgotten(before: datetime) -> sa.ColumnElement[bool]:
    """Condition: the registration was started before an instant and nobody came back."""
    return sa.and_(
        col(Registration.status) == RegistrationStatus.STARTED,
        col(Registration.created_at) < before,
    )
