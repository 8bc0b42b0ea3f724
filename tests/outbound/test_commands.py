"""The commands manage endpoints, and show a secret once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.outbound.receiver import Receiver
from tests.support.commands import call, execute, leave_sandbox, rows
from tossbill_ui.core.settings import Settings

URL = "https://shop.example/hooks"


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch, empty_database: Path) -> None:
    Settings().tossbill_data_dir.mkdir()
    shutil.copy(empty_database, Settings().tossbill_data_dir / "tossbill.db")
    leave_sandbox(monkeypatch)


def add(*words: str) -> dict[str, str]:
    result = call("webhooks", "add", URL, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def only() -> dict[str, object]:
    [found] = json.loads(call("webhooks", "list", "--json").stdout)["endpoints"]
    return found


def test_an_endpoint_is_added_listed_turned_off_and_removed() -> None:
    made = add("--types", "subscription.ended, subscription.started", "--note", "shop")
    assert made["secret"].startswith("whsec_")
    assert call("webhooks", "off", made["id"]).output == "The endpoint is off.\n"

    listed = call("webhooks", "list").output
    assert f"{made['id']}  off  {URL}  subscription.started, subscription.ended  shop" in listed
    assert (only()["types"], only()["state"]) == (
        ["subscription.started", "subscription.ended"],
        "off",
    )
    assert "whsec_" not in listed

    assert call("webhooks", "on", made["id"]).output == "The endpoint is on.\n"
    assert call("webhooks", "remove", made["id"]).output == "The endpoint is removed.\n"
    assert call("webhooks", "list").output == "There is no webhook endpoint.\n"


def test_a_new_secret_is_another_one() -> None:
    made = add()

    [endpoint_id, secret] = call("webhooks", "rotate", made["id"]).stdout.split()

    assert endpoint_id == made["id"]
    assert secret.startswith("whsec_")
    assert secret != made["secret"]


@pytest.mark.parametrize("since", ["1", "2026-11-30T09:00+09:00", "2026-11-30T00:00Z"])
def test_a_replay_begins_with_a_number_or_an_instant(since: str) -> None:
    made = add()

    result = call("webhooks", "replay", made["id"], "--from", since, "--to", "9")

    assert result.output == "0 events to be sent again.\n"


@pytest.mark.parametrize("since", ["x", "-1", "2026-11-30T09:00", "9" * 19])
def test_text_that_is_neither_a_number_nor_an_instant_is_a_usage_error(since: str) -> None:
    assert call("webhooks", "replay", "0" * 32, f"--from={since}").exit_code == 2


def test_refusal_is_one_sentence() -> None:
    for words in (("add", "http://shop.example"), ("add", URL, "--types", "x.y"), ("on", "0" * 32)):
        result = call("webhooks", *words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert len(result.stderr.splitlines()) == 1


def test_a_test_prints_the_answer_or_the_reason(receiver: Receiver) -> None:
    """With keys, this machine is no address that a name may lead to."""
    made = add()
    execute("UPDATE webhook_endpoint SET url = :url", {"url": receiver.url})

    result = call("webhooks", "test", made["id"])

    assert (result.exit_code, result.output) == (1, "address_refused\n")
    assert rows("SELECT kind FROM audit_entry ORDER BY id") == [
        ("webhook_endpoint.created",),
        ("webhook_endpoint.pinged",),
    ]
