"""Where a customer's notices go."""

from __future__ import annotations

import re

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound, TossbillError
from tossbill_ui.core.text import is_id
from tossbill_ui.customers.models import Customer
from tossbill_ui.runtime import Runtime

# One plain ASCII address: nothing that could begin another header or name a second recipient.
ADDRESS = re.compile(r"[!-+\-./0-9=?A-Z^_`a-z{|}~]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+")
ADDRESS_LENGTH = 254


class NoMailAddress(TossbillError):
    """The text is no mail address."""

    code = "no_mail_address"


async def get_email(rt: Runtime, actor: Actor) -> str:
    """Return where this customer's notices go; empty without an address or a customer."""
    async with rt.db.read() as db:
        customer = await db.get(Customer, actor.customer_id)
    return (customer.email if customer else None) or ""


async def change(rt: Runtime, actor: Actor, email: str) -> None:
    """Keep where this customer's notices go; an empty text takes the address away.

    Raises:
        NotFound: The browser is no customer's yet.
        NoMailAddress: It is none.
    """
    await set_email(rt, actor, customer_id=actor.customer_id, email=email or None)


async def set_email(rt: Runtime, actor: Actor, *, customer_id: str, email: str | None) -> None:
    """Keep where a customer's notices go, those that wait included; None takes it away.

    The audit trail says who did it, and not which address.

    Args:
        rt: The process's runtime.
        actor: Who wants it.
        customer_id: Whose; any text.
        email: One plain address.

    Raises:
        NotFound: There is no such customer, or the actor is another one.
        NoMailAddress: It is none.
    """
    if email is not None and not (len(email) <= ADDRESS_LENGTH and ADDRESS.fullmatch(email)):
        raise NoMailAddress("This is no mail address.")
    async with rt.db.write() as db:
        customer = await db.get(Customer, customer_id) if is_id(customer_id) else None
        if customer is None or not actor.may_see(customer.id):
            raise NotFound("There is no such customer.")
        if customer.email == email:
            return
        customer.email = email
        db.add(customer)
        subject, by = "set" if email else "cleared", actor.label
        trail.add(rt, db, kind="email.changed", customer_id=customer_id, subject=subject, by=by)
    rt.pubsub.publish(customer_id)
