"""Commands beside a running app: on another port, stopped, killed, and beside other apps."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.docs.test_command_docs import COMMANDS
from tests.support.commands import call, rows
from tests.support.customer import Customer
from tests.support.isolated import isolate
from tests.support.server import Server, free_port
from tossbill_ui import migrations
from tossbill_ui.build import ensure_build
from tossbill_ui.core import running_app
from tossbill_ui.core.running_app import announced
from tossbill_ui.core.settings import Settings

NOBODY = "0" * 32
# Commands that need the time or Toss, with what they print beside an app that has no such rows.
NEEDS_APP = {
    "charge-due": ((), 0, "0 examined: 0 charged"),
    "settle": ((), 0, "0 payments and 0 refunds examined"),
    "reconcile": ((), 0, "0 payments compared"),
    "review approve": ((NOBODY,), 1, "Nothing waits for an operator"),
    "review resolve": ((NOBODY, "--as", "closed"), 1, "Nothing can be resolved"),
    "review fail": ((NOBODY,), 1, "No unresolved registration"),
    "refund": ((NOBODY, "--all", "--reason", "r"), 1, "No such payment"),
    "card-expiry": ((NOBODY, "2027-03"), 1, "no such payment method"),
    "lower-price": (("basic",), 0, "0 subscriptions will pay less"),
    "raise-price": (("basic",), 0, "0 customers asked now"),
    "demo": ((), 0, ""),
    "customer link": (("member-1",), 0, "/enter/"),
    "customer export": ((NOBODY,), 1, "no such customer"),
    "customer erase": ((NOBODY, "--yes"), 1, "no such customer"),
    "api-key add": (("--name", "n", "--scopes", "read"), 0, "tb_test_"),
    "api-key revoke": ((NOBODY,), 1, "no such"),
    "webhooks add": (("http://127.0.0.1:9/",), 0, "whsec_"),
    "webhooks remove": ((NOBODY,), 1, "no such webhook endpoint"),
    "webhooks on": ((NOBODY,), 1, "no such webhook endpoint"),
    "webhooks off": ((NOBODY,), 1, "no such webhook endpoint"),
    "webhooks rotate": ((NOBODY,), 1, "no such webhook endpoint"),
    "webhooks replay": ((NOBODY, "--from", "1"), 1, "no such webhook endpoint"),
    "webhooks test": ((NOBODY,), 1, "no such webhook endpoint"),
    "session revoke": ((NOBODY,), 1, "no such session"),
    "email": ((NOBODY, "a@example.com"), 1, "no such customer"),
}
# Commands that neither need the time nor Toss.
NEEDS_NO_APP = {
    *("migrate", "seed", "review list", "rotate-keys", "mailbox", "doctor", "new-keys"),
    *("backup", "restore", "session list", "webhooks list", "api-key list"),
}
SERVES = {"run", "worker", "dev", "build", "sandbox"}
AT = "2027-01-10T11:00:00+09:00"


def words(name: str) -> list[str]:
    return [*name.split(), *NEEDS_APP[name][0]]


def settings_at(port: int) -> Settings:
    return Settings(tossbill_port=port)


@pytest.fixture
def database() -> None:
    migrations.upgrade(Settings().database_url)


def test_every_command_is_in_one_of_the_lists() -> None:
    listed = [*NEEDS_APP, *NEEDS_NO_APP, *SERVES]

    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(NEEDS_APP))
def test_nothing_is_done_without_an_app_and_the_exit_code_says_so(name: str) -> None:
    result = call(*words(name))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: Nothing was done: no app runs on ")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", sorted(NEEDS_APP))
def test_a_port_without_an_app_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(port := free_port()))

    result = call(*words(name))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"the sandbox's clock at http://127.0.0.1:{port}/sandbox does not respond" in (
        result.stderr
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["seed", "review list", "rotate-keys", "mailbox"])
def test_commands_that_need_no_time_need_no_app(name: str) -> None:
    assert call(*name.split()).exit_code == 0


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "3000 ", "²"])
@pytest.mark.parametrize("name", ["charge-due", "doctor", "migrate", "mailbox"])
def test_a_malformed_port_is_one_clear_sentence(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", text)

    result = call(name)

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: PORT is invalid: ")
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_port_wins_over_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSSBILL_PORT", "3005")
    monkeypatch.setenv("PORT", "3001")

    assert "the public URL is http://localhost:3001\n" in call("doctor").output


def test_an_app_is_found_only_while_it_runs() -> None:
    settings = settings_at(3001)

    with announced(settings):
        found = running_app.find(settings_at(3000), port=None)
    after = running_app.find(settings_at(3000), port=None)

    assert found
    assert (found.port, found.api_base_url) == (3001, "http://127.0.0.1:3001/sandbox")
    assert (after, list(settings.tossbill_data_dir.iterdir())) == (None, [])


def test_the_file_of_a_killed_app_is_stale_until_the_next_one() -> None:
    settings = settings_at(3001)
    with announced(settings):
        [file] = settings.tossbill_data_dir.iterdir()
        left = shutil.copy(file, file.with_name("copy"))
    Path(left).rename(file)

    assert running_app.find(settings, port=None) is None
    with announced(settings):
        assert running_app.find(settings, port=None)


def test_the_end_of_an_app_leaves_the_file_of_its_successor() -> None:
    settings = settings_at(3001)
    with ExitStack() as former:
        former.enter_context(announced(settings))
        with announced(settings):
            former.close()
            assert running_app.find(settings, port=None)


def test_of_two_apps_on_the_same_data_one_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.upgrade(Settings().database_url)
    with announced(settings_at(3001)), announced(settings_at(3002)):
        unnamed = call("settle")
        assert running_app.find(Settings(), port=3002)
        monkeypatch.setenv("PORT", "3003")
        third = call("settle")

    assert (unnamed.exit_code, third.exit_code) == (1, 1)
    assert "Apps on ports 3001 and 3002 use " in unnamed.stderr
    assert "PORT=3001 tossbill" in unnamed.stderr
    assert "is on port 3001 and 3002, not on 3003" in third.stderr


def test_only_a_sandbox_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", "test_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", "test_sk_a")

    with announced(Settings()):
        assert not Settings().tossbill_data_dir.exists()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    ensure_build()
    server = Server(tmp_path_factory.mktemp("app") / "data")
    server.start()
    server.control("POST", "clock/set", json={"at": AT, "stopped": True})
    yield server
    server.stop()


@pytest.mark.processes
# `tests/demo` runs the demo: it would move the clock.
@pytest.mark.parametrize("name", sorted(NEEDS_APP.keys() - {"demo"}))
def test_a_command_finds_the_app_on_its_data_whatever_the_port(
    name: str, app: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, app.data)
    _, code, output = NEEDS_APP[name]

    result = call(*words(name))

    assert output in result.output
    assert result.exit_code == code


@pytest.mark.processes
def test_a_command_records_the_time_of_the_apps_clock(
    app: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch, app.data)
    with Customer(app.url) as customer:
        assert customer.register() == "issued"
    [(method,)] = rows("SELECT id FROM payment_method")

    assert call("card-expiry", method, "2027-03").exit_code == 0

    [(at,)] = rows("SELECT at FROM audit_entry WHERE kind = 'expiry.changed'")
    assert datetime.fromisoformat(f"{at}+00:00") == datetime.fromisoformat(AT)


@pytest.mark.processes
def test_the_app_of_another_shop_is_not_used(app: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own app has ended, and another shop listens on the port of the settings."""
    migrations.upgrade(Settings().database_url)
    monkeypatch.setenv("TOSSBILL_PORT", str(app.port))

    assert "no app runs on" in call("charge-due").stderr


@pytest.mark.processes
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_app_is_not_found_after_its_end(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(tmp_path / "shop")
    server.start()
    isolate(monkeypatch, server.data)
    before = call("settle")

    server.kill() if end == "kill" else server.stop()

    assert (before.exit_code, before.output) == (0, "0 payments and 0 refunds examined.\n")
    assert "no app runs on" in call("settle").stderr
