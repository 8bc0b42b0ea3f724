"""``python -m tests.attacks``: sends spoiled inputs to everything that strangers can reach."""

from __future__ import annotations

import logging
import multiprocessing
import sys
from collections import Counter, defaultdict

import click

from tests.attacks.inputs.running import SURFACES, Result, pieces, run, run_piece
from tossbill_ui.build import ensure_build

PIECE = 1_000
SPAWN = multiprocessing.get_context("spawn")


@click.command()
@click.option("--inputs", default=100_000, show_default=True, help="How many, of all surfaces.")
@click.option("--surface", type=click.Choice(list(SURFACES)), multiple=True, help="Only these.")
@click.option("--seed", default=0, show_default=True)
@click.option("--only", type=int, help="Only the input with this number, of one surface.")
@click.option("--processes", default=2, show_default=True)
def main(
    inputs: int, surface: tuple[str, ...], seed: int, only: int | None, processes: int
) -> None:
    """Send the inputs; print the counts by surface, and exit with 1 if any did harm."""
    logging.getLogger().addHandler(logging.NullHandler())
    ensure_build()
    if only is not None:
        if len(surface) != 1:
            sys.exit("--only needs one --surface")
        click.echo(dict(run(surface[0], seed, [only])))
        return
    wanted = [each for each in pieces(inputs, seed, PIECE) if each[0] in (surface or SURFACES)]
    wanted.sort(key=lambda each: (each[2].start, each[0]))  # each surface begins at once
    with SPAWN.Pool(processes, maxtasksperchild=20) as pool:
        results = list(pool.imap_unordered(run_piece, wanted))
    _print(results)
    if broken := [result.failure for result in results if result.failure]:
        click.echo("\n\n".join(broken))
        sys.exit(f"{len(broken)} of {len(wanted)} pieces failed")


def _print(results: list[Result]) -> None:
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: Counter[str] = Counter()
    for result in results:
        outcomes[result.surface] += result.found
        seconds[result.surface] += result.cpu_seconds  # pyright: ignore[reportArgumentType] - seconds are floats
    for surface, found in sorted(outcomes.items()):
        each = ", ".join(f"{name} {times:,}" for name, times in sorted(found.items()))
        click.echo(
            f"{surface}: {found.total():,} inputs, {seconds[surface]:.0f} s of CPU\n  {each}"
        )
    every = sum(found.total() for found in outcomes.values())
    click.echo(f"in all: {every:,} inputs, {sum(seconds.values()):.0f} s of CPU")


if __name__ == "__main__":  # the processes of the pool load it too, under another name
    main()
