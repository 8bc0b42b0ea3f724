"""Pages are registered with everything they need, and in one place."""

from __future__ import annotations

from tossbill_ui.build import ROOT
from tossbill_ui.ui.first_paint import PAINTS
from tossbill_ui.ui.pages import PAGES
from tossbill_ui.ui.titles import TITLES

NOT_FOUND = "404"


def test_page_has_route_title_and_first_paint() -> None:
    routes = [address for _, address, _ in PAGES]

    assert sorted(TITLES) == sorted(routes)
    assert sorted(PAINTS) == sorted(set(routes) - {NOT_FOUND})


def test_pages_are_added_in_one_place() -> None:
    sources = (ROOT / "tossbill_ui").rglob("*.py")

    assert [path.name for path in sources if ".add_page(" in path.read_text()] == ["pages.py"]
