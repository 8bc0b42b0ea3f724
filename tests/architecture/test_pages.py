"""Pages are registered with everything they need."""

from __future__ import annotations

import ast

from tossbill_ui.build import ROOT
from tossbill_ui.ui.first_paint import PAINTS
from tossbill_ui.ui.titles import TITLES

NOT_FOUND = "404"


def routes() -> set[str]:
    """Return the addresses of `ui/pages.py`, as Reflex is told them, with a slash at the end."""
    tree = ast.parse((ROOT / "tossbill_ui" / "ui" / "pages.py").read_text())
    found = {
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "route" and isinstance(keyword.value, ast.Constant)
    }
    return {str(route) if route == NOT_FOUND else f"{route}/".replace("//", "/") for route in found}


def test_page_has_route_title_and_first_paint() -> None:
    assert set(TITLES) == routes()
    assert set(PAINTS) == routes() - {NOT_FOUND}
