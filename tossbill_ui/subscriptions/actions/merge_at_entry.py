"""Spends a link and merges what the browser had before, in one transaction (ADR-0048)."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NeedsSignIn, NotFound
from tossbill_ui.customers import entering, sessions
from tossbill_ui.customers.entering import Press
from tossbill_ui.customers.invitations import Invitation
from tossbill_ui.customers.session import Session, actor_of
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
    ids = (before.customer_id, invitation.customer_id)
    async with rt.db.write() as db:
        await merge.lock_customers(db, ids)
        await _require_whole(db, before)
        session = await entering.spend_within(rt, db, invitation, press, before=before)
        if session is None:
            return None
        actor_of(session).require_all()
        pair = {"anonymous_id": before.customer_id, "linked_id": session.customer_id}
        stays = await merge.merge_within(rt, db, actor, **pair)
    return replace(session, customer_id=stays)


async def _require_whole(db: AsyncSession, before: Session) -> None:
    """Check that the browser's session is no longer than its row says, and sees everything.

    Raises:
        NeedsSignIn: It has ended, changed hands, or is limited to a task.
    """
    row = await sessions.find(db, before.id)
    if row is None or row.revoked_at or row.task or row.customer_id != before.customer_id:
        raise NeedsSignIn("This session does not see everything of its customer.")
