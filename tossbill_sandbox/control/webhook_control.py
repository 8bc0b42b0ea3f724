"""The control API for webhooks: endpoints, delivery log, resend, manual events."""

import sqlite3
from collections.abc import Callable
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_sandbox.control import body
from tossbill_sandbox.control.control import Command
from tossbill_sandbox.control.local_only import local_only
from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.webhooks import webhooks
from tossbill_sandbox.webhooks.delivery import WebhookSender
from tossbill_sandbox.webhooks.events import record_event

_ROOT = "/_control/webhooks"


class WebhookControl:
    """Serves ``/_control/webhooks``."""

    def __init__(
        self, store: Store, clock: Clock, switches: Switches, sender: WebhookSender
    ) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._sender = sender

    def routes(self) -> list[Route]:
        """Return the routes, restricted to callers on this machine."""
        return [
            Route(each.path, local_only(body.checked(each.handler)), methods=[each.method])
            for each in self.commands()
        ]

    def commands(self) -> list[Command]:
        """Return every endpoint with its summary, for the OpenAPI document."""
        return [
            Command("GET", _ROOT, self._read, "Read endpoints and deliveries"),
            Command("POST", _ROOT, self._register, "Register an endpoint"),
            Command("DELETE", _ROOT + "/{id:int}", self._remove, "Remove an endpoint"),
            Command(
                "POST", _ROOT + "/deliveries/{id:int}/resend", self._resend, "Resend a delivery now"
            ),
            Command("POST", _ROOT + "/events", self._send, "Create an event manually"),
            Command("POST", _ROOT + "/flush", self._flush, "Send all due webhooks"),
        ]

    async def _read(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(overview))

    async def _register(self, request: Request) -> Response:
        url = str((await body.json_object(request)).get("url", ""))
        now = self._clock.now()
        made = await self._store.run(lambda c: webhooks.register(c, url, now, self._switches))
        return JSONResponse(made, status_code=201)

    async def _remove(self, request: Request) -> Response:
        endpoint_id: int = request.path_params["id"]
        await self._change(lambda c: webhooks.remove(c, endpoint_id))
        return await self._read(request)

    async def _resend(self, request: Request) -> Response:
        delivery_id: int = request.path_params["id"]
        now = self._clock.now()
        await self._change(lambda c: webhooks.resend(c, delivery_id, now))
        return await self._flush(request)

    async def _change(self, work: Callable[[sqlite3.Connection], None]) -> None:
        try:
            await self._store.run(work)
        except LookupError as error:
            raise body.Unknown(str(error)) from error

    async def _send(self, request: Request) -> Response:
        event = await body.json_object(request)
        kind, data = event.get("eventType"), event.get("data")
        if not (isinstance(kind, str) and kind and isinstance(data, dict)):
            raise webhooks.InvalidWebhookRequest("eventType must be a string and data an object")
        now, sent = self._clock.now(), cast("dict[str, Any]", data)
        await self._store.run(lambda c: record_event(c, now, kind, sent))
        return await self._flush(request)

    async def _flush(self, request: Request) -> Response:
        await self._sender.flush()
        return await self._read(request)


def overview(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the registered endpoints and the latest deliveries."""
    return {
        "endpoints": webhooks.endpoints(connection),
        "deliveries": webhooks.log(connection),
    }
