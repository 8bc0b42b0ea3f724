"""The mail addresses of a customer: one for notices, and maybe a verified one, which signs in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import security_events, trail
from tossbill_ui.core.actor import AUDITED, Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.mail_address import checked, folded
from tossbill_ui.core.text import is_id
from tossbill_ui.customers import reporting
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import language_of
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.outbox import Sending, put
from tossbill_ui.runtime import Runtime

CHANGED = "email.changed"


@dataclass(frozen=True)
class MailAddress:
    """The address for a customer's notices.

    Attributes:
        email: Empty if there is none.
        is_verified: Whether it signs in.
        is_after_another: Whether another address, verified before, still does.
        is_known: Whether there is a customer, who can have one.
    """

    email: str = ""
    is_verified: bool = False
    is_after_another: bool = False
    is_known: bool = False


async def get_address(rt: Runtime, actor: Actor) -> MailAddress:
    """Return the address for this customer's notices, empty without a customer.

    A session that is limited to a task sees none.
    """
    if actor.scope:
        return MailAddress()
    async with rt.db.read() as db:
        customer = await db.get(Customer, actor.customer_id)
    if customer is None or not customer.email:
        return MailAddress(is_known=customer is not None)
    is_verified = signs_in(customer, customer.email)
    is_after_another = not is_verified and customer.verified_email is not None
    return MailAddress(customer.email, is_verified, is_after_another, is_known=True)


async def get_email(rt: Runtime, actor: Actor) -> str:
    """Return the address for this customer's notices; empty without an address or a customer."""
    return (await get_address(rt, actor)).email


def signs_in(customer: Customer, email: str) -> bool:
    """Whether an address is the one that a customer verified."""
    return customer.verified_email == folded(email)


async def change(rt: Runtime, actor: Actor, email: str) -> None:
    """Set the address for this customer's notices; an empty text removes it.

    Raises:
        NotFound: The browser has no customer yet.
        NeedsSignIn: The session is limited to a task.
        NoMailAddress: The text is not a valid email address.
    """
    await set_email(rt, actor, customer_id=actor.customer_id, email=email or None)


async def set_email(
    rt: Runtime,
    actor: Actor,
    *,
    customer_id: str,
    email: str | None,
    is_verified: bool = False,
) -> None:
    """Set the address for a customer's notices, including waiting ones; None removes it.

    The address that was verified before still signs in, until this one is verified or the
    customer has none at all; it is told of the change. The audit trail records who made it, or if
    the customer did, a security event; neither holds the address.

    Args:
        rt: The process's runtime.
        actor: Who changes it.
        customer_id: The customer's id; any text.
        email: One plain address.
        is_verified: Whether an operator vouches for the address, so that it signs in.

    Raises:
        NotFound: There is no such customer, or the actor is another one.
        NeedsSignIn: The actor's session is limited to a task.
        NoMailAddress: The text is not a valid email address.
    """
    actor.require_all()
    if email is not None:
        checked(email)
    async with rt.db.write() as db:
        known = is_id(customer_id)
        customer = await db.get(Customer, customer_id, with_for_update=True) if known else None
        if customer is None or not actor.may_see(customer.id):
            raise NotFound("There is no such customer.")
        if customer.email == email and not is_verified and (email or not customer.verified_email):
            return
        async with reporting.reported(rt, db, customer, actor=actor):
            customer.email = email
            db.add(customer)
            if email is None or is_verified:
                await set_verified(rt, db, customer, email)
            else:
                await _tell_of_change(rt, db, customer, email)
        subject = _subject(email, is_verified=is_verified)
        if actor.kind in AUDITED:
            trail.add(
                rt, db, kind=CHANGED, customer_id=customer_id, subject=subject, by=actor.label
            )
    if actor.kind not in AUDITED:
        await security_events.record(
            rt, kind=CHANGED, caller=customer_id, customer_id=customer_id, subject=subject
        )
    rt.pubsub.publish(customer_id)


async def tell_removed(rt: Runtime, db: AsyncSession, customer: Customer) -> None:
    """Write to the address that signs in, which is about to be replaced or removed."""
    await _tell(rt, db, customer, NoticeKind.EMAIL_REMOVED)


async def _tell_of_change(rt: Runtime, db: AsyncSession, customer: Customer, email: str) -> None:
    if not signs_in(customer, email):
        # Once an hour: nobody can fill a mailbox by changing it again and again.
        hour = f":{rt.machine.now():%Y%m%d%H}"
        await _tell(rt, db, customer, NoticeKind.EMAIL_CHANGED, again=hour)


async def _tell(
    rt: Runtime, db: AsyncSession, customer: Customer, kind: NoticeKind, *, again: str = ""
) -> None:
    """Write to the address that signs in, if there is one."""
    if customer.verified_email and customer.email_verified_at:
        put(
            rt,
            db,
            kind,
            about=f"{customer.id}:{customer.email_verified_at:%Y%m%d%H%M%S%f}{again}",
            customer_id=customer.id,
            language=await language_of(rt, db, customer.id),
            values={},
            sending=Sending(address=customer.verified_email),
        )


def _subject(email: str | None, *, is_verified: bool) -> str:
    if email is None:
        return "cleared"
    return "set, verified" if is_verified else "set"
