"""The commands of subscriptions and the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from tests.conftest import NOON
from tests.support.shop import open_shop
from tossbill_ui import migrations
from tossbill_ui.cli import main
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import new_session
from tossbill_ui.payments.models import Payment


@pytest.fixture(autouse=True)
def database() -> None:
    assert call("migrate").exit_code == 0


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def rows(query: str) -> list[Any]:
    url = sa.make_url(Settings().database_url).set(drivername="sqlite")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(query)))
    engine.dispose()
    return found


def test_seeding_twice_changes_nothing(tmp_path: Path) -> None:
    first, again = call("seed"), call("seed")

    assert first.output == "4 plans are on offer; 8 plans and prices are new.\n"
    assert again.output == "4 plans are on offer; 0 plans and prices are new.\n"
    assert rows("SELECT count(*) FROM price") == [(4,)]


PLAN = """
[[plan]]
code = "a"
name = "{name}"
[[plan.price]]
starts_on = 2026-01-01
amount_krw = {amount}
"""


def test_names_change_prices_do_not_and_missing_plans_are_not_offered(tmp_path: Path) -> None:
    call("seed")
    file = tmp_path / "plans.toml"
    file.write_text(PLAN.format(name="A", amount=1000))
    call("seed", "--file", str(file))
    file.write_text(PLAN.format(name="B", amount=1000))
    renamed = call("seed", "--file", str(file))
    file.write_text(PLAN.format(name="B", amount=2000))
    dearer = call("seed", "--file", str(file))

    assert renamed.exit_code == 0
    assert rows("SELECT code, name FROM plan WHERE is_offered") == [("a", "B")]
    assert dearer.exit_code == 1
    assert "later starts_on" in dearer.output
    assert rows("SELECT amount_krw FROM price WHERE plan_code = 'a'") == [(1000,)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[plan", "is no TOML"),
        ('[[plan]]\ncode = "A b"', "plan.0.code"),
        (PLAN.format(name="A", amount=99), "amount_krw"),
        (PLAN.format(name="A", amount=1000) + 'amuont_krw = "x"', "amuont_krw"),
    ],
)
def test_a_plans_file_that_cannot_be_meant_is_one_sentence(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "plans.toml"
    file.write_text(text)

    result = call("seed", "--file", str(file))

    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_with_nothing_due_the_commands_say_so() -> None:
    call("seed")

    assert call("charge-due").output.startswith("0 looked at: 0 charged")
    assert call("settle").output == "0 payments and 0 refunds looked at.\n"
    assert call("waiting").output == "Nothing waits.\n"
    assert call("approve", "0" * 32).output == (
        "Error: Nothing waits for an operator under this id.\n"
    )


def test_toss_that_is_away_is_one_sentence() -> None:
    result = call("reconcile", "--days", "1")

    assert result.exit_code == 1
    assert "No connection to Toss" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_difference_is_listed_and_closed() -> None:
    migrations.upgrade(Settings().database_url)
    run(_add_difference())

    listed = call("waiting")
    [row_id] = [line.split()[0] for line in listed.output.splitlines()]
    closed = call("approve", row_id, "--operator", "kim")

    assert listed.exit_code == 1
    assert "difference foreign" in listed.output
    assert closed.output == "The difference is closed.\n"
    assert call("waiting").exit_code == 0
    assert rows("SELECT resolved_by FROM difference") == [("kim",)]


def test_a_payment_is_given_back_by_its_order_id(tmp_path: Path) -> None:
    order_id = run(_pay(tmp_path))

    said = call("refund", order_id, "--amount", "900", "--reason", "늦은 배송", "--operator", "kim")
    again = call("refund", order_id, "--all", "--reason", "r")

    assert said.output.startswith("900 won go back with the next run, as refund ")
    assert again.output == "Error: Another refund of this payment is under way.\n"
    assert rows("SELECT amount_krw, reason, actor FROM refund") == [(900, "늦은 배송", "kim")]


@pytest.mark.parametrize("how_much", [(), ("--all", "--amount", "900"), ("--amount", "0")])
def test_a_refund_says_how_much(how_much: tuple[str, ...]) -> None:
    said = call("refund", "0" * 32, "--reason", "r", *how_much)

    assert said.exit_code == 2
    assert "--amount" in said.output


def test_a_refund_of_no_payment_is_one_sentence() -> None:
    said = call("refund", "nothing-0001-1", "--all", "--reason", "r")

    assert (said.exit_code, said.output) == (1, "Error: No such payment.\n")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def _pay(folder: Path) -> str:
    async with open_shop(folder, Settings().database_url, NOON) as shop:
        seen = await shop.subscribe(new_session())
        return (await shop.one(Payment, seen.subscription.id)).order_id


async def _add_difference() -> None:
    from tossbill_ui.payments.differences import note_difference
    from tossbill_ui.payments.models import DifferenceKind
    from tossbill_ui.runtime import Runtime

    rt = Runtime.from_settings(Settings())
    async with rt.db.write() as db:
        await note_difference(rt, db, kind=DifferenceKind.FOREIGN, subject="x", theirs_krw=5)
    await rt.close()
