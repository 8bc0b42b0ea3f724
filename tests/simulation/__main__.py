"""Any number of seeds by command: ``python -m tests.simulation --seeds 1000 --first 0``."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import click

from tests.simulation.story import scratch, tell
from tossbill_ui import migrations


@click.command()
@click.option("--seeds", default=30, show_default=True)
@click.option("--first", default=0, show_default=True)
@click.option("--months", default=24, show_default=True)
@click.option("--people", default=20, show_default=True)
def main(seeds: int, first: int, months: int, people: int) -> None:
    """Tell stories until one goes wrong, and print the line that tells it again."""
    logging.disable(logging.CRITICAL)
    with scratch() as folder:
        empty = Path(folder) / "empty.db"
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        for seed in range(first, first + seeds):
            began = time.process_time()
            try:
                counts = asyncio.run(tell(seed, empty, months=months, people=people))
            except BaseException:
                click.echo(
                    f"seed {seed} fails: python -m tests.simulation --seeds 1 --first {seed}"
                    f" --months {months} --people {people}"
                )
                raise
            click.echo(f"seed {seed}: {counts} in {time.process_time() - began:.1f} CPU-s")


main()
