"""The decline code alone decides the next dunning step."""

from datetime import date

import pytest

from tossbill_ui.subscriptions.lifecycle.dunning import (
    GAPS,
    AskForMethod,
    GiveUp,
    RetryOn,
    Step,
    TellOperator,
    next_step,
)
from tossbill_ui.toss.codes import CodeRow, Meaning, all_rows

TODAY = date(2026, 11, 24)
ASK = AskForMethod(until=date(2026, 12, 8))


def test_soft_declines_are_retried_after_1_3_7_and_14_days() -> None:
    day, days = TODAY, list[int]()
    for refusals in range(1, len(GAPS) + 1):
        step = next_step(code="REJECT_CARD_PAYMENT", refusals=refusals, today=day)
        assert isinstance(step, RetryOn)
        day = step.day
        days.append((day - TODAY).days)

    assert days == [1, 3, 7, 14]
    assert next_step(code="REJECT_CARD_PAYMENT", refusals=5, today=day) == GiveUp()


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", RetryOn(date(2026, 12, 1))),
        ("EXCEED_MAX_ONE_DAY_AMOUNT", RetryOn(date(2026, 11, 25))),
        ("NOT_AVAILABLE_BANK", RetryOn(date(2026, 11, 25))),
        ("MAINTAINED_METHOD", RetryOn(date(2026, 11, 25))),
        ("INVALID_CARD_EXPIRATION", ASK),
        ("INVALID_CARD_LOST_OR_STOLEN", ASK),
        ("ALREADY_REMOVED_BILLING_KEY", ASK),
        ("EXCEED_MAX_AUTH_COUNT", ASK),
        ("UNAUTHORIZED_KEY", TellOperator()),
        ("NOT_MATCHES_CUSTOMER_KEY", TellOperator()),
        ("INVALID_REQUEST", TellOperator()),
        ("BRAND_NEW_CODE", RetryOn(date(2026, 11, 25))),
    ],
)
def test_code_leads_to_its_step(code: str, step: Step) -> None:
    assert next_step(code=code, refusals=1, today=TODAY) == step


@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2028, 2, 29), date(2027, 1, 31)])
def test_monthly_limit_is_retried_on_the_first_of_the_next_month(day: date) -> None:
    step = next_step(code="EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", refusals=1, today=day)

    assert isinstance(step, RetryOn)
    assert step.day.day == 1
    assert 0 < (step.day - day).days <= 31


@pytest.mark.parametrize("row", list(all_rows()), ids=lambda row: row.code)
@pytest.mark.parametrize("refusals", [1, 5, 9])
def test_retries_are_limited_and_hard_declines_are_not_retried(row: CodeRow, refusals: int) -> None:
    step = next_step(code=row.code, refusals=refusals, today=TODAY)

    assert not (isinstance(step, RetryOn) and refusals > len(GAPS))
    if row.meaning is Meaning.NEW_CARD:
        assert isinstance(step, AskForMethod)
