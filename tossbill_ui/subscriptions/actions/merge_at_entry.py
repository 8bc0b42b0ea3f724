"""Spends a link and merges what the browser had before, in one transaction (ADR-0048)."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NeedsSignIn, NotFound
from tossbill_ui.customers import entering, sessions
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.invitations import Invitation
from tossbill_ui.customers.merged_meanwhile import until_not_merged
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import merge


async def enter_and_merge(
    rt: Runtime, actor: Actor, invitation: Invitation, press: Press, *, before: Session
) -> Session | None:
    """Spend a link, and merge the customer of the browser's session with the link's.

    A refusal leaves everything as it was: the link can still be spent.

    Args:
        rt: The process's runtime.
        actor: The customer of the browser's session.
        invitation: What the address stands for.
        press: The press of the page's button.
        before: The browser's session.

    Returns:
        The session of the one who stays; None if the link was spent meanwhile, or is over.

    Raises:
        NeedsSignIn: The browser's session has ended, or it or the link is limited to a task.
        NotFound: The session is another customer's, or one of the two was erased.
        Conflict: They cannot be merged; see `merge.merge`.
    """
    actor.require_all()
    if not actor.may_see(before.customer_id):
        raise NotFound("There is no such customer.")

    async def transaction() -> Session | None:
        async with rt.db.write() as db:
            return await _enter(rt, db, actor, invitation, press, before)

    return await until_not_merged(transaction)


async def _enter(
    rt: Runtime,
    db: AsyncSession,
    actor: Actor,
    invitation: Invitation,
    press: Press,
    before: Session,
) -> Session | None:
    await merge.lock_customers(db, (before.customer_id, invitation.customer_id))
    is_whole = await _is_whole(db, before)
    session = await entering.spend_within(rt, db, invitation, press, before=before)
    if session is None:
        return None
    if not is_whole or session.scope:
        raise NeedsSignIn("This session does not see everything of its customer.")
    pair = {"anonymous_id": before.customer_id, "linked_id": session.customer_id}
    stays = await merge.merge_within(rt, db, actor, **pair)
    return replace(session, customer_id=stays)


async def _is_whole(db: AsyncSession, before: Session) -> bool:
    """Whether the browser's session counts still, and is limited to no task."""
    row = await sessions.find(db, before.id)
    is_its_own = row is not None and row.customer_id == before.customer_id
    return row is not None and is_its_own and not row.revoked_at and not row.task
