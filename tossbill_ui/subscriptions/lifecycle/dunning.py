"""Dunning: the code of a declined renewal decides what follows (ADR-0011). No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tossbill_ui.toss.codes import Meaning, lookup

# Days from one decline to the next attempt: 1, 3, 7 and 14 days after the first.
GAPS = (1, 2, 4, 7)
# How long a customer has to provide another card.
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
class RetryOn:
    """Retry the same method on a day."""

    day: date


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


def next_step(*, code: str, refusals: int, today: date) -> Step:
    """Decide what follows a certain decline.

    Args:
        code: Toss's code; an unknown one is treated like a soft decline, since this is certain.
        refusals: How many declines the invoice has had, including this one.
        today: The Korean day of this decline.
    """
    row = lookup(code)
    meaning = row.meaning if row else Meaning.LATER
    if meaning in (Meaning.SETUP, Meaning.OPERATOR):
        return TellOperator()
    if meaning is Meaning.NEW_CARD:
        return AskForMethod(until=today + timedelta(days=CARD_DAYS))
    if refusals > len(GAPS):
        return GiveUp()
    if code in UNTIL_NEXT_MONTH:
        return RetryOn((today.replace(day=1) + timedelta(days=32)).replace(day=1))
    if code in UNTIL_TOMORROW:
        return RetryOn(today + timedelta(days=1))
    return RetryOn(today + timedelta(days=GAPS[refusals - 1]))
