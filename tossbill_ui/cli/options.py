"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click


class CallersPath(click.ParamType[Path]):
    """A path relative to the folder in which the command was called."""

    name = "path"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Return the absolute path."""
        folder = ctx.find_root().obj if ctx else None
        return Path(folder or Path.cwd()) / value


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document instead of text."
)
_OPERATOR_HELP = "Name to record as the person who {does}; default: $USER."
operator, maker = (
    click.option(
        "--operator", envvar="USER", default="operator", help=_OPERATOR_HELP.format(does=does)
    )
    for does in ("decides", "makes it")
)
operator_or_by = click.option(
    "--operator",
    "--by",
    envvar="USER",
    default="operator",
    help=_OPERATOR_HELP.format(does="decides"),
)
