"""A database file has one lock, whatever path leads to it; the kernel releases it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tossbill_ui.core.lock import alone_on

HOLDER = """
import sys
from pathlib import Path
from tossbill_ui.core.lock import alone_on
with alone_on(Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


def test_two_paths_to_one_database_share_its_lock(tmp_path: Path) -> None:
    real, link = tmp_path / "real.db", tmp_path / "other" / "link.db"
    real.touch()
    link.parent.mkdir()
    link.symlink_to(real)

    with alone_on(real) as first, alone_on(link) as second:
        assert (first, second) == (True, False)
    with alone_on(link) as third:
        assert third


def test_two_databases_have_separate_locks(tmp_path: Path) -> None:
    with alone_on(tmp_path / "one.db") as one, alone_on(tmp_path / "two.db") as two:
        assert (one, two) == (True, True)


@pytest.mark.processes
def test_killed_process_releases_the_lock(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"True\n"
        with alone_on(database) as while_held:
            assert not while_held
        holder.kill()
        holder.wait()

    with alone_on(database) as after_kill:
        assert after_kill
