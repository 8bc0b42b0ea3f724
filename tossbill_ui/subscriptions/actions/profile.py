"""What the shop knows of its customers, as its programs tell us."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.actor import customer as owner
from tossbill_ui.core.errors import Conflict, InvalidRequest, NotFound
from tossbill_ui.core.language import Language
from tossbill_ui.core.mail_address import is_address
from tossbill_ui.core.text import clean
from tossbill_ui.customers import portal_links, reporting
from tossbill_ui.customers.entrances import end_entrances
from tossbill_ui.customers.merged_meanwhile import MergedMeanwhile, until_not_merged
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import find
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.lifecycle.publish import publish_moved


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the shop knows of a customer.

    Attributes:
        given: The names of the fields that are to be changed; the others stay as they are.
        name: Their name; None takes it away.
        email: The address for notices; None takes it away.
        email_verified: Whether the shop knows that the address is theirs: it signs in with codes.
        language: The language that they read; None for that of their next page.
    """

    given: frozenset[str]
    name: str | None = None
    email: str | None = None
    email_verified: bool = False
    language: Language | None = None


async def upsert(rt: Runtime, actor: Actor, external_id: str, known: Profile) -> None:
    """Let a user of the shop be a customer, about whom this is known; safe to repeat.

    What is None stays as it is. An address that is not verified only fills an empty place.

    Raises:
        NotFound: The actor is a customer.
        InvalidRequest: The id or the address is none, or the customer was erased.
    """
    _refuse_customers(actor)
    async with rt.db.write() as db:
        await portal_links.ensure_linked(
            rt,
            db,
            external_id=external_id,
            email=known.email,
            email_verified=known.email_verified,
            name=known.name,
            language=known.language,
            actor=actor,
        )


async def change(
    rt: Runtime, actor: Actor, customer_id: str, known: Profile, external_id: str | None = None
) -> None:
    """Change what is known of a customer; safe to repeat.

    Args:
        rt: The process's runtime.
        actor: Who says so; not a customer.
        customer_id: The customer.
        known: What is to be changed.
        external_id: Their id at the shop from now on; None leaves it as it is.

    Raises:
        NotFound: There is no such customer, or the actor is one.
        InvalidRequest: The id or the address is none, or the customer was erased.
        Conflict: Another customer has this external id (``external_id_taken``).
    """
    _refuse_customers(actor)

    async def transaction() -> None:
        async with rt.db.write() as db:
            found = await _locked(db, customer_id)
            async with reporting.reported(rt, db, found, actor=actor):
                if external_id is not None:
                    await _name(rt, db, actor, found, external_id)
                await _apply(rt, db, found, known)

    await until_not_merged(transaction)


def _refuse_customers(actor: Actor) -> None:
    if actor.is_customer:
        raise NotFound("There is no such customer.")


async def _locked(db: AsyncSession, customer_id: str) -> Customer:
    known = await find(db, customer_id)
    if known is None:
        raise NotFound("There is no such customer.")
    query = select(Customer).where(col(Customer.id) == known.id).with_for_update()
    found = (await db.exec(query, execution_options={"populate_existing": True})).one()
    if found.merged_into:
        raise MergedMeanwhile
    if found.blocked_at:
        raise InvalidRequest("This customer was erased.")
    return found


async def _name(
    rt: Runtime, db: AsyncSession, actor: Actor, customer: Customer, external_id: str
) -> None:
    """Name a customer; whoever else got into the account of a visitor gets in no more (ADR-0048).

    What the visitor may use, the member may use from now on, which the shop is told.
    """
    if customer.external_id is None:
        await end_entrances(rt, db, customer)
        for subscription in await repository.of_actor(db, owner(customer.id)):
            publish_moved(rt, db, subscription, actor)
    await _set_external_id(db, customer, external_id)


def _check(external_id: str) -> None:
    if not portal_links.is_external_id(external_id):
        raise InvalidRequest("An external id has 1 to 128 characters, and no blanks among them.")


async def _set_external_id(db: AsyncSession, customer: Customer, external_id: str) -> None:
    _check(external_id)
    try:
        async with db.begin_nested():
            customer.external_id = external_id
            db.add(customer)
            await db.flush()
    except IntegrityError:
        raise Conflict("Another customer has this id.", code="external_id_taken") from None


async def _apply(rt: Runtime, db: AsyncSession, customer: Customer, known: Profile) -> None:
    if "name" in known.given:
        customer.name = clean(known.name or "", limit=portal_links.NAME_LENGTH) or None
    if "locale" in known.given:
        customer.language = known.language
    if "email" in known.given:
        await _set_email(rt, db, customer, known)


async def _set_email(rt: Runtime, db: AsyncSession, customer: Customer, known: Profile) -> None:
    """Set the address for notices, which signs in if the shop has verified it."""
    if known.email is not None and not is_address(known.email):
        raise InvalidRequest("This is not a mail address.")
    if known.email is None or known.email_verified:
        await set_verified(rt, db, customer, known.email)
    customer.email = known.email
