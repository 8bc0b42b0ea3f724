"""The command ``tossbill-sandbox``; ``tossbill sandbox`` is the same with the app's own paths.

Imports nothing of the sandbox until it serves, so that ``--help`` is quick.
"""

from __future__ import annotations

import errno
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path

import click

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DATABASE = Path(".data") / "sandbox.db"
IN_MEMORY = ":memory:"


class _NetworkType(click.ParamType[Network]):
    """A network such as ``172.16.0.0/12``."""

    name = "network"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Network:
        """Return the network."""
        try:
            return ipaddress.ip_network(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def command(name: str, *, database: Path, path_type: click.ParamType[Path]) -> click.Command:
    """Build the command.

    Args:
        name: Its name.
        database: The default of ``--db``.
        path_type: The type of ``--db``.
    """

    @click.command(name)
    @click.option(
        "--host",
        default="127.0.0.1",
        show_default=True,
        envvar="HOST",
        help="Address to listen on.",
    )
    @click.option(
        "--port",
        default=4242,
        show_default=True,
        type=click.IntRange(0, 65535),
        help="Port to listen on; 0 takes a free one.",
    )
    @click.option(
        "--db",
        default=database,
        show_default=str(DATABASE),
        type=path_type,
        help=f"Database file; {IN_MEMORY} keeps nothing.",
    )
    @click.option("--seed", help="Seed of a new database's ids and faults.")
    @click.option("--any-key", is_flag=True, help="Take test keys that nobody registered.")
    @click.option(
        "--control-from",
        multiple=True,
        type=_NetworkType(),
        help="Network whose callers may use the panel and the control API, too; for containers.",
    )
    def sandbox(
        host: str,
        port: int,
        db: Path,
        seed: str | None,
        any_key: bool,
        control_from: Sequence[Network],
    ) -> None:
        """Run the sandbox of Toss standalone, for any language."""
        _serve(host, port, db, seed=seed, any_key=any_key, control_from=control_from)

    return sandbox


def _serve(
    host: str,
    port: int,
    db: Path,
    *,
    seed: str | None,
    any_key: bool,
    control_from: Sequence[Network],
) -> None:
    """Serve, or say in a sentence why not."""
    from tossbill_sandbox import standalone

    if db.name == IN_MEMORY:
        db = Path(IN_MEMORY)
    try:
        listener = standalone.listen(host, port)
    except OSError as error:
        raise click.ClickException(_reason(error, host, port)) from None
    try:
        standalone.prepare(db, seed)
    except standalone.UnusableFile as error:
        listener.close()
        raise click.ClickException(str(error)) from None
    click.echo(f"The sandbox of Toss is at {standalone.url_of(listener)}/sandbox/", err=True)
    if standalone.is_open_to_others(listener):
        port = listener.getsockname()[1]
        click.echo(f"Other machines reach it at port {port} of this machine.", err=True)
    standalone.serve(listener, database=db, seed=seed, any_key=any_key, control_from=control_from)


def _reason(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is already in use; choose another with --port."
        case errno.EACCES:
            return f"Port {port} needs more privileges; choose 1024 or higher with --port."
        case _:
            named = host if os.environ.get("HOST") != host else f"{host}, from the variable HOST,"
            return f"{named} is not an address of this machine."


main = command("tossbill-sandbox", database=DATABASE, path_type=click.Path(path_type=Path))
main = click.version_option(package_name="tossbill-sandbox", message="%(prog)s %(version)s")(main)
