"""A new session for the browser that registers its customer's first payment method (ADR-0036).

Whoever planted the session before, or knows it, must not see or use that method. The browser that
returns from Toss's window, which alone has the authKey, gets a successor of its session. The
successor takes over when the browser first presents it, so a response that gets lost changes
nothing; from then on every other session of the customer is none.

A successor's id is that of the registration that brought it, and its row is stored when it takes
over (ADR-0044). Nobody can make its cookie, which is signed. Of two successors, the one whose
registration was claimed later wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import customer as owner
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers import reporting, sessions
from tossbill_ui.customers.models import Customer, StoredSession
from tossbill_ui.customers.session import Session
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Standing:
    """What a session's cookie stands for.

    Attributes:
        session: The session as it is stored; None if it does not count.
        took_over: Whether it took over just now.
        is_use_old: Whether its last use that is stored is ten minutes old.
    """

    session: Session | None
    took_over: bool = False
    is_use_old: bool = False


async def successor(
    rt: Runtime, session: Session, *, registration_id: str, auth_key: str
) -> Session | None:
    """Return the session for a browser that returned from Toss's window.

    Args:
        rt: The process's runtime.
        session: The browser's session; signed, and maybe replaced already.
        registration_id: The registration it returned to; untrusted.
        auth_key: The authKey it brought; untrusted.

    Returns:
        None unless the authKey is the one that was spent on the customer's first method.
    """
    digest = fingerprint(auth_key)
    return await _successor(rt, session, registration_id, lambda its: its.auth_key_hash == digest)


async def successor_of_sender(
    rt: Runtime, session: Session, *, registration_id: str
) -> Session | None:
    """Return the session for a browser whose card form has just claimed a registration.

    Only the form that made the claim counts: another one of the same session proves nothing.

    Returns:
        None unless it is the customer's first method.
    """
    return await _successor(rt, session, registration_id, lambda its: its.card_terms is not None)


async def _successor(
    rt: Runtime,
    session: Session,
    registration_id: str,
    is_proved: Callable[[Registration], bool],
) -> Session | None:
    async with rt.db.read() as db:
        registration = await repository.registration(db, registration_id)
        methods = await repository.methods_of(db, session.customer_id)
        customer = await db.get(Customer, session.customer_id)
    is_its_own = (
        registration is not None
        and registration.customer_id == session.customer_id
        and registration.session_id in (session.id, registration.id)
        and is_proved(registration)
    )
    is_first = all(method.registration_id == registration_id for method in methods)
    renewed = replace(session, id=registration_id)
    # The shop vouches for who its own user is, whichever browser they come from.
    is_anonymous = customer is not None and customer.external_id is None
    may_take_over = is_its_own and is_first and is_anonymous and await counts(rt, renewed)
    return renewed if may_take_over else None


async def standing(rt: Runtime, session: Session) -> Standing:
    """Return the session that a cookie stands for, if it counts.

    A successor that is seen for the first time takes over.
    """
    async with rt.db.read() as db:
        found, own = await _look(rt, db, session)
    if own is None:
        return found
    async with rt.db.write() as db:
        # Of two that are seen for the first time, the second must see that the first took over.
        await db.get(Customer, session.customer_id, with_for_update=True)
        found, own = await _look(rt, db, session)
        if own is not None:
            await _take_over(rt, db, own)
            row = await db.get_one(StoredSession, own.id)
            return Standing(sessions.of_row(row), took_over=True)
    return found


async def counts(rt: Runtime, session: Session) -> bool:
    """Whether a session counts, or would as soon as its browser presents it."""
    async with rt.db.read() as db:
        found, own = await _look(rt, db, session)
    return found.session is not None or own is not None


async def _look(
    rt: Runtime, db: AsyncSession, session: Session
) -> tuple[Standing, Registration | None]:
    """Return what a session stands for, and the registration by which it may take over, if any.

    A session whose customer does not exist yet has no row, and counts as it is; not in a shop whose
    customers come by a link or a code only.
    """
    if found := await sessions.find_with_customer(db, session.id):
        counting = sessions.if_it_counts(*found)
        return Standing(counting, is_use_old=sessions.is_use_old(rt, found[0])), None
    customer = await db.get(Customer, session.customer_id)
    if customer is None:
        return Standing(None if rt.settings.is_linked else session), None
    current, own = await repository.takeovers(db, customer.id, session.id)
    is_over = customer.blocked_at or customer.external_id is not None
    if is_over or own is None or (current and not _claimed_later(own, current)):
        return Standing(None), None
    # What took over has the registrations of those before: this one's was ended by a person.
    before = await sessions.find(db, own.session_id)
    return Standing(None), None if before and before.revoked_at else own


async def _take_over(rt: Runtime, db: AsyncSession, own: Registration) -> None:
    """Store the successor, end the customer's other sessions, and move their registrations.

    An address that was typed or verified in one of those proves nothing any more.
    """
    before = await sessions.find(db, own.session_id)
    await sessions.store_successor(rt, db, own.id, customer_id=own.customer_id, before=before)
    others = (
        col(StoredSession.customer_id) == own.customer_id,
        col(StoredSession.id) != own.id,
    )
    await sessions.end_where(rt, db, *others)
    await repository.move_registrations(db, own.customer_id, session_id=own.id)
    customer = await db.get_one(Customer, own.customer_id)
    async with reporting.reported(rt, db, customer, actor=owner(customer.id)):
        customer.email = None
        await set_verified(rt, db, customer, None)


def _claimed_later(one: Registration, other: Registration) -> bool:
    if one.claimed_at is None or other.claimed_at is None:
        return False
    return one.claimed_at > other.claimed_at
