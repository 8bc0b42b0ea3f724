"""Commands of administration: schema, keys, diagnosis, notices, and customers' data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import read_settings, settings_beside_app, with_runtime
from tossbill_ui.cli.output import counted, minute, print_json
from tossbill_ui.core import actor
from tossbill_ui.core.secret_file import new_entry_key, new_secrets

if TYPE_CHECKING:
    from tossbill_ui.notices.models import Notice
    from tossbill_ui.runtime import Runtime

NOTICE_KEYS = (
    "id",
    "kind",
    "status",
    "customer_id",
    "address",
    "created_at",
    "ended_at",
    "subject",
    "body",
)


@click.command()
def migrate() -> None:
    """Upgrade the database to the newest schema."""
    from tossbill_ui import migrations

    migrations.upgrade(read_settings().database_url)
    click.echo("The database is up to date.")


@click.command("new-keys")
def new_keys() -> None:
    """Print new secrets: TOSSBILL_SECRET_KEYS, _ENCRYPTION_KEYS and _ENTRY_KEYS."""
    for name, value in {**new_secrets(), "entry_keys": new_entry_key()}.items():
        click.echo(f"TOSSBILL_{name.upper()}={value}")


@click.command("rotate-keys")
def rotate_keys() -> None:
    """Re-encrypt stored secrets with the newest encryption key."""
    from tossbill_ui.outbound.endpoint_secrets import reseal
    from tossbill_ui.payment_methods.rotation import rotate

    async def reencrypt(rt: Runtime) -> int:
        return await rotate(rt) + await reseal(rt)

    count = with_runtime(reencrypt, needs_time=False)
    click.echo(f"{counted(count, 'secret')} re-encrypted with the newest key.")


@click.command()
@options.as_json
def doctor(as_json: bool) -> None:
    """Check the set-up; exit 1 with the fix if something is wrong."""
    from tossbill_ui.doctor import examine

    findings = examine(settings_beside_app())
    is_healthy = all(finding.ok for finding in findings)
    if as_json:
        print_json({"ok": is_healthy, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            word = "TIP" if finding.is_advice else "ok " if finding.ok else "FIX"
            click.echo(f"{word} {finding.text}")
    if not is_healthy:
        raise SystemExit(1)


@click.command()
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Maximum number of notices.",
)
@options.as_json
def mailbox(limit: int, as_json: bool) -> None:
    """Print the latest notices to customers, newest first."""
    from tossbill_ui.notices.mailbox import newest

    found = with_runtime(lambda rt: newest(rt, limit=limit), needs_time=False)
    if as_json:
        print_json({"notices": [{key: getattr(row, key) for key in NOTICE_KEYS} for row in found]})
    else:
        click.echo("\n\n".join(map(notice_text, found)) or "The mailbox is empty.")


def notice_text(notice: Notice) -> str:
    """Return a notice as text: one line of facts, the subject, the body."""
    to = notice.address or "no address"
    who = notice.customer_id or "operators"
    head = f"{minute(notice.created_at)}  {notice.status}  {who}  {to}"
    return f"{head}\n{notice.subject}\n\n{notice.body.rstrip()}"


@click.command()
@click.argument("customer")
@click.argument("address", required=False)
@click.option("--clear", is_flag=True, help="Remove the address.")
@click.option("--verified", is_flag=True, help="You know that it is theirs: it signs in.")
@options.operator
def email(customer: str, address: str | None, clear: bool, verified: bool, operator: str) -> None:
    """Set or remove the mail ADDRESS of a CUSTOMER.

    CUSTOMER is our id, or `ext:` and the shop's id of the member.
    """
    from tossbill_ui.customers.service import id_of
    from tossbill_ui.notices.address import set_email

    if bool(address) == clear:
        raise click.UsageError("Give an address or --clear: tossbill email CUSTOMER ADDRESS")
    if verified and not address:
        raise click.UsageError("--verified needs an address.")
    who = actor.operator(operator)

    async def change(rt: Runtime) -> None:
        found = await id_of(rt, customer)
        await set_email(rt, who, customer_id=found, email=address, is_verified=verified)

    with_runtime(change)
    click.echo(f"Notices go to {address}." if address else "Notices are no longer sent by mail.")


@click.command("card-expiry")
@click.argument("method")
@click.argument("month", required=False, metavar="[MONTH]", type=click.DateTime(["%Y-%m"]))
@click.option("--clear", is_flag=True, help="Remove the recorded month.")
@options.operator
def card_expiry(method: str, month: datetime | None, clear: bool, operator: str) -> None:
    """Record the MONTH in which a card expires, for timely notices.

    METHOD is the id of the payment method, MONTH has the form 2027-03.
    """
    from tossbill_ui.payment_methods.expiry import set_expiry

    if bool(month) == clear:
        raise click.UsageError("Give a month or --clear: tossbill card-expiry METHOD 2027-03")
    day = month.date() if month else None
    who = actor.operator(operator)
    last = with_runtime(lambda rt: set_expiry(rt, who, method, month=day))
    click.echo(f"It can be charged until {last}." if last else "No expiry is recorded.")


COMMANDS = (migrate, new_keys, rotate_keys, doctor, mailbox, email, card_expiry)
