"""Pytest fixtures, registered when the package is installed; nothing to import."""

from collections.abc import Generator

import pytest

from tossbill_sandbox.testing import TossSandbox, toss_on_a_port


@pytest.fixture
def toss_sandbox() -> Generator[TossSandbox]:
    """A fresh sandbox in this process, without sockets: for async code that takes a transport."""
    toss = TossSandbox()
    yield toss
    toss.app.close()


@pytest.fixture
def toss_server() -> Generator[TossSandbox]:
    """A fresh sandbox on a port of its own: for any code that takes a base URL."""
    with toss_on_a_port() as toss:
        yield toss
