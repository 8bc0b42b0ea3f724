"""The ``tossbill`` command: serving, administration, billing and reviews."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tossbill_ui.build import ROOT
from tossbill_ui.cli import (
    admin,
    aliases,
    api_keys,
    backup,
    billing,
    customers,
    demo,
    review,
    serve,
    sessions,
    webhooks,
)
from tossbill_ui.core.core_dumps import forbid_core_dumps
from tossbill_ui.core.errors import TossbillError


class _MainGroup(click.Group):
    """Shows an error that we raise on purpose as one sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TossbillError as error:
            raise click.ClickException(error.message) from None


@click.group(cls=_MainGroup)
@click.version_option(package_name="tossbill-ui", message="tossbill %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Tossbill UI: a billing portal for Toss Payments."""
    forbid_core_dumps()  # the app, its worker and every command hold secrets
    context.obj = Path.cwd()  # for `options.CallersPath`
    os.chdir(ROOT)


for _command in (
    *serve.COMMANDS,
    *admin.COMMANDS,
    *backup.COMMANDS,
    *billing.COMMANDS,
    *review.COMMANDS,
    *customers.COMMANDS,
    *sessions.COMMANDS,
    *api_keys.COMMANDS,
    *webhooks.COMMANDS,
    *demo.COMMANDS,
    *aliases.COMMANDS,
):
    main.add_command(_command)
