"""One database file, however it is reached, has one lock; the kernel lets go of it."""

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


def test_two_folders_on_one_database_notice_each_other(tmp_path: Path) -> None:
    real, link = tmp_path / "real.db", tmp_path / "other" / "link.db"
    real.touch()
    link.parent.mkdir()
    link.symlink_to(real)

    with alone_on(real) as first, alone_on(link) as second:
        assert (first, second) == (True, False)
    with alone_on(link) as third:
        assert third


def test_two_databases_do_not_meet(tmp_path: Path) -> None:
    with alone_on(tmp_path / "one.db") as one, alone_on(tmp_path / "two.db") as two:
        assert (one, two) == (True, True)


@pytest.mark.processes
def test_a_killed_process_lets_go(tmp_path: Path) -> None:
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

    with alone_on(database) as afterwards:
        assert afterwards
