"""The commands for plans, charges, reviews and refunds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
import pytest

from tests.conftest import NOON
from tests.support.commands import call, execute, leave_sandbox, rows
from tests.support.shop import open_shop
from tossbill_ui import migrations
from tossbill_ui.cli.review import resolve
from tossbill_ui.cli.review_items import REASONS
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import new_session
from tossbill_ui.payments.models import Payment, Resolution
from tossbill_ui.subscriptions.models import ReviewReason


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_sandbox(monkeypatch)
    assert call("migrate").exit_code == 0


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


def test_seeding_changes_names_but_not_prices_and_withdraws_missing_plans(tmp_path: Path) -> None:
    call("seed")
    file = tmp_path / "plans.toml"
    file.write_text(PLAN.format(name="A", amount=1000))
    call("seed", "--file", str(file), "--yes")
    file.write_text(PLAN.format(name="B", amount=1000))
    renamed = call("seed", "--file", str(file))
    file.write_text(PLAN.format(name="B", amount=2000))
    raised = call("seed", "--file", str(file))

    assert renamed.exit_code == 0
    assert rows("SELECT code, name FROM plan WHERE is_offered") == [("a", "B")]
    assert raised.exit_code == 1
    assert "later starts_on" in raised.output
    assert rows("SELECT amount_krw FROM price WHERE plan_code = 'a'") == [(1000,)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[plan", "is not valid TOML"),
        ('[[plan]]\ncode = "A b"', "plan A b: code: "),
        ("[[plan]]", "plan 1: code: "),
        ("plan = [1]", "plan 1: Input should be"),
        ("plan = 1", "plan: Input should be"),
        (PLAN.format(name="A", amount=99), "plan a: price 1: amount_krw: Input should be"),
        (PLAN.format(name="A", amount=1000) + 'amuont_krw = "x"', "amuont_krw"),
    ],
)
def test_invalid_plans_file_is_reported_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "plans.toml"
    file.write_text(text)

    result = call("seed", "--file", str(file))

    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_commands_report_that_nothing_is_due() -> None:
    call("seed")

    assert call("charge-due").output.startswith("0 examined: 0 charged")
    assert call("settle").output == "0 payments and 0 refunds examined.\n"
    assert call("review", "list").output == "Nothing to review.\n"
    assert call("review", "approve", "0" * 32).output == (
        "Error: Nothing waits for an operator under this id.\n"
    )


def test_unreachable_toss_is_reported_in_one_line() -> None:
    result = call("reconcile", "--days", "1")

    assert result.exit_code == 1
    assert "No connection to Toss" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_difference_is_listed_and_closed() -> None:
    migrations.upgrade(Settings().database_url)
    run(_add_difference())

    listed = call("review", "list")
    [row_id] = [line.split()[0] for line in listed.output.splitlines()]
    closed = call("review", "approve", row_id, "--operator", "kim")

    assert listed.exit_code == 1
    assert listed.output == (
        f"{row_id}  difference  foreign x, ours none, theirs 5 won; resolve: --as closed\n"
    )
    assert closed.output == "The difference is closed.\n"
    assert call("review", "list").exit_code == 0
    assert rows("SELECT resolved_by FROM difference") == [("kim",)]


def test_difference_is_resolved_as_its_kind_allows() -> None:
    run(_add_difference())
    [item] = json.loads(call("review", "list", "--json").stdout)["reviews"]

    wrong = call("review", "resolve", item["id"], "--as", "toss", "--by", "kim")
    closed, again = (
        call("review", "resolve", item["id"], "--as", "closed", "--by", "kim") for _ in range(2)
    )

    assert (wrong.exit_code, wrong.output) == (
        1,
        "Error: A difference of the kind foreign can only be resolved as: closed.\n",
    )
    assert closed.output == "The difference is closed.\n"
    assert (again.exit_code, again.output) == (0, "It is resolved as closed already.\n")
    assert rows("SELECT resolved_by, resolution FROM difference") == [("kim", "closed")]
    assert rows("SELECT subject FROM audit_entry") == [("foreign x: closed by kim",)]


def test_every_resolution_is_a_choice_of_the_command() -> None:
    [choice] = [param for param in resolve.params if param.name == "resolution"]

    assert isinstance(choice.type, click.Choice)
    assert list(choice.type.choices) == list(Resolution)


def test_reviews_of_each_kind_are_listed_as_json(tmp_path: Path) -> None:
    order_id = run(_pay(tmp_path))
    call("refund", order_id, "--amount", "900", "--reason", "r")
    run(_add_difference())
    execute("UPDATE refund SET status = 'refused', failure_code = 'NO', ended_at = created_at")
    execute(
        "UPDATE payment SET status = 'unknown', payment_key = NULL, refunded_krw = 0,"
        " next_try_at = NULL, lease_until = NULL"
    )
    execute("UPDATE subscription SET attention = 'catch_up', due_at = NULL")

    listed, lines = call("review", "list", "--json"), call("review", "list").output.splitlines()

    found = {item["kind"]: item for item in json.loads(listed.stdout)["reviews"]}
    assert (listed.exit_code, listed.stderr) == (1, "")
    assert list(found) == ["subscription", "payment", "refund", "difference"]
    assert [line.split()[:2] for line in lines] == [
        [row["id"], row["kind"]] for row in found.values()
    ]
    assert all(row["needs_review"] for row in found.values())
    assert [row["action"] for row in found.values()] == ["approve"] * 3 + ["resolve"]
    assert {kind: row["reason"] for kind, row in found.items()} == {
        "subscription": "catch_up",
        "payment": "unknown",
        "refund": "refused",
        "difference": "foreign",
    }
    payment, refund, difference = (found[kind] for kind in ("payment", "refund", "difference"))
    assert (payment["amount_krw"], payment["order_id"]) == (9900, order_id)
    assert (refund["amount_krw"], refund["failure_code"]) == (900, "NO")
    assert (difference["ours_krw"], difference["theirs_krw"]) == (None, 5)
    assert payment["since"] == "2026-11-24T03:00:00Z"
    assert payment["customer_id"] == refund["customer_id"] == found["subscription"]["customer_id"]
    assert payment["subscription_id"] == found["subscription"]["id"]


def test_approvals_before_a_wrong_id_are_made_and_printed() -> None:
    run(_add_difference())
    [item] = json.loads(call("review", "list", "--json").stdout)["reviews"]

    result = call("review", "approve", item["id"], "0" * 32)

    assert (result.exit_code, result.stdout) == (1, "The difference is closed.\n")
    assert result.stderr == "Error: Nothing waits for an operator under this id.\n"


def test_old_names_work_and_name_the_new_ones_on_stderr() -> None:
    run(_add_difference())
    new, old = call("review", "list", "--json"), call("waiting", "--json")
    [item] = json.loads(old.stdout)["reviews"]

    approved = call("approve", item["id"], "--operator", "kim")

    assert (old.exit_code, old.stdout) == (new.exit_code, new.stdout)
    assert old.stderr == "`tossbill waiting` is now `tossbill review list`.\n"
    assert (approved.exit_code, approved.stdout) == (0, "The difference is closed.\n")
    assert approved.stderr == "`tossbill approve` is now `tossbill review approve`.\n"
    assert rows("SELECT resolved_by FROM difference") == [("kim",)]


def test_each_reason_for_review_has_words() -> None:
    assert set(REASONS) == set(ReviewReason)


def test_payment_is_refunded_by_its_order_id(tmp_path: Path) -> None:
    order_id = run(_pay(tmp_path))

    result = call(
        "refund", order_id, "--amount", "900", "--reason", "늦은 배송", "--operator", "kim"
    )
    rest = call("refund", order_id, "--all", "--reason", "r", "--operator", "kim")
    again = call("refund", order_id, "--all", "--reason", "r")

    assert result.output.startswith("The next run refunds 900 won, as refund ")
    assert rest.output.startswith("The next run refunds 9000 won, as refund ")
    assert again.output == "Error: Only 0 won of this payment can be refunded.\n"
    assert rows("SELECT amount_krw, reason, actor FROM refund ORDER BY number") == [
        (900, "늦은 배송", "kim"),
        (9000, "r", "kim"),
    ]


def test_the_expiry_of_a_card_is_recorded_and_removed(tmp_path: Path) -> None:
    run(_pay(tmp_path))
    [(method,)] = rows("SELECT id FROM payment_method")

    recorded = call("card-expiry", method, "2027-02")
    after = rows("SELECT expires_on FROM payment_method")
    removed = call("card-expiry", method, "--clear")

    assert recorded.output == "It can be charged until 2027-02-28.\n"
    assert after == [("2027-02-28",)]
    assert removed.output == "No expiry is recorded.\n"
    assert rows("SELECT expires_on FROM payment_method") == [(None,)]


@pytest.mark.parametrize("options", [(), ("--all", "--amount", "900"), ("--amount", "0")])
def test_refund_needs_an_amount(options: tuple[str, ...]) -> None:
    result = call("refund", "0" * 32, "--reason", "r", *options)

    assert result.exit_code == 2
    assert "--amount" in result.output


def test_refund_of_an_unknown_payment_is_reported_in_one_line() -> None:
    result = call("refund", "nothing-0001-1", "--all", "--reason", "r")

    assert (result.exit_code, result.output) == (1, "Error: No such payment.\n")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def _pay(folder: Path) -> str:
    async with open_shop(folder, Settings().database_url, NOON) as shop:
        seen = await shop.subscribe(new_session())
        return (await shop.only_row(Payment, seen.subscription.id)).order_id


async def _add_difference() -> None:
    from tossbill_ui.payments.differences import note_difference
    from tossbill_ui.payments.models import DifferenceKind
    from tossbill_ui.runtime import Runtime

    rt = Runtime.from_settings(Settings())
    async with rt.db.write() as db:
        await note_difference(rt, db, kind=DifferenceKind.FOREIGN, subject="x", theirs_krw=5)
    await rt.close()
