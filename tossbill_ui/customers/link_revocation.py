"""Revokes the links of a customer that nobody has spent yet (ADR-0046)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.runtime import Runtime

BY_MAIL = "mail"
REVOKED = "link.revoked"


async def revoke_links(
    rt: Runtime, db: AsyncSession, customer_id: str, *, made_by: str = ""
) -> int:
    """Let the unspent links of a customer open nothing any more, in the caller's transaction.

    Those of customers who were merged into this one count as theirs.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        customer_id: Whose links.
        made_by: Only those that this one made, as `BY_MAIL`; empty for all.

    Returns:
        The number of links that could still be opened.
    """
    merged = sa.select(col(Customer.id)).where(col(Customer.merged_into) == customer_id)
    is_theirs = col(PortalLink.customer_id)
    now = rt.machine.now()
    statement = (
        sa.update(PortalLink)
        .where(
            sa.or_(is_theirs == customer_id, is_theirs.in_(merged)),
            col(PortalLink.spent_at).is_(None),
            col(PortalLink.revoked_at).is_(None),
            col(PortalLink.expires_at) > now,
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    if made_by:
        statement = statement.where(col(PortalLink.made_by) == made_by)
    return (await db.exec(statement)).rowcount


async def revoke_link(rt: Runtime, actor: Actor, link_id: str) -> None:
    """Let one link open nothing any more; safe to repeat.

    Raises:
        NotFound: There is no such link.
    """
    async with rt.db.write() as db:
        link = await db.get(PortalLink, link_id, with_for_update=True)
        if link is None:
            raise NotFound("There is no such link.")
        if link.revoked_at is None:
            link.revoked_at = rt.machine.now()
            trail.add(
                rt,
                db,
                kind=REVOKED,
                customer_id=link.customer_id,
                subject=f"link {link.id}",
                by=actor.label,
            )
