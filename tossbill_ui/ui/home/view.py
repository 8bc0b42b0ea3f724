"""View rows of the start page, the same for `first_paint` and for the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tossbill_ui.core.actor import Actor
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.home import text
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.plans.view import HomeView, PlanCard
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK, flat
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.rows import SubscriptionRow

# The number of subscriptions in the prerendered page; the state adds the rest.
PAINTED = 2


@dataclass(frozen=True)
class Mine:
    """One subscription in short; by default one that is not shown."""

    testid: str = ABSENT
    plan: str = BLANK
    status: str = BLANK
    tone: str = "none"
    what: str = BLANK


@dataclass(frozen=True)
class Home:
    """The content of the page."""

    shown: HomeView
    mine: tuple[Mine, ...]
    cards: tuple[PlanCard, ...]


async def home(rt: Runtime, actor: Actor) -> Home:
    """Return the customer's subscriptions that have not ended, and the plans on offer."""
    rows = await subscription_view.live_rows(rt, actor)
    cards = await plans_view.cards(rt, actor)
    shown = plans_view.home_view(cards)
    if rows:
        shown = replace(shown, title=text.MINE(), mine="yes")
    return Home(shown, tuple(_mine(row) for row in rows), cards)


def _mine(row: SubscriptionRow) -> Mine:
    """Return what matters first: an alert that asks for something, or the next date and amount."""
    next_one = f"{row.next_label} · {row.next}".replace("\n", " · ")
    is_urgent = row.alert.tone in ("red", "amber")
    return Mine(
        testid="my-subscription",
        plan=row.plan,
        status=row.status,
        tone=row.tone,
        what=row.alert.title if is_urgent else next_one,
    )


def painted(found: Sequence[Mine]) -> tuple[Mine, ...]:
    """Return the subscriptions of the prerendered page, padded with hidden ones."""
    return (*found, *[Mine()] * PAINTED)[:PAINTED]


async def slots(rt: Runtime, actor: Actor) -> dict[str, str]:
    """Return the slots of the prerendered page."""
    found = await home(rt, actor)
    filling = plans_view.slots(found.cards) | flat(found.shown, "home_")
    for number, mine in enumerate(painted(found.mine)):
        filling |= flat(mine, f"mine{number}_")
    return filling
