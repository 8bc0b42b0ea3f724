"""Commands about the sessions of customers: list them, and end them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import counted, minute, print_json
from tossbill_ui.core import actor

if TYPE_CHECKING:
    from tossbill_ui.customers.models import StoredSession
    from tossbill_ui.runtime import Runtime

KEYS = (
    "id",
    "via",
    "task",
    "subscription_id",
    "user_agent",
    "created_at",
    "last_seen_at",
)


@click.group("session")
def session_commands() -> None:
    """List and end the sessions of customers."""


@session_commands.command("list")
@click.argument("customer")
@options.as_json
def list_sessions(customer: str, as_json: bool) -> None:
    """List the sessions of a CUSTOMER that have not ended.

    CUSTOMER is our id, or `ext:` and the shop's id of the member.
    """
    from tossbill_ui.customers.service import id_of
    from tossbill_ui.customers.sessions import of_customer

    async def read(rt: Runtime) -> Sequence[StoredSession]:
        found = await id_of(rt, customer)
        return await of_customer(rt, actor.operator(""), customer_id=found)

    found = with_runtime(read, needs_time=False)
    if as_json:
        print_json({"sessions": [{key: getattr(row, key) for key in KEYS} for row in found]})
    else:
        click.echo("\n".join(map(session_text, found)) or "There is no session.")


def session_text(row: StoredSession) -> str:
    """Return a session as one line."""
    scope = f"  only {row.task} of {row.subscription_id}" if row.task else ""
    used = minute(row.last_seen_at)
    return f"{row.id}  {used}  {row.via}{scope}  {row.user_agent}"


@session_commands.command()
@click.argument("session", required=False)
@click.option("--all-of", metavar="CUSTOMER", help="End every session of a customer.")
@options.operator
def revoke(session: str | None, all_of: str | None, operator: str) -> None:
    """End a SESSION, or all of a customer; their open pages close within seconds.

    With all of a customer, their unspent links are revoked.
    """
    from tossbill_ui.customers import sessions
    from tossbill_ui.customers.service import id_of

    if bool(session) == bool(all_of):
        raise click.UsageError("Give a session or a customer: tossbill session revoke SESSION")
    who = actor.operator(operator)
    if session:
        with_runtime(lambda rt: sessions.revoke(rt, who, session))
        click.echo("The session has ended.")
    else:
        customer = all_of or ""

        async def end(rt: Runtime) -> int:
            return await sessions.revoke_others(rt, who, customer_id=await id_of(rt, customer))

        count = with_runtime(end)
        click.echo(f"{counted(count, 'session')} ended.")


COMMANDS = (session_commands,)
