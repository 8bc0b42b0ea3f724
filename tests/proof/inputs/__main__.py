"""``python -m tests.proof.inputs``: repeats corrupted inputs of one kind."""

from __future__ import annotations

import click

from tests.proof.inputs.kinds import KINDS, try_inputs


@click.command()
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--inputs", default=500, show_default=True)
def main(kind: str, seed: int, inputs: int) -> None:
    """Try inputs; print their outcomes, or the traceback of a failure."""
    click.echo(f"{kind}, seed {seed}: {dict(try_inputs(kind, seed, inputs))}")


if __name__ == "__main__":
    main()
