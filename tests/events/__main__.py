"""``python -m tests.events``: checks the order of events with many writers on a database."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.events.order import run_writers
from tests.support.postgres import Postgres
from tossbill_ui import migrations


def main() -> None:
    """Write events, read and kill meanwhile, compare, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument(
        "--unlocked", action="store_true", help="plant a bug: write without the lock"
    )
    options = parser.parse_args()
    with TemporaryDirectory() as folder, _database(options.database, folder) as url:
        found = asyncio.run(
            run_writers(
                url,
                Path(folder),
                writers=options.writers,
                events=options.events,
                kills=options.kills,
                is_locked=not options.unlocked,
            )
        )
    print(
        f"{options.database}, {options.writers} writers, {found.kills} kills: "
        f"{found.written} events, missed {found.missed}, lost {found.lost}, "
        f"invented {found.invented}, "
        f"{found.seconds:.0f} s, {found.written / found.seconds:.0f} a second"
    )


@contextmanager
def _database(kind: str, folder: str) -> Generator[str]:
    server = Postgres() if kind == "postgresql" else None
    try:
        url = server.empty() if server else f"sqlite+aiosqlite:///{folder}/tossbill.db"
        migrations.upgrade(url)
        yield url
    finally:
        if server:
            server.close()


if __name__ == "__main__":
    main()
