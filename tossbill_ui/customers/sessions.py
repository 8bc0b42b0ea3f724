"""The sessions of customers: stored, found, listed and revoked (ADR-0044).

The cookie names a session; its row says whether it counts. A browser whose customer does not
exist yet has a cookie and no row: what nobody owns needs no protection, and reading a page stores
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import AUDITED, Actor
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.scope import Scope, Task
from tossbill_ui.core.text import clean, is_id
from tossbill_ui.customers.link_revocation import revoke_links
from tossbill_ui.customers.models import Customer, PortalLink, StoredSession, Via
from tossbill_ui.customers.service import find as find_customer
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime

USER_AGENT_LENGTH, NAMELESS = 200, "?"
ENDED = "session.ended"
SEEN_EVERY = timedelta(minutes=10)
INHERITED = {"via", "link_id", "task", "subscription_id", "return_url", "user_agent"}

# Built once: every request and every websocket asks.
_WITH_CUSTOMER = (
    select(StoredSession, Customer.blocked_at)
    .join(Customer, col(Customer.id) == col(StoredSession.customer_id))
    .where(col(StoredSession.id) == sa.bindparam("id"))
)


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """How a browser comes in.

    Attributes:
        via: The way.
        link: The link that it spent, which decides the scope and the page of the shop; None for
            a code.
        user_agent: The name that the browser gives itself; untrusted.
        session_id: The id that the session gets; empty for a random one.
    """

    via: Via
    link: PortalLink | None = None
    user_agent: str = ""
    session_id: str = ""


def open_session(rt: Runtime, db: AsyncSession, *, customer_id: str, entrance: Entrance) -> Session:
    """Store a new session of a customer, in the caller's transaction, and return it."""
    link = entrance.link
    now = rt.machine.now()
    row = StoredSession(
        id=entrance.session_id or new_id(),
        customer_id=customer_id,
        via=entrance.via,
        link_id=link.id if link else None,
        task=link.task if link else None,
        subscription_id=link.subscription_id if link else None,
        return_url=link.return_url if link else None,
        user_agent=clean(entrance.user_agent, limit=USER_AGENT_LENGTH),
        created_at=now,
        last_seen_at=now,
    )
    db.add(row)
    return of_row(row)


def of_row(row: StoredSession) -> Session:
    """Return the session that a row stores."""
    scope = Scope(Task(row.task), row.subscription_id or "") if row.task else None
    return Session(
        id=row.id, customer_id=row.customer_id, scope=scope, return_url=row.return_url or ""
    )


async def ensure_stored(rt: Runtime, db: AsyncSession, session: Session) -> None:
    """Store a browser's session with its customer, in the caller's transaction, if it is not yet.

    Only a browser without a row is stored here, whose customer has just been created.
    """
    await _insert(rt, db, id=session.id, customer_id=session.customer_id)


async def store_successor(
    rt: Runtime,
    db: AsyncSession,
    session_id: str,
    *,
    customer_id: str,
    before: StoredSession | None,
) -> None:
    """Store a session that takes another one's place, and came in the way that it did.

    Args:
        rt: The process's runtime.
        db: The caller's transaction.
        session_id: The new session.
        customer_id: Its customer.
        before: The session whose place it takes, if it is stored.
    """
    kept = before.model_dump(include=INHERITED) if before else {}
    await _insert(rt, db, id=session_id, customer_id=customer_id, **kept)


async def _insert(rt: Runtime, db: AsyncSession, **values: object) -> None:
    """Insert a session unless it is stored already; what is not given is as of an own cookie."""
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    now = rt.machine.now()
    usual = {"via": Via.COOKIE, "user_agent": "", "created_at": now, "last_seen_at": now}
    statement: sa.Insert = insert(StoredSession).values(usual | values)
    await db.exec(statement.on_conflict_do_nothing(index_elements=["id"]))


async def find(db: AsyncSession, session_id: str) -> StoredSession | None:
    """Return a session by its id, which may be any untrusted text."""
    return await db.get(StoredSession, session_id) if is_id(session_id) else None


async def find_with_customer(
    db: AsyncSession, session_id: str
) -> tuple[StoredSession, datetime | None] | None:
    """Return a stored session, and from when on its customer is blocked."""
    return (await db.exec(_WITH_CUSTOMER, params={"id": session_id})).first()


def if_it_counts(row: StoredSession, blocked_at: datetime | None) -> Session | None:
    """Return the session that a row stores, unless it was ended or its customer is blocked."""
    return None if row.revoked_at or blocked_at else of_row(row)


def is_use_old(rt: Runtime, row: StoredSession) -> bool:
    """Whether the last use that is stored is ten minutes ago, or of a nameless browser."""
    return not row.user_agent or row.last_seen_at < rt.machine.now() - SEEN_EVERY


async def note_use(rt: Runtime, session_id: str, user_agent: str) -> None:
    """Store that a session is in use.

    Args:
        rt: The process's runtime.
        session_id: The session.
        user_agent: The name that the browser gives itself; untrusted.
    """
    name = clean(user_agent, limit=USER_AGENT_LENGTH) or NAMELESS
    is_its_own = col(StoredSession.id) == session_id
    async with rt.db.write() as db:
        await update_where(
            db, StoredSession, is_its_own, last_seen_at=rt.machine.now(), user_agent=name
        )


async def of_customer(rt: Runtime, actor: Actor, *, customer_id: str) -> Sequence[StoredSession]:
    """Return the sessions of a customer that count, the last used first.

    Args:
        rt: The process's runtime.
        actor: Who asks; a customer only for their own.
        customer_id: Whose sessions.

    Raises:
        NotFound: There is no such customer, or they are not the actor's.
        NeedsSignIn: The actor's session is limited to a task.
    """
    _refuse_others(actor, customer_id)
    async with rt.db.read() as db:
        query = (
            select(StoredSession)
            .where(
                col(StoredSession.customer_id) == await _current_id(db, actor, customer_id),
                col(StoredSession.revoked_at).is_(None),
            )
            .order_by(col(StoredSession.last_seen_at).desc(), col(StoredSession.id))
        )
        return (await db.exec(query)).all()


async def revoke(rt: Runtime, actor: Actor, session_id: str) -> None:
    """End one session for ever; ending it again changes nothing.

    Args:
        rt: The process's runtime.
        actor: Who ends it; a customer only their own.
        session_id: The session; untrusted.

    Raises:
        NotFound: There is no such session, or it is another customer's.
        NeedsSignIn: The actor's session is limited to a task.
    """
    actor.require_all()
    async with rt.db.write() as db:
        row = await find(db, session_id)
        if row is None or not actor.may_see(row.customer_id):
            raise NotFound("This customer has no such session.")
        if await end_where(rt, db, col(StoredSession.id) == row.id):
            _record(rt, db, actor, row.customer_id, f"session {row.id}")
    rt.pubsub.publish(row.customer_id)


async def revoke_others(rt: Runtime, actor: Actor, *, customer_id: str, but: str = "") -> int:
    """End every session of a customer but one, and revoke the links that none has spent.

    Args:
        rt: The process's runtime.
        actor: Who ends them; a customer only their own.
        customer_id: Whose sessions.
        but: The id of the session that stays, usually the actor's own; empty for none.

    Returns:
        The number of sessions that ended.

    Raises:
        NotFound: There is no such customer, or they are not the actor's.
        NeedsSignIn: The actor's session is limited to a task.
    """
    _refuse_others(actor, customer_id)
    async with rt.db.write() as db:
        customer_id = await _current_id(db, actor, customer_id)
        # As whoever merges or erases the customer, who locks them before their links.
        await db.get(Customer, customer_id, with_for_update={"read": True})
        # In this order: a link that is being spent meanwhile has its session by the second step.
        links = await revoke_links(rt, db, customer_id)
        others = (col(StoredSession.customer_id) == customer_id, col(StoredSession.id) != but)
        count = await end_where(rt, db, *others)
        if count or links:
            _record(rt, db, actor, customer_id, f"{count} sessions, {links} links")
    rt.pubsub.publish(customer_id)
    return count


def _refuse_others(actor: Actor, customer_id: str) -> None:
    actor.require_all()
    if not actor.may_see(customer_id):
        raise NotFound("There is no such customer.")


async def _current_id(db: AsyncSession, actor: Actor, customer_id: str) -> str:
    """Return the id of the customer that an id stands for, who may have been merged."""
    if found := await find_customer(db, customer_id):
        return found.id
    if actor.kind in AUDITED:
        raise NotFound("There is no such customer.")
    return customer_id


def _record(rt: Runtime, db: AsyncSession, actor: Actor, customer_id: str, subject: str) -> None:
    """Record what somebody else than the customer has ended."""
    if actor.kind in AUDITED:
        by = actor.label
        trail.add(rt, db, kind=ENDED, customer_id=customer_id, subject=subject, by=by)


async def end_where(rt: Runtime, db: AsyncSession, *conditions: sa.ColumnElement[bool]) -> int:
    """End the sessions that meet the conditions, in the caller's transaction; return how many.

    The caller publishes their customers' change after its commit: open pages end with it.
    """
    statement = (
        sa.update(StoredSession)
        .where(*conditions, col(StoredSession.revoked_at).is_(None))
        .values(revoked_at=rt.machine.now())
        .execution_options(synchronize_session=False)
    )
    return (await db.exec(statement)).rowcount


async def ended_among(db: AsyncSession, customers: Mapping[str, str]) -> set[str]:
    """Return those of some sessions that have ended, or belong to another customer now.

    Args:
        db: The caller's transaction.
        customers: The ids of the sessions, each with that of its customer so far.
    """
    query = (
        select(StoredSession.id, StoredSession.customer_id, StoredSession.revoked_at)
        .add_columns(col(Customer.blocked_at))
        .join(Customer, col(Customer.id) == col(StoredSession.customer_id))
        .where(col(StoredSession.id).in_(customers))
    )
    connection = await db.connection()
    found = (await connection.execute(query)).all()
    ended = {
        session_id
        for session_id, customer_id, revoked_at, blocked_at in found
        if revoked_at or blocked_at or customers[session_id] != customer_id
    }
    return ended | await _without_row(db, customers, {row[0] for row in found})


async def _without_row(db: AsyncSession, customers: Mapping[str, str], found: Set[str]) -> set[str]:
    """Return the sessions without a row, of customers who exist: none of theirs is without one."""
    lost = {each: customer for each, customer in customers.items() if each not in found}
    if not lost:
        return set()
    query = select(Customer.id).where(col(Customer.id).in_(set(lost.values())))
    known = set((await db.exec(query)).all())
    return {each for each, customer in lost.items() if customer in known}
