"""Command that runs any number of seeds: ``python -m tests.simulation --seeds 1000``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from tests.simulation.frozen_loop import run
from tests.simulation.seeds import Size, run_seeds
from tests.simulation.story import run_seed, scratch_folder
from tossbill_ui import migrations


@click.command()
@click.option("--seeds", default=30, show_default=True)
@click.option("--first", default=0, show_default=True)
@click.option("--months", default=24, show_default=True)
@click.option("--people", default=20, show_default=True)
@click.option("--trace", is_flag=True, help="Run in this process, to show the traceback.")
def main(seeds: int, first: int, months: int, people: int, *, trace: bool) -> None:
    """Run seeds until one fails, and print the command that repeats it."""
    wanted = range(first, first + seeds)
    if trace:
        _trace(wanted, Size(months, people))
        return
    for result in run_seeds(wanted, Size(months, people), processes=os.cpu_count() or 1):
        if result.failure:
            sys.exit(f"seed {result.seed} fails: {result.failure}")
        click.echo(f"seed {result.seed}: {result.counts} in {result.cpu_seconds:.1f} CPU-s")


def _trace(seeds: range, size: Size) -> None:
    with scratch_folder() as folder:
        empty = Path(folder) / "empty.db"
        migrations.upgrade(f"sqlite+aiosqlite:///{empty}")
        for seed in seeds:
            counts = run(run_seed(seed, empty, months=size.months, people=size.people))
            click.echo(f"seed {seed}: {counts}")


if __name__ == "__main__":  # the processes it starts load it too, under another name
    main()
