"""The ``tossbill`` command."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import click

from tossbill_ui.build import ROOT, ensure_build, reflex_environment
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.secret_file import new_secrets
from tossbill_ui.core.settings import Settings


class _Sentences(click.Group):
    """Shows a wrong set-up as one sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
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


@main.command("rotate-keys")
def rotate_keys() -> None:
    """Seal every stored secret with the newest encryption key."""
    from tossbill_ui.payment_methods.rotation import rotate
    from tossbill_ui.runtime import Runtime

    async def work() -> int:
        rt = Runtime.from_settings(Settings())
        try:
            return await rotate(rt)
        finally:
            await rt.close()

    click.echo(f"{asyncio.run(work())} secrets sealed with the newest key.")


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
