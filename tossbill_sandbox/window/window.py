"""The payment window: a card form, an identity step, and the way back to the shop.

Everything works as plain form posts. Addresses carry only a random trip id; card numbers travel
in request bodies and are never stored.
"""

import sqlite3
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tossbill_sandbox.cards.accounts import Account, persona_of_account
from tossbill_sandbox.cards.personas import Card, persona_name
from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.window import pages, window_session
from tossbill_sandbox.window.forms import MethodForm, blank, check_account, check_card
from tossbill_sandbox.window.window_session import Trip, WindowRefused

T = TypeVar("T")

MAX_FORM_BYTES = 8192
_HEADERS = {
    # form-action names http: and https: because browsers hold the redirect after a form to it,
    # and the last one goes to the shop. frame-ancestors *: any local shop may embed the window.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self' http: https:; base-uri 'none'; frame-ancestors *"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Window:
    """Serves ``/window``."""

    def __init__(self, store: Store, clock: Clock, switches: Switches) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/window", self._start, methods=["GET"]),
            Route("/window/{trip_id}", self._show, methods=["GET"]),
            Route("/window/{trip_id}/card", self._card, methods=["POST"]),
            Route("/window/{trip_id}/account", self._account, methods=["POST"]),
            Route("/window/{trip_id}/code", self._code, methods=["POST"]),
            Route("/window/{trip_id}/cancel", self._cancel, methods=["POST"]),
        ]

    async def _start(self, request: Request) -> Response:
        now = self._clock.now()
        try:
            trip_id = await self._store.run(
                lambda c: window_session.start(c, request.query_params, now)
            )
        except WindowRefused as refused:
            return _page(pages.refused(_root(request), refused.code, refused.message), 400)
        return _redirect(f"{_root(request)}/window/{trip_id}")

    async def _show(self, request: Request) -> Response:
        trip = await self._trip(request)
        if trip is None:
            return _unknown(request)
        if not trip.is_open:
            return await self._ended(request, trip)
        if trip.step == "identity" and request.query_params.get("step") != "method":
            return _page(pages.identity_step(_root(request), trip))
        return _method_page(request, trip, blank(trip.owner_types))

    async def _card(self, request: Request) -> Response:
        trip = await self._trip(request)
        if trip is None:
            return _unknown(request)
        typed = await _form(request)
        form = check_card(typed, owner_types=trip.owner_types, now=self._clock.now())
        if trip.method != "CARD" or form.errors:
            return await self._again(request, trip, form)
        return await self._take(request, trip, form.card, persona_name(form.digits))

    async def _account(self, request: Request) -> Response:
        trip = await self._trip(request)
        if trip is None:
            return _unknown(request)
        form = check_account(await _form(request), owner_types=trip.owner_types)
        if trip.method != "TRANSFER" or form.errors:
            return await self._again(request, trip, form)
        return await self._take(request, trip, form.account, persona_of_account(form.digits))

    async def _again(self, request: Request, trip: Trip, form: MethodForm) -> Response:
        if not trip.is_open:
            return await self._leave(request, trip.id)
        return _method_page(request, trip, form, 422)

    async def _take(
        self, request: Request, trip: Trip, method: Card | Account, persona: str
    ) -> Response:
        await self._store.run(lambda c: window_session.take_method(c, trip.id, method, persona))
        return await self._leave(request, trip.id)

    async def _code(self, request: Request) -> Response:
        trip = await self._trip(request)
        if trip is None:
            return _unknown(request)
        if trip.step == "identity":
            typed = (await _form(request)).get("code", "").strip()
            if typed != window_session.IDENTITY_CODE:
                return _page(pages.identity_step(_root(request), trip, typed=typed[:6]), 422)
            now = self._clock.now()
            await self._store.run(lambda c: window_session.confirm(c, trip.id, now))
        return await self._leave(request, trip.id)

    async def _cancel(self, request: Request) -> Response:
        trip = await self._trip(request)
        if trip is None:
            return _unknown(request)
        await self._store.run(
            lambda c: window_session.end(c, trip.id, "canceled", "PAY_PROCESS_CANCELED")
        )
        return await self._leave(request, trip.id)

    async def _leave(self, request: Request, trip_id: str) -> Response:
        """Go on: back to the shop, or in an iframe to the page that tells the shop's page."""
        trip = await self._store.run(lambda c: _existing(window_session.find(c, trip_id)))
        if trip.is_open or trip.target == "iframe":
            return _redirect(f"{_root(request)}/window/{trip.id}")
        return _redirect(await self._store.run(lambda c: window_session.destination(c, trip)))

    async def _ended(self, request: Request, trip: Trip) -> Response:
        url = await self._store.run(lambda c: window_session.destination(c, trip))
        if trip.target == "self" and trip.step == "expired":
            return _page(pages.expired(_root(request), url))
        if trip.target == "self":
            return _page(pages.over(_root(request)))
        return _page(pages.handing_over(_root(request), trip, url))

    async def _trip(self, request: Request) -> Trip | None:
        """Find the trip, ending it first if its customer stayed away too long."""
        trip_id: str = request.path_params["trip_id"]
        now, lifetime = self._clock.now(), self._switches.window_lifetime

        def find(connection: sqlite3.Connection) -> Trip | None:
            trip = window_session.find(connection, trip_id)
            if trip and trip.is_open and trip.is_older_than(lifetime, now):
                window_session.end(connection, trip_id, "expired", self._switches.window_expired)
                return window_session.find(connection, trip_id)
            return trip

        return await self._store.run(find)


def _existing(value: T | None) -> T:
    if value is None:
        raise LookupError("the trip was reset while it ended")
    return value


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _root(request: Request) -> str:
    return request.scope.get("root_path", "")


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def _method_page(request: Request, trip: Trip, form: MethodForm, status: int = 200) -> Response:
    step = pages.card_step if trip.method == "CARD" else pages.account_step
    return _page(step(_root(request), trip, form), status)


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers=_HEADERS)


def _unknown(request: Request) -> Response:
    return _page(pages.over(_root(request)), 404)
