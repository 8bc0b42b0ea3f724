"""Customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.language import Language, as_language
from tossbill_ui.core.mail_address import folded
from tossbill_ui.customers import models as tables
from tossbill_ui.customers.service import named
from tossbill_ui.resources.base import Id, Instant, Resource
from tossbill_ui.resources.lists import Page, Window, newest_first

ExternalId = Annotated[str, Field(max_length=128, examples=["42"])]


class Customer(Resource):
    """A customer: a user of the shop, or a browser that has come by itself."""

    id: Id
    """Our id."""

    external_id: ExternalId | None
    """Your id of this user; null for a browser that nobody has named yet."""

    name: Annotated[str, Field(examples=["김철수"])] | None
    """The name by which they recognize their account."""

    email: Annotated[str, Field(examples=["kim@example.com"])] | None
    """Where notices are mailed; null if they stay in the mailbox."""

    is_email_verified: bool
    """Whether this address has been verified, and signs in by a code."""

    locale: Language | None
    """The language of their notices; null before their first page."""

    is_erased: bool
    """Whether they were erased: nobody can sign in as them, and nothing personal is left."""

    created_at: Instant
    """When we first saw them."""


class CustomerName(Resource):
    """Whom an event is about."""

    id: Id
    """Our id of the customer; of two that were merged, the one that stayed."""

    external_id: ExternalId | None
    """Your id of this user, if there is one."""


def of(row: tables.Customer) -> Customer:
    """Return a customer as shops see them."""
    is_verified = row.email is not None and folded(row.email) == row.verified_email
    return Customer.of(
        row,
        is_email_verified=is_verified,
        locale=as_language(row.language),
        is_erased=row.blocked_at is not None,
    )


async def get(db: AsyncSession, ref: str) -> Customer:
    """Return a customer by our id, or ``ext:`` and the shop's; a merged one is who it became.

    Raises:
        NotFound: There is none.
    """
    return of(await named(db, ref))


async def page(db: AsyncSession, window: Window) -> Page[Customer]:
    """Return a page of all customers, newest first, without those that became another one.

    Raises:
        InvalidRequest: The cursor is none.
    """
    query = select(tables.Customer).where(col(tables.Customer.merged_into).is_(None))
    rows, cursor = await newest_first(db, query, tables.Customer, window)
    return Page[Customer](data=[of(row) for row in rows], next=cursor)


async def names(db: AsyncSession, ids: Iterable[str]) -> dict[str, CustomerName]:
    """Return whom some ids stand for now, by id, in one statement."""
    went, stays = tables.Customer, aliased(tables.Customer)
    query = (
        select(went.id, stays.id, stays.external_id)
        .join(stays, col(stays.id) == func.coalesce(went.merged_into, went.id))
        .where(col(went.id).in_(set(ids)))
    )
    found = (await db.exec(query)).all()
    return {old: CustomerName(id=now, external_id=theirs) for old, now, theirs in found}
