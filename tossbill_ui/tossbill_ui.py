"""The web app: builds, mounts and starts everything, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import reflex as rx
from reflex.environment import environment
from reflex_base.config import get_config
from reflex_base.registry import RegistrationContext
from sqlmodel import select
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from tossbill_ui import migrations, runtime
from tossbill_ui.api import app as api
from tossbill_ui.api import page as api_page
from tossbill_ui.build import ROOT
from tossbill_ui.composition import build_runtime
from tossbill_ui.core import cpu
from tossbill_ui.core.clock import Clock
from tossbill_ui.core.lock import alone_on
from tossbill_ui.core.logging import set_up_logging
from tossbill_ui.core.pubsub_between_processes import forward_to_others, receive_from_others
from tossbill_ui.core.running_app import announced
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.http.accounts import Accounts
from tossbill_ui.http.card_form import card_form_routes
from tossbill_ui.http.confirmation import confirmation_routes
from tossbill_ui.http.demo import demo_routes
from tossbill_ui.http.downloads import download_routes
from tossbill_ui.http.enter import enter_routes
from tossbill_ui.http.enter_page import Pages
from tossbill_ui.http.error_page import (
    EXCEPTION_HANDLERS,
    send_busy_page,
    send_error_page,
    stylesheet_of,
)
from tossbill_ui.http.headers import OwnHeaders
from tossbill_ui.http.limits import Limits
from tossbill_ui.http.not_found import NotFoundPage
from tossbill_ui.http.open_sockets import close_ended_forever
from tossbill_ui.http.pages import page_routes
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.http.safe_redirect import OwnRedirects
from tossbill_ui.http.security import SecurityHeaders
from tossbill_ui.http.share_card import picture_route
from tossbill_ui.http.socket import SessionBoundTokens
from tossbill_ui.payment_methods.sweep import sweep_forever
from tossbill_ui.runtime import Runtime
from tossbill_ui.startup_recovery import WEB, recover
from tossbill_ui.subscriptions.models import Plan
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.toss.sandbox_clock import SandboxClock, keep_up
from tossbill_ui.ui.components.head import head
from tossbill_ui.ui.enter.page import render
from tossbill_ui.ui.error_page import broken_page, busy_page
from tossbill_ui.ui.first_paint import first_paints, not_found_paint
from tossbill_ui.ui.history.csv_file import history_csv
from tossbill_ui.ui.history.print_view import history_paper
from tossbill_ui.ui.history.view import CSV_PATH, PAPER_PATH
from tossbill_ui.ui.pages import add_pages
from tossbill_ui.ui.registration import card_view, confirm_address, confirm_view
from tossbill_ui.ui.shared.arguments import Fitting
from tossbill_ui.ui.shared.ended_sessions import OfNoEndedSession
from tossbill_ui.ui.shared.failures import Watched, explain, report
from tossbill_ui.ui.shared.page_state import FreshPages, InLanguage
from tossbill_ui.ui.shared.presses import InTime
from tossbill_ui.ui.shared.share_card import PICTURE_PATH, share_picture
from tossbill_ui.ui.shared.tabs import Charged, limit_tabs

log = logging.getLogger(__name__)


def load_settings() -> Settings:
    """Read the settings, adapted to the server that runs the app."""
    settings = Settings()
    if serves_pages():
        return settings
    config = get_config()
    return settings.for_dev_server(
        frontend_port=config.frontend_port or 3000, backend_port=config.backend_port or 8000
    )


def serves_pages() -> bool:
    """Whether this process serves the pages; under Reflex's dev server, Vite does."""
    return bool(environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.get())


def with_our_routes(reflex_app: ASGIApp) -> ASGIApp:
    """Put our routes, sandbox and protections around Reflex's own app."""
    settings = load_settings()
    rt = build_runtime(settings)
    runtime.install(rt)
    files = {CSV_PATH: history_csv, PAPER_PATH: history_paper}
    client_dir = Path(environment.REFLEX_WEB_WORKDIR.get()) / "build" / "client"
    picture = picture_route(PICTURE_PATH, partial(share_picture, settings.tossbill_brand_color))
    routes = [
        *ROUTES,
        picture,
        *enter_routes(Pages(settings, client_dir, render)),
        *demo_routes(settings),
        *download_routes(files),
        *card_form_routes(settings, card_view.PATH, card_view.take_card),
        *confirmation_routes(
            confirm_address.PATH,
            confirm_view.show,
            confirm_view.take_answer,
            stylesheet=stylesheet_of(client_dir) if serves_pages() else "",
        ),
        api.mounted(rt),
        *api_page.ROUTES,
        *_sandbox(settings, rt.clock),
    ]
    exception_handlers = {**EXCEPTION_HANDLERS}
    reflex_app = OwnRedirects(reflex_app, origin=settings.public_url)
    if serves_pages():
        routes += page_routes(client_dir, first_paints(settings))
        not_found = not_found_paint(settings)
        reflex_app = NotFoundPage(reflex_app, client_dir=client_dir, paint=not_found)
        error_page = partial(broken_page, settings.tossbill_brand_name)
        exception_handlers[Exception] = send_error_page(client_dir, error_page)
    app: ASGIApp = Starlette(
        routes=[*routes, Mount("", app=reflex_app)], exception_handlers=exception_handlers
    )
    app = SessionBoundTokens(app, signer=rt.signer)
    app = _limited(app, rt, client_dir)
    app = OwnHeaders(app)
    return SecurityHeaders(app, settings=settings, client_dir=client_dir)


def _limited(inner: ASGIApp, rt: Runtime, client_dir: Path) -> ASGIApp:
    """Limit what one caller may use of the app and of its memory."""
    settings = rt.settings
    most, in_all = settings.tossbill_limit_tabs, settings.tossbill_limit_tabs_in_all
    limit_tabs(app, each=most, in_all=in_all)
    busy = partial(busy_page, settings.tossbill_brand_name)
    return Limits(
        inner,
        settings=settings,
        accounts=Accounts(settings, rt.signer),
        refuse=send_busy_page(client_dir, busy),
        is_handler=RegistrationContext.get().event_handlers.__contains__,
    )


def _sandbox(settings: Settings, clock: Clock) -> list[Mount]:
    if not isinstance(clock, SandboxClock):
        return []
    from tossbill_sandbox.app import create_app as create_sandbox

    database = settings.tossbill_data_dir / "sandbox.db"
    followed = settings.tossbill_worker == "on"
    sandbox = create_sandbox(
        database=database,
        followed=followed,
        mailbox="/mailbox",
        # The address we listen on, not the public URL, which may be a proxy's.
        webhook_url=f"{settings.api_base_url.removesuffix('/sandbox')}/webhooks/toss",
        on_clock_change=clock.take,
    )
    return [Mount("/sandbox", app=sandbox)]


def _worker(settings: Settings) -> AbstractContextManager[None]:
    """Run a worker in a thread under Reflex's dev server, where nothing else starts one."""
    if serves_pages() or settings.tossbill_worker == "off":
        return nullcontext()
    from tossbill_ui.worker.process import worker_inside

    return worker_inside(settings)


async def _seed_samples(rt: Runtime) -> None:
    """Add sample plans to a new sandbox; a shop with its own keys runs ``tossbill seed``."""
    if rt.settings.mode is not Mode.SANDBOX:
        return
    async with rt.db.read() as db:
        is_new = (await db.exec(select(Plan).limit(1))).first() is None
    if is_new:
        await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))


def _background_tasks(rt: Runtime) -> list[asyncio.Task[None]]:
    return [
        asyncio.create_task(sweep_forever(rt), name="sweep"),
        asyncio.create_task(keep_up(rt.clock), name="clock"),
        asyncio.create_task(receive_from_others(rt.db, rt.pubsub), name="changes"),
        asyncio.create_task(close_ended_forever(rt), name="ended sessions"),
    ]


@asynccontextmanager
async def running() -> AsyncGenerator[None]:
    """Migrate the database, recover unfinished work, run background tasks, clean up at the end."""
    set_up_logging()
    cpu.meter_tasks(asyncio.get_running_loop())
    rt = runtime.current()
    await asyncio.to_thread(migrations.upgrade, rt.settings.database_url)
    await _seed_samples(rt)
    with alone_on(rt.db.file) if rt.db.file else nullcontext(False) as alone:
        if alone:
            rt = replace(rt, name=WEB)
            runtime.install(rt)
            await recover(rt)
        elif rt.db.is_sqlite:
            log.warning("another process is using this database; only one should")
        tasks = _background_tasks(rt)
        if not rt.db.is_sqlite:
            forward_to_others(rt.db, rt.pubsub, rt.tasks)
        try:
            with announced(rt.settings), _worker(rt.settings):
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await rt.close()


app = rx.App(
    html_lang="ko",
    head_components=head(),
    stylesheets=["/app.css"],
    toaster=None,
    api_transformer=with_our_routes,
    backend_exception_handler=explain,
    frontend_exception_handler=report,
)
# Every page has its own notice for a lost connection.
app.app_wraps.pop((5, "Overlay"))
app.register_lifespan_task(running)  # pyright: ignore[reportUnknownMemberType]
app.add_middleware(Charged())
app.add_middleware(Fitting())
app.add_middleware(Watched())
app.add_middleware(InLanguage())
app.add_middleware(FreshPages())
app.add_middleware(InTime())
app.add_middleware(OfNoEndedSession())
add_pages(app)
