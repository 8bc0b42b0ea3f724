"""A new session for the browser that registers its customer's first payment method (ADR-0036).

Whoever planted the session before, or knows it, must not see or use that method. The browser that
returns from Toss's window, which alone has the authKey, gets a successor of its session. The
successor takes over when the browser first presents it, so a response that gets lost changes
nothing; from then on every other session of the customer is none.

No table is needed: a successor's id is the id of the registration that brought it. Nobody can make
its cookie, which is signed. A registration that belongs to the session of its own id is the record
that this session took over; of two, the one that was claimed later wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Standing:
    """Whether a session counts.

    Attributes:
        is_replaced: Whether another one took over; it is no session any more.
        took_over: Whether it took over just now.
    """

    is_replaced: bool
    took_over: bool = False


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
    is_its_own = (
        registration is not None
        and registration.customer_id == session.customer_id
        and registration.session_id in (session.id, registration.id)
        and is_proved(registration)
    )
    is_first = all(method.registration_id == registration_id for method in methods)
    renewed = replace(session, id=registration_id)
    may_take_over = is_its_own and is_first and not await is_replaced(rt, renewed)
    return renewed if may_take_over else None


async def is_replaced(rt: Runtime, session: Session) -> bool:
    """Whether another session has taken over."""
    return (await _standing(rt, session)).is_replaced


async def standing(rt: Runtime, session: Session) -> Standing:
    """Return whether a session counts; a successor that is seen for the first time takes over."""
    found = await _standing(rt, session)
    if found.took_over:
        async with rt.db.write() as db:
            await repository.move_registrations(db, session.customer_id, session_id=session.id)
    return found


async def joined(rt: Runtime, session: Session) -> Session:
    """Return a customer's new session, or the one that has taken over, which alone counts."""
    async with rt.db.read() as db:
        current, _ = await repository.takeovers(db, session.customer_id, session.id)
    return replace(session, id=current.id) if current else session


async def _standing(rt: Runtime, session: Session) -> Standing:
    """Return whether a session counts, and whether it is to take over now."""
    async with rt.db.read() as db:
        current, own = await repository.takeovers(db, session.customer_id, session.id)
    if current is None or session.id == current.id:
        return Standing(is_replaced=False, took_over=current is None and own is not None)
    takes_over = own is not None and _claimed_later(own, current)
    return Standing(is_replaced=not takes_over, took_over=takes_over)


def _claimed_later(one: Registration, other: Registration) -> bool:
    if one.claimed_at is None or other.claimed_at is None:
        return False
    return one.claimed_at > other.claimed_at
