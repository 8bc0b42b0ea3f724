"""``python -m tests.events``: the order of events, with any number of them, on either database."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.events.order import story
from tests.support.postgres import Postgres
from tossbill_ui import migrations


def main() -> None:
    """Write, read, kill, compare, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--unlocked", action="store_true", help="plant the bug: no lock")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, _database(asked.database, folder) as url:
        found = asyncio.run(
            story(
                url,
                Path(folder),
                writers=asked.writers,
                events=asked.events,
                kills=asked.kills,
                is_locked=not asked.unlocked,
            )
        )
    print(
        f"{asked.database}, {asked.writers} writers, {found.kills} kills: {found.written} events, "
        f"missed {found.missed}, lost {found.lost}, invented {found.invented}, "
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
