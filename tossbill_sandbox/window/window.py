"""The payment window: card or account form, identity step, redirect back to the shop.

A one-off payment has only the card form.

Everything works with plain form posts. URLs contain only a random session id; card numbers are sent
in request bodies and never stored.
"""

import sqlite3
from typing import TypeVar
from urllib.parse import parse_qsl, urljoin

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tossbill_sandbox import language
from tossbill_sandbox.cards.accounts import Account, persona_of_account
from tossbill_sandbox.cards.personas import Card, persona_name
from tossbill_sandbox.store.clock import Clock
from tossbill_sandbox.store.store import Store
from tossbill_sandbox.store.switches import Switches
from tossbill_sandbox.window import opening, pages, payment_page, registration_pages, window_session
from tossbill_sandbox.window.forms import (
    MethodForm,
    blank,
    check_account,
    check_card,
    check_payment,
)
from tossbill_sandbox.window.opening import WindowRefused
from tossbill_sandbox.window.window_session import WindowSession

T = TypeVar("T")

MAX_FORM_BYTES = 8192
_HEADERS = {
    # form-action allows http: and https: because browsers apply it to redirects after a form, and
    # the last one leads to the shop. frame-ancestors *: any local shop may embed the window.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; form-action 'self' http: https:; base-uri 'none'; frame-ancestors *"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Window:
    """Serves ``/window``."""

    def __init__(self, store: Store, clock: Clock, switches: Switches, *, any_key: bool) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._any_key = any_key

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/window", self._start, methods=["GET"]),
            Route("/window/{session_id}", self._show, methods=["GET"]),
            Route("/window/{session_id}/card", self._card, methods=["POST"]),
            Route("/window/{session_id}/account", self._account, methods=["POST"]),
            Route("/window/{session_id}/code", self._code, methods=["POST"]),
            Route("/window/{session_id}/cancel", self._cancel, methods=["POST"]),
        ]

    async def _start(self, request: Request) -> Response:
        now, wanted = self._clock.now(), _language(request)
        language.speak(wanted)
        try:
            session_id = await self._store.run(
                lambda c: opening.start(
                    c,
                    request.query_params,
                    now,
                    wanted,
                    lifetime=self._switches.window_lifetime,
                    any_key=self._any_key,
                )
            )
        except WindowRefused as refused:
            return _page(pages.refused(_root(request), refused), 400)
        return _redirect(f"{_root(request)}/window/{session_id}")

    async def _show(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _unknown(request)
        if language.PARAMETER in request.query_params:
            return await self._change_language(request, session)
        if not session.is_open:
            return await self._ended(request, session)
        if session.step == "identity" and request.query_params.get("step") != "method":
            return _page(registration_pages.identity_step(_root(request), session))
        return _method_page(request, session, blank(session.owner_types))

    async def _change_language(self, request: Request, session: WindowSession) -> Response:
        """Redirect to the page itself, whose URL contains only the session id."""
        wanted = _language(request)
        await self._store.run(lambda c: window_session.change_language(c, session.id, wanted))
        return _redirect(f"{_root(request)}/window/{session.id}")

    async def _card(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _unknown(request)
        typed, now = await _form(request), self._clock.now()
        if session.is_payment:
            form = check_payment(typed, months=session.months, now=now)
        else:
            form = check_card(typed, owner_types=session.owner_types, now=now)
        if session.method != "CARD" or form.errors:
            return await self._show_errors(request, session, form)
        if session.is_payment:
            return await self._pay(request, session, form)
        return await self._accept(request, session, form.card, persona_name(form.digits))

    async def _pay(self, request: Request, session: WindowSession, form: MethodForm) -> Response:
        now, persona = self._clock.now(), persona_name(form.digits)
        await self._store.run(
            lambda c: window_session.pay(
                c, session.id, now, form.card, persona, installment_months=form.months
            )
        )
        return await self._next_page(request, session.id)

    async def _account(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _unknown(request)
        form = check_account(await _form(request), owner_types=session.owner_types)
        if session.method != "TRANSFER" or form.errors:
            return await self._show_errors(request, session, form)
        return await self._accept(request, session, form.account, persona_of_account(form.digits))

    async def _show_errors(
        self, request: Request, session: WindowSession, form: MethodForm
    ) -> Response:
        if not session.is_open:
            return await self._next_page(request, session.id)
        return _method_page(request, session, form, 422)

    async def _accept(
        self, request: Request, session: WindowSession, method: Card | Account, persona: str
    ) -> Response:
        await self._store.run(lambda c: window_session.take_method(c, session.id, method, persona))
        return await self._next_page(request, session.id)

    async def _code(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _unknown(request)
        if session.step == "identity":
            typed = (await _form(request)).get("code", "").strip()
            if typed != window_session.IDENTITY_CODE:
                return _page(
                    registration_pages.identity_step(_root(request), session, typed=typed[:6]), 422
                )
            now = self._clock.now()
            await self._store.run(lambda c: window_session.confirm(c, session.id, now))
        return await self._next_page(request, session.id)

    async def _cancel(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _unknown(request)
        await self._store.run(
            lambda c: window_session.end(c, session.id, "canceled", "PAY_PROCESS_CANCELED")
        )
        return await self._next_page(request, session.id)

    async def _next_page(self, request: Request, session_id: str) -> Response:
        """Redirect to the next step or the shop; an iframe gets the page that posts the result."""
        session = await self._store.run(lambda c: _existing(window_session.find(c, session_id)))
        if session.is_open or session.target == "iframe":
            return _redirect(f"{_root(request)}/window/{session.id}")
        return _redirect(await self._store.run(lambda c: window_session.destination(c, session)))

    async def _ended(self, request: Request, session: WindowSession) -> Response:
        url = await self._store.run(lambda c: window_session.destination(c, session))
        if session.target == "self" and session.step == "expired":
            return _page(pages.expired(_root(request), url))
        if session.target == "self":
            return _page(pages.over(_root(request), _shop_of(session)))
        return _page(pages.handing_over(_root(request), session, url))

    async def _session(self, request: Request) -> WindowSession | None:
        """Return the session, first expiring it if it is too old; speak its language."""
        session_id: str = request.path_params["session_id"]
        now, lifetime = self._clock.now(), self._switches.window_lifetime

        def find(connection: sqlite3.Connection) -> WindowSession | None:
            session = window_session.find(connection, session_id)
            if session and session.is_open and session.is_older_than(lifetime, now):
                window_session.end(connection, session_id, "expired", self._switches.window_expired)
                return window_session.find(connection, session_id)
            return session

        found = await self._store.run(find)
        language.speak(found.language if found else _language(request))
        return found


def _existing(value: T | None) -> T:
    if value is None:
        raise LookupError("the sandbox was reset during the request")
    return value


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _language(request: Request) -> str:
    return language.choose(request.query_params, request.headers.get("accept-language", ""))


def _root(request: Request) -> str:
    return request.scope.get("root_path", "")


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def _method_page(
    request: Request, session: WindowSession, form: MethodForm, status: int = 200
) -> Response:
    if session.is_payment:
        return _page(payment_page.payment_step(_root(request), session, form), status)
    step = (
        registration_pages.card_step
        if session.method == "CARD"
        else registration_pages.account_step
    )
    return _page(step(_root(request), session, form), status)


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers=_HEADERS)


def _shop_of(session: WindowSession) -> str:
    """Return the start page of the shop that opened the window."""
    return urljoin(session.success_url, "/")


def _unknown(request: Request) -> Response:
    # Inside an app the shop is the same server; alone, nobody knows which shop it was.
    root = _root(request)
    return _page(pages.over(root, "/" if root else ""), 404)
