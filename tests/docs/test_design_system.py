"""`docs/design-system.html` shows every token and every component, as they are now."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

from scripts import make_gallery
from tossbill_ui.build import SOURCES
from tossbill_ui.ui import components

PAGE = make_gallery.PAGE.read_text()
NAMES = re.compile(r'<h2 class="specimen-name">([^<]+)</h2>')
# Components without a look of their own: they place text and focus, are a whole page, or show
# what only the server knows.
WITHOUT_A_LOOK = {
    "address", "element", "focus", "footer", "head", "label", "label_var", "page", "toss_billing",
}  # fmt: skip
ANCHORS = ("back", "link", "plans", "rows")


def every_component() -> set[str]:
    found: set[str] = set()
    for module in pkgutil.iter_modules(components.__path__, f"{components.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            is_ours = inspect.isfunction(value) and value.__module__ == module.name
            if is_ours and not name.startswith("_"):
                found.add(name)
    return found


def test_every_component_is_shown() -> None:
    shown = {name for names in NAMES.findall(PAGE) for name in names.split()}

    assert every_component() - WITHOUT_A_LOOK == shown


def test_every_token_is_shown_in_both_schemes() -> None:
    tokens = make_gallery.tokens()

    assert len(tokens) >= 20
    assert [name for name in tokens if PAGE.count(f"<code>{name}</code>") != 2] == []


def test_page_is_up_to_date() -> None:
    told = "run: python -m scripts.make_gallery"
    assert f'<meta name="made-from" content="{make_gallery.stamp()}">' in PAGE, told


def test_page_runs_no_script_and_loads_nothing() -> None:
    assert "<script" not in PAGE
    allowed = {"data:,", *(f"/#{name}" for name in ANCHORS)}
    assert set(re.findall(r'(?:src|href)="([^"]*)', PAGE)) <= allowed
    assert "http" not in PAGE


def test_page_is_not_part_of_the_build() -> None:
    assert not [pattern for pattern in SOURCES if pattern.startswith("scripts")]
