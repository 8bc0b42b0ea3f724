"""Prices in every interval, and in any form of the amount."""

import pytest

from tossbill_ui.core.calendar import Interval, Unit
from tossbill_ui.core.formats import loose, rate


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(Unit.WEEK), "9,900 won a week"),
        (Interval(Unit.MONTH, 3), "9,900 won every 3 months"),
        (Interval(Unit.YEAR), "9,900 won a year"),
    ],
)
def test_amount_gets_its_period(interval: Interval, text: str) -> None:
    assert loose(rate("9,900 won", interval, "en")) == text
