"""Ends every way into a customer's account that a stranger may have kept for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.customers import sessions
from tossbill_ui.customers.link_revocation import revoke_links
from tossbill_ui.customers.models import Customer, SignInCode, StoredSession
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.runtime import Runtime


async def end_entrances(
    rt: Runtime, db: AsyncSession, anonymous: Customer, *, but_address: str | None = None
) -> None:
    """End every session, link and code of a customer who becomes a member of the shop.

    Somebody may have planted its cookie in the browser that is the member's, and have got into it
    by a link or a code of their own meanwhile. Its verified address signs in no longer, and is
    told.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        anonymous: The customer, whom the shop did not know.
        but_address: The address that stays: the member's own.
    """
    if anonymous.verified_email != but_address:
        await set_verified(rt, db, anonymous, None)
    await sessions.end_where(rt, db, col(StoredSession.customer_id) == anonymous.id)
    await revoke_links(rt, db, anonymous.id)
    await db.exec(sa.delete(SignInCode).where(col(SignInCode.customer_id) == anonymous.id))
