"""The ``tossbill`` command and what the doctor says."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from tossbill_ui import migrations
from tossbill_ui.cli import main
from tossbill_ui.core.crypto import Cipher
from tossbill_ui.core.settings import Settings
from tossbill_ui.doctor import examine


def texts(settings: Settings) -> str:
    return "\n".join(finding.text for finding in examine(settings))


def test_a_fresh_sandbox_is_healthy() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)

    findings = examine(settings)

    assert all(finding.ok for finding in findings)
    assert "sandbox mode" in texts(settings)
    assert "schema is at" in texts(settings)


def test_an_old_schema_is_found() -> None:
    settings = Settings()
    settings.tossbill_data_dir.mkdir(parents=True)

    assert "run `tossbill migrate`" in texts(settings)


def test_readable_secrets_are_found() -> None:
    settings = Settings()
    migrations.upgrade(settings.database_url)
    examine(settings)
    (settings.tossbill_data_dir / "secrets.json").chmod(0o644)

    assert "chmod 600" in texts(settings)


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
