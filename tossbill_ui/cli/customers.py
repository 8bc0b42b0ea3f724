"""``tossbill customer``: links for the shop's members, and what is stored about one person."""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import get_args

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import as_document, counted, print_json
from tossbill_ui.core import actor
from tossbill_ui.core.language import Language
from tossbill_ui.core.scope import Task

DURATION = re.compile(r"(\d{1,4})([mhd])")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Duration(click.ParamType[timedelta]):
    """A time of the form ``30m``, ``12h`` or ``7d``."""

    name = "duration"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Return the time."""
        if isinstance(value, timedelta):
            return value
        if not (found := DURATION.fullmatch(value)):
            self.fail(f"{value[:20]} is not of the form 30m, 12h or 7d.", param, ctx)
        return int(found[1]) * UNITS[found[2]]


@click.group()
def customer() -> None:
    """Act for one customer."""


@customer.command()
@click.argument("external_id")
@click.option(
    "--task",
    type=click.Choice([task.value for task in Task], case_sensitive=False),
    help="Limit the session to one task.",
)
@click.option("--subscription", help="With --task: the id of the subscription it is about.")
@click.option("--plan", help="Code of the plan to lead to.")
@click.option("--return-url", help="Page of the shop to lead back to.")
@click.option("--email", help="The member's mail address, not verified, if there is none yet.")
@click.option("--name", help="The member's name.")
@click.option("--locale", type=click.Choice(get_args(Language)), help="The language they read.")
@click.option(
    "--expires-in",
    default="1h",
    show_default=True,
    type=Duration(),
    help="How long the link can be opened, up to 24h, with --task up to 7d.",
)
@options.maker
@options.as_json
def link(
    external_id: str,
    task: str | None,
    subscription: str | None,
    plan: str | None,
    return_url: str | None,
    email: str | None,
    name: str | None,
    locale: Language | None,
    expires_in: timedelta,
    operator: str,
    as_json: bool,
) -> None:
    """Print a link that signs a member of the shop in, once.

    EXTERNAL_ID is the member's id at the shop, with `ext:` before it or without; a member who is no
    customer yet becomes one. The link is stored nowhere, so it cannot be printed again.
    """
    from tossbill_ui.customers.service import EXTERNAL
    from tossbill_ui.subscriptions.actions.portal_link import MemberLink, make_link

    who = actor.operator(operator)
    wanted = MemberLink(
        external_id=external_id.removeprefix(EXTERNAL),
        email=email,
        name=name,
        language=locale,
        task=Task(task) if task else None,
        subscription_id=subscription,
        plan_code=plan,
        return_url=return_url,
        valid_for=expires_in,
    )
    made = with_runtime(lambda rt: make_link(rt, who, wanted))
    if made.keeps_email:
        click.echo("--email was ignored: the customer has another address already.", err=True)
    if as_json:
        print_json({"url": made.url})
    else:
        click.echo(made.url)


@customer.command()
@click.argument("customer")
@click.option("--output", type=options.CallersPath(), help="New file to write instead of printing.")
@options.operator
def export(customer: str, output: Path | None, operator: str) -> None:
    """Print everything stored about a CUSTOMER, as JSON without secrets.

    CUSTOMER is our id, or `ext:` and the shop's id of the member.
    """
    from tossbill_ui.privacy.export import export as exporting

    who = actor.operator(operator)
    if output and output.exists():
        raise _exists(output)
    found = with_runtime(lambda rt: exporting(rt, who, customer))
    if output is None:
        print_json({**found})
        return
    _write(output, as_document({**found}))
    click.echo(f"{counted(sum(map(len, found.values())), 'row')} written to {output}.")


def _write(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None


def _exists(path: Path) -> click.ClickException:
    return click.ClickException(f"{path} exists already: choose another name.")


@customer.command()
@click.argument("customer")
@click.option("--yes", is_flag=True, help="Do not ask, for scripts.")
@options.operator
def erase(customer: str, yes: bool, operator: str) -> None:
    """Erase a CUSTOMER: nothing that is left says who they were.

    CUSTOMER is our id, or `ext:` and the shop's id of the member. Payments and contracts stay,
    without a name, since the law asks for them. It cannot be undone.
    """
    from tossbill_ui.privacy.erase import erase as erasing

    if not (yes or _agrees(customer)):
        click.echo("Nothing was erased.")
        raise SystemExit(1)
    who = actor.operator(operator)
    found = with_runtime(lambda rt: erasing(rt, who, customer))
    if found.is_again:
        click.echo(f"The customer {found.customer_id} had been erased before.")
    else:
        cards = counted(found.methods, "billing key")
        click.echo(f"The customer {found.customer_id} is erased; {cards} deleted at Toss.")


def _agrees(customer: str) -> bool:
    """Ask at a terminal; without one, refuse."""
    if not sys.stdin.isatty():
        raise click.ClickException("Nothing was erased. To erase without being asked, add --yes.")
    return click.confirm(f"Erase the customer {customer}? This cannot be undone.")


COMMANDS = (customer,)
