"""The whole app on IPv6 only: it reaches its own sandbox."""

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.customer import Customer
from tests.support.server import Server
from tossbill_ui.build import ensure_build

pytestmark = pytest.mark.processes


@pytest.fixture
def on_ipv6(tmp_path: Path) -> Generator[Server]:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    ensure_build()
    server = Server(tmp_path / "data", host="[::1]", environment={"HOST": "::1"})
    server.environment["TOSSBILL_PUBLIC_URL"] = server.url
    server.start()
    yield server
    server.stop()


def test_a_card_is_registered_over_ipv6(on_ipv6: Server) -> None:
    with Customer(on_ipv6.url) as customer:
        shown = customer.register()

    assert shown == "issued"
    on_ipv6.assert_ledgers_agree()
