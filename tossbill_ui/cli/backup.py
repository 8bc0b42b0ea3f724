"""Commands that back up and restore the database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import read_settings
from tossbill_ui.cli.output import counted

KEYS = (
    "The encryption and signing keys are not in it: keep them in another place. "
    "Without them no card in it can be charged."
)


def _summary(rows: Mapping[str, int]) -> str:
    return f"{counted(sum(rows.values()), 'row')} in {counted(len(rows), 'table')}"


@click.command()
@click.argument("path", type=options.CallersPath())
def backup(path: Path) -> None:
    """Write a verified copy of the database to a new file PATH, beside the running app."""
    from tossbill_ui.backup import service

    rows = service.back_up(read_settings(), path)
    click.echo(f"{path} has {_summary(rows)}, read back and complete.\n{KEYS}")


@click.command()
@click.argument("path", type=options.CallersPath())
@click.option("--replace", is_flag=True, help="Delete the rows that the database has now.")
def restore(path: Path, replace: bool) -> None:
    """Put the backup PATH in the place of the database, while nothing runs."""
    from tossbill_ui.backup import service

    rows = service.restore(read_settings(), path, replace=replace)
    click.echo(
        f"The database has {_summary(rows)} now. Put the encryption and signing keys of that time "
        "in place, run `tossbill migrate`, then start the app."
    )


COMMANDS = (backup, restore)
