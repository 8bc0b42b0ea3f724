"""The proof that a registration is a browser's own, and the check of it."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.audit import security_events
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payment_methods.session_renewal import counts
from tossbill_ui.runtime import Runtime

PURPOSE = "registration"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The values by which a browser shows that a registration is its own.

    Attributes:
        caller: The network that it came from, for counting refused ones; empty if unknown.
    """

    registration_id: str
    token: str
    caller: str = ""


@dataclass(frozen=True, kw_only=True)
class Return(Ticket):
    """The parameters of Toss's success redirect, as sent by the browser."""

    auth_key: str
    customer_key: str


async def authorize(
    rt: Runtime, session: Session | None, ticket: Ticket
) -> tuple[Registration, Customer]:
    """Return a registration of this browser, and its customer.

    Raises:
        NotAllowed: The registration or token is not this browser's; the attempt is recorded.
    """
    registration, customer, problem = await identify(rt, session, ticket)
    if problem:
        raise await refusal(rt, session, problem, ticket)
    return registration, customer


async def identify(
    rt: Runtime, session: Session | None, ticket: Ticket
) -> tuple[Registration, Customer, str]:
    """Return a ticket's registration, its customer, and why it is not this browser's.

    Returns:
        The reason is ``no_session`` or ``other_session``, or empty if it is this browser's.

    Raises:
        NotAllowed: There is no such registration, or the token is not its own; it is recorded.
    """
    customer = None
    async with rt.db.read() as db:
        registration = await repository.registration(db, ticket.registration_id)
        if registration is not None:
            customer = await db.get(Customer, registration.customer_id)
    if registration is None or customer is None:
        raise await refusal(rt, session, "unknown_link", ticket)
    if not rt.signer.verifies(ticket.token, PURPOSE, registration.id):
        raise await refusal(rt, session, "wrong_token", ticket)
    if session is None:
        return registration, customer, "no_session"
    is_own = session.customer_id == customer.id and await _is_of(rt, session, registration, ticket)
    return registration, customer, "" if is_own else "other_session"


async def _is_of(rt: Runtime, session: Session, registration: Registration, ticket: Ticket) -> bool:
    """Whether a registration belongs to a session that counts.

    A second return with the same authKey may have been sent before the browser got its successor.
    One that came back in another browser proves nothing: that browser has the authKey too.
    """
    is_same_return = isinstance(ticket, Return) and (
        registration.auth_key_hash == fingerprint(ticket.auth_key)
        and registration.returned_at is None
    )
    if is_same_return and registration.session_id == registration.id:
        return True
    return registration.session_id == session.id and await counts(rt, session)


async def refusal(rt: Runtime, session: Session | None, problem: str, ticket: Ticket) -> NotAllowed:
    """Record that a ticket was refused, and return the error, with the problem as its code."""
    await record_refusal(rt, session.customer_id if session else None, problem, ticket)
    return NotAllowed("This is not accepted from this browser.", code=problem)


async def record_refusal(
    rt: Runtime, customer_id: str | None, problem: str, ticket: Ticket
) -> None:
    """Record that a ticket was refused."""
    await security_events.record(
        rt,
        kind=f"refused.{problem}",
        caller=ticket.caller,
        customer_id=customer_id,
        subject=f"registration {ticket.registration_id}",
    )
