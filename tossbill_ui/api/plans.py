"""Plans and prices: read, and prices added."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import Path, Query
from pydantic import Field, model_validator

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.requests import MOST_KRW, Body, Part, PlanCode, Won
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.calendar import Unit
from tossbill_ui.resources import plans
from tossbill_ui.resources.lists import Page
from tossbill_ui.resources.plans import Plan, Price
from tossbill_ui.subscriptions.actions.post_price import post_price
from tossbill_ui.subscriptions.terms.catalog import PriceEntry
from tossbill_ui.subscriptions.terms.pricing import LEAST_KRW

MayRead = needs(ApiScope.READ)
MayPrice = Annotated[Program, needs(ApiScope.PLANS)]
Code = Annotated[str, Path(max_length=40, description="The plan's code.", examples=["pro"])]

router = new_router("Plans")


class PricePart(Part):
    """The prices that are wanted."""

    plan: PlanCode | None = None
    """Only those of the plan with this code."""


class NewPrice(Body):
    """A price of a plan from a day on. It never changes: add another one instead."""

    starts_on: date = Field(examples=["2027-01-01"])
    """From which day on new subscriptions pay it: today or later, in Korea."""

    amount_krw: int = Field(strict=True, ge=LEAST_KRW, le=MOST_KRW, examples=[9900])
    """What a period costs, tax included, in whole won."""

    tax_free_krw: Won
    """The tax-free part of it, in whole won."""

    unit: Unit
    """The unit of a period."""

    count: int = Field(strict=True, ge=1, le=24, examples=[1])
    """How many units a period has."""

    trial_days: int = Field(strict=True, ge=0, le=365, examples=[14])
    """How many days are free for a customer's first subscription to the plan."""

    @model_validator(mode="after")
    def _is_partly_taxed(self) -> Self:
        if self.tax_free_krw > self.amount_krw:
            raise ValueError("tax_free_krw is a part of amount_krw")
        return self


@router.get("/plans", dependencies=[MayRead])
async def list_plans() -> Page[Plan]:
    """List all plans with today's prices, in your order, on one page."""
    rt = runtime.current()
    async with rt.db.read() as db:
        return await plans.everything(rt, db)


@router.get("/plans/{code}", dependencies=[MayRead])
async def get_plan(code: Code) -> Plan:
    """Get a plan."""
    rt = runtime.current()
    async with rt.db.read() as db:
        return await plans.get(rt, db, code)


@router.get("/prices", dependencies=[MayRead])
async def list_prices(part: Annotated[PricePart, Query()]) -> Page[Price]:
    """List prices by plan and day, with former and coming ones."""
    async with runtime.current().db.read() as db:
        return await plans.page(db, part.window, plan=part.plan)


@router.post("/plans/{code}/prices", status_code=201)
async def add_price(code: Code, body: NewPrice, program: MayPrice, command: TheCommand) -> Price:
    """Add a price to a plan from a day on.

    Customers who pay less are asked to consent to a higher one, in the 30 days before it is theirs.
    The same price may be posted every day: whoever can be asked by then is asked.
    """
    entry = PriceEntry.model_validate(body.model_dump())
    return plans.price_of(await post_price(runtime.current(), program.actor, code, entry))
