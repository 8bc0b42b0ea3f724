"""Spends links and entries for a new session, each once (ADR-0046)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.customers import sessions
from tossbill_ui.customers.invitations import Invitation, Opened
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.portal_links import ensure_linked, survivor
from tossbill_ui.customers.session import Session
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.customers.signed_entry import Entry
from tossbill_ui.runtime import Runtime

PRESS = "press"
# For how long a press that the browser sends again leads where the first one led.
AGAIN = timedelta(seconds=30)
BY_THE_SHOP = "entry"


async def spend(
    rt: Runtime,
    invitation: Invitation,
    *,
    before: Session | None,
    press: str,
    user_agent: str = "",
) -> Session | None:
    """Spend a link for a new session, and end the one that the browser had.

    A browser that is signed in as the customer already keeps its session if that sees more.

    Args:
        rt: The process's runtime.
        invitation: What the address stands for.
        before: The browser's session.
        press: The number that the page's form carries, by which a repeated press is known.
        user_agent: The name that the browser gives itself; untrusted.

    Returns:
        None if it was spent meanwhile, or is over.
    """
    async with rt.db.write() as db:
        link = await _claim(rt, db, invitation)
        if link is None:
            return None
        if before and _sees_more(before, link):
            return before
        if before:
            await sessions.end_where(rt, db, col(StoredSession.id) == before.id)
        session_id = _session_id(rt, invitation.token_hash, press)
        entrance = Entrance(via=Via.LINK, link=link, user_agent=user_agent, session_id=session_id)
        session = sessions.open_session(rt, db, customer_id=link.customer_id, entrance=entrance)
    if before:
        rt.pubsub.publish(before.customer_id)
    rt.pubsub.publish(session.customer_id)
    return session


async def sign_in(
    rt: Runtime, customer_id: str, *, before: Session | None, user_agent: str = ""
) -> Session:
    """Open a session for a customer who has typed a code, and end the one that the browser had.

    Args:
        rt: The process's runtime.
        customer_id: Who typed it.
        before: The browser's session.
        user_agent: The name that the browser gives itself; untrusted.
    """
    entrance = Entrance(via=Via.CODE, user_agent=user_agent)
    async with rt.db.write() as db:
        if before:
            await sessions.end_where(rt, db, col(StoredSession.id) == before.id)
        session = sessions.open_session(rt, db, customer_id=customer_id, entrance=entrance)
    if before:
        rt.pubsub.publish(before.customer_id)
    rt.pubsub.publish(customer_id)
    return session


def _sees_more(before: Session, link: PortalLink) -> bool:
    is_same = before.customer_id == link.customer_id
    return is_same and before.scope is None and link.task is not None


async def pressed_before(rt: Runtime, opened: Opened, press: str) -> Session | None:
    """Return the session that the same press opened half a minute ago at most.

    The browser sends it again when a button is pressed twice, and drops the first answer.
    """
    if opened.link is None or opened.link.spent_at is None:
        return None
    async with rt.db.read() as db:
        row = await sessions.find(db, _session_id(rt, opened.link.token_hash, press))
    is_recent = row is not None and row.created_at > rt.machine.now() - AGAIN
    return sessions.of_row(row) if row and is_recent and not row.revoked_at else None


def _session_id(rt: Runtime, token_hash: str, press: str) -> str:
    return fingerprint(rt.signer.token(PRESS, f"{token_hash}.{press}"))[:32]


async def _claim(rt: Runtime, db: AsyncSession, invitation: Invitation) -> PortalLink | None:
    """Spend the link in the caller's transaction; return None if another one has done so."""
    entry = invitation.entry
    if not await (_insert(rt, db, entry) if entry else _update(rt, db, invitation)):
        return None
    query = select(PortalLink).where(col(PortalLink.token_hash) == invitation.token_hash)
    link = (await db.exec(query)).one()
    customer = await survivor(db, await db.get_one(Customer, link.customer_id))
    link.customer_id = customer.id
    return None if customer.blocked_at else link


async def _update(rt: Runtime, db: AsyncSession, invitation: Invitation) -> bool:
    now = rt.machine.now()
    conditions = (
        col(PortalLink.token_hash) == invitation.token_hash,
        col(PortalLink.spent_at).is_(None),
        col(PortalLink.revoked_at).is_(None),
        col(PortalLink.expires_at) > now,
    )
    return await update_where(db, PortalLink, *conditions, spent_at=now)


async def _insert(rt: Runtime, db: AsyncSession, entry: Entry) -> bool:
    """Store an entry as spent; its member becomes a customer with it."""
    claims, now = entry.claims, rt.machine.now()
    if entry.expires_at <= now:
        return False
    try:
        customer = await ensure_linked(
            rt,
            db,
            external_id=claims.sub,
            email=claims.email,
            email_verified=claims.email_verified,
            name=claims.name,
            language=claims.locale,
        )
    except InvalidRequest:  # erased meanwhile
        return False
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement = (
        insert(PortalLink)
        .values(
            id=new_id(),
            token_hash=entry.token_hash,
            customer_id=customer.id,
            task=claims.task,
            subscription_id=claims.subscription,
            plan_code=claims.plan,
            return_url=claims.return_url,
            made_by=BY_THE_SHOP,
            created_at=now,
            expires_at=entry.expires_at,
            opened_at=now,
            spent_at=now,
        )
        .on_conflict_do_nothing(index_elements=["token_hash"])
        .returning(col(PortalLink.id))
    )
    return (await db.exec(statement)).first() is not None
