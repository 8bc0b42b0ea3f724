"""The decline code and the length of the period decide the next dunning step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tossbill_ui.subscriptions.lifecycle.dunning import (
    GAPS,
    AskForMethod,
    Debt,
    GiveUp,
    RetryOn,
    Step,
    TellOperator,
    next_step,
)
from tossbill_ui.toss.codes import CodeRow, Meaning, all_rows

TODAY = date(2026, 11, 24)
NEXT_PERIOD = date(2026, 12, 24)
LAST = date(2026, 12, 8)
ASK = AskForMethod(until=LAST)
SOFT, DAILY, STOLEN = "REJECT_CARD_PAYMENT", "EXCEED_MAX_ONE_DAY_AMOUNT", "INVALID_STOPPED_CARD"


def debt(attempts: int = 1, *, limit_on: date = NEXT_PERIOD, until_on: date | None = None) -> Debt:
    return Debt(attempts, limit_on, until_on)


def attempts_of(code: str, *, limit_on: date) -> list[int]:
    """Return the days after the first decline on which it is retried, until it is given up."""
    day, until_on, days = TODAY, None, list[int]()
    for attempts in range(1, 99):
        owed = debt(attempts, limit_on=limit_on, until_on=until_on)
        step = next_step(code=code, debt=owed, today=day)
        if not isinstance(step, RetryOn):
            assert step == GiveUp()
            return days
        day, until_on = step.day, step.until
        days.append((day - TODAY).days)
    raise AssertionError("It is retried for ever.")


@pytest.mark.parametrize(
    ("code", "length", "days"),
    [
        (SOFT, 30, [1, 3, 7, 14]),
        (SOFT, 365, [1, 3, 7, 14]),
        (SOFT, 14, [1, 3, 7, 14]),
        (SOFT, 7, [1, 3, 7]),
        (DAILY, 30, [1, 2, 3, 4, 14]),
        (DAILY, 7, [1, 2, 3, 4, 7]),
        ("EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", 30, [7, 30]),
        ("EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", 7, [7]),
    ],
)
def test_soft_declines_are_retried_after_1_3_7_and_14_days(
    code: str, length: int, days: list[int]
) -> None:
    """Never after the day on which the next period would start, and last on the promised day."""
    assert attempts_of(code, limit_on=TODAY + timedelta(days=length)) == days


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", RetryOn(date(2026, 12, 1), date(2026, 12, 14))),
        (DAILY, RetryOn(date(2026, 11, 25), LAST)),
        ("NOT_AVAILABLE_BANK", RetryOn(date(2026, 11, 25), LAST)),
        ("MAINTAINED_METHOD", RetryOn(date(2026, 11, 25), LAST)),
        ("INVALID_CARD_EXPIRATION", ASK),
        ("INVALID_CARD_LOST_OR_STOLEN", ASK),
        ("ALREADY_REMOVED_BILLING_KEY", ASK),
        ("EXCEED_MAX_AUTH_COUNT", ASK),
        ("UNAUTHORIZED_KEY", TellOperator()),
        ("NOT_MATCHES_CUSTOMER_KEY", TellOperator()),
        ("INVALID_REQUEST", TellOperator()),
        ("BRAND_NEW_CODE", RetryOn(date(2026, 11, 25), LAST)),
    ],
)
def test_code_leads_to_its_step(code: str, step: Step) -> None:
    assert next_step(code=code, debt=debt(), today=TODAY) == step


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2028, 2, 29), date(2027, 1, 31)])
def test_monthly_limit_is_retried_on_the_first_of_the_next_month(day: date) -> None:
    owed = debt(limit_on=day + timedelta(days=31))
    step = next_step(code="EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", debt=owed, today=day)

    assert isinstance(step, RetryOn)
    assert step.day.day == 1
    assert 0 < (step.day - day).days <= 31


def test_another_card_is_awaited_no_longer_than_until_the_next_period() -> None:
    week = TODAY + timedelta(days=7)

    assert next_step(code=STOLEN, debt=debt(limit_on=week), today=TODAY) == AskForMethod(week)
    assert next_step(code=STOLEN, debt=debt(limit_on=week), today=week) == GiveUp()


@pytest.mark.parametrize("row", list(all_rows()), ids=lambda row: row.code)
@pytest.mark.parametrize("attempts", [1, 5, 9])
def test_retries_are_limited_and_hard_declines_are_not_retried(row: CodeRow, attempts: int) -> None:
    step = next_step(code=row.code, debt=debt(attempts), today=TODAY)

    assert not (isinstance(step, RetryOn) and attempts > len(GAPS))
    if row.meaning is Meaning.NEW_CARD:
        assert isinstance(step, AskForMethod)


@given(
    codes=st.lists(st.sampled_from([row.code for row in all_rows()]), min_size=1, max_size=9),
    length=st.integers(7, 366),
    late=st.lists(st.integers(0, 5), min_size=9, max_size=9),
)
def test_last_day_never_moves_forward_and_no_retry_is_after_the_next_period_starts(
    codes: list[str], length: int, late: list[int]
) -> None:
    day, limit_on, until_on = TODAY, TODAY + timedelta(days=length), None
    for attempts, code in enumerate(codes, 1):
        step = next_step(
            code=code, debt=debt(attempts, limit_on=limit_on, until_on=until_on), today=day
        )
        if isinstance(step, GiveUp | TellOperator):
            return
        until = step.until
        assert day < until <= limit_on
        assert until_on is None or until >= until_on
        assert isinstance(step, AskForMethod) or day < step.day <= until
        day = step.day if isinstance(step, RetryOn) else until
        until_on, day = until, day + timedelta(days=late[attempts - 1])
