"""The import contracts of pyproject.toml notice the imports they exist to forbid."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tossbill_ui.build import ROOT

# A contract, and a line planted into a module that must break it.
PLANTED = (
    ("An import goes down only", "core/clock.py", "import tossbill_ui.runtime"),
    ("An import goes down only", "http/limits.py", "import tossbill_ui.ui.titles"),
    (
        "No folder or file imports itself by a detour",
        "payments/repository.py",
        "import tossbill_ui.payments.charge",
    ),
    (
        "Subscriptions: an import goes down only",
        "subscriptions/reading/spending.py",
        "import tossbill_ui.subscriptions.engine.claiming",
    ),
    ("Pages: an import goes down only", "ui/plans/text.py", "import tossbill_ui.ui.history.text"),
    (
        "No folder or file imports itself by a detour",
        "subscriptions/terms/pricing.py",
        "import tossbill_ui.subscriptions.actions.cancel",
    ),
    (
        "No folder or file imports itself by a detour",
        "ui/components/card.py",
        "import tossbill_ui.ui.home.state",
    ),
    (
        "The sandbox shares no code with the app",
        "../tossbill_sandbox/errors.py",
        "import tossbill_ui.core.text",
    ),
    ("Only the roots import the sandbox", "toss/client.py", "import tossbill_sandbox.errors"),
    ("Only the pages and the root import Reflex", "payments/charge.py", "import reflex"),
    (
        "Only the gateway, webhooks to the shop and the sandbox speak HTTP",
        "metrics.py",
        "import httpx",
    ),
    ("Only the worker imports DBOS", "subscriptions/engine/renewal.py", "import dbos"),
    ("Only the worker imports DBOS", "leases/claims.py", "import dbos"),
    (
        "Only services read and write rows",
        "ui/history/state.py",
        "import tossbill_ui.subscriptions.repository",
    ),
    (
        "What happened is published by the lifecycle",
        "subscriptions/actions/pause.py",
        "import tossbill_ui.events.publish",
    ),
    (
        "Transitions have no database and no clock",
        "subscriptions/lifecycle/dunning.py",
        "import tossbill_ui.core.clock",
    ),
    ("Pages ask states, states ask services", "ui/home/page.py", "import sqlmodel"),
    (
        "Pages ask states, states ask services",
        "ui/home/page.py",
        "import tossbill_ui.subscriptions.repository",
    ),
)  # fmt: skip
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def broken_contracts(root: Path) -> set[str]:
    """Return the names of the contracts that the tree breaks."""
    said = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in said.stdout, said.stdout + said.stderr
    return set(re.findall(r"^(.+?) BROKEN", said.stdout, re.MULTILINE))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in ("tossbill_ui", "tossbill_sandbox"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.processes
def test_every_contract_is_kept(tree: Path) -> None:
    assert broken_contracts(tree) == set()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("contract", "module", "line"),
    PLANTED,
    ids=[f"{line} in {module}" for _, module, line in PLANTED],
)
def test_planted_import_breaks_its_contract(
    tree: Path, contract: str, module: str, line: str
) -> None:
    path = tree / "tossbill_ui" / module
    path.write_text(f"{path.read_text()}\n{line}\n")

    assert contract in broken_contracts(tree)


def test_every_contract_has_a_planted_break() -> None:
    contracts = re.findall(r'^name = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert set(contracts) - {"tossbill-ui"} == {contract for contract, _, _ in PLANTED}


def test_every_part_of_a_page_is_held_to_the_contract_of_pages() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [pages] = [each for each in contracts["contracts"] if each["name"].startswith("Pages ask")]
    held = [
        re.compile(name.replace(".", r"\.").replace("*", r"\w+"))
        for name in pages["source_modules"]
    ]
    drawing = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "tossbill_ui" / "ui").rglob("*.py")
        if "rx.el." in path.read_text()
    ]

    assert [name for name in drawing if not any(each.match(name) for each in held)] == []
