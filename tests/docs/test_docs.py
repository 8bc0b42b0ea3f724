"""What a person can set, type or meet is documented; what is documented exists."""

from __future__ import annotations

import re

import pytest

from tossbill_ui.build import ROOT
from tossbill_ui.cli import main
from tossbill_ui.core.settings import Settings
from tossbill_ui.ui.text.failures import FAILURES
from tossbill_ui.ui.views import PROBLEMS

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
SETTING = re.compile(r"\b(?:TOSSBILL|TOSS)_[A-Z][A-Z_]*[A-Z]\b")


def text(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("setting", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in text("settings.md")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_documented(command: str) -> None:
    assert f"tossbill {command}" in text("commands.md")


def test_every_make_target_is_documented() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    missing = [name for name in phony[1].split() if f"make {name}" not in text("commands.md")]
    assert missing == []


@pytest.mark.parametrize("code", [*FAILURES, *(code.upper() for code in PROBLEMS)])
def test_every_code_is_documented(code: str) -> None:
    assert f"`{code}`" in text("codes.md") or f"`{code.lower()}`" in text("codes.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: object) -> None:
    path = ROOT / str(page)
    broken = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_setting_that_does_not_exist(page: object) -> None:
    known = {name.upper() for name in Settings.model_fields}
    named = set(SETTING.findall((ROOT / str(page)).read_text()))
    assert named - known == set()


def test_every_decision_that_code_names_is_written_down() -> None:
    named = {
        number
        for file in (ROOT / "tossbill_ui").rglob("*.py")
        for number in re.findall(r"ADR-(\d{4})", file.read_text())
    }
    written = {file.name[:4] for file in (DOCS / "adr").glob("*.md")}
    assert named <= written
