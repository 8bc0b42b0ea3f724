"""The claim of a registration: before it, nothing is sent to Toss; it happens once (ADR-0003)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import Conflict, NotAllowed
from tossbill_ui.customers.session import Session
from tossbill_ui.leases import claims
from tossbill_ui.payment_methods import issuing, repository
from tossbill_ui.payment_methods.models import Registration, RegistrationStatus
from tossbill_ui.payment_methods.ticket import Return, record_refusal
from tossbill_ui.runtime import Runtime


def sealed_auth_key(rt: Runtime, registration_id: str, auth_key: str) -> str:
    """Return an authKey as it is stored.

    Called before it is spent: a broken key store must fail now, not after Toss has answered.
    """
    return rt.cipher.encrypt(auth_key, context=issuing.auth_key_context(registration_id))


def may_be_claimed(registration: Registration) -> bool:
    """Whether no authKey was spent on a registration; one that waited for a yes was not spent."""
    return registration.auth_key_hash is None or registration.claimed_at is None


async def claim_unused(
    rt: Runtime,
    registration_id: str,
    *conditions: sa.ColumnElement[bool],
    **values: str | None,
) -> bool:
    """Claim, for the browser that started it, a registration that no authKey was spent on.

    What came back in another browser and waits there for a yes gives way to it (ADR-0045).

    Args:
        rt: The process's runtime.
        registration_id: The registration.
        conditions: What else must be true of it.
        values: What the claim stores in the same step.

    Returns:
        False if another claim was faster.

    Raises:
        IntegrityError: The database rejected it: another registration of this customer is in
            progress, or the authKey belongs to another one.
    """
    is_unspent = sa.or_(
        col(Registration.auth_key_hash).is_(None), col(Registration.claimed_at).is_(None)
    )
    return await claim(
        rt,
        registration_id,
        is_unspent,
        col(Registration.status).in_(repository.CLAIMABLE),
        *conditions,
        **{"auth_key_sealed": None, "auth_key_hash": None, "returned_at": None, **values},
    )


async def claim(
    rt: Runtime,
    registration_id: str,
    *conditions: sa.ColumnElement[bool],
    **values: str | None,
) -> bool:
    """Claim a registration that meets conditions; the arguments are those of `claim_unused`."""
    async with rt.db.write() as db:
        return await update_where(
            db,
            Registration,
            col(Registration.id) == registration_id,
            *conditions,
            status=RegistrationStatus.ISSUING,
            claimed_at=rt.machine.now(),
            **claims.claimed_columns(rt),
            ended_at=None,
            failure_code=None,
            failure_message=None,
            **values,
        )


async def lost_claim(
    rt: Runtime, session: Session | None, registration: Registration, back: Return
) -> NotAllowed | Conflict:
    """Return the error for the database rule that rejected a claim, or a return that waits.

    Args:
        rt: The process's runtime.
        session: The browser's session, if it has one.
        registration: The registration that it returned to.
        back: The parameters of the return.
    """
    digest = fingerprint(back.auth_key)
    async with rt.db.read() as db:
        owner = await repository.registration_by_auth_key(db, digest)
    if owner is not None and owner.id != registration.id:
        await record_refusal(
            rt, session.customer_id if session else None, "auth_key_of_another", back
        )
        return NotAllowed("This authKey belongs to another registration.", code="already_used")
    return Conflict("Another registration is under way.", code="under_way")
