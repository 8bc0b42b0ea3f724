"""The state that a shop asks for must be what the customer's page says."""

from __future__ import annotations

from tests.simulation.oracle import InvariantBroken
from tests.simulation.world import World
from tossbill_ui.core.calendar import instant
from tossbill_ui.customers.session import actor_of
from tossbill_ui.subscriptions.periods import ONE_DAY
from tossbill_ui.subscriptions.reading import access, view
from tossbill_ui.subscriptions.reading.view import SubscriptionView

# How many customers are compared at a time: a page takes much longer than everything else.
COMPARED = 2


async def check_some_customers(world: World) -> None:
    """Compare pages and states of a few customers, others each time."""
    begin = world.counts.actions * COMPARED
    for number in range(begin, begin + COMPARED):
        await _check(world, number % len(world.people))


async def _check(world: World, number: int) -> None:
    session = world.people[number]
    found = await view.subscriptions(world.rt, actor_of(session))
    pages = [each for each in found if isinstance(each, SubscriptionView)]
    state = await access.state_named(world.rt, session.customer_id)
    if (said := _said(state)) != (shown := _shown(pages)):
        raise InvariantBroken(f"{session.customer_id} is told {said}, and the page shows {shown}")


def _said(state: access.CustomerState) -> object:
    debt, charge = state.past_due, state.next_charge
    return (
        {each.subscription_id for each in state.access if each.active},
        (debt.amount_krw, debt.until) if debt else None,
        (charge.on, charge.amount_krw) if charge else None,
    )


def _shown(pages: list[SubscriptionView]) -> object:
    owing = [each for each in pages if each.subscription.status == "past_due"]
    debts = [
        (page.owed.amount_krw if page.owed else None, last_on and instant(last_on + ONE_DAY))
        for page in owing
        for last_on in [page.access_until_on]
    ]
    charges = [(each.on, each.amount_krw) for page in pages if (each := page.next_charge)]
    return (
        {page.subscription.id for page in pages if page.works},
        debts[0] if debts else None,
        min(charges, key=lambda each: each[0], default=None),
    )
