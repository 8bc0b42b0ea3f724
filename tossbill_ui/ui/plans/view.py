"""View rows of the plans on offer, the same for `first_paint` and for the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tossbill_ui.core import undrawable
from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.subscribe import Quote
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.ui.plans import no_plans_text, text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.view_rows import BLANK, flat

# The number of cards in the prerendered page; the state adds the rest.
PAINTED = 6


@dataclass(frozen=True)
class PlanCard:
    """One plan; by default a card that is not shown."""

    shown: str = "no"
    testid: str = "no-plan"
    name: str = BLANK
    price: str = BLANK
    happens: str = BLANK
    action: str = BLANK
    href: str = "/"


@dataclass(frozen=True)
class HomeView:
    """The start page around the plans; ``mine`` is ``yes`` for a customer who subscribes."""

    view: str
    title: str
    body: str
    register: str
    register_class: str
    mine: str = "no"


def home_view(cards: Sequence[PlanCard]) -> HomeView:
    """Return the start page around these cards."""
    if not cards:
        return HomeView(
            view="no_plans",
            title=no_plans_text.HOME_TITLE(),
            body=no_plans_text.HOME_BODY(),
            register=no_plans_text.HOME_REGISTER(),
            register_class="button primary",
        )
    return HomeView(
        view="plans",
        title=text.HOME_TITLE(),
        body=text.HOME_BODY(),
        register=text.CARD_ONLY(),
        register_class="button second",
    )


async def cards(rt: Runtime, actor: Actor) -> tuple[PlanCard, ...]:
    """Return a card for each plan on offer, as quoted to this customer.

    One that cannot be quoted is not offered.
    """
    codes = [offer.plan.code for offer in await catalog.offers(rt)]
    found = [await _card_or_none(rt, actor, code) for code in codes]
    return tuple(card for card in found if card)


async def _card_or_none(rt: Runtime, actor: Actor, plan_code: str) -> PlanCard | None:
    try:
        return _card(await subscribe.quote(rt, actor, plan_code))
    except undrawable.ERRORS:
        undrawable.report(plan_code)
        return None


def painted(found: Sequence[PlanCard]) -> tuple[PlanCard, ...]:
    """Return the cards of the prerendered page, padded with hidden ones."""
    return (*found, *[PlanCard()] * PAINTED)[:PAINTED]


def slots(found: Sequence[PlanCard]) -> dict[str, str]:
    """Return the slots of the prerendered page."""
    filling = flat(home_view(found), "home_")
    for number, card in enumerate(painted(found)):
        filling |= flat(card, f"plan{number}_")
    return filling


def _card(quote: Quote) -> PlanCard:
    plan = quote.offer.plan
    name = wording.plan_text(plan).name
    start = text.START_PLAN(name=name)
    return PlanCard(
        shown="yes",
        testid="plan-card",
        name=name,
        price=wording.price(quote.offer.price),
        happens=text.IN_USE() if quote.is_subscribed else happens(quote),
        action=text.SEE_SUBSCRIPTION() if quote.is_subscribed else start,
        href="/subscription/" if quote.is_subscribed else register_path(plan.code),
    )


def happens(quote: Quote) -> str:
    """Describe in one line what is charged today and when the next charge is."""
    happening = text.WHEN_TRIAL if quote.trial_ends_on else text.WHEN_PAID
    return happening(day=wording.day_of(quote.next_charge_at))


def register_path(plan_code: str, method_id: str = "") -> str:
    """Return the path to start a plan at; without a plan, the path to register a card at.

    Args:
        plan_code: The plan's code, or empty.
        method_id: The payment method to propose for it; empty for the first one that works.
    """
    if not plan_code:
        return "/register/"
    method = {"method": method_id} if method_id else {}
    return f"/register/?{urlencode({'plan': plan_code} | method)}"
