"""Plans and their dated prices, kept in ``plans.toml`` and loaded by ``tossbill seed``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.calendar import Unit
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import NotFound, SettingsError
from tossbill_ui.core.text import clean, is_code
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import Plan, Price, WhenUnpaid
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms.pricing import LEAST_KRW, amount_of


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class PriceEntry(_Entry):
    """``[[plan.price]]``."""

    starts_on: date
    amount_krw: int = Field(ge=LEAST_KRW)
    tax_free_krw: int = Field(default=0, ge=0)
    unit: Unit = Unit.MONTH
    count: int = Field(default=1, ge=1, le=24)
    trial_days: int = Field(default=0, ge=0, le=365)


class _Text(_Entry):
    ko: str = Field(max_length=500)
    en: str | None = Field(default=None, max_length=500)


class _Name(_Entry):
    ko: str = Field(min_length=1, max_length=60)
    en: str | None = Field(default=None, min_length=1, max_length=60)


def _for_both(value: object) -> object:
    """Take a plain text for both languages."""
    return {"ko": value} if isinstance(value, str) else value


Text = Annotated[_Text, BeforeValidator(_for_both)]
Name = Annotated[_Name, BeforeValidator(_for_both)]


class PlanEntry(_Entry):
    """``[[plan]]``."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: Name
    description: Text = _Text(ko="")
    setup_text: Text = _Text(ko="")
    grace_days: int = Field(default=7, ge=0, le=60)
    when_unpaid: WhenUnpaid = WhenUnpaid.END
    is_offered: bool = True
    price: list[PriceEntry] = Field(min_length=1)

    def columns(self) -> dict[str, Any]:
        """Return the columns of the plan's row, without its position."""
        texts = {"name": self.name, "description": self.description, "setup_text": self.setup_text}
        korean = {field: text.ko for field, text in texts.items()}
        english = {f"{field}_en": text.en for field, text in texts.items()}
        return self.model_dump(exclude={"price", *texts}) | korean | english


class Catalog(_Entry):
    """The whole file."""

    plan: list[PlanEntry]


@dataclass(frozen=True)
class Offer:
    """A plan and its price as of today."""

    plan: Plan
    price: Price


def read_catalog(path: Path) -> Catalog:
    """Read a plans file.

    Raises:
        SettingsError: It is missing, is not valid TOML, or describes an invalid plan.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise SettingsError(f"{path} cannot be read.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    try:
        return Catalog.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path}, {_place(found, first['loc'])}: {first['msg']}.") from None


def _place(found: dict[str, Any], loc: tuple[int | str, ...]) -> str:
    """Name a place in the file: ``plan letter: price 1: amount_krw``."""
    names = list[str]()
    for part in loc:
        if isinstance(part, str):
            names.append(part)
        else:
            code = _code_of(found["plan"][part]) if names == ["plan"] else ""
            names[-1] += f" {code or part + 1}"
    return ": ".join(names)


def _code_of(entry: object) -> str:
    """Return the code of a plan that may be invalid in any way, or nothing."""
    code = cast("dict[str, object]", entry).get("code") if isinstance(entry, dict) else None
    return clean(code, limit=40) if isinstance(code, str) else ""


@dataclass
class CatalogChanges:
    """What loading a file would change.

    Attributes:
        is_first: Whether there are no plans yet.
        plans: The codes of new plans.
        prices: New prices of any plan, by its code.
        fields: Changed fields of known plans: the code, the field, its value before and after.
        withdrawn: How many live subscriptions each plan has that would go off sale.
    """

    is_first: bool
    plans: list[str] = field(default_factory=list[str])
    prices: list[tuple[str, PriceEntry]] = field(default_factory=list[tuple[str, PriceEntry]])
    fields: list[tuple[str, str, object, object]] = field(
        default_factory=list[tuple[str, str, object, object]]
    )
    withdrawn: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def touches_existing(self) -> bool:
        """Whether it changes what customers see of plans that exist."""
        return bool(self.fields or self.withdrawn)


async def preview(rt: Runtime, catalog: Catalog) -> CatalogChanges:
    """Return what `seed` would change.

    Raises:
        SettingsError: The file changes a price that already exists.
    """
    async with rt.db.read() as db:
        known = {plan.code: plan for plan in (await db.exec(select(Plan))).all()}
        changes = CatalogChanges(is_first=not known)
        for entry in catalog.plan:
            _compare(changes, known.get(entry.code), entry)
            changes.prices += [
                (entry.code, price)
                for price in entry.price
                if await _is_new_price(db, entry.code, price)
            ]
        offered = {entry.code for entry in catalog.plan if entry.is_offered}
        for code in sorted(code for code, plan in known.items() if plan.is_offered):
            if code not in offered:
                changes.withdrawn[code] = await repository.live_count(db, code)
    return changes


def _compare(changes: CatalogChanges, plan: Plan | None, entry: PlanEntry) -> None:
    if plan is None:
        changes.plans.append(entry.code)
        return
    for name, after in entry.columns().items():
        before = getattr(plan, name)
        is_withdrawal = name == "is_offered" and not after
        if before != after and not is_withdrawal:
            changes.fields.append((entry.code, name, before, after))


async def seed(rt: Runtime, catalog: Catalog) -> int:
    """Update the database to match a catalog; return how many plans and prices are new.

    A plan's name may change. A price may not, since customers pay it: another one with a later
    date must be added. A plan that is no longer in the file is no longer offered.

    Raises:
        SettingsError: The file changes a price that already exists.
    """
    async with rt.db.write() as db:
        known = {plan.code: plan for plan in (await db.exec(select(Plan))).all()}
        new = 0
        for position, entry in enumerate(catalog.plan):
            new += entry.code not in known
            await db.merge(Plan(**entry.columns(), position=position))
            await db.flush()
            for price in entry.price:
                new += await _seed_price(db, entry.code, price)
        for code in known.keys() - {entry.code for entry in catalog.plan}:
            known[code].is_offered = False
    return new


async def add_price(rt: Runtime, plan_code: str, entry: PriceEntry) -> Price:
    """Add a price to a plan from a day on, unless it is there, and return it.

    Raises:
        NotFound: No such plan.
        SettingsError: The plan has another price from that day on.
    """
    async with rt.db.write() as db:
        return (await add_price_within(db, plan_code, entry))[0]


async def add_price_within(
    db: AsyncSession, plan_code: str, entry: PriceEntry
) -> tuple[Price, bool]:
    """Return the price of a plan from a day on, and whether it was added just now.

    Raises:
        NotFound: No such plan.
        SettingsError: The plan has another price from that day on.
    """
    known = is_code(plan_code) and await db.get(Plan, plan_code, with_for_update={"read": True})
    if not known:
        raise NotFound("No such plan.")
    is_new = await _seed_price(db, plan_code, entry)
    await db.flush()
    return (await db.exec(_price_from(plan_code, entry.starts_on))).one(), is_new


def _price_from(plan_code: str, day: date) -> SelectOfScalar[Price]:
    return select(Price).where(col(Price.plan_code) == plan_code, col(Price.starts_on) == day)


async def _seed_price(db: AsyncSession, plan_code: str, entry: PriceEntry) -> bool:
    """Add a price unless it exists; True if it was added."""
    if is_new := await _is_new_price(db, plan_code, entry):
        db.add(Price(id=new_id(), plan_code=plan_code, **entry.model_dump()))
    return is_new


async def _is_new_price(db: AsyncSession, plan_code: str, entry: PriceEntry) -> bool:
    existing = (await db.exec(_price_from(plan_code, entry.starts_on))).first()
    if existing is None:
        return True
    if existing.model_dump(exclude={"id", "plan_code"}) != entry.model_dump():
        raise SettingsError(
            f"The price of {plan_code} from {entry.starts_on} cannot be changed: "
            "add another one with a later starts_on."
        )
    return False


async def offers(rt: Runtime) -> list[Offer]:
    """Return the offers that a customer may subscribe to today, in the file's order."""
    async with rt.db.read() as db:
        plans = await repository.offered(db)
        found = [(plan, await repository.price_at(db, plan.code, today(rt))) for plan in plans]
    return [Offer(plan, price) for plan, price in found if price and _can_be_charged(price)]


async def offer_of(rt: Runtime, db: AsyncSession, plan_code: str) -> Offer | None:
    """Return one offer by its plan's code, which may be any untrusted text."""
    plan = await db.get(Plan, plan_code[:40])
    price = await repository.price_at(db, plan_code, today(rt)) if plan else None
    if plan is None or price is None or not plan.is_offered or not _can_be_charged(price):
        return None
    return Offer(plan, price)


def _can_be_charged(price: Price) -> bool:
    """Whether it is at least the minimum amount; prices of early versions may be lower."""
    return amount_of(price).due_krw > 0
