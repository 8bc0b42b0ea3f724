"""``tossbill api-key``: the keys of the shop's programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.customers import Duration
from tossbill_ui.cli.output import minute, print_json
from tossbill_ui.core import actor

if TYPE_CHECKING:
    from tossbill_ui.api_keys.models import ApiKey

KEYS = (
    "id",
    "name",
    "prefix",
    "created_by",
    "created_at",
    "last_used_at",
    "expires_at",
    "revoked_at",
)


@click.group("api-key")
def api_key() -> None:
    """Add, list and revoke the keys of the shop's programs."""


@api_key.command()
@click.option("--name", required=True, help="The program that uses it, for the audit trail.")
@click.option("--scopes", required=True, help="What it may do, with commas: read,links")
@click.option("--expires-in", type=Duration(), help="How long it is valid, as 90d; else for ever.")
@options.maker
@options.as_json
def add(name: str, scopes: str, expires_in: timedelta | None, operator: str, as_json: bool) -> None:
    """Print a new key, once: it is stored nowhere."""
    from tossbill_ui.api_keys import keys

    who, names = actor.operator(operator), scopes.replace(",", " ").split()
    made, secret = with_runtime(
        lambda rt: keys.add(rt, who, name=name, scope_names=names, valid_for=expires_in)
    )
    if as_json:
        print_json({"id": made.id, "key": secret})
    else:
        click.echo(secret)


@api_key.command("list")
@options.as_json
def list_keys(as_json: bool) -> None:
    """List the keys, revoked ones too."""
    from tossbill_ui.api_keys import keys

    found = with_runtime(keys.all_keys, needs_time=False)
    if as_json:
        print_json({"api_keys": [_as_json(key) for key in found]})
    else:
        click.echo("\n".join(map(_as_line, found)) or "There is no key.")


def _as_json(key: ApiKey) -> dict[str, object]:
    facts = {name: getattr(key, name) for name in KEYS}
    return {**facts, "scopes": key.scopes.split()}


def _as_line(key: ApiKey) -> str:
    used = f"used {minute(key.last_used_at)}" if key.last_used_at else "never used"
    if key.revoked_at:
        used = f"revoked {minute(key.revoked_at)}"
    return f"{key.id}  {key.prefix}…  {key.name}  {key.scopes}  {used}"


@api_key.command()
@click.argument("key")
@options.operator
def revoke(key: str, operator: str) -> None:
    """Revoke a KEY, named by its id or its first 12 characters; it stops working in 2 seconds."""
    from tossbill_ui.api_keys import keys

    revoked = with_runtime(lambda rt: keys.revoke(rt, actor.operator(operator), key))
    click.echo(f"The key {revoked.prefix}… of {revoked.name} is revoked.")


COMMANDS = (api_key,)
