"""Adds a price to a plan, by a program or an operator; a price that exists never changes."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import Conflict, InvalidRequest, NotFound, SettingsError
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions.price_increase import request_consents
from tossbill_ui.subscriptions.models import Price
from tossbill_ui.subscriptions.periods import today
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import PriceEntry

ADDED = "price.added"


async def post_price(rt: Runtime, actor: Actor, plan_code: str, entry: PriceEntry) -> Price:
    """Add a price from a day on; safe to repeat.

    New subscriptions pay it from that day on. Those that pay less are asked to consent to it,
    in the background: whose period ends in 7 to 30 days now, and the others when it is called, or
    `price_increase.request_consents`, on a later day.

    Args:
        rt: The process's runtime.
        actor: Who adds it; not a customer.
        plan_code: The plan.
        entry: The price, from today or a later day on.

    Raises:
        NotFound: There is no such plan, or the actor is a customer.
        InvalidRequest: Its first day is over.
        Conflict: The plan has another price from that day on (``price_exists``).
    """
    if actor.is_customer:
        raise NotFound("No such plan.")
    price = await _add(rt, actor, plan_code, entry)
    asking = request_consents(rt, actor, plan_code, how_to_cancel=None)
    rt.tasks.spawn(asking, name=f"ask for consent to the price of {plan_code}")
    return price


async def _add(rt: Runtime, actor: Actor, plan_code: str, entry: PriceEntry) -> Price:
    try:
        async with rt.db.write() as db:
            price, is_new = await catalog.add_price_within(db, plan_code, entry)
            if is_new and entry.starts_on < today(rt):
                raise InvalidRequest("A price begins today or later.")
            if is_new:
                subject = f"{entry.amount_krw} won {plan_code} from {entry.starts_on}"
                trail.add(rt, db, kind=ADDED, customer_id=None, subject=subject, by=actor.label)
    except (SettingsError, IntegrityError):
        raise Conflict("There is another price from that day on.", code="price_exists") from None
    return price
