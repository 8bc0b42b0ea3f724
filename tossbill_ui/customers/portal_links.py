"""Links that sign a browser in as a customer, once (ADR-0046).

A link is opened by GET, which spends nothing: mail scanners and chat previews follow links. A POST
from the page that it opens spends it (`entering`).
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.actor import customer as owner
from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.language import Language
from tossbill_ui.core.mail_address import folded, is_address
from tossbill_ui.core.scope import Task
from tossbill_ui.core.text import clean, is_code, is_id
from tossbill_ui.customers import reporting
from tossbill_ui.customers.merged_meanwhile import MergedMeanwhile, until_not_merged
from tossbill_ui.customers.models import Customer, PortalLink
from tossbill_ui.customers.service import EXTERNAL
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.runtime import Runtime

PATH = "/enter/"
AGAIN = "portal_link"
TOKEN_BYTES = 32
MADE_BY_LENGTH, NAME_LENGTH = 80, 100
# As a shop may name its members: any text that can be seen, without blanks.
EXTERNAL_ID = re.compile(r"[^\s]{1,128}")
USUAL, LONGEST = timedelta(hours=1), timedelta(hours=24)
LONGEST_OF_A_TASK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class LinkRequest:
    """What a link is to be.

    Attributes:
        customer_id: Whom it signs in.
        task: What the session is limited to; None if it sees all of its customer.
        subscription_id: With a task, the only subscription that it sees. The caller has checked
            that it is the customer's.
        plan_code: The plan to lead to.
        return_url: The page of the shop to go back to.
        valid_for: How long it can be opened.
    """

    customer_id: str
    task: Task | None = None
    subscription_id: str | None = None
    plan_code: str | None = None
    return_url: str | None = None
    valid_for: timedelta = USUAL


async def create(
    rt: Runtime,
    db: AsyncSession,
    request: LinkRequest,
    *,
    made_by: str,
    link_id: str | None = None,
) -> str:
    """Store a link in the caller's transaction and return its address, which is stored nowhere.

    Args:
        rt: The process's runtime.
        db: The session whose commit stores it.
        request: What it is to be.
        made_by: The name of who makes it.
        link_id: Its id, from which its token is derived, so that `address_again` knows it; None for
            an address that nothing else knows.

    Raises:
        InvalidRequest: It would be valid for too long, for a task without a subscription or the
            other way round, or lead back to a site that is not the shop's.
    """
    token = rt.signer.token(AGAIN, link_id) if link_id else secrets.token_urlsafe(TOKEN_BYTES)
    link = _link(rt, request, token=token, made_by=made_by)
    link.id = link_id or link.id
    db.add(link)
    return address_of(rt, token)


async def address_again(rt: Runtime, db: AsyncSession, link_id: str) -> str | None:
    """Return the address of a link whose token was derived from its id; None if there is none."""
    tokens = rt.signer.tokens(AGAIN, link_id)
    stored = await stored_among(db, tokens)
    return next((address_of(rt, token) for token in tokens if token in stored), None)


async def ensure(
    rt: Runtime, db: AsyncSession, request: LinkRequest, *, token: str, made_by: str
) -> None:
    """Store a link with a token that the caller derives again and again, if it is not stored yet.

    Args:
        rt: The process's runtime.
        db: The session whose commit stores it.
        request: What it is to be.
        token: A token by one of our keys.
        made_by: The name of who makes it.

    Raises:
        InvalidRequest: As in `create`.
    """
    if not await stored_among(db, [token]):
        db.add(_link(rt, request, token=token, made_by=made_by))


async def stored_among(db: AsyncSession, tokens: Sequence[str]) -> set[str]:
    """Return those of some tokens that links are stored for, open or not."""
    by_hash = {fingerprint(token): token for token in tokens}
    query = select(PortalLink.token_hash).where(col(PortalLink.token_hash).in_(by_hash))
    return {by_hash[found] for found in (await db.exec(query)).all()}


def address_of(rt: Runtime, token: str) -> str:
    """Return the address that a link's token is opened at."""
    return f"{rt.settings.backend_url}{PATH}{token}"


def _link(rt: Runtime, request: LinkRequest, *, token: str, made_by: str) -> PortalLink:
    _check(rt, request)
    now = rt.machine.now()
    return PortalLink(
        id=new_id(),
        token_hash=fingerprint(token),
        customer_id=request.customer_id,
        task=request.task,
        subscription_id=request.subscription_id,
        plan_code=request.plan_code,
        return_url=request.return_url,
        made_by=made_by[:MADE_BY_LENGTH],
        created_at=now,
        expires_at=now + request.valid_for,
    )


def _check(rt: Runtime, request: LinkRequest) -> None:
    longest = LONGEST_OF_A_TASK if request.task else LONGEST
    if not timedelta() < request.valid_for <= longest:
        hours = int(longest.total_seconds()) // 3600
        raise InvalidRequest(f"Such a link can be valid for up to {hours} hours.")
    check_target(rt, request.task, request.subscription_id, request.plan_code)
    check_return_url(rt, request.return_url)


def check_target(
    rt: Runtime, task: Task | None, subscription_id: str | None, plan_code: str | None
) -> None:
    """Check that a task has a subscription, and nothing else has one.

    Raises:
        InvalidRequest: It has not, or a text is no id or no code of a plan.
    """
    if (task is None) != (subscription_id is None):
        raise InvalidRequest("A task needs a subscription, and a subscription needs a task.")
    if subscription_id is not None and not is_id(subscription_id):
        raise InvalidRequest("This is not the id of a subscription.")
    if plan_code is not None and not is_code(plan_code):
        raise InvalidRequest("This is not the code of a plan.")


def check_return_url(rt: Runtime, url: str | None) -> None:
    """Check that an address is a page of the shop's own site.

    Raises:
        InvalidRequest: It is none of an origin in the settings.
    """
    if url is not None and not rt.settings.return_origins.include(url):
        raise InvalidRequest(
            "The address to go back to must be a page of an origin in TOSSBILL_RETURN_ORIGINS."
        )


async def ensure_linked(
    rt: Runtime,
    db: AsyncSession,
    *,
    external_id: str,
    email: str | None = None,
    email_verified: bool = False,
    name: str | None = None,
    language: Language | None = None,
    actor: Actor | None = None,
) -> Customer:
    """Return the customer who is a member of the shop, creating it if needed; safe in parallel.

    It runs inside the caller's write transaction. What the shop does not name stays as it is.

    Args:
        rt: The process's runtime.
        db: The session whose commit stores it.
        external_id: The member's id at the shop.
        email: Their address. One that is not verified only fills an empty place: customers may
            have given us another one since.
        email_verified: Whether the shop knows that the address is theirs; it signs in with codes.
        name: Their name.
        language: The language that they read, unless they have seen a page of ours.
        actor: Who acts; the customers themselves, with an entry of the shop, if not given.

    Raises:
        InvalidRequest: The id or the address is none, or the customer was erased.
    """
    if not is_external_id(external_id):
        raise InvalidRequest("An external id has 1 to 128 characters, and no blanks among them.")
    if email is not None and not is_address(email):
        raise InvalidRequest("This is not a mail address.")
    customer, is_new = await _created(rt, db, external_id)
    if customer.blocked_at:
        raise InvalidRequest("This customer was erased.")
    who = actor or owner(customer.id)
    async with reporting.reported(rt, db, customer, actor=who, is_new=is_new):
        if name is not None:
            customer.name = clean(name, limit=NAME_LENGTH) or None
        customer.language = customer.language or language
        if email is not None:
            await _set_email(rt, db, customer, email, is_verified=email_verified)
    return customer


def is_external_id(text: str) -> bool:
    """Whether a text can be a member's id at the shop; ``ext:`` begins its name, not the id."""
    is_text = EXTERNAL_ID.fullmatch(text) is not None and clean(text, limit=len(text)) == text
    return is_text and not text.startswith(EXTERNAL)


async def _created(rt: Runtime, db: AsyncSession, external_id: str) -> tuple[Customer, bool]:
    """Return the member's customer, locked, and whether it is new.

    Of two that were merged, it is the one that stayed.
    """
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement = (
        insert(Customer)
        .values(
            id=new_id(),
            external_id=external_id,
            customer_key=str(uuid.uuid4()),
            created_at=rt.clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["external_id"])
        .returning(col(Customer.id))
    )
    query = select(Customer).where(col(Customer.external_id) == external_id).with_for_update()

    async def locked() -> tuple[Customer, bool]:
        async with db.begin_nested():  # whose end gives the lock of a wrong row back
            is_new = (await db.exec(statement)).first() is not None
            if found := (await db.exec(query)).first():
                return await survivor(db, found), is_new
            raise MergedMeanwhile  # the external id is that of another row now

    return await until_not_merged(locked)


async def survivor(db: AsyncSession, customer: Customer) -> Customer:
    """Return the customer that one has become by being merged, or the same one."""
    while customer.merged_into:
        customer = await db.get_one(Customer, customer.merged_into)
    return customer


async def _set_email(
    rt: Runtime, db: AsyncSession, customer: Customer, email: str, *, is_verified: bool
) -> None:
    is_followed = customer.email is None or folded(customer.email) == customer.verified_email
    if is_verified:
        await set_verified(rt, db, customer, email)
    if customer.email is None or (is_verified and is_followed):
        customer.email = email
