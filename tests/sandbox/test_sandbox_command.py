"""The standalone command: its options, and what it says when it cannot serve."""

import socket
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
from tossbill_ui.cli import main as tossbill

BRIDGE = ip_network("172.16.0.0/12")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Record how the server would be run."""
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
    assert served == [{"database": Path(".data/sandbox.db"), "seed": None, "control_from": ()}]


def test_every_option_reaches_the_server(served: list[dict[str, Any]]) -> None:
    options = ["--db", ":memory:", "--seed", "7", "--control-from", str(BRIDGE)]

    run("--port", "0", "--host", "::1", *options)

    assert served == [{"database": Path(":memory:"), "seed": "7", "control_from": (BRIDGE,)}]


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

    assert "192.0.2.1 is not an address of this machine." in result.stderr


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
