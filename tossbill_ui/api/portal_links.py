"""Portal links: the shop sends a customer in, to everything of theirs or to one task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.problems import ApiProblem
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api_keys.commands import Command
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.language import Language
from tossbill_ui.core.scope import Task
from tossbill_ui.customers import link_revocation, portal_links
from tossbill_ui.customers.models import PortalLink
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions.portal_link import MemberLink, make_link

LONGEST = int(portal_links.LONGEST_OF_A_TASK.total_seconds())
MayLink = Annotated[Program, needs(ApiScope.LINKS)]

router = new_router("Portal links")


class NewLink(BaseModel):
    """A link for a member of the shop, who becomes a customer with it if they are none yet."""

    model_config = ConfigDict(extra="forbid")

    external_id: str | None = Field(
        default=None, max_length=128, description="Your id of the member.", examples=["42"]
    )
    customer_id: str | None = Field(
        default=None, max_length=32, description="Our id of the customer, instead."
    )
    email: str | None = Field(
        default=None,
        max_length=254,
        description="Their address. If it is not verified, it only fills an empty place.",
    )
    email_verified: bool = Field(
        default=False,
        description="Whether you know that the address is theirs: it signs in with mailed codes.",
    )
    name: str | None = Field(
        default=None, max_length=100, description="Their name, as they recognize themselves."
    )
    locale: Language | None = Field(default=None, description="The language that they read.")
    task: Task | None = Field(
        default=None, description="Limits the session to one task about `subscription`."
    )
    subscription: str | None = Field(
        default=None, max_length=32, description="With `task`: the id of the subscription."
    )
    plan: str | None = Field(
        default=None, max_length=40, description="The code of the plan that it leads to."
    )
    return_url: str | None = Field(
        default=None,
        max_length=500,
        description="The page that leads back to you, of an origin in `TOSSBILL_RETURN_ORIGINS`.",
    )
    expires_in: int = Field(
        default=3600,
        ge=1,
        le=LONGEST,
        description="Seconds in which it can be opened: up to a day, with `task` up to 7 days.",
    )

    @model_validator(mode="after")
    def _names_one(self) -> NewLink:
        if (self.external_id is None) == (self.customer_id is None):
            raise ValueError("give either external_id or customer_id")
        return self

    def wanted(self) -> MemberLink:
        """Return the link to make."""
        return MemberLink(
            external_id=self.external_id or "",
            customer_id=self.customer_id or "",
            email=self.email,
            email_verified=self.email_verified,
            name=self.name,
            language=self.locale,
            task=self.task,
            subscription_id=self.subscription,
            plan_code=self.plan,
            return_url=self.return_url,
            valid_for=timedelta(seconds=self.expires_in),
        )


class Link(BaseModel):
    """A link. Its address is in the answer to its making alone."""

    id: str = Field(description="Its id, by which it can be revoked.")
    url: str = Field(description="Send the customer there: it can be opened once, by one press.")
    customer_id: str = Field(description="Our id of the customer.")
    expires_at: datetime = Field(description="Until when it can be opened.")


@router.post("/portal-links", status_code=201)
async def make_portal_link(body: NewLink, program: MayLink, command: TheCommand) -> Link:
    """Make a link that signs a customer in, once."""
    rt = runtime.current()
    if not command.was_done:
        wanted = body.wanted()
        await make_link(rt, program.actor, wanted, link_id=command.object_id)
    return await _made(rt, command)


async def _made(rt: Runtime, command: Command) -> Link:
    async with rt.db.read() as db:
        link = await db.get(PortalLink, command.object_id)
        url = await portal_links.address_again(rt, db, command.object_id)
    if link is None or url is None:
        raise ApiProblem(410, "link_gone", "The link was deleted after its time.")
    return Link(id=link.id, url=url, customer_id=link.customer_id, expires_at=link.expires_at)


@router.delete("/portal-links/{link_id}", status_code=204)
async def revoke_portal_link(
    link_id: Annotated[str, Path(max_length=32)], program: MayLink, command: TheCommand
) -> None:
    """Let a link open nothing any more; a session that it opened stays."""
    if not command.was_done:
        await link_revocation.revoke_link(runtime.current(), program.actor, link_id)
