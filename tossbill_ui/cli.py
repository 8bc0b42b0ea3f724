"""The ``tossbill`` command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tossbill_ui.build import ROOT, ensure_build, reflex_environment
from tossbill_ui.core.address import check_free, reached_at
from tossbill_ui.core.errors import SettingsError, TossbillError
from tossbill_ui.core.secret_file import new_secrets
from tossbill_ui.core.settings import Mode, Settings

if TYPE_CHECKING:
    from tossbill_ui.payment_methods.models import Registration
    from tossbill_ui.runtime import Runtime

T = TypeVar("T")


class _Sentences(click.Group):
    """Shows what we raise on purpose as one sentence, not as a traceback."""

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
    if port is not None:
        os.environ["TOSSBILL_PORT"] = str(port)
    settings = Settings()
    _check_start(settings, host)
    if settings.mode is Mode.SANDBOX:
        # The app calls its own sandbox, so it must call where it listens.
        at = reached_at(host, settings.tossbill_port)
        os.environ.setdefault("TOSS_API_BASE_URL", f"http://{at}/sandbox")
    build = ensure_build()
    os.environ |= {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_WEB_WORKDIR": str(build.relative_to(ROOT)),
        # Serve what was built, and do not compile again (pinned Reflex, see ADR-0002).
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    import uvicorn

    from tossbill_ui.worker.beside import worker_beside

    click.echo(f"Tossbill UI ({settings.mode} mode) is at {settings.public_url}", err=True)
    with worker_beside() if settings.tossbill_worker == "on" else nullcontext():
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
            forwarded_allow_ips=settings.tossbill_trusted_proxies,
            server_header=False,
            timeout_graceful_shutdown=5,
            ws_max_size=128 * 1024,
        )


def _check_start(settings: Settings, host: str) -> None:
    from tossbill_ui.doctor import start_problems

    problems = start_problems(settings)
    if problems:
        raise SettingsError(problems[0])
    check_free(host, settings.tossbill_port)


@main.command()
@click.option("--name", default="worker-1", show_default=True, help="Each living worker's own.")
@click.option("--with-parent", is_flag=True, help="End when standard input closes.")
def worker(name: str, with_parent: bool) -> None:
    """Run the periodic work alone, until a signal ends it."""
    from tossbill_ui.worker.process import serve

    serve(Settings(), name=name, with_parent=with_parent)


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


@main.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every stored secret with the newest encryption key."""
    from tossbill_ui.payment_methods.rotation import rotate

    click.echo(f"{_in_runtime(rotate)} secrets sealed with the newest key.")


@main.command()
@click.argument("registration", required=False)
@click.option("--as", "end", type=click.Choice(["failed"]), help="How to end it.")
def settle(registration: str | None, end: str | None) -> None:
    """List the registrations in doubt, or end one of them by hand."""
    from tossbill_ui.payment_methods import settling

    if bool(registration) != bool(end):
        raise click.UsageError("Name one and how to end it: settle REGISTRATION --as failed")
    if registration:
        _in_runtime(lambda rt: settling.end_as_failed(rt, registration))
        click.echo(f"Registration {registration} has ended as failed.")
        return
    found = _in_runtime(settling.in_doubt)
    click.echo("\n".join(map(_in_doubt, found)) or "No registration is in doubt.")


def _in_doubt(registration: Registration) -> str:
    next_try = registration.next_try_at
    return (
        f"{registration.id}  in doubt since {registration.claimed_at:%Y-%m-%d %H:%M} UTC,"
        f" attempts: {registration.attempts}, "
        + (f"next {next_try:%Y-%m-%d %H:%M} UTC" if next_try else "waits for you")
    )


def _in_runtime(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Do something with the database, which must be there and up to date."""
    from tossbill_ui.doctor import database_problems
    from tossbill_ui.runtime import Runtime

    settings = Settings()
    if problems := database_problems(settings):
        raise SettingsError(problems[0])

    async def run() -> T:
        rt = Runtime.from_settings(settings)
        try:
            return await work(rt)
        finally:
            await rt.close()

    return asyncio.run(run())


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
@click.option("--seed", help="What a new database draws its ids and faults from.")
@click.option(
    "--db", default=".data/sandbox.db", show_default=True, type=click.Path(path_type=Path)
)
def sandbox(port: int, db: Path, seed: str | None) -> None:
    """Run the sandbox of Toss alone, for any language."""
    from tossbill_ui.sandbox.alone import serve

    click.echo(f"Toss's sandbox is at http://localhost:{port}/sandbox/", err=True)
    serve(port=port, database=db, seed=seed)


if __name__ == "__main__":
    main()
