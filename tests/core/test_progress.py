"""Progress of slow steps, on a terminal and in a file."""

from __future__ import annotations

import io
import threading

import pytest

from tossbill_ui.core import progress
from tossbill_ui.core.progress import step


class Terminal(io.StringIO):
    """A terminal that reports when a step has shown its seconds three times."""

    def __init__(self) -> None:
        super().__init__()
        self.has_counted = threading.Event()

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        if self.getvalue().count("\r") >= 3:
            self.has_counted.set()


def test_a_step_is_one_line_where_there_is_no_terminal() -> None:
    file = io.StringIO()

    with step("Packages", stream=file):
        assert file.getvalue() == "Packages …\n"

    assert file.getvalue() == "Packages …\n"


def test_a_terminal_shows_the_seconds_of_a_step_in_one_line() -> None:
    terminal = Terminal()

    with step("Packages", stream=terminal):
        assert terminal.getvalue() == "\rPackages … 0 s"

    assert terminal.getvalue().endswith("\rPackages … 0 s\n")
    assert terminal.getvalue().count("\n") == 1


def test_the_seconds_are_counted_while_a_step_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TICK_SECONDS", 0.0)
    terminal = Terminal()

    with step("Packages", stream=terminal):
        assert terminal.has_counted.wait(60)


def test_a_failed_step_ends_its_line() -> None:
    terminal = Terminal()

    with pytest.raises(OSError, match="planted"), step("Packages", stream=terminal):
        raise OSError("planted")

    assert terminal.getvalue().endswith("\n")
