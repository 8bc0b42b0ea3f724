"""The ``tossbill`` command: serving, keeping the installation, and money."""

from __future__ import annotations

import os

import click

from tossbill_ui.build import ROOT
from tossbill_ui.cli import admin, billing, serve
from tossbill_ui.core.errors import TossbillError


class _Sentences(click.Group):
    """Shows what we raise on purpose as one sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TossbillError as error:
            raise click.ClickException(error.message) from None


@click.group(cls=_Sentences)
def main() -> None:
    """Tossbill UI: a billing portal for Toss Payments."""
    os.chdir(ROOT)


for _command in (*serve.COMMANDS, *admin.COMMANDS, *billing.COMMANDS):
    main.add_command(_command)
