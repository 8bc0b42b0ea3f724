"""The amount due for a period, which is zero below the minimum amount."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tossbill_ui.subscriptions.models import Price
from tossbill_ui.subscriptions.terms.pricing import LEAST_KRW, Amount, amount_of


def price(amount_krw: int) -> Price:
    return Price(id="p", plan_code="a", starts_on=date(2026, 1, 1), amount_krw=amount_krw)


@pytest.mark.parametrize(
    ("amount", "credit", "expected"),
    [
        (9_900, 0, Amount(9_900, 0, 9_900)),
        (9_900, 9_700, Amount(9_900, 9_700, 200)),
        (9_900, 9_701, Amount(9_900, 9_701, 0)),
        (9_900, 9_900, Amount(9_900, 9_900, 0)),
        (9_900, 20_000, Amount(9_900, 9_900, 0)),
        (LEAST_KRW, 0, Amount(200, 0, 200)),
        (150, 0, Amount(150, 0, 0)),
    ],
)
def test_amount_below_the_minimum_is_not_collected(
    amount: int, credit: int, expected: Amount
) -> None:
    assert amount_of(price(amount), credit_krw=credit) == expected


@given(amount=st.integers(LEAST_KRW, 10**9), credit=st.integers(0, 10**9))
def test_amount_due_is_at_most_the_price_less_credit(amount: int, credit: int) -> None:
    found = amount_of(price(amount), credit_krw=credit)
    assert found.due_krw in (0, found.list_krw - found.credit_krw)
    assert found.due_krw == 0 or found.due_krw >= LEAST_KRW
    assert 0 <= found.credit_krw <= found.list_krw
