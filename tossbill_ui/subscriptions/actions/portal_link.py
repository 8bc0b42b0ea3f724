"""Makes links that sign a member of the shop in, for operators and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor, customer
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.core.language import Language
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import portal_links
from tossbill_ui.customers.portal_links import LinkRequest
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.terms import catalog

MADE = "link.made"


@dataclass(frozen=True, kw_only=True)
class MemberLink:
    """A link for a member of the shop, who becomes a customer with it if they are none yet.

    Attributes:
        external_id: Their id at the shop.
        email: Their mail address, not verified.
        name: Their name.
        language: The language that they read.
        task: What the session is limited to; see `LinkRequest` for this and the rest.
    """

    external_id: str
    email: str | None = None
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
        url: Its address, which is stored nowhere.
        keeps_email: Whether the customer keeps another mail address than the wanted one.
    """

    url: str
    keeps_email: bool


async def make_link(rt: Runtime, actor: Actor, wanted: MemberLink) -> MadeLink:
    """Make a link; the audit trail says who did.

    Raises:
        InvalidRequest: The link cannot be as wanted, or the customer was erased.
        NotFound: The subscription is not the member's.
    """
    async with rt.db.write() as db:
        found = await portal_links.ensure_linked(
            rt,
            db,
            external_id=wanted.external_id,
            email=wanted.email,
            name=wanted.name,
            language=wanted.language,
        )
        request = LinkRequest(
            customer_id=found.id,
            task=wanted.task,
            subscription_id=wanted.subscription_id,
            plan_code=wanted.plan_code,
            return_url=wanted.return_url,
            valid_for=wanted.valid_for,
        )
        url = await portal_links.create(rt, db, request, made_by=actor.label)
        if wanted.plan_code and not await catalog.offer_of(rt, db, wanted.plan_code):
            raise InvalidRequest(f"No plan on offer has the code {wanted.plan_code}.")
        if wanted.subscription_id:
            await repository.get_owned(db, customer(found.id), wanted.subscription_id)
        subject = f"link for {wanted.task or 'everything'}"
        trail.add(rt, db, kind=MADE, customer_id=found.id, subject=subject, by=actor.label)
        keeps_email = wanted.email is not None and found.email != wanted.email
    return MadeLink(url=url, keeps_email=keeps_email)
