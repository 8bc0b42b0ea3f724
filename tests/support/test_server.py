"""The app process that tests start is not left running when it fails to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import server
from tests.support.server import Server

pytestmark = pytest.mark.processes


def test_app_that_is_not_ready_in_time_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "START_SECONDS", 0.0)
    late = Server(tmp_path / "data")

    with pytest.raises(TimeoutError):
        late.start()

    assert late.process is not None
    assert late.process.poll() is not None
