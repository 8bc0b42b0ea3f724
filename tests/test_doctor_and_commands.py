"""The ``tossbill`` command and what the doctor says."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from pydantic import SecretStr

from tests.payment_methods.flow import register
from tests.support.server import free_port
from tests.support.wire import Wire, lose
from tossbill_ui import migrations
from tossbill_ui.cli import main
from tossbill_ui.core.crypto import Cipher, new_encryption_key
from tossbill_ui.core.secret_file import load_secrets
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.session import new_session
from tossbill_ui.doctor import examine
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient


def texts(settings: Settings) -> str:
    return "\n".join(finding.text for finding in examine(settings))


def test_a_fresh_sandbox_is_healthy() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)

    findings = examine(settings)

    assert all(finding.ok for finding in findings)
    assert "sandbox mode" in texts(settings)
    assert "schema is at" in texts(settings)


def _add_price(settings: Settings, starts_on: str, amount_krw: int) -> None:
    engine = sa.create_engine(sa.make_url(settings.database_url).set(drivername="sqlite"))
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO plan (code, name, description, setup_text, grace_days, when_unpaid,"
                " is_offered, position) VALUES ('tiny', 'Tiny', '', '', 7, 'end', 1, 0)"
                " ON CONFLICT DO NOTHING"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO price (id, plan_code, starts_on, amount_krw, tax_free_krw, unit,"
                " count, trial_days) VALUES (:on, 'tiny', :on, :amount, 0, 'month', 1, 0)"
            ),
            {"on": starts_on, "amount": amount_krw},
        )
    engine.dispose()


def test_a_price_below_the_least_amount_is_found_until_another_follows() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)
    _add_price(settings, "2026-01-01", 150)
    assert "tiny costs 150 won from 2026-01-01 on" in texts(settings)

    _add_price(settings, "2026-02-01", 200)
    assert "tiny" not in texts(settings)


def test_an_old_schema_is_found() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)
    command.downgrade(migrations.alembic_config(settings.database_url), "base")

    assert "run `tossbill migrate`" in texts(settings)


def test_on_a_fresh_machine_the_doctor_is_content_and_makes_nothing() -> None:
    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == 0, result.output
    assert "FIX" not in result.output
    assert "will be made" in result.output
    assert not Settings().tossbill_data_dir.exists()


@pytest.mark.parametrize("name", ["rotate-keys", "doubts"])
def test_without_a_database_a_command_says_so_and_makes_nothing(name: str) -> None:
    result = CliRunner().invoke(main, [name])

    assert result.exit_code == 1
    assert "There is no database" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not Settings().tossbill_data_dir.exists()


def test_a_lost_encryption_key_stops_the_rotation_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(in_doubt())
    monkeypatch.setenv("TOSSBILL_ENCRYPTION_KEYS", f"2:{new_encryption_key()}")

    result = CliRunner().invoke(main, ["rotate-keys"])

    assert result.exit_code == 1
    assert "cannot be opened" in result.output
    assert len(result.output.strip().splitlines()) == 1


async def in_doubt() -> str:
    """Leave a registration in doubt in the database of the settings; return its id."""
    await asyncio.to_thread(migrations.upgrade, Settings().database_url)
    wire = Wire()
    wire.then(lose)
    toss = TossClient(
        base_url="https://toss.test",
        secret_key=SecretStr("test_sk_a"),
        transport=wire.transport(),
    )
    rt = replace(Runtime.from_settings(Settings()), toss=toss)
    outcome = await register(rt, new_session())
    await rt.close()
    return outcome.registration.id


def test_a_registration_in_doubt_is_listed_and_ended_by_hand() -> None:
    registration_id = asyncio.run(in_doubt())
    run = CliRunner().invoke

    listed = run(main, ["doubts"])
    ended = run(main, ["doubts", registration_id, "--as", "failed"])
    again = run(main, ["doubts", registration_id, "--as", "failed"])

    assert registration_id in listed.output
    assert "attempts: 1" in listed.output
    assert (ended.exit_code, again.exit_code) == (0, 1)
    assert "is not in doubt" in again.output
    assert run(main, ["doubts"]).output == "No registration is in doubt.\n"


@pytest.mark.parametrize("arguments", [["doubts", "f" * 32], ["doubts", "--as", "failed"]])
def test_half_a_settlement_is_a_wrong_use(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


@pytest.mark.parametrize("name", ["secrets.json", "tossbill.db"])
def test_files_that_others_can_read_are_found(name: str) -> None:
    settings = Settings()
    load_secrets(settings)
    migrations.upgrade(settings.database_url)
    assert all(finding.ok for finding in examine(settings))
    (settings.tossbill_data_dir / name).chmod(0o644)

    assert f"chmod 600 {settings.tossbill_data_dir / name}" in texts(settings)


def test_live_mode_needs_https_and_its_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", "live_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", "live_sk_PLANTED")

    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == 1
    assert "TOSSBILL_SECRET_KEYS" in result.output
    assert "https" in result.output
    assert "PLANTED" not in result.output


def test_an_unreachable_database_is_said_without_its_password() -> None:
    settings = Settings().model_copy(
        update={"tossbill_database_url": SecretStr("postgresql://u:PLANTED@127.0.0.1:1/nowhere")}
    )

    said = texts(settings)

    assert "database does not answer" in said
    assert "PLANTED" not in said


def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["run", "--port", str(port)])

    assert result.exit_code == 1
    assert result.output.strip() == (
        f"Error: Port {port} is taken; choose another: PORT=3001 make run"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "2001:db8::1", "a b"])
def test_a_host_that_is_not_ours_is_one_clear_sentence(host: str) -> None:
    result = CliRunner().invoke(main, ["run", "--host", host, "--port", str(free_port())])

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: HOST={host} is no address of this machine")
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["run", "doctor", "migrate", "rotate-keys"])
def test_a_malformed_setting_is_one_clear_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TOSSBILL_PORT", "abc")

    result = CliRunner().invoke(main, [name])

    assert result.exit_code == 1
    assert result.output.startswith("Error: TOSSBILL_PORT has a wrong form")
    assert len(result.output.strip().splitlines()) == 1


def test_mixed_keys_stop_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", "test_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", "live_sk_PLANTED")

    result = CliRunner().invoke(main, ["run"])

    assert result.exit_code == 1
    assert "use one pair" in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert "PLANTED" not in result.output


def test_new_keys_fit_the_settings(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new-keys"])

    values = dict(line.split("=", 1) for line in result.output.splitlines())
    assert len(values["TOSSBILL_SECRET_KEYS"]) >= 32
    assert Cipher.from_text(values["TOSSBILL_ENCRYPTION_KEYS"]).version == 1
