"""Customers: added and changed by the shop's ids, read, and merged."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.references import Ref, customer_in
from tossbill_ui.api.requests import AnId, Body, Part
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.language import Language
from tossbill_ui.customers.service import EXTERNAL, id_of
from tossbill_ui.resources import customers, payment_methods
from tossbill_ui.resources.customers import Customer
from tossbill_ui.resources.lists import Page
from tossbill_ui.resources.payment_methods import PaymentMethod
from tossbill_ui.subscriptions.actions import merge, profile
from tossbill_ui.subscriptions.actions.profile import Profile

MayRead = needs(ApiScope.READ)
MayChange = Annotated[Program, needs(ApiScope.CUSTOMERS)]

router = new_router("Customers")


class Known(Body):
    """What you know of a customer; what you leave out stays as it is."""

    name: str | None = Field(default=None, max_length=100, examples=["김철수"])
    """Their name, by which they recognize their account."""

    email: str | None = Field(default=None, max_length=254, examples=["kim@example.com"])
    """Their address. If it is not verified, it does not sign in."""

    email_verified: bool = False
    """Whether you know that the address is theirs: it signs in with mailed codes."""

    locale: Language | None = None
    """The language that they read."""

    @property
    def profile(self) -> Profile:
        """What is to be changed."""
        return Profile(
            given=frozenset(self.model_fields_set),
            name=self.name,
            email=self.email,
            email_verified=self.email_verified,
            language=self.locale,
        )


class NewCustomer(Known):
    """A user of yours, who becomes a customer if they are none yet."""

    external_id: str = Field(max_length=128, examples=["42"])
    """Your id of them."""


class ChangedCustomer(Known):
    """What is to be changed; null takes away."""

    external_id: str | None = Field(default=None, max_length=128, examples=["42"])
    """Your id of them: of a browser that came by itself, or another one."""


class Other(Body):
    """The customer that becomes another one."""

    anonymous_id: AnId
    """Our id of the one without an id of yours."""


@router.get("/customers", dependencies=[MayRead])
async def list_customers(part: Annotated[Part, Query()]) -> Page[Customer]:
    """List customers, newest first."""
    async with runtime.current().db.read() as db:
        return await customers.page(db, part.window)


@router.get("/customers/{ref}", dependencies=[MayRead])
async def get_customer(ref: Ref) -> Customer:
    """Get a customer; of two that were merged, the one that stayed."""
    rt = runtime.current()
    return await _customer(await customer_in(rt, ref))


@router.get("/customers/{ref}/payment-methods", dependencies=[MayRead])
async def list_payment_methods(ref: Ref, part: Annotated[Part, Query()]) -> Page[PaymentMethod]:
    """List a customer's cards and accounts, newest first, with removed ones."""
    rt = runtime.current()
    customer_id = await customer_in(rt, ref)
    async with rt.db.read() as db:
        return await payment_methods.of_customer(db, customer_id, part.window)


@router.post("/customers")
async def upsert_customer(body: NewCustomer, program: MayChange, command: TheCommand) -> Customer:
    """Add a user of yours as a customer, or change what you know of them."""
    rt = runtime.current()
    if not command.was_done:
        await profile.upsert(rt, program.actor, body.external_id, body.profile)
    return await _customer(await customer_in(rt, f"ext:{body.external_id}"))


@router.patch("/customers/{ref}")
async def change_customer(
    ref: Ref, body: ChangedCustomer, program: MayChange, command: TheCommand
) -> Customer:
    """Change what you know of a customer."""
    rt = runtime.current()
    if command.was_done and body.external_id:  # they may have had another name when it was sent
        return await _customer(await id_of(rt, f"{EXTERNAL}{body.external_id}"))
    customer_id = await customer_in(rt, ref)
    if not command.was_done:
        await profile.change(rt, program.actor, customer_id, body.profile, body.external_id)
    return await _customer(customer_id)


@router.post("/customers/{ref}/merge")
async def merge_customers(
    ref: Ref, body: Other, program: MayChange, command: TheCommand
) -> Customer:
    """Merge a browser that came by itself into a user of yours; the one that stays is returned."""
    rt = runtime.current()
    customer_id = await customer_in(rt, ref)
    if not command.was_done:
        pair = {"anonymous_id": body.anonymous_id, "linked_id": customer_id}
        customer_id = await merge.merge(rt, program.actor, **pair)
    return await _customer(customer_id)


async def _customer(customer_id: str) -> Customer:
    async with runtime.current().db.read() as db:
        return await customers.get(db, customer_id)
