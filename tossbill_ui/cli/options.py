"""Options that several commands share."""

from __future__ import annotations

import click

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document instead of text."
)
_OPERATOR_HELP = "Name to record as the person who decides; default: $USER."
operator = click.option(
    "--operator",
    envvar="USER",
    default="operator",
    help=_OPERATOR_HELP,
)
operator_or_by = click.option(
    "--operator", "--by", envvar="USER", default="operator", help=_OPERATOR_HELP
)
