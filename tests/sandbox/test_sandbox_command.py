"""The standalone command: its options, and what it says when it cannot serve."""

import socket
import sqlite3
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from tests.sandbox.client import SandboxClient
from tossbill_sandbox import standalone
from tossbill_sandbox.app import Sandbox
from tossbill_sandbox.command import main
from tossbill_sandbox.control.local_only import NearNetworks
from tossbill_sandbox.store import store
from tossbill_ui.cli import main as tossbill

BRIDGE = ip_network("172.16.0.0/12")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """Record how the server would be run, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    calls: list[dict[str, Any]] = []

    def serve(listener: socket.socket, **options: Any) -> None:
        listener.close()
        calls.append(options)

    monkeypatch.setattr(standalone, "serve", serve)
    return calls


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_sandbox_is_in_the_callers_folder_by_default(served: list[dict[str, Any]]) -> None:
    result = run("--port", "0")

    assert result.exit_code == 0
    assert result.stderr.startswith("The sandbox of Toss is at http://localhost:")
    options = {"seed": None, "any_key": False, "control_from": ()}
    assert served == [{"database": Path(".data/sandbox.db"), **options}]


def test_every_option_reaches_the_server(served: list[dict[str, Any]]) -> None:
    options = ["--db", ":memory:", "--seed", "7", "--any-key", "--control-from", str(BRIDGE)]

    run("--port", "0", "--host", "::1", *options)

    given = {"seed": "7", "any_key": True, "control_from": (BRIDGE,)}
    assert served == [{"database": Path(":memory:"), **given}]


def test_app_has_the_same_command_with_its_own_folder(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    CliRunner().invoke(tossbill, ["sandbox", "--port", "0", "--db", "mine.db"])

    assert served[0]["database"] == tmp_path / "mine.db"


def test_port_in_use_is_a_sentence(served: list[dict[str, Any]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--port", str(port))

    assert result.exit_code == 1
    assert result.stderr == f"Error: Port {port} is already in use; choose another with --port.\n"
    assert served == []


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "1.2.3.4.5", "\ud800"])
def test_unknown_address_is_a_sentence(host: str) -> None:
    result = run("--host", host, "--port", "0")

    assert result.exit_code == 1
    assert "is not an address of this machine" in result.stderr


def test_command_listens_at_the_address_of_the_environment() -> None:
    documentation_only = {"HOST": "192.0.2.1"}

    result = CliRunner().invoke(main, ["--port", "0"], env=documentation_only)

    sentence = "192.0.2.1, from the variable HOST, is not an address of this machine."
    assert sentence in result.stderr


def database_with(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "folder is not a database of the sandbox."),
        ("notes.txt", "notes.txt is not a database of the sandbox."),
        ("other.db", "other.db is not a database of the sandbox."),
        ("notes.txt/sandbox.db", "notes.txt/sandbox.db cannot be opened: "),
        ("newer.db", "The sandbox file has schema 99, this version needs"),
    ],
)
def test_file_that_no_sandbox_can_use_is_a_sentence(
    served: list[dict[str, Any]], tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("What to do today, and tomorrow, and after that. " * 40)
    database_with(tmp_path / "other.db", "CREATE TABLE clock (at TEXT)")
    database_with(tmp_path / "newer.db", "PRAGMA user_version = 99")

    result = run("--port", "0", "--db", name)

    assert (result.exit_code, served) == (1, [])
    assert result.stderr.startswith(f"Error: {sentence}")
    assert len(result.stderr.splitlines()) == 1


def test_locked_file_is_a_sentence(
    served: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        result = run("--port", "0", "--db", "sandbox.db")

    assert (result.exit_code, served) == (1, [])
    assert result.stderr == "Error: sandbox.db cannot be opened: database is locked.\n"


def test_server_for_other_machines_says_at_which_port(served: list[dict[str, Any]]) -> None:
    result = run("--port", "0", "--host", "0.0.0.0", "--db", ":memory:")  # noqa: S104 - meant

    [ours, theirs] = result.stderr.splitlines()
    port = ours.removesuffix("/sandbox/").rpartition(":")[2]
    assert theirs == f"Other machines reach it at port {port} of this machine."


def test_unknown_network_is_a_sentence() -> None:
    result = run("--control-from", "the office")

    assert result.exit_code == 2
    assert "does not appear to be an IPv4 or IPv6 network" in result.stderr


@pytest.mark.parametrize(
    ("caller", "headers", "status"),
    [
        ("172.17.0.1", {"host": "localhost:4242"}, 200),
        ("172.17.0.1", {"host": "sandbox:4242"}, 200),
        ("172.17.0.1", {"host": "sandbox:4242", "origin": "http://evil.test"}, 403),
        ("172.17.0.1", {"host": "pay.example.com"}, 403),
        ("172.17.0.1", {"host": "localhost:4242", "x-forwarded-for": "172.17.0.9"}, 200),
        ("172.17.0.1", {"host": "localhost:4242", "x-forwarded-for": "203.0.113.9"}, 403),
        ("172.17.0.1", {"host": "localhost:4242", "via": "1.1 proxy"}, 403),
        ("203.0.113.9", {"host": "localhost:4242"}, 403),
        ("127.0.0.1", {"host": "localhost:4242"}, 200),
    ],
)
async def test_near_network_may_use_the_control_api(
    sandbox: Sandbox, caller: str, headers: dict[str, str], status: int
) -> None:
    transport = httpx.ASGITransport(NearNetworks(sandbox, [BRIDGE]), client=(caller, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as http:
        answer = await http.get("/_control/ledger", headers=headers)

    assert answer.status_code == status


async def test_no_network_is_near_by_default(client: SandboxClient) -> None:
    answer = await client.http.get("_control/ledger", headers={"host": "sandbox:4242"})

    assert answer.status_code == 403
