"""Limits on what one caller may send: requests, connections, events, bytes, CPU time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tossbill_ui.core import cpu
from tossbill_ui.core.limit_settings import LimitSettings
from tossbill_ui.http.accounts import Accounts
from tossbill_ui.http.sockets import Rules, Sockets
from tossbill_ui.http.this_machine import is_local

BODY_BYTES = 64 * 1024
# The build's files, which cost little; a page has about seventeen of them.
ASSETS = ("/assets/", "/fonts/", "/app.css", "/favicon", "/toss_billing.js")
ASSET_TOKENS = 0.1
SANDBOX, WEBHOOKS_PATH = "/sandbox/", "/webhooks/toss"
# With a key, requests to the API are limited by it (`api.authentication`).
API, KEY = "/api/v1/", re.compile(rb"bearer +tb_", re.IGNORECASE)

Refuse = Callable[[Request], Awaitable[Response]]


class Limits:
    """ASGI middleware: a caller's flood uses up that caller's share, and nobody else's.

    Args:
        app: The app to protect.
        settings: The limits.
        accounts: What each caller may use.
        refuse: Makes the response to a request that is one too many.
        is_handler: Whether an event of this name has a handler.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: LimitSettings,
        accounts: Accounts,
        refuse: Refuse,
        is_handler: Callable[[str], bool],
    ) -> None:
        self.app, self._accounts, self._refuse = app, accounts, refuse
        self._seconds = settings.tossbill_limit_seconds
        rules = Rules(
            is_handler=is_handler,
            each=settings.tossbill_limit_tabs,
            in_all=settings.tossbill_limit_tabs_in_all,
            seconds=self._seconds,
        )
        self._sockets = Sockets(app, rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests and connections within the limits."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            caller = self._accounts.caller_of(scope)
            await self._sockets.serve(caller, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive, self._seconds)
        if _is_by_key(scope) or _is_our_own(scope):
            await self.app(scope, body, send)
            return
        if await self._may(scope):
            await self.app(scope, body, send)
        else:
            await (await self._refuse(Request(scope)))(scope, receive, send)

    async def _may(self, scope: Scope) -> bool:
        """Let the caller pay for a request from here on; return whether it may be answered."""
        if scope["path"] == WEBHOOKS_PATH:
            sender = self._accounts.sender_of(scope)
            cpu.charge_to(sender)
            return await sender.may("webhook")
        caller = self._accounts.caller_of(scope)
        cpu.charge_to(caller)
        is_asset = scope["path"].startswith(ASSETS)
        return await caller.may("request", ASSET_TOKENS if is_asset else 1.0)


class _Body:
    """A ``receive`` that counts the bytes of a request's body, and the seconds until its end."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive, self._bytes = receive, 0
        self._until: float | None = asyncio.get_running_loop().time() + seconds

    async def __call__(self) -> Message:
        # The outer app is a Starlette app, which turns both exceptions into a response.
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            headers = {"connection": "close"}
            raise HTTPException(408, "The body is too slow.", headers) from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > BODY_BYTES:
                raise HTTPException(413, "The body is too large.")
        if not message.get("more_body", False):
            self._until = None  # what follows is only the end of the connection
        return message


def _is_our_own(scope: Scope) -> bool:
    """Whether this machine asks its own sandbox, as the app and its worker do all the time."""
    return scope["path"].startswith(SANDBOX) and is_local(Request(scope))


def _is_by_key(scope: Scope) -> bool:
    """Whether a program sends it with something that looks like an API key."""
    is_api = scope["path"].startswith(API)
    return is_api and any(
        name == b"authorization" and KEY.match(value) for name, value in scope["headers"]
    )
