"""VAT included in an amount, and prorated shares of it, exact to the won."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tossbill_ui.core.money import parts, share_up

won = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("amount", "vat", "supplied"),
    [(1000, 91, 909), (50_000, 4545, 45_455), (15_000, 1364, 13_636), (0, 0, 0), (5, 0, 5)],
)
def test_vat_matches_real_toss_responses(amount: int, vat: int, supplied: int) -> None:
    found = parts(amount)

    assert (found.vat_krw, found.supplied_krw) == (vat, supplied)


@given(amount=won, data=st.data())
def test_parts_add_up_to_the_amount(amount: int, data: st.DataObject) -> None:
    found = parts(amount, tax_free_krw=data.draw(st.integers(0, amount)))

    assert found.total_krw == amount
    assert found.vat_krw == round((amount - found.tax_free_krw) / 11)


@pytest.mark.parametrize("tax_free", [-1, 1001])
def test_tax_free_part_must_be_within_the_amount(tax_free: int) -> None:
    with pytest.raises(ValueError, match="tax-free"):
        parts(1000, tax_free_krw=tax_free)


@given(amount=won, whole=st.integers(1, 400), data=st.data())
def test_share_is_rounded_up_by_less_than_one_won(
    amount: int, whole: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(0, whole))
    share = share_up(amount, part, whole)

    assert 0 <= share * whole - amount * part < whole
    assert share <= amount


@pytest.mark.parametrize(("part", "whole"), [(-1, 30), (31, 30), (0, 0)])
def test_invalid_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="share"):
        share_up(1000, part, whole)
