"""Old names of commands: hidden, still working, each naming its successor on stderr."""

from __future__ import annotations

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.admin import card_expiry
from tossbill_ui.cli.review import approve, fail, list_items


def _announce(old: str, new: str) -> None:
    click.echo(f"`tossbill {old}` is now `tossbill {new}`.", err=True)


def _alias(old: str, new: str, command: click.Command) -> click.Command:
    @click.pass_context
    def run(ctx: click.Context, **values: object) -> None:
        _announce(old, new)
        ctx.invoke(command, **values)

    text = f"Old name of `tossbill {new}`."
    return click.Command(old, params=command.params, callback=run, help=text, hidden=True)


@click.command(hidden=True)
@click.argument("registration", required=False)
@click.option("--as", "end", type=click.Choice(["failed"]), help="How to end it.")
@options.operator
@click.pass_context
def doubts(ctx: click.Context, registration: str | None, end: str | None, operator: str) -> None:
    """Old name of `tossbill review list` and `tossbill review fail`."""
    if bool(registration) != bool(end):
        raise click.UsageError("Use `tossbill review list` or `tossbill review fail REGISTRATION`.")
    if registration:
        _announce("doubts --as failed", "review fail")
        ctx.invoke(fail, registration=registration, operator=operator)
    else:
        _announce("doubts", "review list")
        ctx.invoke(list_items)


COMMANDS = (
    _alias("waiting", "review list", list_items),
    _alias("approve", "review approve", approve),
    doubts,
    _alias("expiry", "card-expiry", card_expiry),
)
