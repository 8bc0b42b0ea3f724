"""Opens links and entries, which spends nothing (ADR-0046)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.db import update_where
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import sessions, signed_entry
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.portal_links import survivor
from tossbill_ui.customers.session import Session
from tossbill_ui.customers.signed_entry import Entry
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a link leads to.

    Attributes:
        task: The task that it is limited to; None if it opens everything.
        subscription_id: With a task, the subscription that it is about.
        plan_code: The plan to lead to, if any.
        return_url: The page of the shop to go back to, if any.
    """

    task: Task | None = None
    subscription_id: str | None = None
    plan_code: str | None = None
    return_url: str | None = None


@dataclass(frozen=True)
class Whose:
    """Whose account something is, as a person recognizes it; to be masked where it is shown."""

    name: str
    email: str
    external_id: str


def whose(customer: Customer) -> Whose:
    """Return whose account a customer is.

    An address that nobody verified is not shown: whoever lures somebody into their account would
    type the address of the person who is to believe that it is their own.
    """
    email = customer.verified_email
    return Whose(customer.name or "", email or "", customer.external_id or "")


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A link or an entry that can be spent.

    Attributes:
        token_hash: What it is known by.
        target: What it leads to.
        customer: Whom it signs in; None for a member who is no customer yet.
        entry: What the shop has signed; None for a link.
    """

    token_hash: str
    target: Target
    customer: Customer | None = None
    entry: Entry | None = None

    @property
    def customer_id(self) -> str:
        """The customer's id; empty for a member who is none yet."""
        return self.customer.id if self.customer else ""

    @property
    def whose(self) -> Whose:
        """Whose account it opens; what the shop has just said of them comes first."""
        known = whose(self.customer) if self.customer else Whose("", "", "")
        if self.entry is None:
            return known
        said = self.entry.claims
        email = said.email if said.email_verified else None
        return Whose(said.name or known.name, email or known.email, said.sub)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What an address of ours with a token stands for; by default nothing.

    Attributes:
        invitation: It can be spent.
        link: It was a link or an entry once, which is over now or was spent.
        customer_id: With `link`, whom it signed in.
    """

    invitation: Invitation | None = None
    link: PortalLink | None = None
    customer_id: str = ""


NOTHING = Opened()


async def open_link(rt: Runtime, token: str) -> Opened:
    """Return what a link's token stands for, and note that it was opened.

    Args:
        rt: The process's runtime.
        token: The token; untrusted.
    """
    async with rt.db.read() as db:
        link = await _stored(db, _hash(token))
        opened = await _open(rt, db, link) if link else NOTHING
    if opened.invitation and opened.link and opened.link.opened_at is None:
        await _note_opened(rt, opened.link.id)
    return opened


async def open_entry(rt: Runtime, text: str) -> Opened:
    """Return what an entry stands for.

    Args:
        rt: The process's runtime.
        text: The JSON Web Token; untrusted.
    """
    entry = signed_entry.read(rt, text)
    token_hash = entry.token_hash if entry else _hash(text)
    async with rt.db.read() as db:
        link = await _stored(db, token_hash)
        if entry is None:
            return NOTHING
        if link:  # it was spent, maybe for somebody who was erased since
            opened = await _open(rt, db, link)
            return Opened(link=opened.link, customer_id=opened.customer_id)
        query = select(Customer).where(col(Customer.external_id) == entry.claims.sub)
        found = (await db.exec(query)).first()
        customer = await survivor(db, found) if found else None
    if customer and customer.blocked_at:
        return NOTHING
    claims = entry.claims
    target = Target(
        task=claims.task,
        subscription_id=claims.subscription,
        plan_code=claims.plan,
        return_url=claims.return_url,
    )
    invitation = Invitation(token_hash=token_hash, target=target, customer=customer, entry=entry)
    return Opened(invitation=invitation)


def _hash(token: str) -> str:
    return fingerprint(token if token.isascii() else "")


async def _stored(db: AsyncSession, token_hash: str) -> PortalLink | None:
    query = select(PortalLink).where(col(PortalLink.token_hash) == token_hash)
    return (await db.exec(query)).first()


async def _open(rt: Runtime, db: AsyncSession, link: PortalLink) -> Opened:
    customer = await survivor(db, await db.get_one(Customer, link.customer_id))
    if customer.blocked_at or link.revoked_at:
        return NOTHING
    opened = Opened(link=link, customer_id=customer.id)
    if link.spent_at or link.expires_at <= rt.machine.now():
        return opened
    invitation = Invitation(token_hash=link.token_hash, target=target_of(link), customer=customer)
    return Opened(invitation=invitation, link=link, customer_id=customer.id)


def target_of(link: PortalLink) -> Target:
    """Return what a stored link leads to."""
    return Target(
        task=Task(link.task) if link.task else None,
        subscription_id=link.subscription_id,
        plan_code=link.plan_code,
        return_url=link.return_url,
    )


async def _note_opened(rt: Runtime, link_id: str) -> None:
    is_new = (col(PortalLink.id) == link_id, col(PortalLink.opened_at).is_(None))
    async with rt.db.write() as db:
        await update_where(db, PortalLink, *is_new, opened_at=rt.machine.now())


async def has_it_open(rt: Runtime, session: Session | None, opened: Opened) -> bool:
    """Whether a browser may go where a link that is over leads: its session sees that anyway."""
    if session is None or opened.link is None or session.customer_id != opened.customer_id:
        return False
    if session.scope is None:
        return True
    async with rt.db.read() as db:
        row = await sessions.find(db, session.id)
    return row is not None and row.link_id == opened.link.id
