"""Pytest fixtures, registered when the package is installed; nothing to import.

Every run of pytest loads this module, also those that need no sandbox: the sandbox itself is
imported by the first test that does.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tossbill_sandbox.testing import TossSandbox


@pytest.fixture
def toss_sandbox() -> Generator[TossSandbox]:
    """A fresh sandbox in this process, without sockets: for async code that takes a transport."""
    from tossbill_sandbox.testing import TossSandbox

    toss = TossSandbox()
    yield toss
    toss.app.close()


@pytest.fixture
def toss_server() -> Generator[TossSandbox]:
    """A fresh sandbox on a port of its own: for any code that takes a base URL."""
    from tossbill_sandbox.testing import toss_on_a_port

    with toss_on_a_port() as toss:
        yield toss
