"""Any number of seeds by command: ``python -m tests.simulation --seeds 1000 --first 0``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from tests.simulation.frozen_loop import run
from tests.simulation.seeds import Size, tell_all
from tests.simulation.story import scratch, tell
from tossbill_ui import migrations


@click.command()
@click.option("--seeds", default=30, show_default=True)
@click.option("--first", default=0, show_default=True)
@click.option("--months", default=24, show_default=True)
@click.option("--people", default=20, show_default=True)
@click.option("--trace", is_flag=True, help="In this process, to show where it goes wrong.")
def main(seeds: int, first: int, months: int, people: int, *, trace: bool) -> None:
    """Tell stories until one goes wrong, and print the line that tells it again."""
    wanted = range(first, first + seeds)
    if trace:
        _trace(wanted, Size(months, people))
        return
    for told in tell_all(wanted, Size(months, people), processes=os.cpu_count() or 1):
        if told.wrong:
            sys.exit(f"seed {told.seed} goes wrong: {told.wrong}")
        click.echo(f"seed {told.seed}: {told.counts} in {told.cpu_seconds:.1f} CPU-s")


def _trace(seeds: range, size: Size) -> None:
    with scratch() as folder:
        empty = Path(folder) / "empty.db"
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        for seed in seeds:
            counts = run(tell(seed, empty, months=size.months, people=size.people))
            click.echo(f"seed {seed}: {counts}")


if __name__ == "__main__":  # also loaded, under another name, by the processes it starts
    main()
