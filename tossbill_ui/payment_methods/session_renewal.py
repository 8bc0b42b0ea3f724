"""A new session for the browser that registers its customer's first payment method (ADR-0036).

Whoever planted the session before, or knows it, must not see or use that method. The browser that
returns from Toss's window, which alone has the authKey, gets the successor of its session. The
successor takes over when the browser first presents it, so a response that gets lost changes
nothing; from then on the session before is none.

No table is needed: a successor's id is a signature of the id before, and the registrations of the
session before become the successor's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.runtime import Runtime

PURPOSE = "next session"
ID_LENGTH = 32


@dataclass(frozen=True)
class Standing:
    """Whether a session counts.

    Attributes:
        is_replaced: Whether another one took over; it is no session any more.
        took_over_from: The id of the session that this one has replaced just now, or empty.
    """

    is_replaced: bool
    took_over_from: str = ""


def succeeds(rt: Runtime, session_id: str, before: str) -> bool:
    """Whether a session is the successor of another, by any of the signing keys."""
    return session_id in _successors(rt, before)


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
    ids = _successors(rt, session.id)
    async with rt.db.read() as db:
        registration = await repository.registration(db, registration_id)
        methods = await repository.methods_of(db, session.customer_id)
    is_its_own = (
        registration is not None
        and registration.customer_id == session.customer_id
        and registration.session_id in (session.id, *ids)
        and is_proved(registration)
    )
    is_first = all(method.registration_id == registration_id for method in methods)
    return replace(session, id=ids[0]) if is_its_own and is_first else None


async def is_replaced(rt: Runtime, session: Session) -> bool:
    """Whether the session's successor has taken over."""
    return not (await _known(rt, session)).isdisjoint(_successors(rt, session.id))


async def standing(rt: Runtime, session: Session) -> Standing:
    """Return whether a session counts; a successor that is seen for the first time takes over."""
    known = await _known(rt, session)
    if not known.isdisjoint(_successors(rt, session.id)):
        return Standing(is_replaced=True)
    before = next((each for each in known if succeeds(rt, session.id, each)), "")
    if before:
        await _take_over(rt, session, before)
    return Standing(is_replaced=False, took_over_from=before)


async def _known(rt: Runtime, session: Session) -> set[str]:
    """Return the ids of the sessions that the customer's registrations belong to."""
    async with rt.db.read() as db:
        return await repository.session_ids(db, session.customer_id)


async def _take_over(rt: Runtime, session: Session, before: str) -> None:
    async with rt.db.write() as db:
        await repository.move_registrations(
            db, session.customer_id, before=before, session_id=session.id
        )


def _successors(rt: Runtime, session_id: str) -> list[str]:
    """Return the ids of a session's successor, by the newest signing key first."""
    tokens = rt.signer.tokens(PURPOSE, session_id)
    return [fingerprint(token)[:ID_LENGTH] for token in tokens]
