"""The ``tossbill`` command."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tossbill_ui.build import ROOT, ensure_build, reflex_environment
from tossbill_ui.core.errors import SettingsError, TossbillError
from tossbill_ui.core.secret_file import new_secrets
from tossbill_ui.core.settings import Settings

if TYPE_CHECKING:
    from tossbill_ui.runtime import Runtime


Answer = TypeVar("Answer")


class _Sentences(click.Group):
    """Shows what went wrong on purpose as one sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TossbillError as error:
            raise click.ClickException(error.message) from None


@click.group(cls=_Sentences)
def main() -> None:
    """Tossbill UI: a billing portal for Toss Payments."""
    os.chdir(ROOT)


@main.command()
@click.option("--host", default="127.0.0.1", envvar="HOST", help="Address to listen on.")
@click.option("--port", type=int, envvar="PORT", help="Port to listen on; else TOSSBILL_PORT.")
def run(host: str, port: int | None) -> None:
    """Serve the app: the production build on one port."""
    if port:
        os.environ["TOSSBILL_PORT"] = str(port)
    settings = Settings()
    _check_start(settings, host)
    build = ensure_build()
    os.environ |= {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(build.relative_to(ROOT)),
        # Serve what was built, and do not compile again (pinned Reflex, see ADR-0002).
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    import uvicorn

    click.echo(f"Tossbill UI ({settings.mode} mode) is at {settings.public_url}", err=True)
    uvicorn.run(
        "tossbill_ui.tossbill_ui:app",
        factory=True,
        host=host,
        port=settings.tossbill_port,
        # One process: states live in its memory. An access log would hold authKeys.
        workers=1,
        access_log=False,
        log_config=None,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
        timeout_graceful_shutdown=5,
        ws_max_size=128 * 1024,
    )


def _check_start(settings: Settings, host: str) -> None:
    from tossbill_ui.doctor import start_problems

    problems = start_problems(settings)
    if problems:
        raise SettingsError(problems[0])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.tossbill_port))
        except OSError:
            raise SettingsError(
                f"Port {settings.tossbill_port} is taken; choose another: PORT=3001 make run"
            ) from None


@main.command()
def dev() -> None:
    """Serve the app on Reflex's dev server, with hot reload."""
    os.environ |= reflex_environment()
    os.execv(sys.executable, [sys.executable, "-m", "reflex", "run"])  # noqa: S606


@main.command()
def build() -> None:
    """Make the production build, if its sources changed."""
    click.echo(ensure_build().relative_to(ROOT))


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from tossbill_ui import migrations

    migrations.upgrade(Settings().database_url)
    click.echo("The database is up to date.")


@main.command("new-keys")
def new_keys() -> None:
    """Print fresh TOSSBILL_SECRET_KEYS and TOSSBILL_ENCRYPTION_KEYS."""
    for name, value in new_secrets().items():
        click.echo(f"TOSSBILL_{name.upper()}={value}")


def _with_runtime(work: Callable[[Runtime], Awaitable[Answer]]) -> Answer:
    """Do something with the shop's database and with Toss, as one command."""
    from tossbill_ui import migrations
    from tossbill_ui.runtime import Runtime

    async def run() -> Answer:
        rt = Runtime.from_settings(settings)
        try:
            return await work(rt)
        finally:
            await rt.close()

    settings = Settings()
    migrations.upgrade(settings.database_url)
    return asyncio.run(run())


@main.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every stored secret with the newest encryption key."""
    from tossbill_ui.payment_methods.rotation import rotate

    click.echo(f"{_with_runtime(rotate)} secrets sealed with the newest key.")


@main.command()
@click.option(
    "--file",
    default="plans.toml",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The plans.",
)
def seed(file: Path) -> None:
    """Load plans and prices."""
    from tossbill_ui.subscriptions import catalog

    plans = catalog.read_catalog(file)
    new = _with_runtime(lambda rt: catalog.seed(rt, plans))
    click.echo(f"{len(plans.plan)} plans are on offer; {new} plans and prices are new.")


@main.command("charge-due")
def charge_due() -> None:
    """Charge everything that is due, once; exit 1 if Toss refused our key or contract."""
    from tossbill_ui.subscriptions.renewal import run_due

    report = _with_runtime(lambda rt: run_due(rt, budget_seconds=float("inf")))
    click.echo(
        f"{report.looked_at} looked at: {report.charged} charged, {report.refused} refused, "
        f"{report.in_doubt} in doubt, {report.failed} failed."
    )
    if report.is_refused:
        raise click.ClickException("Toss refused our key or contract: see `tossbill waiting`.")


@main.command()
def settle() -> None:
    """Find out how payments and refunds ended that nobody knows of, and carry refunds out."""
    from tossbill_ui.payments import settle as settling
    from tossbill_ui.subscriptions.follow import FOLLOW

    found = _with_runtime(lambda rt: settling.settle(rt, FOLLOW))
    click.echo(f"{found.payments} payments and {found.refunds} refunds looked at.")


@main.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(0, 366))
def reconcile(days: int) -> None:
    """Compare our ledger with Toss's; exit 1 if they differ."""
    from tossbill_ui.payments import reconcile as reconciling

    found = _with_runtime(lambda rt: reconciling.reconcile(rt, days=days))
    click.echo(
        f"{found.compared} payments compared: {found.adopted} adopted, "
        f"{found.differences} new differences."
    )
    if found.differences:
        raise click.ClickException("The ledgers differ: see `tossbill waiting`.")


@main.command()
def waiting() -> None:
    """List what goes on only when a person decides; exit 1 if there is anything."""
    from tossbill_ui.subscriptions import attention

    found = _with_runtime(attention.waiting)
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


@main.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--operator", envvar="USER", default="operator", help="Who decides.")
def approve(ids: tuple[str, ...], operator: str) -> None:
    """Let go on what waits under some ids of `waiting`."""
    from tossbill_ui.subscriptions import attention

    async def decide(rt: Runtime) -> list[str]:
        return [await attention.approve(rt, row_id, operator=operator) for row_id in ids]

    for said in _with_runtime(decide):
        click.echo(said)


@main.command()
def doctor() -> None:
    """Check the set-up; exit 1 with the fix in words if something is wrong."""
    from tossbill_ui.doctor import examine

    findings = examine(Settings())
    for finding in findings:
        click.echo(f"{'ok ' if finding.ok else 'FIX'} {finding.text}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@main.command()
@click.option("--port", default=4242, show_default=True)
@click.option(
    "--db", default=".data/sandbox.db", show_default=True, type=click.Path(path_type=Path)
)
def sandbox(port: int, db: Path) -> None:
    """Run the sandbox of Toss alone, for any language."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from tossbill_ui.sandbox.app import create_app

    app = Starlette(routes=[Mount("/sandbox", app=create_app(database=db))])
    click.echo(f"Toss's sandbox is at http://localhost:{port}/sandbox", err=True)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False)
