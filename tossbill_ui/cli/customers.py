"""``tossbill customer``: links for the shop's members."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import get_args

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import print_json
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
@click.option("--task", type=click.Choice(list(Task)), help="Limit the session to one task.")
@click.option("--subscription", help="With --task: the id of the subscription it is about.")
@click.option("--plan", help="Code of the plan to lead to.")
@click.option("--return-url", help="Page of the shop to lead back to.")
@click.option("--email", help="The member's mail address, not verified.")
@click.option("--name", help="The member's name.")
@click.option("--locale", type=click.Choice(get_args(Language)), help="The language they read.")
@click.option(
    "--expires-in",
    default="1h",
    show_default=True,
    type=Duration(),
    help="How long the link can be opened, up to 24h, with --task up to 7d.",
)
@options.operator
@options.as_json
def link(
    external_id: str,
    task: Task | None,
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

    EXTERNAL_ID is the member's id at the shop; a member who is no customer yet becomes one. The
    link is stored nowhere, so it cannot be printed again.
    """
    from tossbill_ui.subscriptions.actions.portal_link import MemberLink, make_link

    who = actor.operator(operator)
    wanted = MemberLink(
        external_id=external_id,
        email=email,
        name=name,
        language=locale,
        task=Task(task) if task else None,
        subscription_id=subscription,
        plan_code=plan,
        return_url=return_url,
        valid_for=expires_in,
    )
    url = with_runtime(lambda rt: make_link(rt, who, wanted))
    if as_json:
        print_json({"url": url})
    else:
        click.echo(url)


COMMANDS = (customer,)
