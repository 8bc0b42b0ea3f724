"""`tossbill seed` shows what changes, and takes no plan off sale without being told to."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOON
from tests.support.commands import call, execute, rows
from tests.support.shop import open_shop
from tossbill_ui.build import ROOT
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import new_session

OTHER = """
[[plan]]
code = "basic"
name = {{ ko = "{name}", en = "Basic" }}
description = {{ ko = "혼자 쓰기에 알맞아요.", en = "Everything you need on your own." }}
setup_text = "결제한 날부터 바로 쓸 수 있어요."
[[plan.price]]
starts_on = 2026-01-01
amount_krw = 9900
[[plan.price]]
starts_on = 2027-01-01
amount_krw = 8900
[[plan]]
code = "new"
name = "새 상품"
[[plan.price]]
starts_on = 2026-01-01
amount_krw = 500
"""
WITHDRAWN = ["basic-yearly", "letter", "pro"]


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> None:
    assert call("migrate").exit_code == 0
    assert call("seed").exit_code == 0


@pytest.fixture
def other(tmp_path: Path) -> Path:
    file = tmp_path / "other.toml"
    file.write_text(OTHER.format(name="기본"))
    return file


def on_offer() -> list[str]:
    return [code for (code,) in rows("SELECT code FROM plan WHERE is_offered ORDER BY code")]


async def _subscribe(folder: Path) -> None:
    async with open_shop(folder, Settings().database_url, NOON) as shop:
        await shop.subscribe(new_session(), "letter")


def test_dry_run_shows_every_change_and_makes_none(tmp_path: Path, other: Path) -> None:
    asyncio.run(_subscribe(tmp_path))
    before = on_offer()

    result = call("seed", "--file", str(other), "--dry-run")

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "new plan: new",
        "new price: basic, 8,900 won a month from 2027-01-01",
        "new price: new, 500 won a month from 2026-01-01",
        "changed: basic, name: 베이직 -> 기본",
        "changed: basic, setup_text_en: You can use it as soon as you've paid. -> nothing",
        "off sale: basic-yearly, with 0 live subscriptions, which continue",
        "off sale: letter, with 1 live subscription, which continues",
        "off sale: pro, with 0 live subscriptions, which continue",
        "Nothing was changed.",
    ]
    assert on_offer() == before
    assert rows("SELECT count(*) FROM price") == [(4,)]


def test_script_takes_plans_off_sale_only_with_yes(other: Path) -> None:
    refused = call("seed", "--file", str(other))
    before = on_offer()
    done = call("seed", "--file", str(other), "--yes")

    assert refused.exit_code == 1
    assert refused.output.endswith(
        "Error: This would take off sale: basic-yearly, letter, pro. "
        "Nothing was changed. To do so, add --yes.\n"
    )
    assert before == ["basic", *WITHDRAWN]
    assert (done.exit_code, on_offer()) == (0, ["basic", "new"])


def test_plan_that_the_file_marks_as_not_offered_goes_off_sale_too(other: Path) -> None:
    call("seed", "--file", str(other), "--yes")
    other.write_text(
        OTHER.format(name="기본").replace('name = "새', 'is_offered = false\nname = "새')
    )

    shown = call("seed", "--file", str(other), "--dry-run").output

    assert "off sale: new, with 0 live subscriptions, which continue\n" in shown
    assert "is_offered" not in shown


def test_plan_back_on_sale_is_shown(other: Path) -> None:
    execute("UPDATE plan SET is_offered = false WHERE code = 'letter'")

    assert "changed: letter, is_offered: False -> True\n" in call("seed", "--dry-run").output


def test_changed_price_is_refused_before_anything_is_asked(other: Path) -> None:
    other.write_text(OTHER.format(name="기본").replace("9900", "7900"))

    result = call("seed", "--file", str(other), "--dry-run")

    assert (result.exit_code, "later starts_on" in result.output) == (1, True)


def test_interval_is_named_and_one_is_singular(other: Path) -> None:
    quarter = "amount_krw = 500\nunit = 'month'\ncount = 3\n"
    other.write_text(OTHER.format(name="기본").replace("amount_krw = 500\n", quarter))
    call("seed", "--file", str(other), "--yes")
    other.write_text(other.read_text() + "[[plan.price]]\nstarts_on = 2027-01-01\n" + quarter)

    assert call("seed", "--file", str(other)).output == (
        "new price: new, 500 won every 3 months from 2027-01-01\n"
        "2 plans are on offer; 1 plan or price is new.\n"
    )


def test_relative_path_starts_in_the_folder_of_the_caller(
    other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other.parent)

    result = call("seed", "--file", "other.toml", "--dry-run")

    assert (result.exit_code, "new plan: new" in result.output) == (0, True)
    monkeypatch.chdir(ROOT)


def test_default_file_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert call("seed").output == "4 plans are on offer; 0 plans and prices are new.\n"
    monkeypatch.chdir(ROOT)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("answer", "offered"), [("n", ["basic", *WITHDRAWN]), ("y", ["basic", "new"])]
)
def test_terminal_is_asked(other: Path, answer: str, offered: list[str]) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tossbill_ui.cli", "seed", "--file", str(other)]
    environment = os.environ | {"TOSSBILL_DATA_DIR": str(Settings().tossbill_data_dir)}
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=subprocess.PIPE) as asked:
        os.write(ours, f"{answer}\n".encode())
        printed = asked.communicate(timeout=120)[0].decode()
    os.close(ours)
    os.close(theirs)

    assert "Load these plans? [y/N]" in printed
    assert asked.returncode == (0 if answer == "y" else 1)
    assert printed.endswith("Nothing was changed.\n" if answer == "n" else " are new.\n")
    assert on_offer() == offered
