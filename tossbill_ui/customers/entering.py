"""Spends links and entries for a new session, each once (ADR-0046)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.after_commit import after_commit
from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.customers import sessions
from tossbill_ui.customers.invitations import Invitation, Opened
from tossbill_ui.customers.merged_meanwhile import MergedMeanwhile, until_not_merged
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.portal_links import ensure_linked, survivor
from tossbill_ui.customers.session import Session
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.customers.signed_entry import Entry
from tossbill_ui.runtime import Runtime

PRESS = "press"
READ = {"read": True}
# For how long a press that the browser sends again leads where the first one led.
AGAIN = timedelta(seconds=30)
BY_THE_SHOP = "entry"


@dataclass(frozen=True)
class Press:
    """A press of the button on a link's page.

    Attributes:
        drawn: The number that the page's form carries, by which a repeated press is known.
        user_agent: The name that the browser gives itself; untrusted.
    """

    drawn: str
    user_agent: str = ""


async def spend(
    rt: Runtime, invitation: Invitation, press: Press, *, before: Session | None
) -> Session | None:
    """Spend a link for a new session, and end the one that the browser had.

    A browser that is signed in as the customer already keeps its session if that sees more.

    Args:
        rt: The process's runtime.
        invitation: What the address stands for.
        press: The press of its page's button.
        before: The browser's session.

    Returns:
        None if it was spent meanwhile, or is over.
    """

    async def transaction() -> Session | None:
        async with rt.db.write() as db:
            return await spend_within(rt, db, invitation, press, before=before)

    return await until_not_merged(transaction)


async def spend_within(
    rt: Runtime, db: AsyncSession, invitation: Invitation, press: Press, *, before: Session | None
) -> Session | None:
    """Do in the caller's transaction what `spend` does in its own.

    Raises:
        MergedMeanwhile: The caller's transaction is to be begun anew.
    """
    link = await _claim(rt, db, invitation)
    if link is None:
        return None
    if before and _sees_more(before, link):
        return before
    entrance = Entrance(
        via=Via.LINK,
        link=link,
        user_agent=press.user_agent,
        session_id=_session_id(rt, invitation.token_hash, press.drawn),
    )
    return await _replace(rt, db, before, link.customer_id, entrance)


async def sign_in(
    rt: Runtime, customer: Customer, *, before: Session | None, user_agent: str = ""
) -> Session | None:
    """Open a session for a customer who has typed a code, and end the one that the browser had.

    Args:
        rt: The process's runtime.
        customer: Who typed it, as they were then.
        before: The browser's session.
        user_agent: The name that the browser gives itself; untrusted.

    Returns:
        None if they were merged or erased meanwhile, or the address is no longer theirs.
    """
    entrance = Entrance(via=Via.CODE, user_agent=user_agent)
    async with rt.db.write() as db:
        found = await db.get(Customer, customer.id, with_for_update=READ)
        if found is None or found.merged_into or found.blocked_at:
            return None
        if found.verified_email != customer.verified_email:
            return None
        return await _replace(rt, db, before, found.id, entrance)


async def _replace(
    rt: Runtime, db: AsyncSession, before: Session | None, customer_id: str, entrance: Entrance
) -> Session:
    """Open a session, and end the one that the browser had; open pages hear of both."""
    if before:
        await sessions.end_where(rt, db, col(StoredSession.id) == before.id)
    for each in {customer_id, before.customer_id if before else customer_id}:
        after_commit(db, partial(rt.pubsub.publish, each), key=("changes", each))
    return sessions.open_session(rt, db, customer_id=customer_id, entrance=entrance)


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
    """Spend the link in the caller's transaction; return None if another one has done so.

    Its customer is locked first, as whoever merges or erases them locks them before their links.
    """
    entry = invitation.entry
    customer = None if entry else await _held(db, invitation.customer_id)
    if not await (_insert(rt, db, entry) if entry else _update(rt, db, invitation)):
        return None
    query = select(PortalLink).where(col(PortalLink.token_hash) == invitation.token_hash)
    link = (await db.exec(query)).one()
    customer = customer or await db.get_one(Customer, link.customer_id)
    link.customer_id = customer.id
    return None if customer.blocked_at else link


async def _held(db: AsyncSession, customer_id: str) -> Customer:
    """Return a customer, or whom they have become, who cannot be merged or erased meanwhile."""
    stays = await survivor(db, await db.get_one(Customer, customer_id))
    customer = await db.get_one(Customer, stays.id, with_for_update=READ, populate_existing=True)
    if customer.merged_into:
        raise MergedMeanwhile
    return customer


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
    if entry.expires_at <= now or await _is_spent(db, entry):
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


async def _is_spent(db: AsyncSession, entry: Entry) -> bool:
    """Whether an entry was spent: no member becomes a customer by it again, erased or not."""
    query = select(PortalLink.id).where(col(PortalLink.token_hash) == entry.token_hash)
    return (await db.exec(query)).first() is not None
