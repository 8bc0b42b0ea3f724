"""``python -m tests.walk``: prints the modules each traced value passes, with counts.

`table` lists the walks, and `trace` defines what is counted.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from tests.walk.table import WALKS, Walk
from tests.walk.trace import figures, stays
from tests.walk.walking import take
from tossbill_ui import migrations
from tossbill_ui.core.settings import Settings


def main() -> None:
    """Print every walk of the table, with the settings of a new installation."""
    Settings.model_config["env_file"] = None
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TOSSBILL_DATA_DIR"] = f"{folder}/data"
        empty = Path(folder, "empty.db")
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        for number, walk in enumerate(WALKS):
            walk_folder = Path(folder, str(number))
            walk_folder.mkdir()
            shutil.copy(empty, walk_folder / "tossbill.db")
            _show(walk, walk_folder)


def _show(walk: Walk, folder: Path) -> None:
    """Run a walk in a folder with an empty database, and print it."""
    calls = asyncio.run(take(walk, folder, f"sqlite+aiosqlite:///{folder / 'tossbill.db'}"))
    print(f"\n{walk.name}")
    for number, stay in enumerate(stays(calls), 1):
        print(f"  {number:3}  {stay.room:32} {', '.join(stay.functions)}")
    counted = figures(calls)
    print(
        f"  {counted.stays} stays in {counted.rooms} rooms, {counted.returns} returns", flush=True
    )


if __name__ == "__main__":
    main()
