"""Dunning: the code of a declined renewal decides what follows (ADR-0011, ADR-0028).

No I/O, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tossbill_ui.toss.codes import Meaning, lookup

# Days from one decline to the next attempt: 1, 3, 7 and 14 days after the first, at most until the
# next period would start.
GAPS = (1, 2, 4, 7)
# How long a customer has to provide another card, at most until then too.
CARD_DAYS = 14

# Declines that imply the day on which the same card may work again.
UNTIL_NEXT_MONTH = frozenset({"EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT"})
UNTIL_TOMORROW = frozenset(
    {
        "EXCEED_MAX_DAILY_PAYMENT_COUNT",
        "EXCEED_MAX_PAYMENT_AMOUNT",
        "EXCEED_MAX_ONE_DAY_AMOUNT",
        "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT",
        "NOT_AVAILABLE_PAYMENT",
        "NOT_AVAILABLE_BANK",
        "MAINTAINED_METHOD",
        "RESTRICTED_TRANSFER_ACCOUNT",
    }
)


@dataclass(frozen=True)
class Debt:
    """An unpaid invoice.

    Attributes:
        attempts: How many automatic attempts were declined, including this one.
        limit_on: The last day on which it may be collected: the next period's first.
        until_on: The last day on which it is collected, as promised before; None at first.
    """

    attempts: int
    limit_on: date
    until_on: date | None = None

    def at_least(self, day: date) -> date:
        """Return a day within the limit, or the promised one if that is later."""
        day = min(day, self.limit_on)
        return max(day, self.until_on) if self.until_on else day


@dataclass(frozen=True)
class RetryOn:
    """Retry the same method on a day; the last attempt is made on ``until``."""

    day: date
    until: date


@dataclass(frozen=True)
class AskForMethod:
    """No retry will help; wait for another method until a day."""

    until: date


@dataclass(frozen=True)
class TellOperator:
    """Our key, contract or request is wrong; no customer can fix that."""


@dataclass(frozen=True)
class GiveUp:
    """Every attempt has failed."""


Step = RetryOn | AskForMethod | TellOperator | GiveUp


def next_step(*, code: str, debt: Debt, today: date) -> Step:
    """Decide what follows a certain decline.

    The last day of collecting is never moved forward: customers have been told it.

    Args:
        code: Toss's code; an unknown one is treated like a soft decline, since this is certain.
        debt: The unpaid invoice.
        today: The Korean day of this decline.
    """
    if is_ours(code):
        return TellOperator()
    if _meaning(code) is Meaning.NEW_CARD:
        until = debt.at_least(today + timedelta(days=CARD_DAYS))
        return AskForMethod(until) if until > today else GiveUp()
    return _retry(code, debt, today)


def is_ours(code: str) -> bool:
    """Whether a code says that our key, contract or request is wrong."""
    return _meaning(code) in (Meaning.SETUP, Meaning.OPERATOR)


def _meaning(code: str) -> Meaning:
    row = lookup(code)
    return row.meaning if row else Meaning.LATER


def _retry(code: str, debt: Debt, today: date) -> RetryOn | GiveUp:
    day = _try_again_on(code, debt.attempts, today)
    until = debt.at_least(day + timedelta(days=sum(GAPS[debt.attempts :])))
    if debt.attempts > len(GAPS):
        until = day = debt.until_on or today
    return RetryOn(min(day, until), until) if min(day, until) > today else GiveUp()


def _try_again_on(code: str, attempts: int, today: date) -> date:
    if code in UNTIL_NEXT_MONTH:
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if code in UNTIL_TOMORROW:
        return today + timedelta(days=1)
    return today + timedelta(days=GAPS[min(attempts, len(GAPS)) - 1])
