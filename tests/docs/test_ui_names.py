"""Korean names of buttons and screens in the docs have their English names beside them."""

from __future__ import annotations

import re

import pytest

from tests.docs.test_docs import DOCS, plain, text_of
from tests.ui.test_text import every_text
from tossbill_ui.subscriptions.models import SubscriptionStatus
from tossbill_ui.ui.subscription.text import STATUS

PAGES = ["2-cards.md", "4-going-live.md", "5-subscriptions.md", "codes.md"]
NAMED = re.compile(r"([가-힣][^|()`\n]*?) \(([A-Z][^()\n]*)\)")
# A cell of a table that begins with Korean.
CELL = re.compile(r"(?<=\| )[가-힣][^|\n]*?(?= \|)")


def shown(words: str) -> str:
    """Return a text as a page shows it: without line breaks and spaces that do not break."""
    return plain(words.replace("\u2060", ""))


NAMES = {(shown(text.ko), shown(text.en)) for _, text in every_text()}
KOREAN = {korean for korean, _ in NAMES}


@pytest.mark.parametrize("page", PAGES)
def test_an_english_name_is_that_of_the_ui(page: str) -> None:
    named = {(plain(korean), plain(english)) for korean, english in NAMED.findall(text_of(page))}

    assert named
    assert sorted(named - NAMES) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_korean_cell_has_an_english_name(page: str) -> None:
    cells = CELL.findall(text_of(page))

    assert [cell for cell in cells if not NAMED.fullmatch(cell)] == []


@pytest.mark.parametrize("status", SubscriptionStatus)
def test_the_chip_of_a_status_is_that_of_the_ui(status: SubscriptionStatus) -> None:
    chip = STATUS[status]

    assert f"| {shown(chip.ko)} ({chip.en}) | `{status}`" in plain(text_of("5-subscriptions.md"))


def test_no_other_page_names_a_button_in_korean_alone() -> None:
    others = [path.name for path in DOCS.glob("*.md") if path.name not in PAGES]
    cells = [plain(cell) for page in others for cell in CELL.findall(text_of(page))]

    assert [cell for cell in cells if cell in KOREAN] == []
