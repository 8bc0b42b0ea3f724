import json
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.secret_file import load_secrets
from tossbill_ui.core.settings import SANDBOX_CLIENT_KEY, Mode, Settings


def make(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_missing_keys_select_the_local_sandbox() -> None:
    settings = make(tossbill_port=3210)

    assert settings.mode is Mode.SANDBOX
    assert settings.client_key == SANDBOX_CLIENT_KEY
    assert settings.api_base_url == "http://127.0.0.1:3210/sandbox"
    assert settings.sdk_url == "http://localhost:3210/sandbox/js/v2/standard"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOSSBILL_PORT", "PLANTED"),
        ("TOSSBILL_PORT", "99999"),
        ("TOSSBILL_BRAND_COLOR", "PLANTED"),
        ("TOSSBILL_BRAND_NAME", "PLANTED" * 10),
    ],
)
def test_invalid_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"^{name} is invalid: ") as caught:
        Settings()

    assert "PLANTED" not in caught.value.message
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgresql+psycopg://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("sqlite:////a/b.db", "sqlite+aiosqlite:////a/b.db"),
        ("sqlite+aiosqlite:////a/b.db", "sqlite+aiosqlite:////a/b.db"),
    ],
)
def test_database_url_gets_an_async_driver(given: str, used: str) -> None:
    assert make(tossbill_database_url=SecretStr(given)).database_url == used


@pytest.mark.parametrize("given", ["PLANTED", "mysql://u:PLANTED@h/n", "sqlite:PLANTED"])
def test_unsupported_database_is_refused_without_showing_its_password(given: str) -> None:
    with pytest.raises(SettingsError, match="TOSSBILL_DATABASE_URL") as caught:
        _ = make(tossbill_database_url=SecretStr(given)).database_url

    assert "PLANTED" not in caught.value.message


@pytest.mark.parametrize("mode", ["test", "live"])
def test_api_key_pair_selects_the_mode(mode: str) -> None:
    settings = make(toss_client_key=f"{mode}_ck_abc", toss_secret_key=SecretStr(f"{mode}_sk_abc"))

    assert settings.mode == mode
    assert settings.api_base_url == "https://api.tosspayments.com"
    assert settings.sdk_url == "https://js.tosspayments.com/v2/standard"


@pytest.mark.parametrize(
    ("client", "secret", "words"),
    [
        ("test_ck_a", "", "go together"),
        ("", "test_sk_a", "go together"),
        ("test_ck_a", "live_sk_a", "one pair"),
        ("test_gck_a", "test_gsk_a", "widget keys"),
        ("test_sk_a", "test_ck_a", "swapped"),
        ("nonsense", "test_sk_a", "go together"),
    ],
)
def test_wrong_keys_prevent_startup_with_one_sentence(client: str, secret: str, words: str) -> None:
    settings = make(toss_client_key=client, toss_secret_key=SecretStr(secret))

    with pytest.raises(SettingsError, match=words) as caught:
        _ = settings.mode

    assert "sk_a" not in caught.value.message.replace("…_sk_…", "")


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://Pay.Example.com", "https://pay.example.com"),
        ("https://pay.example.com:443/", "https://pay.example.com"),
        ("http://pay.example.com:80", "http://pay.example.com"),
        ("https://pay.example.com:4430", "https://pay.example.com:4430"),
        ("https://pay.example.com:80", "https://pay.example.com:80"),
        ("pay.example.com", "pay.example.com"),
    ],
)
def test_public_url_is_what_browsers_send_as_the_origin(given: str, origin: str) -> None:
    assert make(tossbill_public_url=given).public_url == origin


def test_dev_server_has_its_own_backend_address() -> None:
    settings = make().for_dev_server(frontend_port=3005, backend_port=8005)

    assert settings.public_url == "http://localhost:3005"
    assert settings.backend_url == "http://localhost:8005"
    assert settings.api_base_url == "http://127.0.0.1:8005/sandbox"


def test_postgresql_url_gets_the_async_driver() -> None:
    url = SecretStr("postgresql://u:p@host/db")

    assert make(tossbill_database_url=url).database_url == "postgresql+psycopg://u:p@host/db"


def test_repr_never_contains_secrets() -> None:
    settings = make(
        toss_client_key="test_ck_a",
        toss_secret_key=SecretStr("test_sk_PLANTED"),
        tossbill_secret_keys=SecretStr("PLANTED"),
        tossbill_database_url=SecretStr("postgresql://u:PLANTED@h/d"),
    )

    assert "PLANTED" not in f"{settings!r} {settings}"


def test_secrets_are_generated_once_with_private_permissions(tmp_path: Path) -> None:
    settings = make(tossbill_data_dir=tmp_path / "data")

    first, again = load_secrets(settings), load_secrets(settings)

    file = tmp_path / "data" / "secrets.json"
    assert first == again
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["secrets.json"]


def test_secrets_from_the_environment_take_precedence(tmp_path: Path) -> None:
    settings = make(tossbill_data_dir=tmp_path, tossbill_secret_keys=SecretStr("new, old"))

    signing, _ = load_secrets(settings)

    assert signing == ["new", "old"]


def test_live_mode_refuses_generated_secrets(tmp_path: Path) -> None:
    settings = make(
        toss_client_key="live_ck_a",
        toss_secret_key=SecretStr("live_sk_a"),
        tossbill_data_dir=tmp_path,
    )

    with pytest.raises(SettingsError, match="TOSSBILL_SECRET_KEYS"):
        load_secrets(settings)
    assert not list(tmp_path.iterdir())


def test_unreadable_secret_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{half")

    with pytest.raises(SettingsError, match="backup"):
        load_secrets(make(tossbill_data_dir=tmp_path))

    assert (tmp_path / "secrets.json").read_text() == "{half"
    with pytest.raises(ValueError, match="Expecting"):
        json.loads("{half")
