"""Keeping an installation: schema, keys, what is wrong, what is in doubt, what was told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli.context import with_runtime
from tossbill_ui.core import actor
from tossbill_ui.core.secret_file import new_secrets
from tossbill_ui.core.settings import Settings

if TYPE_CHECKING:
    from tossbill_ui.notices.models import Notice
    from tossbill_ui.payment_methods.models import Registration


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from tossbill_ui import migrations

    migrations.upgrade(Settings().database_url)
    click.echo("The database is up to date.")


@click.command("new-keys")
def new_keys() -> None:
    """Print fresh TOSSBILL_SECRET_KEYS and TOSSBILL_ENCRYPTION_KEYS."""
    for name, value in new_secrets().items():
        click.echo(f"TOSSBILL_{name.upper()}={value}")


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every stored secret with the newest encryption key."""
    from tossbill_ui.payment_methods.rotation import rotate

    click.echo(f"{with_runtime(rotate)} secrets sealed with the newest key.")


@click.command()
def doctor() -> None:
    """Check the set-up; exit 1 with the fix in words if something is wrong."""
    from tossbill_ui.doctor import examine

    findings = examine(Settings())
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'FIX'} {finding.text}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@click.command()
@click.argument("registration", required=False)
@click.option("--as", "end", type=click.Choice(["failed"]), help="How to end it.")
def doubts(registration: str | None, end: str | None) -> None:
    """List the registrations in doubt, or end one of them by hand."""
    from tossbill_ui.payment_methods import settling

    if bool(registration) != bool(end):
        raise click.UsageError("Name one and how to end it: doubts REGISTRATION --as failed")
    if registration:
        with_runtime(lambda rt: settling.mark_failed(rt, registration))
        click.echo(f"Registration {registration} has ended as failed.")
        return
    found = with_runtime(settling.unresolved)
    click.echo("\n".join(map(_in_doubt, found)) or "No registration is in doubt.")


def _in_doubt(registration: Registration) -> str:
    next_try = registration.next_try_at
    return (
        f"{registration.id}  in doubt since {registration.claimed_at:%Y-%m-%d %H:%M} UTC,"
        f" attempts: {registration.attempts}, "
        + (f"next {next_try:%Y-%m-%d %H:%M} UTC" if next_try else "waits for you")
    )


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
def mailbox(limit: int) -> None:
    """Print the newest notices to customers, newest first."""
    from tossbill_ui.notices.mailbox import newest

    found = with_runtime(lambda rt: newest(rt, limit=limit))
    click.echo("\n\n".join(map(_letter, found)) or "The mailbox is empty.")


def _letter(notice: Notice) -> str:
    to = notice.address or "no address"
    head = f"{notice.created_at:%Y-%m-%d %H:%M} UTC  {notice.status}  {notice.customer_id}  {to}"
    return f"{head}\n{notice.subject}\n\n{notice.body.rstrip()}"


@click.command()
@click.argument("customer")
@click.argument("address", required=False)
@click.option("--clear", is_flag=True, help="Take the address away.")
@click.option("--operator", envvar="USER", default="operator", help="Who decides.")
def email(customer: str, address: str | None, clear: bool, operator: str) -> None:
    """Set where a customer's notices go, or take that away."""
    from tossbill_ui.notices.address import set_email

    if bool(address) == clear:
        raise click.UsageError("Name an address, or --clear: email CUSTOMER ADDRESS")
    who = actor.operator(operator)
    with_runtime(lambda rt: set_email(rt, who, customer_id=customer, email=address))
    click.echo(f"Notices go to {address}." if address else "No notices are sent by mail.")


@click.command()
@click.argument("method")
@click.argument("month", required=False, type=click.DateTime(["%Y-%m"]))
@click.option("--clear", is_flag=True, help="Nobody knows it.")
@click.option("--operator", envvar="USER", default="operator", help="Who says so.")
def expiry(method: str, month: datetime | None, clear: bool, operator: str) -> None:
    """Note when a card expires, so that its customer is told in time."""
    from tossbill_ui.payment_methods.expiry import set_expiry

    if bool(month) == clear:
        raise click.UsageError("Name a month, or --clear: expiry METHOD 2027-03")
    day = month.date() if month else None
    who = actor.operator(operator)
    last = with_runtime(lambda rt: set_expiry(rt, who, method, month=day))
    click.echo(f"It can be charged until {last}." if last else "Nobody knows when it expires.")


COMMANDS = (migrate, new_keys, rotate_keys, doctor, doubts, mailbox, email, expiry)
