"""The control API: only for tests and for people at this machine."""

import json
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_ui.sandbox import faults, ledger, schema
from tossbill_ui.sandbox.auth import Shop, register
from tossbill_ui.sandbox.local import Handler, local_only
from tossbill_ui.sandbox.personas import PERSONAS
from tossbill_ui.sandbox.store import Store


class Control:
    """Serves ``/_control``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """Return the routes, each for callers on this machine only."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/_control/ledger", self._ledger),
            ("GET", "/_control/personas", self._personas),
            ("POST", "/_control/reset", self._reset),
            ("POST", "/_control/shops", self._register),
            ("GET", "/_control/faults", self._read_faults),
            ("POST", "/_control/faults", self._replace_faults),
            ("DELETE", "/_control/faults", self._clear_faults),
        ]
        return [
            Route(path, local_only(handler), methods=[method]) for method, path, handler in table
        ]

    async def _ledger(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(ledger.read))

    async def _personas(self, request: Request) -> Response:
        return JSONResponse([asdict(persona) for persona in PERSONAS.values()])

    async def _reset(self, request: Request) -> Response:
        await self._store.run(schema.rebuild)
        return JSONResponse({"reset": True})

    async def _register(self, request: Request) -> Response:
        try:
            shop = Shop(**json.loads(await request.body()))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        await self._store.run(lambda c: register(c, shop))
        return JSONResponse({"client_key": shop.client_key}, status_code=201)

    async def _read_faults(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(faults.read))

    async def _replace_faults(self, request: Request) -> Response:
        try:
            rules = faults.parse(await request.body())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        await self._store.run(lambda c: faults.replace(c, rules))
        return await self._read_faults(request)

    async def _clear_faults(self, request: Request) -> Response:
        await self._store.run(lambda c: faults.replace(c, []))
        return await self._read_faults(request)
