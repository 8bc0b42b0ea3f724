"""The ``tossbill`` command and the findings of ``tossbill doctor``."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from alembic import command
from click.testing import Result
from pydantic import SecretStr

from tests.payment_methods.flow import register
from tests.support.commands import call, execute, leave_sandbox, rows
from tests.support.server import free_port
from tests.support.wire import Wire, lose
from tossbill_ui import migrations
from tossbill_ui.cli import main, text
from tossbill_ui.core.crypto import Cipher, new_encryption_key
from tossbill_ui.core.secret_file import load_secrets
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import new_session
from tossbill_ui.doctor import examine, start_problems
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient


def complaint(result: Result) -> str:
    """Return the error output of `tossbill run` without its first line, which says what it does."""
    return result.output.removeprefix(f"{text.STARTING}\n").strip()


def texts(settings: Settings) -> str:
    return "\n".join(finding.text for finding in examine(settings))


def test_a_fresh_sandbox_is_healthy() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)

    findings = examine(settings)

    assert all(finding.ok for finding in findings)
    assert "sandbox mode" in texts(settings)
    assert "schema is at" in texts(settings)


def _add_price(starts_on: str, amount_krw: int) -> None:
    execute(
        "INSERT INTO plan (code, name, description, setup_text, grace_days, when_unpaid,"
        " is_offered, position) VALUES ('tiny', 'Tiny', '', '', 7, 'end', 1, 0)"
        " ON CONFLICT DO NOTHING"
    )
    execute(
        "INSERT INTO price (id, plan_code, starts_on, amount_krw, tax_free_krw, unit,"
        " count, trial_days) VALUES (:on, 'tiny', :on, :amount, 0, 'month', 1, 0)",
        {"on": starts_on, "amount": amount_krw},
    )


def test_a_price_below_the_minimum_is_reported_until_another_follows() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)
    _add_price("2026-01-01", 150)
    assert "tiny costs 150 won from 2026-01-01 on" in texts(settings)

    _add_price("2026-02-01", 200)
    assert "tiny" not in texts(settings)


def test_an_old_schema_is_reported() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)
    command.downgrade(migrations.alembic_config(settings.database_url), "base")

    assert "run `tossbill migrate`" in texts(settings)


def test_doctor_passes_on_a_fresh_machine_and_creates_no_file() -> None:
    result = call("doctor")

    assert result.exit_code == 0, result.output
    assert "FIX" not in result.output
    assert "will be created" in result.output
    assert not Settings().tossbill_data_dir.exists()


@pytest.mark.parametrize("name", ["rotate-keys", "mailbox"])
def test_without_a_database_a_command_reports_it_and_creates_no_file(name: str) -> None:
    result = call(name)

    assert result.exit_code == 1
    assert "There is no database" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not Settings().tossbill_data_dir.exists()


def test_a_lost_encryption_key_stops_the_rotation_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(leave_unresolved())
    monkeypatch.setenv("TOSSBILL_ENCRYPTION_KEYS", f"2:{new_encryption_key()}")

    result = call("rotate-keys")

    assert result.exit_code == 1
    assert "cannot be decrypted" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_database_without_its_keys_is_reported_and_not_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A restored database needs the keys of its time; the app must not make itself new ones."""
    asyncio.run(leave_method())
    assert not start_problems(Settings())

    (Settings().tossbill_data_dir / "secrets.json").unlink()
    assert "bring back secrets.json" in texts(Settings())
    result = call("run", "--port", str(free_port()))
    assert result.exit_code == 1
    assert "bring back secrets.json" in complaint(result)
    assert not (Settings().tossbill_data_dir / "secrets.json").exists()

    monkeypatch.setenv("TOSSBILL_ENCRYPTION_KEYS", f"1:{new_encryption_key()}")
    assert "bring back secrets.json" in start_problems(Settings())[0]


async def leave_method() -> None:
    """Leave a payment method in the database of the settings."""
    await asyncio.to_thread(migrations.upgrade, Settings().database_url)
    toss = TossClient(
        base_url="https://toss.test",
        secret_key=SecretStr("test_sk_a"),
        transport=Wire().transport(),
    )
    rt = replace(Runtime.from_settings(Settings()), toss=toss)
    outcome = await register(rt, new_session())
    await rt.close()
    assert outcome.method


async def leave_unresolved() -> str:
    """Leave an unresolved registration in the database of the settings; return its id."""
    await asyncio.to_thread(migrations.upgrade, Settings().database_url)
    wire = Wire()
    wire.script(lose)
    toss = TossClient(
        base_url="https://toss.test",
        secret_key=SecretStr("test_sk_a"),
        transport=wire.transport(),
    )
    rt = replace(Runtime.from_settings(Settings()), toss=toss)
    outcome = await register(rt, new_session())
    await rt.close()
    return outcome.registration.id


def test_an_unresolved_registration_is_listed_and_ended_by_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_sandbox(monkeypatch)
    registration_id = asyncio.run(leave_unresolved())

    listed = call("review", "list")
    ended = call("review", "fail", registration_id, "--operator", "kim")
    again = call("review", "fail", registration_id)

    assert listed.exit_code == 0  # Toss is still asked, so nobody need do anything
    assert listed.output.startswith(f"{registration_id}  registration  unknown since ")
    assert "attempts: 1, next " in listed.output
    assert "fail: it ends as failed" in listed.output
    assert (ended.exit_code, again.exit_code) == (0, 1)
    assert "No unresolved registration has the id" in again.output
    assert call("review", "list").output == "Nothing to review.\n"
    assert rows("SELECT kind, subject FROM audit_entry") == [
        ("settled.failed", f"registration {registration_id} by kim")
    ]


def test_a_registration_that_toss_is_no_longer_asked_about_waits_for_a_person() -> None:
    registration_id = asyncio.run(leave_unresolved())
    execute("UPDATE registration SET next_try_at = NULL")

    listed = call("review", "list", "--json")

    assert listed.exit_code == 1
    [item] = json.loads(listed.stdout)["reviews"]
    assert (item["id"], item["kind"], item["reason"]) == (
        registration_id,
        "registration",
        "unknown",
    )
    assert (item["needs_review"], item["action"], item["next_try_at"]) == (True, "fail", None)
    assert (item["attempts"], item["amount_krw"]) == (1, None)
    assert datetime.fromisoformat(item["since"]).utcoffset() == timedelta(0)


def test_a_registration_that_toss_is_being_asked_about_offers_no_action() -> None:
    asyncio.run(leave_unresolved())
    execute("UPDATE registration SET lease_until = next_try_at, next_try_at = NULL")

    [item] = json.loads(call("review", "list", "--json").stdout)["reviews"]

    assert (item["needs_review"], item["action"]) == (False, None)
    assert "Toss is being asked" in call("review", "list").output


def test_old_names_of_reviews_work_and_name_the_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_sandbox(monkeypatch)
    registration_id = asyncio.run(leave_unresolved())
    new, old = call("review", "list"), call("doubts")

    ended = call("doubts", registration_id, "--as", "failed", "--operator", "kim")

    assert (old.stdout, old.stderr) == (
        new.stdout,
        "`tossbill doubts` is now `tossbill review list`.\n",
    )
    assert ended.stdout == f"Registration {registration_id} has ended as failed.\n"
    assert ended.stderr == "`tossbill doubts --as failed` is now `tossbill review fail`.\n"
    assert rows("SELECT subject FROM audit_entry") == [(f"registration {registration_id} by kim",)]


@pytest.mark.parametrize("arguments", [["doubts", "f" * 32], ["doubts", "--as", "failed"]])
def test_half_of_the_old_options_is_a_usage_error(arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize("old", ["waiting", "approve", "doubts", "expiry"])
def test_old_names_are_not_listed(old: str) -> None:
    assert old in main.commands
    assert f"\n  {old} " not in call("--help").output


def test_the_old_name_of_card_expiry_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_sandbox(monkeypatch)
    migrations.upgrade(Settings().database_url)

    new, old = call("card-expiry", "f" * 32, "2027-03"), call("expiry", "f" * 32, "2027-03")

    assert (new.exit_code, old.exit_code) == (1, 1)
    assert "no such payment method" in new.stderr
    assert old.stderr == "`tossbill expiry` is now `tossbill card-expiry`.\n" + new.stderr


def test_a_member_is_the_same_with_a_prefix_and_tasks_have_their_documented_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    leave_sandbox(monkeypatch)
    migrations.upgrade(Settings().database_url)
    copy = tmp_path / "42.json"

    made = [
        call("customer", "link", name, "--email", f"{each}@example.com")
        for each, name in enumerate(("42", "ext:42"))
    ]
    first, second = (call("customer", "export", "ext:42", "--output", str(copy)) for _ in range(2))

    assert rows("SELECT external_id, email FROM customer") == [("42", "0@example.com")]
    assert ["ignored" in each.stderr for each in made] == [False, True]
    for name in ("method", "METHOD"):
        assert "needs a subscription" in call("customer", "link", "42", "--task", name).output
    assert (first.exit_code, second.exit_code) == (0, 1)
    assert "exists already" in second.output


def test_the_version_is_printed() -> None:
    result = call("--version")

    assert (result.exit_code, result.output) == (0, f"tossbill {version('tossbill-ui')}\n")


def test_doctor_prints_its_findings_as_json() -> None:
    migrations.upgrade(Settings().database_url)
    healthy, text = call("doctor", "--json"), call("doctor").output
    command.downgrade(migrations.alembic_config(Settings().database_url), "base")
    broken = call("doctor", "--json")

    found = json.loads(healthy.stdout)
    assert (healthy.exit_code, found["ok"]) == (0, True)
    assert [finding["text"] for finding in found["findings"]] == [
        line.removeprefix("ok  ").removeprefix("TIP ") for line in text.splitlines()
    ]
    assert (broken.exit_code, json.loads(broken.stdout)["ok"]) == (1, False)


def test_an_error_leaves_no_half_of_a_json_document() -> None:
    result = call("review", "list", "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no database" in result.stderr


def test_mailbox_prints_notices_as_json() -> None:
    migrations.upgrade(Settings().database_url)
    empty = call("mailbox", "--json")
    execute(
        "INSERT INTO customer (id, customer_key, created_at)"
        " VALUES ('c', 'k', '2026-11-24 03:00:00')"
    )
    execute(
        "INSERT INTO notice (id, key, customer_id, kind, status, subject, body, created_at,"
        " attempts) VALUES ('n', 'k', 'c', 'receipt', 'waiting', '결제', '9,900원',"
        " '2026-11-24 03:00:00', 0)"
    )

    assert json.loads(empty.stdout) == {"notices": []}
    assert json.loads(call("mailbox", "--json").stdout) == {
        "notices": [
            {
                "id": "n",
                "kind": "receipt",
                "status": "waiting",
                "customer_id": "c",
                "address": None,
                "created_at": "2026-11-24T03:00:00Z",
                "ended_at": None,
                "subject": "결제",
                "body": "9,900원",
            }
        ]
    }


@pytest.mark.parametrize("name", ["secrets.json", "tossbill.db"])
def test_files_that_others_can_read_are_reported(name: str) -> None:
    settings = Settings()
    load_secrets(settings)
    migrations.upgrade(settings.database_url)
    assert all(finding.ok for finding in examine(settings))
    (settings.tossbill_data_dir / name).chmod(0o644)

    assert f"chmod 600 {settings.tossbill_data_dir / name}" in texts(settings)


def test_card_form_needs_https_with_keys_of_toss(monkeypatch: pytest.MonkeyPatch) -> None:
    def problems(url: str, **environment: str) -> list[str]:
        monkeypatch.setenv("TOSSBILL_CARD_FORM", "on")
        monkeypatch.setenv("TOSSBILL_PUBLIC_URL", url)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return [text for text in start_problems(Settings()) if "TOSSBILL_CARD_FORM" in text]

    keys = {"TOSS_CLIENT_KEY": "test_ck_PLANTED", "TOSS_SECRET_KEY": "test_sk_PLANTED"}

    assert problems("http://192.0.2.7") == []
    assert len(problems("http://192.0.2.7", **keys)) == 1
    assert problems("https://pay.example.com", **keys) == []
    assert problems("http://localhost:3000", **keys) == []


def test_doctor_says_what_the_card_form_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSSBILL_CARD_FORM", "on")

    [advice] = [found for found in examine(Settings()) if "PCI DSS" in found.text]

    assert advice.is_advice
    assert "old contract" in advice.text


def test_live_mode_needs_https_and_its_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", "live_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", "live_sk_PLANTED")

    result = call("doctor")

    assert result.exit_code == 1
    assert "TOSSBILL_SECRET_KEYS" in result.output
    assert "https" in result.output
    assert "PLANTED" not in result.output


def test_an_unreachable_database_is_reported_without_its_password() -> None:
    settings = Settings().model_copy(
        update={"tossbill_database_url": SecretStr("postgresql://u:PLANTED@127.0.0.1:1/nowhere")}
    )

    said = texts(settings)

    assert "database does not respond" in said
    assert "PLANTED" not in said


def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = call("run", "--port", str(port))

    assert result.exit_code == 1
    assert complaint(result) == (
        f"Error: Port {port} is already in use; choose another: PORT=3001 make run"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "2001:db8::1", "a b"])
def test_an_address_of_another_machine_is_one_clear_sentence(host: str) -> None:
    result = call("run", "--host", host, "--port", str(free_port()))

    assert result.exit_code == 1
    assert complaint(result).startswith(f"Error: HOST={host} is not an address of this machine")
    assert len(complaint(result).splitlines()) == 1


@pytest.mark.parametrize("name", ["run", "doctor", "migrate", "rotate-keys"])
def test_a_malformed_setting_is_one_clear_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TOSSBILL_PORT", "abc")

    result = call(name)

    assert result.exit_code == 1
    assert complaint(result).startswith("Error: TOSSBILL_PORT is invalid: ")
    assert len(complaint(result).splitlines()) == 1


def test_a_proxy_that_is_no_address_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSSBILL_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    assert Settings().tossbill_trusted_proxies
    monkeypatch.setenv("TOSSBILL_TRUSTED_PROXIES", "*")
    assert Settings().tossbill_trusted_proxies

    monkeypatch.setenv("TOSSBILL_TRUSTED_PROXIES", "nginx")
    assert complaint(call("run")).startswith("Error: TOSSBILL_TRUSTED_PROXIES is invalid: ")


def test_mixed_keys_stop_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", "test_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", "live_sk_PLANTED")

    result = call("run")

    assert result.exit_code == 1
    assert "use one pair" in result.output
    assert len(complaint(result).splitlines()) == 1
    assert "PLANTED" not in result.output


def test_new_keys_are_valid_settings(tmp_path: Path) -> None:
    result = call("new-keys")

    values = dict(line.split("=", 1) for line in result.output.splitlines())
    assert len(values["TOSSBILL_SECRET_KEYS"]) >= 32
    assert Cipher.from_text(values["TOSSBILL_ENCRYPTION_KEYS"]).version == 1
    assert len(Settings(tossbill_entry_keys=values["TOSSBILL_ENTRY_KEYS"]).entry_keys) == 1
