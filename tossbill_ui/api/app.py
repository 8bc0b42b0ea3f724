"""The API's application: all routes, and what is common to their answers."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui.api import (
    customers,
    events,
    money,
    plans,
    portal_links,
    state,
    subscriptions,
    webhook_endpoints,
)
from tossbill_ui.api.authentication import Gate
from tossbill_ui.api.problems import REQUEST_ID, Problem, add_handlers, request_id_in
from tossbill_ui.runtime import Runtime

PATH = "/api/v1"
POLICY = ("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
ROUTERS = (
    customers.router,
    state.router,
    portal_links.router,
    subscriptions.router,
    money.router,
    plans.router,
    events.router,
    webhook_endpoints.router,
)
DESCRIPTION = """\
The shop's side of Tossbill: who may use what, links that send customers in, and everything that
can be done about a subscription. Amounts are whole won in fields that end in `_krw`, instants are
RFC 3339 in UTC, days are those of Korea. Fields and types of events are added within v1, never
changed or taken away.
"""


# Of FastAPI itself, whose form our problems do not have.
FOREIGN_SCHEMAS = ("HTTPValidationError", "ValidationError")


def mounted(rt: Runtime) -> Mount:
    """Return the application, mounted at `PATH`.

    Args:
        rt: The process's runtime, whose settings limit each key.
    """
    app = build()
    app.state.gate = Gate(rt)
    mount = Mount(PATH, app=_OwnPathsAndHeaders(app))
    # Starlette's own pattern ends at a line break, which a name in a path may have.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def build() -> FastAPI:
    """Return the application without a runtime, as its document is made from it."""
    app = FastAPI(
        title="Tossbill",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        servers=[{"url": PATH}],
        separate_input_output_schemas=False,
    )
    add_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    make = app.openapi
    app.openapi = lambda: _with_problems(make())
    return app


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Put our problems in the place of FastAPI's own answer to invalid requests."""
    schemas = document["components"]["schemas"]
    for name in FOREIGN_SCHEMAS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    return document


class _OwnPathsAndHeaders:
    """ASGI middleware: keeps escaped slashes within the names in paths, and adds our headers.

    ``ext:a%2Fb`` names one customer; decoded, its slash would end the name. What a path names is
    unescaped where it is read (`references`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its id is drawn here, so that every answer has the same."""
        if raw := scope.get("raw_path"):
            scope = {**scope, "path": raw.partition(b"?")[0].decode("latin-1")}
        request_id_in(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault(*POLICY)
                headers.setdefault(REQUEST_ID, request_id_in(scope))
            await send(message)

        await self.app(scope, receive, send_with_headers)
