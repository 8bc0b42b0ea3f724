"""``tossbill review``: unresolved items, and an operator's decisions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import print_json
from tossbill_ui.cli.review_items import items
from tossbill_ui.core import actor

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime


@click.group()
def review() -> None:
    """List unresolved items and decide about them."""


@review.command("list")
@options.as_json
def list_items(as_json: bool) -> None:
    """List unresolved items; exit 1 if any waits for a person.

    Items are subscriptions, payments, refunds, differences between our ledger and Toss's, and
    registrations, each with its id and what can be done about it.
    """
    found = with_runtime(items, needs_time=False)
    if as_json:
        print_json({"reviews": [item.document() for item in found]})
    else:
        click.echo("\n".join(item.line() for item in found) or "Nothing to review.")
    if any(item.needs_review for item in found):
        raise SystemExit(1)


@review.command()
@click.argument("ids", nargs=-1, required=True)
@options.operator
def approve(ids: tuple[str, ...], operator: str) -> None:
    """Approve items of the list, by their IDS.

    A subscription is charged by the next run. A payment counts as not made, unless Toss knows it
    when it is looked up once more. A refund is requested again, at most what is left. A
    difference is closed.
    """
    from tossbill_ui.subscriptions.actions import review as reviewing

    who = actor.operator(operator)

    async def decide(rt: Runtime) -> None:
        # Printed one by one: if a later id fails, the earlier decisions are made all the same.
        for row_id in ids:
            click.echo(await reviewing.approve(rt, who, row_id))

    with_runtime(decide)


@review.command()
@click.argument("ids", nargs=-1, required=True)
@click.option(
    "--as",
    "resolution",
    type=click.Choice(["toss", "refund", "closed"]),
    required=True,
    help="What is done: Toss is right, what it charged is refunded, or nothing.",
)
@options.operator_or_by
def resolve(ids: tuple[str, ...], resolution: str, operator: str) -> None:
    """Resolve differences of the list, by their IDS.

    As `toss`, our ledger becomes what Toss says now. As `refund`, what Toss charged is refunded. As
    `closed`, both stay as they are; this also closes a refused refund. The list names what suits
    each.
    """
    from tossbill_ui.payments.models import Resolution
    from tossbill_ui.subscriptions.actions import resolve as resolving

    who, chosen = actor.operator(operator), Resolution(resolution)

    async def decide(rt: Runtime) -> None:
        for row_id in ids:
            click.echo(await resolving.resolve(rt, who, row_id, chosen))

    with_runtime(decide)


@review.command()
@click.argument("registration")
@options.operator
def fail(registration: str, operator: str) -> None:
    """End an unresolved REGISTRATION as failed.

    Its customer can then register again. If Toss did register the card, its billing key stays at
    Toss and can be neither charged nor deleted from here: ask Toss's support first.
    """
    from tossbill_ui.payment_methods import settling

    who = actor.operator(operator)
    with_runtime(lambda rt: settling.mark_failed(rt, who, registration))
    click.echo(f"Registration {registration} has ended as failed.")


COMMANDS = (review,)
