"""``python -m tests.proof.inputs``: some spoiled inputs of one kind, again."""

from __future__ import annotations

import click

from tests.proof.inputs.kinds import KINDS, spoil


@click.command()
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--inputs", default=500, show_default=True)
def main(kind: str, seed: int, inputs: int) -> None:
    """Try inputs; show where it goes wrong, or what became of them."""
    click.echo(f"{kind}, seed {seed}: {dict(spoil(kind, seed, inputs))}")


if __name__ == "__main__":
    main()
