"""The plans on offer as view rows: the same for `first_paint` and for the states."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlencode

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import subscribe
from tossbill_ui.subscriptions.actions.subscribe import Quote
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.ui.plans import no_plans_text, text
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.view_rows import BLANK, flat

# So many cards stand in the prerendered page; a shop with more has the rest brought by the state.
PAINTED = 6


class PlanCard(TypedDict):
    """One plan; every field is text, as in `views`."""

    shown: str
    testid: str
    name: str
    price: str
    happens: str
    action: str
    href: str


class HomeView(TypedDict):
    """What the first page says around the plans."""

    view: str
    title: str
    body: str
    register: str
    register_class: str


NO_CARD = PlanCard(
    shown="no", testid="no-plan", name=BLANK, price=BLANK, happens=BLANK, action=BLANK, href="/"
)


def home_view(cards: list[PlanCard]) -> HomeView:
    """Return the page around these cards."""
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


async def cards(rt: Runtime, actor: Actor) -> list[PlanCard]:
    """Return a card for each plan on offer, as it is for this customer."""
    offers = await catalog.offers(rt)
    return [_card(await subscribe.quote(rt, actor, offer.plan.code)) for offer in offers]


def painted(found: list[PlanCard]) -> list[PlanCard]:
    """Return as many cards as the prerendered page has, empty ones at the end."""
    return [*found, *[NO_CARD] * PAINTED][:PAINTED]


def slots(found: list[PlanCard]) -> dict[str, str]:
    """Return what fills the prerendered page."""
    filling = flat(home_view(found), "home_")
    for number, card in enumerate(painted(found)):
        filling |= flat(card, f"plan{number}_")
    return filling


def _card(quote: Quote) -> PlanCard:
    plan = quote.offer.plan
    start = text.START_PLAN(name=plan.name)
    return PlanCard(
        shown="yes",
        testid="plan-card",
        name=plan.name,
        price=wording.price(quote.offer.price),
        happens=text.IN_USE() if quote.is_subscribed else happens(quote),
        action=text.SEE_SUBSCRIPTION() if quote.is_subscribed else start,
        href="/subscription/" if quote.is_subscribed else register_path(plan.code),
    )


def happens(quote: Quote) -> str:
    """Say in a line what is charged today and when the next time is."""
    happening = text.WHEN_TRIAL if quote.trial_ends_on else text.WHEN_PAID
    return happening(day=wording.day_of(quote.next_charge_at))


def register_path(plan_code: str) -> str:
    """Return where a subscription to a plan begins; without a plan, where a card is registered."""
    return f"/register/?{urlencode({'plan': plan_code})}" if plan_code else "/register/"
