"""Habits: what customers choose, and how often anybody does what is random."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MONTH = timedelta(days=30.44)
LIFE = 24 * MONTH
BAD_CARDS = ("expired", "stolen", "approves_once", "monthly_limit", "balance_low", "stopped")


@dataclass(frozen=True)
class Habits:
    """How people behave in a story; a hunt may need more of something rare.

    Attributes:
        plans: The plans on which customers are, one drawn each time.
        good_cards: How many of the cards can be charged.
        bad_cards: The others, one drawn each time.
        acts_every: How often each customer acts.
        second_refunds: How likely another refund is, at each step, while one is not settled.
        refunds_at_toss: How often, in the two years of a shop's life, somebody refunds at Toss.
        price_cuts: How often the shop lowers a price in that time.
    """

    plans: tuple[str, ...] = (*["basic"] * 6, "pro", "pro", "letter", "basic-yearly")
    good_cards: float = 0.8
    bad_cards: tuple[str, ...] = BAD_CARDS
    acts_every: timedelta = 2 * MONTH
    second_refunds: float = 0.3
    refunds_at_toss: int = 12
    price_cuts: int = 3


USUAL = Habits()
WEEKLY = Habits(
    plans=("letter",), good_cards=0.3, bad_cards=("approves_once",), acts_every=MONTH / 4
)
FAILING = Habits(good_cards=0.4, bad_cards=("approves_once",))
REFUNDING = Habits(acts_every=MONTH / 2, second_refunds=0.9, refunds_at_toss=240)
CHANGEABLE = Habits(plans=("basic", "letter", "basic"), acts_every=MONTH / 4, price_cuts=72)
