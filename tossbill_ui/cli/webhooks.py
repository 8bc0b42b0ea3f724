"""``tossbill webhooks``: the endpoints of the shop that get events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tossbill_ui.cli import options
from tossbill_ui.cli.context import with_runtime
from tossbill_ui.cli.output import counted, minute, print_json
from tossbill_ui.core import actor

if TYPE_CHECKING:
    from tossbill_ui.outbound.models import WebhookEndpoint
    from tossbill_ui.runtime import Runtime

KEYS = (
    "id",
    "url",
    "types",
    "state",
    "failing_since",
    "last_success_at",
    "note",
    "created_at",
)


FAILURE = "last_failure"


class EventOrInstant(click.ParamType[int | datetime]):
    """The number of an event, or an instant with its time zone."""

    name = "event or instant"

    def convert(
        self, value: str | int | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | datetime:
        """Return the number or the instant."""
        if not isinstance(value, str):
            return value
        if value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            self.fail(f"{value[:40]} is neither a number nor of the form 2026-11-30T09:00+09:00.")
        return found.astimezone(UTC)


@click.group()
def webhooks() -> None:
    """Send events to your shop as webhooks."""


@webhooks.command()
@click.argument("url")
@click.option("--types", help="Event types, separated by commas; default: all.")
@click.option("--note", help="A note for people.")
@options.operator
@options.as_json
def add(url: str, types: str | None, note: str | None, operator: str, as_json: bool) -> None:
    """Add an endpoint at a URL; print its id and its secret, once.

    It gets the events from now on. URL begins with https; in the sandbox it may be http to this
    machine.
    """
    from tossbill_ui.outbound import endpoints

    wanted = [name.strip() for name in (types or "").split(",") if name.strip()]
    who = actor.operator(operator)
    made, secret = with_runtime(
        lambda rt: endpoints.create(rt, who, url=url, types=wanted, note=note or "")
    )
    _print_secret(made.id, secret, as_json=as_json)


@webhooks.command("list")
@options.as_json
def list_endpoints(as_json: bool) -> None:
    """List the endpoints, oldest first, without their secrets."""
    from tossbill_ui.outbound import endpoints

    async def read(rt: Runtime) -> list[tuple[WebhookEndpoint, str]]:
        found = await endpoints.list_endpoints(rt)
        return [(row, await endpoints.last_failure(rt, row.id)) for row in found]

    found = with_runtime(read, needs_time=False)
    if as_json:
        print_json({"endpoints": [_document(row, failure) for row, failure in found]})
    else:
        lines = [_line(row, failure) for row, failure in found]
        click.echo("\n".join(lines) or "There is no webhook endpoint.")


def _document(row: WebhookEndpoint, failure: str) -> dict[str, object]:
    return {**{key: getattr(row, key) for key in KEYS}, FAILURE: failure}


def _line(row: WebhookEndpoint, failure: str) -> str:
    why = f" ({failure})" if failure else ""
    since = f" since {minute(row.failing_since)}{why}" if row.failing_since else ""
    types = ", ".join(row.types) or "all types"
    return f"{row.id}  {row.state}{since}  {row.url}  {types}  {row.note}".rstrip()


@webhooks.command()
@click.argument("endpoint")
@options.operator
def remove(endpoint: str, operator: str) -> None:
    """Remove an ENDPOINT; what it has not got yet is not sent."""
    from tossbill_ui.outbound import endpoints

    with_runtime(lambda rt: endpoints.delete(rt, actor.operator(operator), endpoint))
    click.echo("The endpoint is removed.")


@webhooks.command()
@click.argument("endpoint")
@options.operator
def on(endpoint: str, operator: str) -> None:
    """Turn an ENDPOINT on, from the next event on; `replay` sends what it missed."""
    _turn(endpoint, operator, "on")


@webhooks.command()
@click.argument("endpoint")
@options.operator
def off(endpoint: str, operator: str) -> None:
    """Turn an ENDPOINT off: nothing is sent any more."""
    _turn(endpoint, operator, "off")


def _turn(endpoint: str, operator: str, state: str) -> None:
    from tossbill_ui.outbound import endpoints
    from tossbill_ui.outbound.models import EndpointState

    who, wanted = actor.operator(operator), EndpointState(state)
    found = with_runtime(lambda rt: endpoints.update(rt, who, endpoint, state=wanted))
    click.echo(f"The endpoint is {found.state}.")


@webhooks.command()
@click.argument("endpoint")
@options.operator
@options.as_json
def rotate(endpoint: str, operator: str, as_json: bool) -> None:
    """Give an ENDPOINT a new secret and print it, once; for 24 hours the old one signs too."""
    from tossbill_ui.outbound import endpoints

    who = actor.operator(operator)
    made, secret = with_runtime(lambda rt: endpoints.rotate_secret(rt, who, endpoint))
    _print_secret(made.id, secret, as_json=as_json)


def _print_secret(endpoint_id: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": endpoint_id, "secret": secret})
    else:
        click.echo(f"{endpoint_id}\n{secret}")


@webhooks.command()
@click.argument("endpoint")
@click.option(
    "--from",
    "since",
    required=True,
    type=EventOrInstant(),
    help="Number of the first event, or its instant.",
)
@click.option(
    "--to",
    "until",
    type=EventOrInstant(),
    help="Number of the last event, or the instant after it; default: the newest one.",
)
@options.operator
def replay(
    endpoint: str, since: int | datetime, until: int | datetime | None, operator: str
) -> None:
    """Send events again to an ENDPOINT, whether it got them or not; the worker does it.

    An instant has its time zone, such as 2026-11-30T09:00+09:00.
    """
    from tossbill_ui.outbound.replay import replay as replaying

    who = actor.operator(operator)
    found = with_runtime(lambda rt: replaying(rt, who, endpoint, since=since, until=until))
    click.echo(f"{counted(found.count, 'event')} to be sent again.")


@webhooks.command()
@click.argument("endpoint")
@options.operator
def test(endpoint: str, operator: str) -> None:
    """Send a webhook.ping to an ENDPOINT now; print the answer, and exit 1 unless it is 2xx."""
    from tossbill_ui.outbound.ping import ping

    who = actor.operator(operator)
    answer = with_runtime(lambda rt: ping(rt, who, endpoint))
    click.echo(answer.error or f"HTTP {answer.status}")
    if not answer.is_success:
        raise SystemExit(1)


COMMANDS = (webhooks,)
