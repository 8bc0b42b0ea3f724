"""The mail addresses that notices are sent to."""

from __future__ import annotations

from tossbill_ui.audit import security_events, trail
from tossbill_ui.core.actor import AUDITED, Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.mail_address import checked
from tossbill_ui.core.text import is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

CHANGED = "email.changed"


async def get_email(rt: Runtime, actor: Actor) -> str:
    """Return the address for this customer's notices; empty without an address or a customer.

    A session that is limited to a task sees none.
    """
    if actor.scope:
        return ""
    async with rt.db.read() as db:
        customer = await db.get(Customer, actor.customer_id)
    return (customer.email if customer else None) or ""


async def change(rt: Runtime, actor: Actor, email: str) -> None:
    """Set the address for this customer's notices; an empty text removes it.

    Raises:
        NotFound: The browser has no customer yet.
        NoMailAddress: The text is not a valid email address.
    """
    await set_email(rt, actor, customer_id=actor.customer_id, email=email or None)


async def set_email(rt: Runtime, actor: Actor, *, customer_id: str, email: str | None) -> None:
    """Set the address for a customer's notices, including waiting ones; None removes it.

    The audit trail records who changed it, or if the customer did, a security event; neither
    holds the address.

    Args:
        rt: The process's runtime.
        actor: Who changes it.
        customer_id: The customer's id; any text.
        email: One plain address.

    Raises:
        NotFound: There is no such customer, or the actor is another one.
        NoMailAddress: The text is not a valid email address.
        NeedsSignIn: The actor's session is limited to a task.
    """
    actor.require_all()
    if email is not None:
        checked(email)
    async with rt.db.write() as db:
        known = is_id(customer_id)
        customer = await db.get(Customer, customer_id, with_for_update=True) if known else None
        if customer is None or not actor.may_see(customer.id):
            raise NotFound("There is no such customer.")
        if customer.email == email:
            return
        customer.email = email
        db.add(customer)
        change = "set" if email else "cleared"
        if actor.kind in AUDITED:
            trail.add(rt, db, kind=CHANGED, customer_id=customer_id, subject=change, by=actor.label)
    if actor.kind not in AUDITED:
        await security_events.record(
            rt, kind=CHANGED, caller=customer_id, customer_id=customer_id, subject=change
        )
    rt.pubsub.publish(customer_id)
