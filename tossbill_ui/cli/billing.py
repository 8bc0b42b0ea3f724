"""Commands of billing: plans, charges, settlement, reconciliation, refunds, price increases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tossbill_ui.build import ROOT
from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import counted
from tossbill_ui.core import actor, formats
from tossbill_ui.core.calendar import Interval

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime
    from tossbill_ui.subscriptions.terms.catalog import CatalogChanges, PriceEntry


@click.command()
@click.option(
    "--file",
    default=ROOT / "plans.toml",
    show_default="plans.toml",
    type=options.CallersPath(),
    help="File with the plans.",
)
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@click.option("--yes", is_flag=True, help="Do not ask, for scripts.")
def seed(file: Path, dry_run: bool, yes: bool) -> None:
    """Load plans and prices from a file.

    Prints what changes, and asks first if plans that exist change. Without a terminal it takes no
    plan off sale unless --yes is given.
    """
    from tossbill_ui.subscriptions.terms import catalog

    plans = catalog.read_catalog(file)
    changes = with_runtime(lambda rt: catalog.preview(rt, plans), needs_time=False)
    for line in () if changes.is_first and not dry_run else _described(changes):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was changed.")
        return
    if changes.touches_existing and not yes:
        _confirm(changes)
    new = with_runtime(lambda rt: catalog.seed(rt, plans), needs_time=False)
    offered = sum(plan.is_offered for plan in plans.plan)
    on_offer = counted(offered, "plan is", "plans are")
    click.echo(
        f"{on_offer} on offer; {counted(new, 'plan or price is', 'plans and prices are')} new."
    )


def _described(changes: CatalogChanges) -> Iterator[str]:
    """Yield a line for each change."""
    for code in changes.plans:
        yield f"new plan: {code}"
    for code, price in changes.prices:
        yield f"new price: {code}, {_rate(price)} from {price.starts_on}"
    for code, name, before, after in changes.fields:
        yield f"changed: {code}, {name}: {_shown(before)} -> {_shown(after)}"
    for code, count in changes.withdrawn.items():
        live = counted(
            count, "live subscription, which continues", "live subscriptions, which continue"
        )
        yield f"off sale: {code}, with {live}"


def _rate(price: PriceEntry) -> str:
    interval = Interval(price.unit, price.count)
    return formats.loose(formats.rate(f"{price.amount_krw:,} won", interval, "en"))


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)


def _confirm(changes: CatalogChanges) -> None:
    """Ask at a terminal; without one, refuse to take plans off sale."""
    if sys.stdin.isatty():
        if not click.confirm("Load these plans?"):
            click.echo("Nothing was changed.")
            raise SystemExit(1)
    elif changes.withdrawn:
        codes = ", ".join(changes.withdrawn)
        raise click.ClickException(
            f"This would take off sale: {codes}. Nothing was changed. To do so, add --yes."
        )


@click.command("charge-due")
def charge_due() -> None:
    """Charge everything that is due, once.

    First asks customers whose trial ends within a week whether to continue, and publishes the end
    of access that is over. Exits with 1 if Toss refused our key or contract.
    """
    from tossbill_ui.subscriptions.engine.access_end import end_access
    from tossbill_ui.subscriptions.engine.renewal import Report, run_due
    from tossbill_ui.subscriptions.engine.trial_end import announce_trials

    async def run(rt: Runtime) -> Report:
        await announce_trials(rt)
        await end_access(rt)
        return await run_due(rt, budget_seconds=float("inf"))

    report = with_runtime(run)
    click.echo(
        f"{report.examined} examined: {report.charged} charged, {report.declined} declined, "
        f"{report.unresolved} unresolved, {report.failed} failed."
    )
    if report.is_access_refused:
        raise click.ClickException("Toss refused our key or contract: see `tossbill review list`.")


@click.command()
def settle() -> None:
    """Look up unresolved payments and execute requested refunds."""
    from tossbill_ui.payments import settle as settling

    found = with_runtime(settling.settle)
    payments, refunds = counted(found.payments, "payment"), counted(found.refunds, "refund")
    click.echo(f"{payments} and {refunds} examined.")


@click.command()
@click.option(
    "--days",
    default=7,
    show_default=True,
    type=click.IntRange(0, 366),
    help="Number of past days to compare, without today.",
)
def reconcile(days: int) -> None:
    """Compare our ledger with Toss's; exit 1 on new differences."""
    from tossbill_ui.payments import reconcile as reconciling

    found = with_runtime(lambda rt: reconciling.reconcile(rt, days=days))
    click.echo(
        f"{counted(found.compared, 'payment')} compared: {found.adopted} adopted, "
        f"{counted(found.refunds, 'refund')} made at Toss, "
        f"{counted(found.differences, 'new difference')}."
    )
    if found.differences:
        raise click.ClickException("The ledgers differ: see `tossbill review list`.")


@click.command()
@click.argument("payment")
@click.option("--amount", type=click.IntRange(min=1), help="Amount in won.")
@click.option("--all", "is_all", is_flag=True, help="The whole remaining amount.")
@click.option("--reason", required=True, help="For the shop's records, here and at Toss.")
@options.operator
def refund(payment: str, amount: int | None, is_all: bool, reason: str, operator: str) -> None:
    """Refund a PAYMENT, named by its id or order id.

    Its subscription continues. The worker or the next `settle` sends the refund to Toss.
    """
    from tossbill_ui.subscriptions.actions.refund import refund_payment

    if is_all == bool(amount):
        raise click.UsageError("Give the amount: --amount WON or --all")
    who = actor.operator(operator)
    row = with_runtime(
        lambda rt: refund_payment(rt, who, payment, amount_krw=amount, reason=reason)
    )
    click.echo(f"The next run refunds {row.amount_krw} won, as refund {row.id}.")


@click.command("raise-price")
@click.argument("plan")
@click.option(
    "--how-to-cancel",
    help="How to cancel, as customers read it, at most 500 characters; by default, our own words.",
)
@options.operator
def raise_price(plan: str, how_to_cancel: str | None, operator: str) -> None:
    """Ask customers of a PLAN to consent to its higher price.

    It asks those who pay less than the plan will cost when their next period begins; run it daily.
    """
    from tossbill_ui.subscriptions.actions.price_increase import request_consents

    who, how = actor.operator(operator), how_to_cancel
    found = with_runtime(lambda rt: request_consents(rt, who, plan, how_to_cancel=how))
    click.echo(
        f"{counted(found.new, 'customer')} asked now. Of all asked about their next period, "
        f"{found.answers['accepted']} accepted, {found.answers['refused']} refused, "
        f"{counted(found.answers[''], 'has', 'have')} not answered."
    )


@click.command("lower-price")
@click.argument("plan")
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@options.operator
def lower_price(plan: str, dry_run: bool, operator: str) -> None:
    """Lower the price for those who subscribe to a PLAN already.

    Each pays the plan's lower price from the next period on, and is told. Safe to repeat: run it
    again for those who were left alone for now.
    """
    from tossbill_ui.subscriptions.actions.price_decrease import lower_prices

    who = actor.operator(operator)
    found = with_runtime(lambda rt: lower_prices(rt, who, plan, is_dry_run=dry_run))
    verb = "would pay" if dry_run else "will pay"
    click.echo(
        f"{counted(found.lowered, 'subscription')} {verb} less from the next period on: "
        f"{found.after_krw:,} won a period instead of {found.before_krw:,} won."
    )
    for reason, count in sorted(found.left.items()):
        click.echo(f"{count} left unchanged: {LEFT[reason]}.")


LEFT = {
    "same_price": "the price is not above the new one",
    "lowered": "the price is already going down",
    "asked": "the customer was asked to agree to a higher price",
    "planned": "the customer is moving to another plan",
    "trialing": "the trial is not over",
    "unpaid": "a payment is open or past due; run it again",
    "canceled": "canceled, to end with the period",
    "other_interval": "the new price is for periods of another length",
}

COMMANDS = (seed, charge_due, settle, reconcile, refund, raise_price, lower_price)
