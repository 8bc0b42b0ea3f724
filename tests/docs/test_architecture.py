"""`docs/architecture.md` lists the layers, the paths and the decisions as they are."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tossbill_ui.build import ROOT
from tossbill_ui.migrations.models import metadata
from tossbill_ui.retention import RULES, Rule

DOCS = ROOT / "docs"
ADRS = sorted((DOCS / "adr").glob("*.md"))
PAGES = [DOCS / "architecture.md", ROOT / "CONTRIBUTING.md", *ADRS]
# Code in backticks that names a file or a folder of the repository.
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|js|css|toml|csv|txt|md)))`")
LAYER = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|", re.MULTILINE)


def section(page: str, heading: str) -> str:
    return page.split(f"\n{heading}\n")[1].split("\n## ")[0]


def architecture() -> str:
    return (DOCS / "architecture.md").read_text()


def is_there(path: str) -> bool:
    """Whether a path of the app, of the repository or of one of its folders exists."""
    if "/" not in path.rstrip("/"):
        folders = (ROOT / name for name in ("tossbill_ui", "tossbill_sandbox", "assets"))
        return (ROOT / path).exists() or any(next(each.rglob(path), None) for each in folders)
    return any((folder / path).exists() for folder in (ROOT, ROOT / "tossbill_ui"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_path_exists(page: Path) -> None:
    assert [path for path in PATH.findall(page.read_text()) if not is_there(path)] == []


def test_paths_are_found_in_the_pages() -> None:
    assert "core/pubsub.py" in PATH.findall(architecture())
    assert "notices/text/" in PATH.findall(architecture())
    assert not is_there("core/nothing.py")


def test_the_table_of_layers_is_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [contract] = [
        each
        for each in project["tool"]["importlinter"]["contracts"]
        if each.get("containers") == ["tossbill_ui"]
    ]
    rows = LAYER.findall(section(architecture(), "## Layers").split("\n### ")[0])

    assert [re.findall(r"\w+", row) for row in rows] == [
        layer.split(" | ") for layer in contract["layers"]
    ]


def test_every_decision_is_listed_by_its_title() -> None:
    listed = section(architecture(), "## Decisions").split("\n\n")[0].strip().splitlines()
    titles = [page.read_text().splitlines()[0].removeprefix("# ") for page in ADRS]

    assert listed == [
        f"* [{title}](adr/{page.name})" for title, page in zip(titles, ADRS, strict=True)
    ]


def test_numbers_of_decisions_have_no_gap() -> None:
    assert [int(page.name[:4]) for page in ADRS] == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_storage_of_a_table_is_documented(table: str) -> None:
    stored = section(architecture(), "## What is stored, where, and for how long")

    assert re.search(rf"`{table}(\.\w+)?`", stored)


def stored() -> dict[str, str]:
    """Return how long each table is kept, by the page; of several lines the table's own."""
    rows = section(architecture(), "## What is stored, where, and for how long")
    cells = [line.split(" | ") for line in rows.splitlines() if line.count(" | ") == 2]
    return {table: kept for _, where, kept in cells for table in re.findall(r"`(\w+)`", where)}


def days(rule: Rule) -> str:
    return "a day after" if rule.days == 1 else f"{rule.days} days after"


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_a_table_is_kept_as_long_as_its_rule_says(table: str) -> None:
    rules = {rule.table.__tablename__: rule.setting.upper() or days(rule) for rule in RULES}
    named = re.findall(r"TOSSBILL_\w+|^(?:a day|\d+ days) after", stored()[table])

    assert named == ([rules[table]] if table in rules else [])
    if table not in rules:
        assert re.match(r"kept: \w|until ", stored()[table]), "say why it is never deleted"
