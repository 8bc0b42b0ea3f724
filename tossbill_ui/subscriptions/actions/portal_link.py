"""Makes links that sign a member of the shop in, for operators and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor, customer
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.language import Language
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links, service
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.portal_links import LinkRequest
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.terms import catalog

MADE = "link.made"


@dataclass(frozen=True, kw_only=True)
class MemberLink:
    """A link for a member of the shop, who becomes a customer with it if they are none yet.

    Attributes:
        external_id: Their id at the shop; empty if `customer_id` names them.
        customer_id: Our id of a customer, if there is no external id.
        email: Their mail address.
        email_verified: Whether the shop knows that the address is theirs.
        name: Their name.
        language: The language that they read.
        task: What the session is limited to; see `LinkRequest` for this and the rest.
    """

    external_id: str = ""
    customer_id: str = ""
    email: str | None = None
    email_verified: bool = False
    name: str | None = None
    language: Language | None = None
    task: Task | None = None
    subscription_id: str | None = None
    plan_code: str | None = None
    return_url: str | None = None
    valid_for: timedelta = portal_links.USUAL


@dataclass(frozen=True, kw_only=True)
class MadeLink:
    """A new link.

    Attributes:
        customer: Whom it signs in.
        url: Its address, which is stored nowhere.
        keeps_email: Whether the customer keeps another mail address than the wanted one.
    """

    customer: Customer
    url: str
    keeps_email: bool


async def make_link(
    rt: Runtime, actor: Actor, wanted: MemberLink, *, link_id: str | None = None
) -> MadeLink:
    """Make a link; the audit trail says who did.

    Args:
        rt: The process's runtime.
        actor: Who makes it.
        wanted: The link.
        link_id: Its id, if its address must be known again (`portal_links.create`).

    Raises:
        InvalidRequest: The link cannot be as wanted, or the customer was erased.
        NotFound: There is no such customer, or the subscription is not theirs.
    """
    async with rt.db.write() as db:
        found = await _customer(rt, db, actor, wanted)
        request = LinkRequest(
            customer_id=found.id,
            task=wanted.task,
            subscription_id=wanted.subscription_id,
            plan_code=wanted.plan_code,
            return_url=wanted.return_url,
            valid_for=wanted.valid_for,
        )
        url = await portal_links.create(rt, db, request, made_by=actor.label, link_id=link_id)
        if wanted.plan_code and not await catalog.offer_of(rt, db, wanted.plan_code):
            raise InvalidRequest(f"No plan on offer has the code {wanted.plan_code}.")
        if wanted.subscription_id:
            await repository.get_owned(db, customer(found.id), wanted.subscription_id)
        subject = f"link for {wanted.task or 'everything'}"
        trail.add(rt, db, kind=MADE, customer_id=found.id, subject=subject, by=actor.label)
        keeps_email = wanted.email is not None and found.email != wanted.email
    return MadeLink(customer=found, url=url, keeps_email=keeps_email)


async def _customer(rt: Runtime, db: AsyncSession, actor: Actor, wanted: MemberLink) -> Customer:
    if not wanted.customer_id:
        return await portal_links.ensure_linked(
            rt,
            db,
            external_id=wanted.external_id,
            email=wanted.email,
            email_verified=wanted.email_verified,
            name=wanted.name,
            language=wanted.language,
            actor=actor,
        )
    found = await service.named(db, wanted.customer_id)
    if found.blocked_at:
        raise InvalidRequest("This customer was erased.")
    return found
