"""View rows of the subscription page, from the services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.subscriptions.periods import ONE_DAY
from tossbill_ui.subscriptions.reading import view as reading
from tossbill_ui.subscriptions.reading.methods import offered_methods
from tossbill_ui.subscriptions.reading.view import SubscriptionView, Undrawable
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.registration.change_view import change_path
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import PayChoice, method_label, note
from tossbill_ui.ui.shared.view_rows import flat
from tossbill_ui.ui.subscription import text
from tossbill_ui.ui.subscription.rows import Again, SubscriptionRow, row, urgency


@dataclass(frozen=True)
class MethodPanel:
    """The other methods that a subscription can be charged to."""

    body: str = ""
    is_owed: bool = False
    when_paid: str = ""
    choices: tuple[PayChoice, ...] = ()
    register_href: str = "/register/"


# The number of subscriptions in the prerendered page; the state adds the rest.
PAINTED = 3
OPENERS = {
    "cancel": ("cancel-button",),
    "method": ("change-and-pay", "change-card"),
    "plan": ("change-plan",),
    "change": ("change-plan",),
    "price": ("answer-price",),
    "pause": ("pause-button",),
}


async def rows(rt: Runtime, actor: Actor) -> tuple[SubscriptionRow, ...]:
    """Return the customer's subscriptions: past due first, ended last, otherwise newest first."""
    found = await reading.subscriptions(rt, actor)
    ways = await _ways_on(rt, found)
    return tuple([await _row(rt, actor, seen, ways) for seen in sorted(found, key=urgency)])


async def live_rows(rt: Runtime, actor: Actor) -> tuple[SubscriptionRow, ...]:
    """Return the customer's subscriptions that have not ended, in the order of `rows`."""
    found = await reading.subscriptions(rt, actor)
    return tuple(row(seen) for seen in sorted(found, key=urgency) if not _has_ended(seen))


def painted(found: Sequence[SubscriptionRow]) -> tuple[SubscriptionRow, ...]:
    """Return the rows of the prerendered page, padded with hidden ones."""
    return (*found, *[SubscriptionRow()] * PAINTED)[:PAINTED]


def phase(found: Sequence[SubscriptionRow]) -> str:
    """Return which part of the page shows."""
    return "rows" if found else "empty"


def slots(found: Sequence[SubscriptionRow]) -> dict[str, str]:
    """Return the slots of the prerendered page."""
    filling = {"phase": phase(found)}
    for number, shown in enumerate(painted(found)):
        filling |= flat(shown, f"subscription{number}_")
    return filling


def opener(panel: str, subscription_id: str) -> str:
    """Return the selector of the button that opens a question about a subscription."""
    of = f'[data-id="{subscription_id}"]'
    return ", ".join(f'{of} [data-testid="{name}"]' for name in OPENERS[panel])


def heading(subscription_id: str) -> str:
    """Return the selector of a subscription's heading."""
    return f'[data-id="{subscription_id}"] h2'


async def when_paid(rt: Runtime, actor: Actor, subscription_id: str) -> str:
    """Return the text for a paid debt; an id of another customer is left to the service."""
    try:
        seen = await reading.subscription(rt, actor, subscription_id)
    except NotFound:
        return ""
    return (
        _with_days(seen, text.PAID(amount=wording.won(seen.owed.amount_krw))) if seen.owed else ""
    )


def _with_days(seen: SubscriptionView, paid: str) -> str:
    """Add the days that were bought, if they are not those that were owed."""
    if not seen.is_late or seen.buys is None:
        return paid
    first, last = seen.buys.starts_on, seen.buys.ends_on - ONE_DAY
    days = text.BOUGHT(first=wording.full_day(first), last=wording.full_day(last))
    return f"{paid} {days}"


async def _row(
    rt: Runtime, actor: Actor, seen: SubscriptionView | Undrawable, ways: Mapping[str, Again]
) -> SubscriptionRow:
    wanted = seen.subscription.id
    if not _has_ended(seen):
        return row(seen)
    return row(seen, await reading.events(rt, actor, wanted), ways.get(wanted))


def _has_ended(seen: SubscriptionView | Undrawable) -> bool:
    return seen.subscription.status == SubscriptionStatus.ENDED


async def _ways_on(rt: Runtime, found: Sequence[SubscriptionView | Undrawable]) -> dict[str, Again]:
    """Return the way on from each plan that the customer is no longer on, by the newest's id."""
    ended = [seen.subscription for seen in found if _has_ended(seen)]
    current = {seen.subscription.plan_code for seen in found if not _has_ended(seen)}
    # Of several on one plan, the newest, which comes first, is kept.
    newest = {of.plan_code: of.id for of in reversed(ended)}
    offered = {offer.plan.code for offer in await catalog.offers(rt)} if newest else set[str]()
    return {
        wanted: _way_on(code, is_offered=code in offered)
        for code, wanted in newest.items()
        if code not in current
    }


def _way_on(plan_code: str, *, is_offered: bool) -> Again:
    if not is_offered:
        return Again(text.OTHER_PLANS(), "/")
    return Again(text.START_AGAIN(), plans_view.register_path(plan_code))


async def method_panel(rt: Runtime, actor: Actor, subscription_id: str) -> MethodPanel:
    """Return the methods that a subscription may change to, and what the change charges.

    One that can no longer be charged is not among them.

    Raises:
        NotFound: No such subscription of this customer.
    """
    seen = await reading.subscription(rt, actor, subscription_id)
    is_owed = seen.payable is not None
    amount = wording.won(seen.payable.amount_krw) if seen.payable else ""
    change = text.METHOD_TO_AND_PAY if is_owed else text.METHOD_TO
    offered = await offered_methods(rt, actor)
    all_methods = [one.method for one in offered]
    choices = tuple(
        PayChoice(
            method_id=one.method.id,
            label=change(method=wording.by(method_label(one.method)), amount=amount),
            note=note(one, all_methods),
        )
        for one in offered
        if one.method.id != seen.method.id and not one.is_dead
    )
    body = text.METHOD_OWED(amount=amount) if is_owed else text.METHOD_BODY()
    return MethodPanel(
        body=body if choices else text.METHOD_NONE(),
        is_owed=is_owed,
        when_paid=_with_days(seen, text.PAID_BY_OTHER(amount=amount)),
        choices=choices,
        register_href=change_path(seen.subscription.id),
    )
