"""Toss's message about card details is shown without any number."""

from __future__ import annotations

import pytest

from tossbill_ui.toss.mask import MASK, without_numbers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("카드 번호를 확인해 주세요.", "카드 번호를 확인해 주세요."),
        ("9410001234567890은 틀려요", f"{MASK}은 틀려요"),
        ("9410 0012-3456 7890", MASK),
        ("비밀번호 12", f"비밀번호 {MASK}"),
        ("생년월일은 6자리예요", "생년월일은 6자리예요"),
        ("９４１０", MASK),
    ],
)
def test_numbers_are_masked(text: str, shown: str) -> None:
    assert without_numbers(text) == shown
