"""Money: plans, charging, settling, comparing, and what waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli.context import with_runtime
from tossbill_ui.core import actor

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime


@click.command()
@click.option(
    "--file",
    default="plans.toml",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The plans.",
)
def seed(file: Path) -> None:
    """Load plans and prices."""
    from tossbill_ui.subscriptions.terms import catalog

    plans = catalog.read_catalog(file)
    new = with_runtime(lambda rt: catalog.seed(rt, plans))
    click.echo(f"{len(plans.plan)} plans are on offer; {new} plans and prices are new.")


@click.command("charge-due")
def charge_due() -> None:
    """Charge everything that is due, once; exit 1 if Toss refused our key or contract.

    Before that, whose trial ends within a week is asked whether to go on.
    """
    from tossbill_ui.subscriptions.engine.renewal import Report, run_due
    from tossbill_ui.subscriptions.engine.trial_end import announce_trials

    async def run(rt: Runtime) -> Report:
        await announce_trials(rt)
        return await run_due(rt, budget_seconds=float("inf"))

    report = with_runtime(run, needs_time=True)
    click.echo(
        f"{report.examined} looked at: {report.charged} charged, {report.refused} refused, "
        f"{report.in_doubt} in doubt, {report.failed} failed."
    )
    if report.is_refused:
        raise click.ClickException("Toss refused our key or contract: see `tossbill waiting`.")


@click.command()
def settle() -> None:
    """Find out how payments and refunds ended that nobody knows of, and carry refunds out."""
    from tossbill_ui.payments import settle as settling

    found = with_runtime(settling.settle, needs_time=True)
    click.echo(f"{found.payments} payments and {found.refunds} refunds looked at.")


@click.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(0, 366))
def reconcile(days: int) -> None:
    """Compare our ledger with Toss's; exit 1 if they differ."""
    from tossbill_ui.payments import reconcile as reconciling

    found = with_runtime(lambda rt: reconciling.reconcile(rt, days=days), needs_time=True)
    click.echo(
        f"{found.compared} payments compared: {found.adopted} adopted, "
        f"{found.differences} new differences."
    )
    if found.differences:
        raise click.ClickException("The ledgers differ: see `tossbill waiting`.")


@click.command()
def waiting() -> None:
    """List what goes on only when a person decides; exit 1 if there is anything."""
    from tossbill_ui.subscriptions.actions import review

    found = with_runtime(review.open_reviews)
    for row in found.subscriptions:
        click.echo(f"{row.id} subscription {row.attention}")
    for row in found.payments:
        click.echo(f"{row.id} payment unknown {row.amount_krw} won, order {row.order_id}")
    for row in found.refunds:
        click.echo(f"{row.id} refund {row.status} {row.amount_krw} won {row.failure_code or ''}")
    for row in found.differences:
        theirs, ours = row.theirs_krw, row.ours_krw
        click.echo(f"{row.id} difference {row.kind} {row.subject} ours {ours} theirs {theirs}")
    if found.count:
        raise SystemExit(1)
    click.echo("Nothing waits.")


@click.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--operator", envvar="USER", default="operator", help="Who decides.")
def approve(ids: tuple[str, ...], operator: str) -> None:
    """Let go on what waits under some ids of `waiting`."""
    from tossbill_ui.subscriptions.actions import review

    who = actor.operator(operator)

    async def decide(rt: Runtime) -> list[str]:
        return [await review.approve(rt, who, row_id) for row_id in ids]

    for said in with_runtime(decide, needs_time=True):
        click.echo(said)


@click.command("refund")
@click.argument("payment")
@click.option("--amount", type=click.IntRange(min=1), help="Whole won.")
@click.option("--all", "is_all", is_flag=True, help="All that is left of it.")
@click.option("--reason", required=True, help="For the shop, here and at Toss.")
@click.option("--operator", envvar="USER", default="operator", help="Who decides.")
def refund(payment: str, amount: int | None, is_all: bool, reason: str, operator: str) -> None:
    """Give a payment back, named by its id or order id; the subscription goes on."""
    from tossbill_ui.subscriptions.actions.refund import refund_payment

    if is_all == bool(amount):
        raise click.UsageError("Say how much: --amount WON, or --all")
    who = actor.operator(operator)
    row = with_runtime(
        lambda rt: refund_payment(rt, who, payment, amount_krw=amount, reason=reason),
        needs_time=True,
    )
    click.echo(f"{row.amount_krw} won go back with the next run, as refund {row.id}.")


@click.command("raise-price")
@click.argument("plan")
@click.option(
    "--how-to-cancel",
    help="What customers read of canceling, at most 500 characters; else where to press.",
)
@click.option("--operator", envvar="USER", default="operator", help="Who decides.")
def raise_price(plan: str, how_to_cancel: str | None, operator: str) -> None:
    """Ask who pays less than a plan's coming price to consent to it; run it daily."""
    from tossbill_ui.subscriptions.actions.price_increase import request_consents
    from tossbill_ui.subscriptions.terms.consent import HOW_TO_CANCEL

    who, how = actor.operator(operator), how_to_cancel or HOW_TO_CANCEL
    found = with_runtime(
        lambda rt: request_consents(rt, who, plan, how_to_cancel=how), needs_time=True
    )
    click.echo(
        f"{found.new} asked now. Of all who are asked about their next period, "
        f"{found.answers['accepted']} agreed, {found.answers['refused']} did not, "
        f"{found.answers['']} have not answered."
    )


COMMANDS = (seed, charge_due, settle, reconcile, waiting, approve, refund, raise_price)
