"""The control API, for tests and for users on this machine."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tossbill_sandbox.api import canceling, card_data, confirming, openapi
from tossbill_sandbox.api.dispatch import Api
from tossbill_sandbox.cards.personas import PERSONAS
from tossbill_sandbox.control import body, ledger_check, settings, shops, wrong_field
from tossbill_sandbox.control.local_only import Handler, local_only
from tossbill_sandbox.control.state import SandboxState, UnknownSnapshot
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store import double_charges, faults, ledger
from tossbill_sandbox.store.clock import plus
from tossbill_sandbox.store.store import Store

CONSOLE_REASON = "상점관리자에서 취소"
_UNITS = ("months", "weeks", "days", "hours", "minutes", "seconds")


@dataclass(frozen=True, slots=True)
class Command:
    """One endpoint of the control API, with a summary for people."""

    method: str
    path: str
    handler: Handler
    summary: str


class Control:
    """Serves ``/_control``; ``others`` are described here and served elsewhere."""

    def __init__(
        self, store: Store, api: Api, state: SandboxState, others: Iterable[Command] = ()
    ) -> None:
        self._others = others
        self._store = store
        self._api = api
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes, restricted to callers on this machine."""
        commands = self._commands()
        return [
            *(
                Route(each.path, local_only(body.checked(each.handler)), methods=[each.method])
                for each in commands
            ),
            Route("/openapi.json", self._describe, methods=["GET"]),
        ]

    def _commands(self) -> list[Command]:
        return [
            Command("GET", "/_control/clock", self._clock, "Read the clock"),
            Command("POST", "/_control/clock/advance", self._advance, "Advance the clock"),
            Command("POST", "/_control/clock/set", self._set, "Set the clock, stop or start it"),
            Command("POST", "/_control/clock/next", self._next, "Advance to the next due event"),
            Command("POST", "/_control/clock/follow", self._follow, "Step a followed clock"),
            Command("GET", "/_control/ledger", self._ledger, "Read the ledger"),
            Command("GET", "/_control/ledger/check", self._check, "Check the ledger's consistency"),
            Command(
                "DELETE", "/_control/double-charges", self._dismiss, "Forget charges made twice"
            ),
            Command("GET", "/_control/personas", self._personas, "List the test cards"),
            Command("GET", "/_control/switches", self._switches, "Read the switches"),
            Command("POST", "/_control/switches", self._switch, "Set switches"),
            Command("GET", "/_control/faults", self._faults, "Read the fault rules"),
            Command("POST", "/_control/faults", self._replace_faults, "Replace the fault rules"),
            Command("DELETE", "/_control/faults", self._clear_faults, "Clear the fault rules"),
            Command("GET", "/_control/shops", self._shops, "List the key pairs"),
            Command("POST", "/_control/shops", self._register, "Register a key pair"),
            Command("POST", "/_control/authorizations", self._authorize, "Create an authKey"),
            Command("POST", "/_control/payments", self._agree, "Create a payment to confirm"),
            Command("POST", "/_control/refunds", self._refund, "Refund a payment at Toss"),
            Command("GET", "/_control/snapshots", self._snapshots, "List the snapshots"),
            Command("POST", "/_control/snapshots", self._take, "Take a snapshot"),
            Command(
                "POST", "/_control/snapshots/{name}/restore", self._restore, "Restore a snapshot"
            ),
            Command("POST", "/_control/reset", self._reset, "Delete all data"),
        ]

    async def _clock(self, request: Request) -> Response:
        next_at = await self._state.next_at()
        return JSONResponse(
            {
                **self._state.clock.read(),
                **self._state.way(),
                "next": next_at.isoformat() if next_at else None,
            }
        )

    async def _advance(self, request: Request) -> Response:
        steps = await body.json_object(request)
        if not steps or not set(steps) <= set(_UNITS):
            raise ValueError(f"expected one or more of {', '.join(_UNITS)}")
        numbers = {name: body.whole(name, value) for name, value in steps.items()}
        months = numbers.pop("months", 0)
        by = timedelta(**numbers)
        await self._state.move(lambda now: plus(now, months=months, by=by), None)
        return await self._clock(request)

    async def _set(self, request: Request) -> Response:
        wanted = await body.json_object(request)
        stopped = wanted.get("stopped")
        if stopped is not None and not isinstance(stopped, bool):
            raise ValueError("stopped must be true or false")
        at = body.instant("at", wanted["at"]) if "at" in wanted else None
        await self._state.move(lambda now: at or now, stopped)
        return await self._clock(request)

    async def _follow(self, request: Request) -> Response:
        told = await body.json_object(request)
        next_at, at = (
            body.instant(name, told[name]) if told.get(name) else None for name in ("next", "at")
        )
        await self._state.follow(next_at, waits=_wait(told.get("waits")), step_to=at)
        return await self._clock(request)

    async def _next(self, request: Request) -> Response:
        if not await self._state.move_to_next():
            return JSONResponse({"error": "nothing is due"}, status_code=409)
        return await self._clock(request)

    async def _ledger(self, request: Request) -> Response:
        after = body.parameter(request, "after", 0)
        limit = body.parameter(request, "limit", -1)
        return JSONResponse(await self._store.run(lambda c: ledger.read(c, after, limit)))

    async def _check(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(ledger_check.check))

    async def _dismiss(self, request: Request) -> Response:
        await self._store.run(double_charges.forget)
        return await self._check(request)

    async def _personas(self, request: Request) -> Response:
        return JSONResponse([asdict(persona) for persona in PERSONAS.values()])

    async def _switches(self, request: Request) -> Response:
        return JSONResponse(settings.read_switches(self._state.switches))

    async def _switch(self, request: Request) -> Response:
        await self._state.set_switches(await body.json_object(request))
        return await self._switches(request)

    async def _faults(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(faults.read))

    async def _replace_faults(self, request: Request) -> Response:
        rules = faults.parse(await body.json_value(request))
        await self._store.run(lambda c: faults.replace(c, rules))
        return await self._faults(request)

    async def _clear_faults(self, request: Request) -> Response:
        await self._store.run(lambda c: faults.replace(c, []))
        return await self._faults(request)

    async def _shops(self, request: Request) -> Response:
        return JSONResponse(await self._store.run(shops.read))

    async def _register(self, request: Request) -> Response:
        shop = shops.parse(await body.json_object(request))
        await self._store.run(lambda c: shops.add(c, shop))
        return JSONResponse({"client_key": shop.client_key}, status_code=201)

    async def _authorize(self, request: Request) -> Response:
        answer = await self._api.call_as_sandbox(request, card_data.authorize)
        return await wrong_field.named(request, answer, wrong_field.AUTHORIZATION)

    async def _agree(self, request: Request) -> Response:
        answer = await self._api.call_as_sandbox(request, confirming.agree)
        return await wrong_field.named(request, answer, wrong_field.PAYMENT)

    async def _refund(self, request: Request) -> Response:
        wanted = await body.json_object(request)
        order_id, reason = body.text(wanted, "orderId"), body.text(wanted, "reason", CONSOLE_REASON)
        amount = wanted.get("amount")
        amount_krw = None if amount is None else body.whole("amount", amount)

        def work(connection: sqlite3.Connection) -> bytes:
            return canceling.cancel_at_toss(
                connection,
                self._state.clock.now(),
                self._state.switches,
                order_id=order_id,
                amount_krw=amount_krw,
                reason=reason or CONSOLE_REASON,
            ).body

        try:
            return Response(await self._store.run(work), media_type="application/json")
        except TossRefusal as refused:
            return JSONResponse({"error": refused.code}, status_code=409)
        except LookupError as error:
            raise body.Unknown("no payment has this order id") from error

    async def _snapshots(self, request: Request) -> Response:
        return JSONResponse(self._state.snapshots())

    async def _take(self, request: Request) -> Response:
        name = settings.snapshot_name((await body.json_object(request)).get("name"))
        await self._state.take_snapshot(name)
        return JSONResponse({"name": name}, status_code=201)

    async def _restore(self, request: Request) -> Response:
        try:
            await self._state.restore(request.path_params["name"])
        except UnknownSnapshot as error:
            raise body.Unknown("there is no snapshot of this name") from error
        return await self._clock(request)

    async def _reset(self, request: Request) -> Response:
        wanted = await body.json_object(request) if await request.body() else {}
        seed = None if wanted.get("seed") is None else body.text(wanted, "seed")
        at = body.instant("at", wanted["at"]) if "at" in wanted else None
        await self._state.reset(seed=seed, at=at)
        return JSONResponse({"reset": True})

    async def _describe(self, request: Request) -> Response:
        described = (*self._commands(), *self._others)
        commands = [(each.method, each.path, each.summary) for each in described]
        return JSONResponse(openapi.document(request.scope.get("root_path", ""), commands))


def _wait(value: object) -> dict[str, str] | None:
    """Return what an app waits for, checked, because the panel shows it."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(cast("dict[str, Any]", value)) != {"order_id", "until"}:
        raise ValueError("waits must have an order_id and until")
    found = cast("dict[str, Any]", value)
    return {
        "order_id": str(found["order_id"]),
        "until": body.instant("until", found["until"]).isoformat(),
    }
