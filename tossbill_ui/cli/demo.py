"""``tossbill demo``: customers in every state, with links that open their pages."""

from __future__ import annotations

import logging

import click

from tossbill_ui.cli.context import app_beside, read_settings, with_runtime
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode
from tossbill_ui.demo import text


@click.command()
def demo() -> None:
    """Fill the running sandbox with customers in every state; print a link to each.

    It moves the sandbox's clock about nine days ahead, unless the customers are there already. A
    link signs the browser in as that customer, for 12 hours; a private window keeps your own.
    Exits with 1 if a state could not be made.
    """
    from tossbill_ui.demo.tour import make_tour

    settings = read_settings()
    if settings.mode is not Mode.SANDBOX:
        raise SettingsError(text.REAL_KEYS)
    # One answer of Toss gets lost on purpose.
    logging.getLogger("tossbill_ui").setLevel(logging.ERROR)
    app = app_beside(settings)
    base = app.backend_url if app else settings.backend_url
    stops = with_runtime(lambda rt: make_tour(rt, lambda line: click.echo(line, err=True)))
    for stop in stops:
        ko, en = text.NAMES[stop.name]
        click.echo(f"{ko} · {en}\n  {base + stop.path if stop.path else text.NOT_MADE}")
    click.echo(text.AFTER)
    if not all(stop.path for stop in stops):
        raise SystemExit(1)


COMMANDS = (demo,)
