"""Commands that serve: the app, its worker, the dev server, the standalone sandbox."""

from __future__ import annotations

import os
from contextlib import ExitStack

import click

from tossbill_sandbox.command import command as sandbox_command
from tossbill_ui.build import ROOT, ensure_build, reflex_environment
from tossbill_ui.cli import options, text
from tossbill_ui.cli.context import read_settings, settings_beside_app
from tossbill_ui.core.address import check_free, reached_at
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Mode, Settings


@click.command()
@click.option("--host", default="127.0.0.1", envvar="HOST", help="Address to listen on.")
@click.option("--port", type=int, envvar="PORT", help="Port to listen on; default: TOSSBILL_PORT.")
def run(host: str, port: int | None) -> None:
    """Serve the app: the production build, on one port."""
    _say(text.STARTING)
    settings = read_settings(port)
    os.environ["TOSSBILL_PORT"] = str(settings.tossbill_port)
    _check_start(settings, host)
    if settings.mode is Mode.SANDBOX:
        # The app calls its own sandbox, at the address it listens on.
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
    from tossbill_ui.cli import server
    from tossbill_ui.worker.child_process import run_worker_beside

    with ExitStack() as beside:
        if settings.tossbill_worker == "on":
            beside.enter_context(run_worker_beside())
        server.serve(
            settings,
            host,
            on_listening=lambda: _say(text.listening(settings)),
            # In the sandbox the worker asks the app for the time: it ends first.
            on_stopping=beside.close,
        )


def _say(words: str) -> None:
    """Print to standard error, where the log goes too."""
    click.echo(words, err=True)


def _check_start(settings: Settings, host: str) -> None:
    from tossbill_ui.doctor import start_problems

    problems = start_problems(settings)
    if problems:
        raise SettingsError(problems[0])
    check_free(host, settings.tossbill_port)


@click.command()
@click.option(
    "--name", default="worker-1", show_default=True, help="Unique, and kept over restarts."
)
@click.option("--with-parent", is_flag=True, help="Exit when standard input closes.")
def worker(name: str, with_parent: bool) -> None:
    """Run only the periodic jobs, until a signal ends it."""
    from tossbill_ui.worker.process import serve

    serve(settings_beside_app(), name=name, with_parent=with_parent)


@click.command()
@click.option("--port", type=int, envvar="PORT", help="Port of the pages; default: TOSSBILL_PORT.")
def dev(port: int | None) -> None:
    """Serve the app on Reflex's dev server, with hot reload, for this machine only."""
    from tossbill_ui.cli import dev_server

    port = read_settings(port).tossbill_port
    check_free(dev_server.LOCAL, port)
    environment = reflex_environment() | {"TOSSBILL_PORT": str(port)}
    raise SystemExit(dev_server.serve(port, environment))


@click.command()
def build() -> None:
    """Make the production build if sources changed; print its path."""
    click.echo(ensure_build().relative_to(ROOT))


sandbox = sandbox_command(
    "sandbox", database=ROOT / ".data" / "sandbox.db", path_type=options.CallersPath()
)

COMMANDS = (run, worker, dev, build, sandbox)
